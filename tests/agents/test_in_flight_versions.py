"""Executions under way while another version takes over: each stays on the one that it began with.

Flow: starts of two versions on the log → worker → rows, dead letters.
"""

import asyncio
from typing import Any

from agents.plan import Plan, compile_plan
from agents.settings import WorkerSettings
from agents.state import State
from agents.worker import Worker, row_codecs
from schemas.events import ExecutionFinished, NodeFinished
from schemas.identifiers import new_execution_id
from schemas.item import Item
from schemas.task import Control, ControlFrame, Start, Task
from streams import codecs
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.topics import CONTROL, DEAD_LETTERS
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.test_recovery import TYPES, send
from tests.agents.toys import TOYS, workflow
from tests.agents.worlds import World


class Versions:
    """Two versions of one workflow: the first hangs at `H`, the second has no such node."""

    def __init__(self) -> None:
        self.plans = {
            "v1": compile_plan("w", "v1", workflow({"S": "begin", "H": "hang"}, ["S > H"]), TOYS),
            "v2": compile_plan("w", "v2", workflow({"S": "begin", "K": "keyed"}, ["S > K"]), TOYS),
        }

    def cached(self, workflow: str, version: str) -> Plan:
        return self.plans[version]

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        return self.plans[version]


def build(log: Any, settings: StreamSettings) -> tuple[Streams, Worker]:
    streams = build_app(settings, TYPES, row_codecs(), broker=log)
    return streams, Worker(streams, TOYS, Versions(), Calm(), MemoryBlobs(), None, WorkerSettings(drain_seconds=0))


async def test_a_repeated_start_of_a_newer_version_leaves_the_execution_on_its_own(world: World) -> None:
    execution, other = new_execution_id(), new_execution_id()

    async def start(name: str, version: str) -> None:
        task = Task(name, "w", version, "S", 1, start=Start([Item(json={"n": 1})], mode="trigger", key=name))
        await send(world.log, task)

    async with world.life(build) as (streams, _):
        await start(execution, "v1")
        while streams.table("executions").get(execution) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        await start(execution, "v2")
        await start(other, "v2")
        await world.until_ended(1)

        row = streams.table("executions").get(execution)
        assert isinstance(row, State)
        assert (row.version, list(row.flight)) == ("v1", ["H/0"])
        assert (await world.log.ends(DEAD_LETTERS)).get(0, 0) == 0
        await world.log.send(CONTROL, 0, codecs.encode(ControlFrame([Control(execution, "cancel", 1)])))
        await world.until_ended(2)
        events = await world.events()

    ran = {event.execution: event.version for event in events if isinstance(event, ExecutionFinished)}
    assert ran == {execution: "v1", other: "v2"}
    assert {(e.node, e.version) for e in events if isinstance(e, NodeFinished)} == {
        ("S", "v1"),
        ("S", "v2"),
        ("K", "v2"),
    }
