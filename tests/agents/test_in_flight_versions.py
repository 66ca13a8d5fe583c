"""Executions under way while another version takes over: each stays on the one that it began with.

Flow: starts of two versions on the log → worker → rows, dead letters.
"""

import asyncio

from agents.plan import Plan, compile_plan
from agents.settings import WorkerSettings
from agents.state import State
from agents.worker import Worker, row_codecs
from schemas.events import ExecutionFinished, NodeFinished
from schemas.identifiers import new_execution_id
from schemas.item import Item
from schemas.task import Control, ControlFrame, Frame, Start, Task
from streams import codecs
from streams.app import build_app
from streams.topics import CONTROL, DEAD_LETTERS, node_topic
from tests.agents.simulation import MemoryBlobs
from tests.agents.test_recovery import SETTINGS, TYPES, Calm, events_of, new_broker, until_ended
from tests.agents.toys import TOYS, workflow


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


async def test_a_repeated_start_of_a_newer_version_leaves_the_execution_on_its_own() -> None:
    broker = new_broker()
    streams = build_app(SETTINGS, TYPES, row_codecs(), broker=broker)
    worker = Worker(streams, TOYS, Versions(), Calm(), MemoryBlobs(), None, WorkerSettings(drain_seconds=0))
    await streams.start()
    await worker.start()
    execution, other = new_execution_id(), new_execution_id()

    async def start(name: str, version: str) -> None:
        task = Task(name, "w", version, "S", 1, start=Start([Item(json={"n": 1})], mode="trigger", key=name))
        await broker.send(node_topic("begin"), 0, codecs.encode(Frame([task])))

    await start(execution, "v1")
    while streams.table("executions").get(execution) is None:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    await start(execution, "v2")
    await start(other, "v2")
    await until_ended(broker, 1)

    row = streams.table("executions").get(execution)
    assert isinstance(row, State)
    assert (row.version, list(row.flight)) == ("v1", ["H/0"])
    assert (await broker.ends(DEAD_LETTERS)).get(0, 0) == 0
    await broker.send(CONTROL, 0, codecs.encode(ControlFrame([Control(execution, "cancel", 1)])))
    await until_ended(broker, 2)
    events = await events_of(broker)
    ran = {event.execution: event.version for event in events if isinstance(event, ExecutionFinished)}
    assert ran == {execution: "v1", other: "v2"}
    assert {(e.node, e.version) for e in events if isinstance(e, NodeFinished)} == {
        ("S", "v1"),
        ("S", "v2"),
        ("K", "v2"),
    }
    await worker.stop()
    await streams.stop()
    await broker.close()
