"""Early cancellations: asked for as soon as the start is durable, they reach the execution however late it begins.

Flow: start, cancellation → worker that is slow to begin → **here**.
"""

import asyncio
from typing import Any

from agents.plan import Plan
from agents.settings import WorkerSettings
from agents.worker import Worker, row_codecs
from schemas.events import ExecutionFinished
from schemas.identifiers import new_execution_id
from schemas.task import Control, ControlFrame
from streams import codecs
from streams.app import build_app
from streams.topics import CONTROL
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.test_recovery import SETTINGS, TYPES, OnePlan, events_of, new_broker, send, start, until_ended
from tests.agents.toys import TOYS, workflow

RAW = workflow({"S": "begin", "H": "hang"}, ["S > H"])


class Late(OnePlan):
    """A plan that takes its time to be found."""

    def __init__(self, raw: dict[str, Any]) -> None:
        super().__init__(raw)
        self.found = asyncio.Event()

    def cached(self, workflow: str, version: str) -> Any:
        return self.plan if self.found.is_set() else None

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        await self.found.wait()
        return self.plan


async def test_a_cancellation_waits_for_the_start_that_it_means() -> None:
    broker, execution, nobody = new_broker(), new_execution_id(), new_execution_id()
    plans = Late(RAW)
    streams = build_app(SETTINGS, TYPES, row_codecs(), broker=broker)
    worker = Worker(streams, TOYS, plans, Calm(), MemoryBlobs(), None, WorkerSettings(drain_seconds=0))
    await streams.start()
    await worker.start()
    await send(broker, start(execution))
    for name in (execution, nobody):
        await broker.send(CONTROL, 0, codecs.encode(ControlFrame([Control(name, "cancel", 1, "asked")])))
    await asyncio.sleep(0.3)
    plans.found.set()
    await until_ended(broker, 1)
    (end,) = [event for event in await events_of(broker) if isinstance(event, ExecutionFinished)]
    async with asyncio.timeout(10):
        while any(ledger.open for ledger in streams.app.consumer.ledgers.values()):  # noqa: ASYNC110 nothing wakes us
            await asyncio.sleep(0.02)
    await worker.stop()
    await streams.stop()
    await broker.close()

    assert (end.execution, end.status) == (execution, "cancelled")
