"""Recovery: a worker dies after each single record it writes; another goes on, and every execution ends exactly once.

Flow: starts on the log → worker that dies at record n → second worker → events counted.
On Kafka each death costs seconds, so there half of the combinations run.
"""

import asyncio
from collections import Counter
from functools import partial
from typing import Any

import msgspec
import pytest

from agents.plan import Plan, compile_plan
from agents.settings import WorkerSettings
from agents.state import Activation, Mark, Packet, State, encode_row
from agents.worker import Worker, row_codecs
from schemas.events import EffectDoubted, Event, EventFrame, ExecutionFinished, NodeFinished, event_id
from schemas.identifiers import digest_id, new_execution_id
from schemas.item import Item
from schemas.task import Frame, Start, Task
from streams import codecs
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.topics import EVENTS, EXECUTIONS, all_topics, node_topic, table_topic
from streams.transports.broker import Broker
from streams.transports.protocol import Log
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.toys import TOYS, workflow
from tests.agents.worlds import COMMITS, World
from tests.conformance.transports import KAFKA

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
    ends = await broker.ends(EVENTS)
    reader = await broker.reader(EVENTS, sorted(ends), "earliest")
    events: list[Event] = []
    while any(reader.position[partition] < end for partition, end in ends.items()):
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


def builder(raw: dict[str, Any], chaining: bool = True) -> Any:
    return lambda log, settings: build(log, raw, chaining, settings=settings)


WAYS = [
    *[("memory", way, commits) for way in ("chained", "every edge a hop") for commits in COMMITS],
    (KAFKA, "chained", "never"),
    (KAFKA, "every edge a hop", "as it goes"),
]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("anywhere", "way", "commits"), WAYS, indirect=["anywhere"])
async def test_death_after_any_record_loses_and_repeats_nothing(world: World, way: str, commits: str) -> None:
    world.commit(commits)
    build = builder(FLOW, way == "chained")
    for budget in range(60):
        await world.renew()
        await send(world.log, start(new_execution_id()), start(new_execution_id()))
        async with world.life(build, budget) as (_, dead):
            survived = await world.until_ended(2, dead)
        async with world.life(build):
            await world.until_ended(2)
            events = {event_id(event): event for event in await world.events()}

        ends = [event for event in events.values() if isinstance(event, ExecutionFinished)]
        assert [end.status for end in ends] == ["success", "success"], f"died after {budget} records"
        for end in ends:
            mine = [e for e in events.values() if isinstance(e, NodeFinished) and e.execution == end.execution]
            assert Counter(event.node for event in mine) == EXPECTED, f"died after {budget} records"
        if survived:
            assert budget > 5
            return
    raise AssertionError("the worker always died")


async def test_an_unsafe_effect_is_not_repeated_but_in_doubt(world: World) -> None:
    build = builder(workflow({"S": "begin", "E": "effect", "P": "pass"}, ["S > E", "E > P"]))
    outcomes = set()
    for budget in range(30):
        await world.renew()
        await send(world.log, start(new_execution_id()))
        async with world.life(build, budget) as (_, dead):
            survived = await world.until_ended(1, dead)
        async with world.life(build):
            ends: dict[str, Event] = {}
            while not ends:
                await asyncio.sleep(0.005)
                told = await world.events()
                ends = {event_id(e): e for e in told if isinstance(e, ExecutionFinished | EffectDoubted)}
            end = next(iter(ends.values()))  # what was told first; its row may have been lost with the worker
        outcomes.add(end.status if isinstance(end, ExecutionFinished) else "in doubt")
        if survived:
            break

    assert outcomes == {"success", "in doubt"}


async def test_a_start_with_an_identity_runs_once_however_often_it_comes(world: World) -> None:
    again = partial(start, digest_id("w", "S", "key"), key="key", keep_seconds=60)
    async with world.life(builder(FLOW)):
        for _ in range(3):
            await send(world.log, again(), again())
        await world.until_ended(1)
        await send(world.log, again())

    assert Counter(type(event) for event in await world.events())[ExecutionFinished] == 1


async def test_marks_go_when_nothing_can_come_any_more(world: World) -> None:
    build = builder(FLOW)
    workers: list[Worker] = []

    def noting(log: Any, settings: StreamSettings) -> tuple[Streams, Worker]:
        streams, worker = build(log, settings)
        workers.append(worker)
        return streams, worker

    plain, keyed = new_execution_id(), digest_id("w", "S", "k")
    async with world.life(noting) as (streams, _):
        await send(world.log, start(plain), start(keyed, key="k", keep_seconds=3600))
        await world.until_ended(2)
        table = streams.table("executions")
        while any(committed < end for committed, end in streams.progress(0).values()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

        assert isinstance(table.get(plain), Mark)
        await workers[0].marks.sweep(session_seconds=0)
        await workers[0].marks.sweep(session_seconds=0)

        assert table.get(plain) is None
        assert isinstance(table.get(keyed), Mark)


ASLEEP = Activation(
    "W", [Packet([Item({"n": 1})], count=1)], [], at=1, cause="S/0", due=2, why="wait", held=[Packet([])]
)
RETRYING = msgspec.structs.replace(ASLEEP, attempt=2, why="retry", held=None)


@pytest.mark.parametrize(
    ("asleep", "task"),
    [
        pytest.param(ASLEEP, {}, id="the task that fell asleep comes again"),
        pytest.param(RETRYING, {"attempt": 1, "due": "retry"}, id="the try before the next comes again"),
    ],
)
async def test_a_sleeper_whose_timer_was_lost_wakes(world: World, asleep: Activation, task: dict[str, Any]) -> None:
    execution = new_execution_id()
    row = State(execution, "w", "v", "trigger", 1, "S", "waiting", runs={"S": 1, "W": 1}, left=True)
    row.flight[asleep.key] = asleep
    await world.log.send(table_topic(EXECUTIONS), 0, encode_row(row), key=execution.encode())
    await world.log.send(node_topic("sleep"), 0, codecs.encode(Frame([Task(execution, "w", "v", "W", 1, **task)])))

    async with world.life(builder(workflow({"S": "begin", "W": "sleep", "P": "pass"}, ["S > W", "W > P"]), False)):
        assert await world.until_ended(1)
