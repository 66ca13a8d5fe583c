"""Paces: rates as token buckets on a steered clock, limits on what runs, and a worker that keeps to them.

Flow: tasks with a pace → paces → when they begin.
"""

import asyncio
from collections import Counter
from typing import Any

import pytest

from agents.batches import Batch, Pace, Place
from agents.paces import Paces, pace_of
from agents.plan import compile_plan
from agents.rota import Lane
from agents.settings import WorkerSettings
from agents.worker import Worker, row_codecs
from nodes.sdk import Items, NodeParams, Registry, node
from schemas.identifiers import new_execution_id
from schemas.item import Item
from schemas.task import Frame, Start, Task
from schemas.workflow import Node
from streams import codecs
from streams.app import build_app
from streams.tables import Owner
from streams.topics import PARKED, all_topics, node_topic
from streams.transports.broker import Broker
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.test_recovery import SETTINGS, until_ended
from tests.agents.toys import TOYS, workflow


def batch(pace: Pace, number: int = 0) -> Batch:
    task = Task(f"x{number}", "w", "v", "N", 1)
    return Batch(Place("slot", Lane(), None, pace), ("t", 1), Owner(number % 2, 1), -1, [task], str(number))


@pytest.mark.parametrize(
    ("pace", "partitions", "began"),
    [
        pytest.param(Pace("n", 2.0, 2.0), 1, [2, 4, 6, 8, 10], id="two a second"),
        pytest.param(Pace("n", 2.0, 4.0), 1, [4, 6, 8, 10, 12], id="and four at once"),
        pytest.param(Pace("n", 2.0, 4.0), 2, [2, 3, 4, 5, 6], id="half of it is ours"),
        pytest.param(Pace("n", None, 1.0, 3), 1, [3, 3, 3, 3, 3], id="three at a time, none ends"),
        pytest.param(Pace("n", 2.0, 2.0, 5), 1, [2, 4, 5, 5, 5], id="both"),
    ],
)
async def test_when_tasks_begin(pace: Pace, partitions: int, began: list[int]) -> None:
    at = [0.0]
    paces = Paces(lambda: at[0])
    paces.own([0], partitions)
    found = sum(len(paces.enter(batch(pace, number))) for number in range(50))

    seen = []
    for second in range(5):
        at[0] = float(second)
        found += len(paces.due())
        seen.append(found)

    assert seen == began


async def test_what_ends_lets_the_next_begin_and_what_goes_is_forgotten() -> None:
    paces = Paces(lambda: 0.0)
    pace = Pace("n", most=1)
    first, second, third = (batch(pace, number) for number in range(3))

    assert [len(paces.enter(one)) for one in (first, second, third)] == [1, 0, 0]
    assert list(paces.forget(lambda one: one.partition == 1)) == [second]
    assert paces.waiting[Lane()] == 1
    assert paces.done(first) == [third]
    assert not paces.waiting[Lane()]
    assert paces.wait() is None


@pytest.mark.parametrize(
    ("limit", "owned", "most"),
    [
        pytest.param(5, [[0, 1, 2, 3], [4, 5, 6, 7]], [3, 2], id="halves"),
        pytest.param(100, [[0, 3, 6], [1, 4, 7], [2, 5]], [38, 37, 25], id="by partitions owned"),
        pytest.param(2, [[0], [1, 2, 3], [4, 5, 6, 7]], [1, 1, 1], id="one at least"),
        pytest.param(3, [[0, 1, 2, 3, 4, 5, 6, 7], []], [3, 1], id="who owns nothing is given nothing to run"),
    ],
)
async def test_workers_share_a_limit(limit: int, owned: list[list[int]], most: list[int]) -> None:
    found = []
    for partitions in owned:
        paces = Paces()
        paces.own(partitions, 8)
        found.append(sum(len(paces.enter(batch(Pace("n", most=limit), number))) for number in range(200)))

    assert found == most


async def test_who_owns_more_lets_more_begin() -> None:
    paces = Paces()
    paces.own([0], 2)
    begun = [len(paces.enter(batch(Pace("n", most=4), number))) for number in range(9)]

    paces.own([0, 1], 2)

    assert (sum(begun), len(paces.due())) == (2, 2)


async def test_whoever_waits_knows_for_how_long() -> None:
    paces = Paces(lambda: 0.0)
    for number in range(2):
        paces.enter(batch(Pace("n", 4.0), number))

    assert paces.wait() == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("more", "pace"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"millrace": {}}, None, id="empty"),
        pytest.param({"millrace": {"rate": {"limit": 10}}}, Pace("node/w/N", 10.0, 10.0), id="a rate"),
        pytest.param({"millrace": {"rate": {"limit": 3, "per": 60}}}, Pace("node/w/N", 0.05, 3.0), id="a minute's"),
        pytest.param(
            {"millrace": {"rate": {"limit": 10, "scope": "credential"}}, "credentials": {"api": {"id": "c1"}}},
            Pace("credential/c1", 10.0, 10.0),
            id="a credential's",
        ),
        pytest.param(
            {"millrace": {"rate": {"limit": 10, "scope": "credential"}}}, Pace("node/w/N", 10.0, 10.0), id="it has none"
        ),
        pytest.param({"millrace": {"concurrency": {"limit": 2}}}, Pace("node/w/N", most=2), id="a limit"),
    ],
)
def test_the_pace_of_a_node(more: dict[str, Any], pace: Pace | None) -> None:
    assert pace_of("w", Node.model_validate({"name": "N", "type": "t", **more})) == pace


SEEN: Counter[str] = Counter()


@node("counted", group="flow", runs="effect")
async def counted(params: NodeParams, items: Items) -> Items:
    """Count how many are in here at a time."""
    SEEN["in"] += 1
    SEEN["most"] = max(SEEN["most"], SEEN["in"])
    await asyncio.sleep(0.001)
    SEEN["in"] -= 1
    return items


class Paced:
    """One workflow whose node has a rate and a limit."""

    def __init__(self) -> None:
        flow = {"rate": {"limit": 20, "per": 0.1}, "concurrency": {"limit": 2}}
        raw = workflow({"S": "begin", "C": ("counted", {}, {"millrace": flow})}, ["S > C"])
        self.plan = compile_plan("w", "v", raw, Registry([*TOYS, counted]))

    def cached(self, workflow: str, version: str) -> Any:
        return self.plan

    async def get(self, workflow: str, version: str, catalog: int) -> Any:
        return self.plan


async def test_a_worker_keeps_to_them_and_loses_nothing() -> None:
    SEEN.clear()
    registry = Registry([*TOYS, counted])
    types = [one.name for one in registry]
    broker = Broker(all_topics(types), SETTINGS.partitions)
    streams = build_app(SETTINGS, types, row_codecs(), broker=broker)
    how = WorkerSettings(drain_seconds=0, hold_seconds=0.02)
    worker = Worker(streams, registry, Paced(), Calm(), MemoryBlobs(), None, how)
    await streams.start()
    await worker.start()
    start = Start(items=[Item(json={"n": 1})], mode="trigger")
    tasks = [Task(new_execution_id(), "w", "v", "S", 1, start=start) for _ in range(300)]
    await broker.send(node_topic("begin"), 0, codecs.encode(Frame(tasks)))

    await until_ended(broker, 300)
    async with asyncio.timeout(20):
        while streams.table(PARKED).count(0):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    assert SEEN["most"] == 2
    await worker.stop()
    await streams.stop()
    await broker.close()
