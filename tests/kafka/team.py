"""A team of workers on one Kafka: in this process or in one of their own, and what they did, counted.

Flow: test → **team** → workers come, go and are killed → events on the log.
"""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvloop

from agents.plan import Plan, compile_plan
from agents.settings import WorkerSettings
from agents.worker import Worker, row_codecs
from schemas.errors import OperationalError, Revoked
from schemas.events import Event, EventFrame, ExecutionFinished, NodeFinished, event_id
from schemas.identifiers import new_execution_id, partition_of
from schemas.item import Item
from schemas.task import Frame, Start, Task
from streams import codecs
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.topics import EVENTS, EXECUTIONS, all_topics, node_topic
from streams.transports.kafka_log import KafkaLog
from streams.transports.kafka_topics import prepare
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.toys import TOYS, workflow
from tests.architecture.tree import ROOT

TYPES = [toy.name for toy in TOYS]
TOPICS = all_topics(TYPES)
FLOW = workflow(
    {"S": "begin", "A": "keyed", "B": "keyed", "J": "join", "W": "sleep", "P": "pass"},
    ["S > A", "S > B", "A > J", "B > J.1", "J > W", "W > P"],
    "parallel",
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


class Hand:
    """One worker in this process."""

    def __init__(self, settings: StreamSettings, raw: dict[str, Any] = FLOW, chaining: bool = True) -> None:
        self._stopped = False
        self.streams: Streams = build_app(settings, TYPES, row_codecs())
        options = WorkerSettings(chaining=chaining)
        plans = OnePlan(raw)
        self.worker = Worker(self.streams, TOYS, plans, Calm(), MemoryBlobs(), None, options, hurry=lambda _: None)

    async def __aenter__(self) -> "Hand":
        try:
            await self.streams.start()
            await self.worker.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop it, once."""
        if not self._stopped:
            self._stopped = True
            await self.worker.stop()
            await self.streams.stop()


def owned(streams: Streams) -> set[int]:
    """Say which partitions a worker has."""
    return {partition for partition in range(streams.settings.partitions) if streams.owner(partition) is not None}


@asynccontextmanager
async def other(role: str, settings: StreamSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Have a worker in a process of its own, which has partitions when this begins."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kafka.team", role, settings.model_dump_json(), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        while (line := await process.stdout.readline()) != b"ready\n":
            assert line, "the worker did not start"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def log_of(settings: StreamSettings) -> AsyncIterator[KafkaLog]:
    """Have the log alone, with its topics made."""
    await prepare(settings, TOPICS)
    log = KafkaLog(settings, TOPICS)
    try:
        yield log
    finally:
        await log.close()


async def feed(log: KafkaLog, count: int, per_frame: int = 5) -> list[str]:
    """Send starts, some at a time; give their executions."""
    ids = [new_execution_id() for _ in range(count)]
    frames: dict[int, list[Task]] = {}
    sent = []
    for execution in ids:
        partition = partition_of(execution, log.partitions)
        start = Start(items=[Item(json={"n": 1})], mode="trigger")
        frames.setdefault(partition, []).append(Task(execution, "w", "v", "S", 1, start=start))
        if len(frames[partition]) == per_frame:
            sent.append(_send(log, partition, frames.pop(partition)))
    sent += [_send(log, partition, tasks) for partition, tasks in frames.items()]
    await asyncio.gather(*sent)
    return ids


def _send(log: KafkaLog, partition: int, tasks: list[Task]) -> "asyncio.Future[int]":
    return log.send(node_topic("begin"), partition, codecs.encode(Frame(tasks)))


class Ledger:
    """What happened, as the events tell: each fact once, however often it was written."""

    def __init__(self, log: KafkaLog) -> None:
        self._log = log
        self._reader: Any = None
        self.events: dict[Any, Event] = {}
        self.written = 0

    async def read(self, wait_seconds: float = 0.2) -> None:
        if self._reader is None:
            self._reader = await self._log.reader(EVENTS, range(self._log.partitions), "earliest")
        for record in await self._reader.read(1000, wait_seconds):
            for event in codecs.decode(record.value, EventFrame).events:
                self.written += 1
                self.events[event_id(event)] = event

    @property
    def ended(self) -> set[str]:
        return {event.execution for event in self.events.values() if isinstance(event, ExecutionFinished)}

    async def until_ended(self, executions: Sequence[str]) -> None:
        while not self.ended.issuperset(executions):
            await self.read()

    def verify(self, executions: Sequence[str], expected: Counter[str] = EXPECTED, *, more: bool = False) -> None:
        """Every execution ended once, well, and every node of it ran once; ``more``: others may have, too."""
        ends = Counter(event.execution for event in self.events.values() if isinstance(event, ExecutionFinished))
        assert set(ends.values()) == {1}
        assert set(executions) <= ends.keys() if more else set(executions) == ends.keys()
        assert {e.status for e in self.events.values() if isinstance(e, ExecutionFinished)} == {"success"}
        runs: dict[str, Counter[str]] = {}
        for event in self.events.values():
            if isinstance(event, NodeFinished):
                runs.setdefault(event.execution, Counter())[event.node] += 1
        assert [found for found in runs.values() if found != expected] == []


async def _engine(settings: StreamSettings) -> None:
    """Work until killed."""
    async with Hand(settings):
        print("ready", flush=True)
        await asyncio.sleep(300)


async def _write(settings: StreamSettings) -> None:
    """Put rows without end, wherever the lease allows it; each says of which generation and worker it is."""
    streams = build_app(settings, TYPES)
    listen(streams)
    await streams.start()
    print("ready", flush=True)
    await write(streams)


def listen(streams: Streams, topic: str = node_topic("begin")) -> None:
    """Attach an agent, so that there is something to be a member for."""

    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            event.ack()

    agent.__name__ = f"listen_{topic}"
    streams.app.agent(streams.topic(topic))(agent)


async def write(streams: Streams) -> None:
    """Put rows without end; a worker that was refused goes on asking, as a stubborn one would."""
    table, me = streams.table(EXECUTIONS), random.randrange(1 << 30)
    held: dict[int, Any] = {}
    while True:
        for partition in range(streams.settings.partitions):
            owner = held[partition] = streams.owner(partition) or held.get(partition)
            if owner is not None:
                try:
                    table.put(owner, f"k{random.randrange(100)}", b"%d %d" % (owner.generation, me))
                except (Revoked, OperationalError):
                    continue
        await asyncio.sleep(0.002)


if __name__ == "__main__":
    uvloop.run({"engine": _engine, "write": _write}[sys.argv[1]](StreamSettings.model_validate_json(sys.argv[2])))
