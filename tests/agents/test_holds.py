"""Holds: never more under way than the limit of a key, in order where one at a time may run, and everything drains.

Flow: starts with keys on a log → worker (that dies, with limits that change) → who was under way when.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from agents.batches import Batch, Place
from agents.holds import Holds
from agents.plan import Plan, compile_plan
from agents.rota import Lane
from agents.settings import WorkerSettings
from agents.state import State
from agents.worker import Worker, row_codecs
from nodes.holding import Hold, Holding, check_holding, holding_of
from nodes.sdk import Items, NodeParams, Registry, Run, node
from schemas.errors import MillraceError, OperationalError, WorkflowError
from schemas.events import ExecutionFinished
from schemas.identifiers import digest_ids, fresh_ids, new_execution_id, partition_of
from schemas.item import Item
from schemas.task import Control, ControlFrame, Frame, Start, Task
from schemas.workflow import Settings, parse_workflow
from streams import codecs
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.tables import Owner
from streams.topics import CONTROL, PARKED, all_topics, node_topic
from streams.transports.broker import Broker
from tests.agents.mortal import Mortal
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.test_recovery import SETTINGS, events_of, until_ended
from tests.agents.toys import TOYS, workflow
from tests.agents.worlds import COMMITS, World, opened
from tests.conformance.transports import KAFKA


class Watch:
    """What the world sees of the executions that call it."""

    def __init__(self) -> None:
        self.inside: defaultdict[str, set[str]] = defaultdict(set)
        self.most: Counter[str] = Counter()
        self.order: defaultdict[str, list[int]] = defaultdict(list)


WATCH: dict[str, Watch] = {}


@node("watched", group="flow", runs="effect")
async def watched(params: NodeParams, items: Items, run: Run) -> Items:
    """Be seen in the world for a while; fail at first where the item says so."""
    watch, data = WATCH["now"], items[0].json
    key = str(data["key"])
    watch.inside[key].add(run.execution)
    watch.most[key] = max(watch.most[key], len(watch.inside[key]))
    watch.order[key].append(data["n"])
    try:
        await asyncio.sleep(0.002)
        if data.get("fails") and not run.attempt:
            raise OperationalError("at first")
    finally:
        watch.inside[key].discard(run.execution)
    return items


REGISTRY = Registry([*TOYS, watched])
TYPES = [toy.name for toy in REGISTRY]
NARROW = WorkerSettings(drain_seconds=0, hold_seconds=0.02)


@contextmanager
def watching() -> Iterator[Watch]:
    WATCH["now"] = Watch()
    yield WATCH["now"]


class Limited:
    """One workflow; its versions are named by their limit."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan] = {}

    def cached(self, workflow: str, version: str) -> Plan:
        if version not in self._plans:
            rule = {"order": {"key": "key"}} if version == "order" else {"concurrency": limit(int(version))}
            self._plans[version] = compile_plan("w", version, flow(rule), REGISTRY)
        return self._plans[version]

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        return self.cached(workflow, version)


def limit(count: int) -> dict[str, Any]:
    return {"limit": count, "key": "={{ $json.key }}"}


def flow(millrace: dict[str, Any]) -> dict[str, Any]:
    retry = {"retry": {"maxTries": 3, "delay": 1, "jitter": 0}}
    nodes = {"S": "begin", "W": ("watched", {}, retry), "V": "watched", "P": "pass"}
    return workflow(nodes, ["S > W", "W > V", "V > P"], millrace=millrace)


@asynccontextmanager
async def at_work(broker: Any, how: WorkerSettings = NARROW) -> AsyncIterator[Streams]:
    streams = build_app(SETTINGS, TYPES, row_codecs(), broker=broker)
    worker = Worker(streams, REGISTRY, Limited(), Calm(), MemoryBlobs(), None, how, hurry=lambda _: None)
    await streams.start()
    await worker.start()
    try:
        yield streams
    finally:
        if isinstance(broker, Mortal):
            broker.dead.set()
        await worker.stop()
        await (streams.app if isinstance(broker, Mortal) else streams).stop()


def start(key: str, n: int, version: str, **more: Any) -> Task:
    items = [Item(json={"key": key, "n": n, **more})]
    return Task(new_execution_id(), "w", version, "S", 1, start=Start(items=items, mode="trigger"))


async def send(broker: Any, *tasks: Task) -> None:
    await broker.send(node_topic("begin"), 0, codecs.encode(Frame(list(tasks))))


