"""Ends: an execution ends once, and nothing that comes later changes how; its last moment interrupts what runs.

Flow: random orders of what can happen → step; workers on a log of each kind → events.
"""

import asyncio
import random
import time
from typing import Any

import pytest

from agents.actions import Began, CameBack, Cancelled, Failed, Finished, Occurrence, Record, Woke
from agents.plan import Plan
from agents.settings import WorkerSettings
from agents.state import Mark, Packet, State, decode_row, encode_row
from agents.step import step
from agents.worker import Worker, row_codecs
from schemas.errors import ErrorInfo
from schemas.events import ExecutionFinished, event_id
from schemas.identifiers import new_execution_id
from schemas.item import Item
from schemas.task import Control, ControlFrame, Returned, Start, Task
from streams import codecs
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.topics import CONTROL
from tests.agents.simulation import EPOCH, Calm, MemoryBlobs, plan_of
from tests.agents.test_recovery import TYPES, OnePlan, send
from tests.agents.toys import TOYS, workflow
from tests.agents.worlds import World

RACES = 10_000
GRAPH = workflow(
    {"S": "begin", "A": "keyed", "B": ("keyed", {}, {"retryOnFail": True}), "J": "join", "W": "sleep", "P": "pass"},
    ["S > A", "S > B", "A > J", "B > J.1", "J > W", "W > P"],
    "parallel",
)


def happenings(plan: Plan, chance: random.Random) -> list[Occurrence]:
    """Everything that can be told of an execution, true or late or twice, in any order; a cancel is among it."""
    one = [Packet(items=[Item({})], count=1)]
    found: list[Occurrence] = []
    for node in plan.nodes:
        found += [Finished(node, 0, one), Finished(node, 0, one), Woke(node, 0)]
        found += [Finished(node, 0, one, until=EPOCH + 5), Failed(node, 0, ErrorInfo("no"))]
        found.append(CameBack(Returned(node, 0, 0)))
    found = chance.sample(found, chance.randint(4, len(found)))
    found.insert(chance.randrange(len(found)), Cancelled(kind=chance.choice(["Cancelled", "Timeout"])))
    return found


def test_ten_thousand_races_never_change_an_end() -> None:
    plan = plan_of(GRAPH, TOYS)
    chance = random.Random(6)
    statuses: set[str] = set()
    for _ in range(RACES):
        state = State("x", "w", "v", "webhook", EPOCH, "S")
        state, actions = step(plan, state, Began("S", [Packet(items=[Item({})], count=1)]), EPOCH)
        said = [a.event for a in actions if isinstance(a, Record) and isinstance(a.event, ExecutionFinished)]
        for occurrence in happenings(plan, chance):
            before = state
            state, actions = step(plan, state, occurrence, EPOCH)
            said += [a.event for a in actions if isinstance(a, Record) and isinstance(a.event, ExecutionFinished)]
            assert not before.terminal or (state is before and not actions)
            stored = decode_row(encode_row(state)) if chance.random() < 0.05 else state
            assert isinstance(stored, State)
            state = stored
        assert [end.status for end in said] == [state.status]
        statuses.add(state.status)

    assert statuses == {"success", "error", "cancelled"}


class House:
    """A worker with real time, in a world that outlives it."""

    def __init__(self, world: World, raw: dict[str, Any]) -> None:
        self.world = world
        self._life = world.life(lambda log, settings: self._build(log, settings, raw))

    def _build(self, log: Any, settings: StreamSettings, raw: dict[str, Any]) -> tuple[Streams, Worker]:
        streams = build_app(settings, TYPES, row_codecs(), broker=log)
        how = WorkerSettings(drain_seconds=0)
        return streams, Worker(streams, TOYS, OnePlan(raw), Calm(), MemoryBlobs(), None, how)

    async def __aenter__(self) -> "House":
        self.streams, _ = await self._life.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._life.__aexit__(*error)

    async def end(self) -> ExecutionFinished:
        await self.world.until_ended(1)
        events = {event_id(event): event for event in await self.world.events()}.values()
        (end,) = [event for event in events if isinstance(event, ExecutionFinished)]
        return end


def begin(at: int) -> Task:
    return Task(new_execution_id(), "w", "v", "S", at, start=Start(items=[Item({})], mode="trigger"))


@pytest.mark.parametrize("node", ["hang", "sleep"])
async def test_the_last_moment_ends_what_runs_and_what_sleeps(world: World, node: str) -> None:
    raw = workflow({"S": "begin", "N": node}, ["S > N"], executionTimeout=0.2)
    async with House(world, raw) as house:
        await send(world.log, begin(int(time.time() * 1000)))
        end = await house.end()
        while list(house.streams.table("timers").rows(0)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    assert end.status == "cancelled"
    assert end.error is not None
    assert (end.error.kind, end.error.message) == ("Timeout", "execution timed out")


async def test_the_last_moment_outlives_the_worker(world: World) -> None:
    raw = workflow({"S": "begin", "N": "hang"}, ["S > N"], executionTimeout=0.5)
    async with House(world, raw) as house:
        await send(world.log, begin(int(time.time() * 1000)))
        while not list(house.streams.table("timers").rows(0)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    async with House(world, raw) as house:
        end = await house.end()

    assert end.status == "cancelled"


async def test_an_execution_that_ends_in_time_leaves_no_timer(world: World) -> None:
    raw = workflow({"S": "begin", "N": "keyed", "P": "pass"}, ["S > N", "N > P"], executionTimeout=3600)
    async with House(world, raw) as house:
        await send(world.log, begin(int(time.time() * 1000)))
        end = await house.end()
        while list(house.streams.table("timers").rows(0)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        left = house.streams.table("executions").get(end.execution)

    assert end.status == "success"
    assert isinstance(left, Mark)


async def test_a_cancelled_execution_makes_no_further_effect(world: World) -> None:
    raw = workflow({"S": "begin", "N": "hang", "E": "effect"}, ["S > N", "N > E"])
    task = begin(1)
    async with House(world, raw) as house:
        await send(world.log, task)
        while house.streams.table("executions").get(task.execution) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        frame = ControlFrame([Control(task.execution, "cancel", 1), Control(task.execution, "expire", 1)])
        await world.log.send(CONTROL, 0, codecs.encode(frame))
        end = await house.end()

    assert end.status == "cancelled"
    assert end.error is not None
    assert end.error.kind == "Cancelled"
