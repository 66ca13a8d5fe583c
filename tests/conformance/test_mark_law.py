"""The law of marks: what was read from a topic starts once, as long as that record can be read again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agents.state import Mark
from schemas.events import EventFrame, ExecutionFinished
from schemas.identifiers import digest_id, partition_of
from schemas.item import Item
from schemas.task import Frame, Origin, Start, Task
from streams import codecs
from streams.app import Streams
from streams.settings import StreamSettings
from streams.topics import EVENTS, EXECUTIONS, node_topic
from streams.transports.kafka_topics import prepare
from tests.kafka.team import TOPICS, Hand

pytestmark = pytest.mark.timeout(60)

SOURCE = "theirs/0"


class Reader:
    """Sends the starts of records as an ingest does, and counts what became of them."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._streams: Streams = hand.streams

    async def start(self, offset: int, passed: int, source: str = SOURCE) -> str:
        """Start what a record starts; return when it has ended and nothing of it is on its way."""
        execution = digest_id("w", "S", source, offset)
        start = Start([Item(json={})], mode="trigger", key=str(offset), origin=Origin(source, offset, passed))
        partition = partition_of(execution, self._streams.settings.partitions)
        frame = Frame([Task(execution, "w", "v", "S", 1, start=start)])
        await self._streams.log.send(node_topic("begin"), partition, codecs.encode(frame))
        while not self.marked(execution):  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.01)
        while not await self._settled(partition):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return execution

    async def sweep(self) -> None:
        """Let two sweeps pass, at a time when every session has timed out."""
        await self._hand.worker.marks.sweep(session_seconds=0)
        await self._hand.worker.marks.sweep(session_seconds=0)

    def marked(self, execution: str) -> bool:
        return isinstance(self._streams.table(EXECUTIONS).get(execution), Mark)

    async def ends(self) -> Counter[str]:
        """Count the ends of executions that are on the log."""
        ends = await self._streams.log.ends(EVENTS)
        reader = await self._streams.log.reader(EVENTS, sorted(ends), "earliest")
        found: Counter[str] = Counter()
        while any(reader.position[partition] < end for partition, end in ends.items()):
            for record in await reader.read():
                events = codecs.decode(record.value or b"", EventFrame).events
                found.update(each.execution for each in events if isinstance(each, ExecutionFinished))
        await reader.close()
        return found

    async def _settled(self, partition: int) -> bool:
        await self._streams.survey()
        return all(committed >= end for committed, end in self._streams.progress(partition).values())


@asynccontextmanager
async def reading(settings: StreamSettings) -> AsyncIterator[Reader]:
    """Have a worker."""
    async with Hand(settings) as hand:
        yield Reader(hand)


@pytest.fixture
async def log(lasting: StreamSettings) -> StreamSettings:
    """A log with its topics, that outlives its workers."""
    if lasting.broker.startswith("kafka"):
        await prepare(lasting, TOPICS)
    return lasting


async def test_a_record_that_can_come_again_starts_nothing_twice(log: StreamSettings) -> None:
    async with reading(log) as reader:
        execution = await reader.start(5, passed=5)
        await reader.sweep()
        kept = reader.marked(execution)
        await reader.start(5, passed=5)

        assert kept
        assert await reader.ends() == {execution: 1}


async def test_a_mark_goes_when_its_record_is_known_to_be_committed(log: StreamSettings) -> None:
    async with reading(log) as reader:
        first = await reader.start(5, passed=5)
        await reader.start(6, passed=99, source="another")
        second = await reader.start(6, passed=5)
        await reader.sweep()
        before = reader.marked(first), reader.marked(second)
        third = await reader.start(7, passed=6)
        await reader.sweep()
        after = reader.marked(first), reader.marked(second), reader.marked(third)

    assert before == (True, True)
    assert after == (False, True, True)


async def test_marks_outlive_their_worker(log: StreamSettings) -> None:
    async with reading(log) as reader:
        execution = await reader.start(5, passed=5)
        committed = await reader.start(3, passed=3)
    async with reading(log) as reader:
        await reader.sweep()
        kept, gone = reader.marked(execution), not reader.marked(committed)
        await reader.start(5, passed=5)

        assert kept
        assert gone, "what the marks themselves tell is known again"
        assert (await reader.ends())[execution] == 1