async def drained(streams: Streams) -> None:
    async with asyncio.timeout(30):
        while streams.table(PARKED).count(0) or any(begun(streams)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def begun(streams: Streams) -> list[bool]:
    return [isinstance(row, State) for _, row in streams.table("executions").rows(0)]


@pytest.mark.parametrize("seed", range(4))
async def test_never_more_than_the_limit_whatever_dies_and_changes(seed: int) -> None:
    chance = random.Random(seed)
    broker = Broker(all_topics(TYPES), SETTINGS.partitions)
    sent = 0
    with watching() as watch:
        for life in range(6):
            mortal = Mortal(broker, chance.randrange(20, 200), commits=chance.random() < 0.7)
            most = chance.randint(1, 3)
            for _ in range(chance.randint(1, 4)):
                count = chance.randint(1, 8)
                tasks = [
                    start(chance.choice("ab"), sent + at, str(most), fails=chance.random() < 0.2) for at in range(count)
                ]
                await send(broker, *tasks)
                sent += count
            async with at_work(mortal):
                await until_ended(broker, sent, mortal.dead)
            watch.inside.clear()  # the process is dead, and what it did in the world with it
            assert max(watch.most.values(), default=0) <= 3, f"life {life}"

        async with at_work(broker) as streams:
            await until_ended(broker, sent)
            await drained(streams)
            await send(broker, *[start("a", sent + at, "1") for at in range(3)])
            watch.most.clear()
            await until_ended(broker, sent + 3)

        assert watch.most == {"a": 1}, "after all of it there is one place again, and not fewer"
    ended = {event.execution for event in await events_of(broker) if isinstance(event, ExecutionFinished)}
    assert len(ended) == sent + 3
    await broker.close()


async def test_a_limit_is_reached_and_not_exceeded() -> None:
    broker = Broker(all_topics(TYPES), SETTINGS.partitions)
    with watching() as watch:
        async with at_work(broker) as streams:
            await send(broker, *[start("ab"[at % 2], at, "3") for at in range(40)])
            await until_ended(broker, 40)
            await drained(streams)

    assert watch.most == {"a": 3, "b": 3}
    await broker.close()


@pytest.fixture
async def world(anywhere: StreamSettings) -> AsyncIterator[World]:
    """An empty world of each kind."""
    async with opened(anywhere, TYPES) as made:
        yield made


def build(log: Any, settings: StreamSettings) -> tuple[Streams, Worker]:
    streams = build_app(settings, TYPES, row_codecs(), broker=log)
    worker = Worker(streams, REGISTRY, Limited(), Calm(), MemoryBlobs(), None, NARROW, hurry=lambda _: None)
    return streams, worker


WAYS = [*[("memory", seed, commits) for seed, commits in enumerate(COMMITS)], (KAFKA, 3, "as it goes")]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("anywhere", "seed", "commits"), WAYS, indirect=["anywhere"])
async def test_executions_of_a_key_run_in_the_order_of_their_starts(world: World, seed: int, commits: str) -> None:
    world.commit(commits)
    chance = random.Random(seed)
    tasks = [start(chance.choice("abc"), n, "order", fails=chance.random() < 0.2) for n in range(60)]
    left = list(tasks)
    with watching() as watch:
        while left:
            cut = chance.randint(1, 12)
            await send(world.log, *left[:cut])
            left = left[cut:]
        for _ in range(5):
            async with world.life(build, chance.randrange(30, 250)) as (_, dead):
                await world.until_ended(60, dead)
            watch.inside.clear()
        async with world.life(build) as (streams, _):
            await world.until_ended(60)
            await drained(streams)

    # A run may be repeated after a death, and a node runs again; an earlier one never after a later one.
    for key, seen in watch.order.items():
        assert seen == sorted(seen), key
        assert set(seen) == {n for n, task in enumerate(tasks) if task.start.items[0].json["key"] == key}  # type: ignore


