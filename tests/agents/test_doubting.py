"""Doubting: what was begun before a crash waits for somebody who knows what came of it, and goes on once, whoever dies.

Flow: journal of a crash, settlements → worker that dies at record n → second worker → **here**.
"""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from agents.worker import Worker
from schemas.events import EffectDoubted, EffectSettled, ExecutionFinished, NodeFinished, event_id
from schemas.identifiers import new_execution_id, partition_of, task_id
from schemas.item import Item
from schemas.task import Control, ControlFrame, Settlement
from streams import codecs
from streams.app import Streams
from streams.settings import StreamSettings
from streams.tables import table_topic
from streams.topics import CONTROL
from streams.transports.protocol import Log
from tests.agents.test_recovery import build, send, start
from tests.agents.toys import workflow
from tests.agents.worlds import World

FLOW = workflow({"S": "begin", "E": "effect", "P": "pass"}, ["S > E", "E > P"])
HAPPENED = Settlement("E", 0, 0, happened=True)
TOLD = Settlement("E", 0, 0, happened=True, items=[Item(json={"told": 1})])
DID_NOT = Settlement("E", 0, 0, happened=False)


async def crashed(world: World, settlement: Settlement, budget: int, *, times: int = 1) -> list[Any]:
    """Run an execution whose effect was begun before a crash; the first worker dies after so many records."""
    await world.renew()
    execution, workers = await begun(world), list[Worker]()

    def build_noting(log: Any, settings: StreamSettings) -> tuple[Streams, Worker]:
        streams, worker = build(log, FLOW, settings=settings)
        workers.append(worker)
        return streams, worker

    async with world.life(build_noting, budget) as (_, dead):
        await until_settled(world, execution, settlement, times, dead)
    async with world.life(build_noting):
        await until_settled(world, execution, settlement, times, None)
        await workers[-1].marks.sweep(0)
    events = {event_id(event): event for event in await world.events()}
    return [*events.values(), [row async for row in rows(world.log, "results")]]


async def begun(world: World) -> str:
    """Begin an execution whose effect a worker had begun that is gone."""
    execution = new_execution_id()
    key = f"{task_id(execution, 'E', 0)}/0".encode()
    await world.log.send(table_topic("results"), 0, b"started", key=key)
    await send(world.log, start(execution))
    return execution


async def settle(log: Log, execution: str, settlement: Settlement, at: int) -> None:
    control = Control(execution, "settle", at, settlement=settlement)
    await log.send(CONTROL, partition_of(execution, 1), codecs.encode(ControlFrame([control])))


async def until_settled(
    world: World, execution: str, settlement: Settlement, times: int, dead: asyncio.Event | None
) -> None:
    """Say of each attempt in doubt what is to be said, some times, until the execution ends or the worker is dead."""
    told = -1
    async with asyncio.timeout(30):
        while dead is None or not dead.is_set():
            events = await world.events()
            doubts = [event.attempt for event in events if isinstance(event, EffectDoubted)]
            if any(isinstance(event, ExecutionFinished) for event in events):
                return
            if doubts and max(doubts) > told:
                told = max(doubts)
                for at in range(times):
                    await settle(world.log, execution, replace(settlement, attempt=told), told * times + at)
            await asyncio.sleep(0.005)


async def until_told(world: World, kind: type) -> None:
    while not any(isinstance(event, kind) for event in await world.events()):  # noqa: ASYNC110 nothing wakes us
        await asyncio.sleep(0.005)


async def rows(log: Log, table: str) -> Any:
    topic = table_topic(table)
    reader = await log.reader(topic, [0], "earliest")
    ends, kept = await log.ends(topic), dict[bytes, bytes]()
    while reader.position[0] < ends[0]:
        for record in await reader.read():
            kept |= {record.key or b"": record.value or b""}
    for key, value in kept.items():
        if value:
            yield key


def ran(events: list[Any]) -> Counter[str]:
    return Counter(event.node for event in events if isinstance(event, NodeFinished))


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("settlement", "attempt", "given"),
    [
        pytest.param(HAPPENED, 0, {"n": 1}, id="happened"),
        pytest.param(TOLD, 0, {"told": 1}, id="happened, and gave this"),
        pytest.param(DID_NOT, 1, {"n": 1}, id="did not"),
    ],
)
async def test_an_effect_in_doubt_goes_on_as_somebody_says_once_whoever_dies(
    world: World, settlement: Settlement, attempt: int, given: dict[str, Any]
) -> None:
    for budget in (*range(4, 24), 10**6):
        *events, left = await crashed(world, settlement, budget, times=2)
        effect = next(event for event in events if isinstance(event, NodeFinished) and event.node == "E")
        (end,) = [event for event in events if isinstance(event, ExecutionFinished)]
        settled = [event.outcome for event in events if isinstance(event, EffectSettled)]

        assert end.status == "success", budget
        assert ran(events) == Counter(S=1, E=1, P=1), budget
        assert effect.attempt == attempt if settlement.happened else effect.attempt >= attempt
        assert json.loads(bytes(effect.outputs))[0][0]["json"] == given
        assert set(settled) == {"happened" if settlement.happened else "did not happen"}
        assert len(settled) == max(effect.attempt, 1)
        assert left == [], budget


async def test_what_is_said_of_another_attempt_changes_nothing(world: World) -> None:
    execution = await begun(world)
    async with world.life(lambda log, settings: build(log, FLOW, settings=settings)):
        await until_told(world, EffectDoubted)
        await settle(world.log, execution, Settlement("E", 0, 7, happened=True), 1)
        await settle(world.log, execution, Settlement("S", 0, 0, happened=True), 2)
        await world.log.send(CONTROL, 0, codecs.encode(ControlFrame([Control(execution, "cancel", 3)])))
        await world.until_ended(1)
        events = await world.events()

    (end,) = [event for event in events if isinstance(event, ExecutionFinished)]
    assert end.status == "cancelled"
    assert ran(events) == Counter(S=1)
    assert [event.outcome for event in events if isinstance(event, EffectSettled)] == ["ended"]
