"""Recovery: a worker dies after each single record it writes; another goes on, and every execution ends exactly once.

Flow: starts on the log → worker that dies at record n → second worker → events counted.
"""

import asyncio
from collections import Counter
from typing import Any

import pytest

from agents.plan import Plan, compile_plan
from agents.settings import WorkerSettings
from agents.state import Mark
from agents.worker import Worker, row_codecs
from schemas.events import Event, EventFrame, ExecutionFinished, NodeFinished, event_id
from schemas.identifiers import digest_id, new_execution_id
from schemas.item import Item
from schemas.task import Frame, Start, Task
from streams import codecs
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.topics import EVENTS, all_topics, node_topic
from streams.transports.broker import Broker
from streams.transports.protocol import Log
from tests.agents.mortal import Mortal
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.toys import TOYS, workflow

TYPES = [toy.name for toy in TOYS]
SETTINGS = StreamSettings(broker="memory://", partitions=1, commit_interval=0.01)
FLOW = workflow(
    {"S": "begin", "A": "keyed", "B": "keyed", "J": "join", "W": "sleep", "P": "pass"},
    ["S > A", "S > B", "A > J", "B > J.1", "J > W", "W > P"],
    "parallel",
    executionTimeout=10**10,
)
EXPECTED = Counter(S=1, A=1, B=1, J=1, W=1, P=1)


class OnePlan:
    """The plan of one workflow."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.plan = compile_plan("w", "v", raw, TOYS)

    def cached(self, workflow: str, version: str) -> Plan:
        return self.plan

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        return self.plan


def new_broker() -> Broker:
    return Broker(all_topics(TYPES), SETTINGS.partitions)


def build(
    broker: Any, raw: dict[str, Any], chaining: bool = True, *, settings: StreamSettings = SETTINGS
) -> tuple[Streams, Worker]:
    streams = build_app(settings, TYPES, row_codecs(), broker=broker)
    how = WorkerSettings(chaining=chaining, drain_seconds=0)
    worker = Worker(streams, TOYS, OnePlan(raw), Calm(), MemoryBlobs(), None, how, hurry=lambda _: None)
    return streams, worker


async def events_of(broker: Log) -> list[Event]:
    reader = await broker.reader(EVENTS, [0], "earliest")
    ends = await broker.ends(EVENTS)
    events: list[Event] = []
    while reader.position[0] < ends[0]:
        for record in await reader.read():
            assert record.value is not None
            events += codecs.decode(record.value, EventFrame).events
    return events


async def until_ended(broker: Log, count: int, dead: asyncio.Event | None = None) -> bool:
    """Wait until so many executions have ended, or the worker has died."""
    async with asyncio.timeout(60):
        while True:
            ended = {e.execution for e in await events_of(broker) if isinstance(e, ExecutionFinished)}
            if len(ended) >= count:
                return True
            if dead is not None and dead.is_set():
                return False
            await asyncio.sleep(0.005)


def start(execution: str, **more: Any) -> Task:
    return Task(execution, "w", "v", "S", 1, start=Start(items=[Item(json={"n": 1})], mode="trigger", **more))


async def send(broker: Log, *tasks: Task) -> None:
    await broker.send(node_topic("begin"), 0, codecs.encode(Frame(list(tasks))))


@pytest.mark.parametrize("chaining", [True, False], ids=["chained", "every edge a hop"])
@pytest.mark.parametrize("commits", [True, False], ids=["commits as it goes", "never commits"])
async def test_death_after_any_record_loses_and_repeats_nothing(chaining: bool, commits: bool) -> None:
    for budget in range(60):
        broker = new_broker()
        await send(broker, start(new_execution_id()), start(new_execution_id()))
        mortal = Mortal(broker, budget, commits=commits)
        streams, worker = build(mortal, FLOW, chaining)
        await streams.start()
        await worker.start()
        survived = await until_ended(broker, 2, mortal.dead)
        mortal.dead.set()
        await worker.stop()
        await streams.app.stop()

        streams, worker = build(broker, FLOW, chaining)
        await streams.start()
        await worker.start()
        await until_ended(broker, 2)
        events = {event_id(event): event for event in await events_of(broker)}
        await worker.stop()
        await streams.stop()
        await broker.close()

        ends = [event for event in events.values() if isinstance(event, ExecutionFinished)]
        assert [end.status for end in ends] == ["success", "success"], f"died after {budget} records"
        for end in ends:
            mine = [e for e in events.values() if isinstance(e, NodeFinished) and e.execution == end.execution]
            assert Counter(event.node for event in mine) == EXPECTED, f"died after {budget} records"
        if survived:
            assert budget > 5
            return
    raise AssertionError("the worker always died")


async def test_an_unsafe_effect_is_not_repeated_but_in_doubt() -> None:
    raw = workflow({"S": "begin", "E": "effect", "P": "pass"}, ["S > E", "E > P"])
    outcomes = set()
    for budget in range(30):
        broker = new_broker()
        await send(broker, start(new_execution_id()))
        mortal = Mortal(broker, budget, commits=True)
        streams, worker = build(mortal, raw)
        await streams.start()
        await worker.start()
        survived = await until_ended(broker, 1, mortal.dead)
        mortal.dead.set()
        await worker.stop()
        await streams.app.stop()
        streams, worker = build(broker, raw)
        await streams.start()
        await worker.start()
        await until_ended(broker, 1)
        (end,) = {event_id(e): e for e in await events_of(broker) if isinstance(e, ExecutionFinished)}.values()
        outcomes.add(end.error.kind if end.error is not None else end.status)
        await worker.stop()
        await streams.stop()
        await broker.close()
        if survived:
            break

    assert outcomes == {"success", "InDoubt"}


async def test_a_start_with_an_identity_runs_once_however_often_it_comes() -> None:
    broker = new_broker()
    execution = digest_id("w", "S", "key")
    streams, worker = build(broker, FLOW)
    await streams.start()
    await worker.start()

    for _ in range(3):
        await send(broker, start(execution, key="key", keep_seconds=60), start(execution, key="key", keep_seconds=60))
    await until_ended(broker, 1)
    await send(broker, start(execution, key="key", keep_seconds=60))
    await streams.stop()

    events = await events_of(broker)
    assert Counter(type(event) for event in events)[ExecutionFinished] == 1
    await broker.close()


async def test_marks_go_when_nothing_can_come_any_more() -> None:
    broker = new_broker()
    streams, worker = build(broker, FLOW)
    await streams.start()
    await worker.start()
    plain, keyed = new_execution_id(), digest_id("w", "S", "k")
    await send(broker, start(plain), start(keyed, key="k", keep_seconds=3600))
    await until_ended(broker, 2)
    table = streams.table("executions")
    while any(committed < end for committed, end in streams.progress(0).values()):  # noqa: ASYNC110
        await asyncio.sleep(0.01)

    assert isinstance(table.get(plain), Mark)
    await worker.marks.sweep(session_seconds=0)
    await worker.marks.sweep(session_seconds=0)

    assert table.get(plain) is None
    assert isinstance(table.get(keyed), Mark)
    await worker.stop()
    await streams.stop()
    await broker.close()