async def test_a_cancelled_execution_gives_its_place_to_the_next() -> None:
    broker = Broker(all_topics(TYPES), SETTINGS.partitions)
    hanging = workflow({"S": "begin", "H": "hang"}, ["S > H"], millrace={"concurrency": {"limit": 1}})
    plans = Limited()
    plans._plans["hang"] = compile_plan("w", "hang", hanging, REGISTRY)
    first, second = start("a", 1, "hang"), start("a", 2, "hang")
    streams = build_app(SETTINGS, TYPES, row_codecs(), broker=broker)
    worker = Worker(streams, REGISTRY, plans, Calm(), MemoryBlobs(), None, NARROW)
    await streams.start()
    await worker.start()
    await send(broker, first, second)
    table = streams.table("executions")

    async with asyncio.timeout(20):
        for one, waits in ((first, second), (second, None)):
            while not isinstance(table.get(one.execution), State):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert waits is None or table.get(waits.execution) is None
            stop = Control(one.execution, "cancel", 1)
            await broker.send(CONTROL, 0, codecs.encode(ControlFrame([stop])))

    await until_ended(broker, 2)
    await worker.stop()
    await streams.stop()
    await broker.close()


def batch(name: str, execution: str, most: int = 1) -> Batch:
    place = Place("start", Lane(), Hold(name, most))
    return Batch(place, ("t", 1), Owner(0, 1), -1, [start("a", 1, "1")], execution)


async def test_a_copy_of_what_is_under_way_waits_for_nothing() -> None:
    holds = Holds()
    holds.take("k", "x")

    assert [len(holds.enter(batch("k", one))) for one in ("y", "x", "z")] == [0, 1, 0]
    assert [[each.tag for each in holds.free(one)] for one in ("x", "x", "y")] == [["y"], [], ["z"]]
    assert holds.free("z") == []
    assert not holds._queues


@pytest.mark.parametrize(
    ("millrace", "items", "name"),
    [
        pytest.param({"concurrency": {"limit": 2}}, [{}], "w/", id="the workflow"),
        pytest.param({"concurrency": {"limit": 2, "key": "body.id"}}, [{"body": {"id": 7}}], "w/7", id="a path"),
        pytest.param({"order": {"key": "={{ $json.a + 1 }}"}}, [{"a": 7}], "w/8", id="an expression"),
        pytest.param({"order": {"key": "={{ $json.a.b.c }}"}}, [{}], "w/", id="nothing there"),
        pytest.param({"order": {"key": "a"}}, [], "w/", id="no items"),
    ],
)
def test_the_name_of_a_hold(millrace: dict[str, Any], items: list[dict[str, Any]], name: str) -> None:
    holding = holding_of("w", {"millrace": millrace})

    assert holding is not None
    assert holding.of([Item(json=one) for one in items]).name == name


@pytest.mark.parametrize("settings", [{}, None, {"millrace": {}}, {"millrace": {"priority": "high"}}])
def test_no_hold(settings: Any) -> None:
    assert holding_of("w", settings) is None


def test_executions_of_a_key_live_together() -> None:
    holding = Holding("w", 1, "key")
    items = [Item(json={"key": "a"})]

    fresh = {partition_of(holding.place(items, 24, fresh_ids()), 24) for _ in range(20)}
    named = [holding.place(items, 24, digest_ids("w", "S", at)) for at in range(20)]

    assert fresh == {partition_of(one, 24) for one in named} == {partition_of("w/a", 24)}
    assert named == [holding.place(items, 24, digest_ids("w", "S", at)) for at in range(20)]


@pytest.mark.parametrize(
    ("millrace", "field", "says"),
    [
        pytest.param({"concurency": {}}, "settings.millrace.concurency", "not permitted", id="misspelt"),
        pytest.param({"concurrency": {"limit": 0}}, "settings.millrace.concurrency.limit", "greater", id="no places"),
        pytest.param({"order": {}}, "settings.millrace.order.key", "required", id="no key"),
        pytest.param({"priority": "top"}, "settings.millrace.priority", "'high'", id="no such priority"),
        pytest.param(
            {"order": {"key": "a"}, "concurrency": {"limit": 2}}, "settings.millrace.concurrency", "both", id="both"
        ),
        pytest.param(
            {"order": {"key": "={{ $('A').item.json.b }}"}}, "settings.millrace.order.key", "before", id="too much"
        ),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(millrace: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(MillraceError) as refused:
        check_holding(parse_workflow({"nodes": [], "settings": {"millrace": millrace}}).settings)

    assert isinstance(refused.value, WorkflowError)
    assert refused.value.field == field
    assert says in refused.value.message
    assert refused.value.hint


def test_settings_are_kept() -> None:
    given = {"tenant": "acme", "millrace": {"priority": "bulk", "order": {"key": "a"}}}

    assert Settings.model_validate(given).model_dump(by_alias=True, exclude_unset=True) == given
