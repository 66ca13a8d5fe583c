"""Admission: who floods keeps nobody else waiting, what waits is parked, and nothing of it is lost or done twice.

Flow: frames of several tenants on a log → worker (that dies) → rows of `parked`, ends, commits.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agents.batches import Batch, Place, lowest, unparked
from agents.plan import Plan, compile_plan
from agents.pressing import Stock
from agents.rota import Lane
from agents.settings import WorkerSettings
from agents.state import Mark, State
from agents.worker import Worker, row_codecs
from schemas.events import ExecutionFinished, NodeFinished, event_id
from schemas.identifiers import new_execution_id, partition_of
from schemas.item import Item
from schemas.pressure import Pressure
from schemas.task import Frame, Start, Task
from streams import codecs
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.tables import Owner
from streams.topics import PARKED, PRESSURE, all_topics, node_topic
from streams.transports.broker import Broker
from streams.transports.protocol import Log
from tests.agents.mortal import Mortal
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.test_recovery import SETTINGS, TYPES, events_of, new_broker, until_ended
from tests.agents.toys import TOYS, workflow
from tests.agents.worlds import COMMITS, World
from tests.conformance.transports import KAFKA

CALLING = workflow({"S": "begin", "K": "keyed", "P": "pass"}, ["S > K", "K > P"], tenant="good")
AT_ONCE = workflow({"S": "begin", "P": "pass"}, ["S > P"], tenant="flood")
QUICK = workflow({"S": "begin", "P": "pass"}, ["S > P"], tenant="good")
HANGING = workflow({"S": "begin", "H": "hang"}, ["S > H"], tenant="flood")
NARROW = WorkerSettings(
    drain_seconds=0, slots=4, tenant_slots=2, workflow_slots=2, turns=2, crowd=2, begin_below=2, hold_seconds=0.3
)


class TwoPlans:
    """Workflows of one tenant whose executions end at once, and of another whose calls never end, or come in floods."""

    def __init__(self) -> None:
        self.plans = {name: compile_plan(name, "v", raw, TOYS) for name, raw in WORKFLOWS.items()}

    def cached(self, workflow: str, version: str) -> Plan:
        return self.plans[workflow]

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        return self.plans[workflow]


WORKFLOWS = {"call": CALLING, "hang": HANGING, "at once": AT_ONCE, "quick": QUICK}


@asynccontextmanager
async def at_work(broker: Any, how: WorkerSettings = NARROW) -> AsyncIterator[tuple[Streams, Worker]]:
    settings = SETTINGS.model_copy(update={"partitions": broker.partitions})
    streams = build_app(settings, TYPES, row_codecs(), broker=broker)
    worker = Worker(streams, TOYS, TwoPlans(), Calm(), MemoryBlobs(), None, how, hurry=lambda _: None)
    await streams.start()
    await worker.start()
    try:
        yield streams, worker
    finally:
        await worker.stop()
        await streams.stop()


def starts(name: str, count: int) -> list[Task]:
    start = Start(items=[Item(json={"n": 1})], mode="trigger")
    return [Task(new_execution_id(), name, "v", "S", 1, start=start) for _ in range(count)]


async def send(broker: Log, tasks: list[Task], together: int) -> None:
    for at in range(0, len(tasks), together):
        await broker.send(node_topic("begin"), 0, codecs.encode(Frame(tasks[at : at + together])))


async def until_committed(streams: Streams) -> None:
    async with asyncio.timeout(30):
        while any(committed < end for committed, end in streams.progress(0).values()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def until_empty(streams: Streams, dead: asyncio.Event | None = None) -> None:
    async with asyncio.timeout(30):
        while streams.table(PARKED).count(0) and not (dead is not None and dead.is_set()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("together", [200, 1], ids=["in full records", "one by one"])
async def test_a_flood_is_parked_and_holds_up_nobody(together: int) -> None:
    broker = new_broker()
    async with at_work(broker) as (streams, worker):
        await send(broker, starts("hang", 2000), together)
        await send(broker, starts("call", 20), 5)

        await until_ended(broker, 20)
        await until_committed(streams)

        ends = [event for event in await events_of(broker) if isinstance(event, ExecutionFinished)]
        assert {end.workflow for end in ends} == {"call"}
        assert streams.table(PARKED).count(0) >= 10
        begun = sum(isinstance(row, State) for _, row in streams.table("executions").rows(0))
        crowd = worker.crowds()["flood"]
        assert crowd.running == 2
        assert crowd.waiting > 1900
        assert crowd.parked_bytes > 0
        assert begun < 20, "a workflow whose calls wait begins no more"
    await broker.close()


@pytest.mark.parametrize(("small", "before"), [("quick", range(1000)), ("call", range(1500))])
async def test_a_backlog_of_quick_executions_is_passed_by_another_tenant(small: str, before: range) -> None:
    broker = new_broker()
    flood, how = starts("at once", 2000), WorkerSettings(drain_seconds=0, frames_in_flight=16)
    async with at_work(broker, how) as (streams, _):
        await send(broker, starts(small, 1), 1)
        await until_ended(broker, 1)
        for at in range(0, 2000, 4):
            broker.send(node_topic("begin"), 0, codecs.encode(Frame(flood[at : at + 4])))
        await send(broker, starts(small, 1), 1)

        await until_ended(broker, 2002)
        await until_committed(streams)
        await until_empty(streams)

        ends = [event.workflow for event in await events_of(broker) if isinstance(event, ExecutionFinished)]
        assert Counter(ends) == {"at once": 2000, small: 2}
        assert ends[1:].index(small) in before
    await broker.close()


async def test_a_stop_waits_for_no_record_that_comes_to_the_door_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    broker, at_the_door, go_on = new_broker(), asyncio.Event(), asyncio.Event()

    async def slowly(plans: TwoPlans, workflow: str, version: str, catalog: int) -> Plan:
        at_the_door.set()
        await go_on.wait()
        return plans.plans[workflow]

    monkeypatch.setattr(TwoPlans, "cached", lambda *_: None)
    monkeypatch.setattr(TwoPlans, "get", slowly)
    async with at_work(broker, WorkerSettings(drain_seconds=3600, chaining=False)) as (_, worker):
        await send(broker, starts("call", 5), 5)
        await at_the_door.wait()
        stopping = asyncio.create_task(worker.stop())
        while not worker._agents.admission.parking.closed:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0)
        go_on.set()

        await asyncio.wait_for(stopping, 30)

    async with at_work(broker):
        await until_ended(broker, 5)
    await broker.close()


async def test_before_a_partition_goes_what_runs_without_its_record_is_waited_for() -> None:
    broker = new_broker()
    async with at_work(broker) as (streams, worker):
        await send(broker, starts("hang", 30), 30)
        await until_committed(streams)
        assert not any(ledger.open for ledger in streams.app.consumer.ledgers.values())

        running = worker._agents.admission.close()
        draining = asyncio.create_task(streams.app.consumer.drain(30, 30))
        await asyncio.sleep(0.1)

        assert len(running) == 2
        assert not draining.done()
        for each in running:
            each.cancel()
        await draining
    await broker.close()


async def test_records_with_one_offset_in_several_partitions_are_parked_apart() -> None:
    broker = Broker(all_topics(TYPES), 4)
    waiting = {task.execution: task for task in starts("call", 200)}
    for partition in range(4):
        mine = [task for task in waiting.values() if partition_of(task.execution, 4) == partition]
        for at in range(0, len(mine), 5):
            await broker.send(node_topic("begin"), partition, codecs.encode(Frame(mine[at : at + 5])))

    async with at_work(broker):
        await until_ended(broker, len(waiting))

    await broker.close()


def build(log: Any, settings: StreamSettings) -> tuple[Streams, Worker]:
    streams = build_app(settings, TYPES, row_codecs(), broker=log)
    worker = Worker(streams, TOYS, TwoPlans(), Calm(), MemoryBlobs(), None, NARROW, hurry=lambda _: None)
    return streams, worker


WAYS = [*[("memory", commits, 3) for commits in COMMITS], (KAFKA, "as it goes", 13)]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("anywhere", "commits", "step"), WAYS, indirect=["anywhere"])
async def test_death_after_any_record_loses_and_repeats_nothing_that_is_parked(
    world: World, commits: str, step: int
) -> None:
    world.commit(commits)
    parked = 0
    for budget in range(step - 1, 200, step):
        await world.renew()
        tasks = starts("call", 12)
        await send(world.log, tasks, 6)
        async with world.life(build, budget) as (streams, dead):
            survived = await world.until_ended(12, dead)
            parked += streams.table(PARKED).count(0)
            if survived:
                await until_empty(streams, dead)
                survived = not dead.is_set()
        async with world.life(build) as (streams, _):
            await world.until_ended(12)
            await until_empty(streams)
            await until_committed(streams)
            events = {event_id(event): event for event in await world.events()}

        ends = Counter(event.execution for event in events.values() if isinstance(event, ExecutionFinished))
        assert ends == Counter(task.execution for task in tasks), f"died after {budget} records"
        nodes = Counter(event.node for event in events.values() if isinstance(event, NodeFinished))
        assert nodes == Counter(S=12, K=12, P=12), f"died after {budget} records"
        if survived:
            assert budget > 10
            assert parked
            return
    raise AssertionError("the worker always died")


@pytest.mark.parametrize("commits", COMMITS)
async def test_death_in_a_backlog_of_quick_executions_loses_and_repeats_nothing(commits: str) -> None:
    chance = random.Random(len(commits))
    broker = new_broker()
    tasks = [*starts("quick", 2), *starts("at once", 400), *starts("quick", 2)]
    await send(broker, tasks, 2)
    counts, lag = COMMITS[commits]
    parked = 0
    for _ in range(5):
        mortal = Mortal(broker, chance.randrange(20, 120), commits=counts, lag_seconds=lag)
        async with at_work(mortal, NARROW.model_copy(update={"frames_in_flight": 8})) as (streams, _):
            await until_ended(broker, len(tasks), mortal.dead)
            parked += streams.table(PARKED).count(0)
            mortal.dead.set()

    async with at_work(broker) as (streams, _):
        await until_ended(broker, len(tasks))
        await until_empty(streams)
        await until_committed(streams)

    events = {event_id(event): event for event in await events_of(broker)}
    ends = Counter(event.execution for event in events.values() if isinstance(event, ExecutionFinished))
    assert ends == Counter(task.execution for task in tasks)
    assert parked
    await broker.close()


async def test_marks_stay_while_a_row_may_bring_their_start_again() -> None:
    broker = new_broker()
    async with at_work(broker) as (streams, worker):
        calling = starts("call", 5)
        await send(broker, [*calling, *starts("hang", 30)], 100)
        await until_ended(broker, 5)
        await until_committed(streams)

        for _ in range(2):
            await worker.marks.sweep(session_seconds=0)

        assert isinstance(streams.table("executions").get(calling[0].execution), Mark)
        assert worker._agents.admission.parking.held(0)[node_topic("begin")] == 0
    await broker.close()


async def test_what_was_parked_goes_on_where_the_partition_goes() -> None:
    broker = new_broker()
    async with at_work(broker) as (streams, _):
        await send(broker, starts("hang", 30), 30)
        await until_committed(streams)
        begun = streams.table("executions").count(0)

    async with at_work(broker, WorkerSettings(drain_seconds=0)) as (streams, _):
        async with asyncio.timeout(30):
            while streams.table("executions").count(0) < 30:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    assert begun < 30
    await broker.close()


async def test_a_tenant_that_has_too_much_parked_is_told_to_the_doors_until_it_has_not() -> None:
    broker = new_broker()
    how = NARROW.model_copy(update={"tenant_bytes": 2000, "hold_seconds": 0.05})
    reader = await broker.reader(PRESSURE, [0], "latest")
    async with at_work(broker, how) as (streams, _):
        await send(broker, starts("call", 400), 100)
        said = [codecs.decode(record.value or b"", Pressure) for record in await reader.read()]
        await until_ended(broker, 400)
        await until_empty(streams)
        async with asyncio.timeout(10):
            while said[-1].tenants:
                said += [codecs.decode(record.value or b"", Pressure) for record in await reader.read()]

    assert said[0].tenants == ["good"]
    assert not said[-1].whole
    await broker.close()


@pytest.mark.parametrize(
    ("sizes", "full", "whole"),
    [
        pytest.param([("a", 50)], [], False, id="room"),
        pytest.param([("a", 101)], ["a"], False, id="one is full"),
        pytest.param([("a", 101), ("a", -5)], ["a"], False, id="and stays so for a while"),
        pytest.param([("a", 101), ("a", -50)], [], False, id="and is not"),
        pytest.param([("a", 101), ("b", 101), ("c", 99)], ["a", "b"], True, id="all together"),
        pytest.param([("a", 300), ("a", -300)], [], False, id="nothing left"),
    ],
)
def test_what_is_full(sizes: list[tuple[str, int]], full: list[str], whole: bool) -> None:
    stock = Stock(100, 250)
    for tenant, size in sizes:
        stock.add(tenant, size)

    assert sorted(stock.full) == full
    assert stock.whole is whole


def test_a_batch_and_its_row() -> None:
    async def body() -> None:
        tasks = starts("call", 5)
        batch = Batch(Place("start", Lane("t", "bulk", "call"), None), ("topic", 7), Owner(0, 1), 3, tasks)
        first, task = batch.give(None)
        number, _ = batch.give(None)
        assert batch.take_back(number) is False

        row = batch.row()
        batch.stow()
        again = unparked(row, Owner(0, 2))

        assert task == tasks[0]
        assert [again.give(row)[1] for _ in range(4)] == [tasks[0], *tasks[2:]]
        assert [batch.give(row)[1] for _ in range(3)] == tasks[2:]
        assert (again.key, again.lane, again.catalog, again.waiting) == (batch.key, batch.lane, 3, 4)
        assert lowest([batch, again]) == {"topic": 7}
        assert [batch.take_back(each) for each in (first, 2, 3, 4)] == [False, False, False, True]

    asyncio.run(body())
