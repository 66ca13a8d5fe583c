"""Log: a Kafka cluster as the log of Millrace.

Flow: gateway, agents, tables → **log** → sender → Kafka → fetchers → readers.
"""

import asyncio
import itertools
import os
import socket
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from aiokafka import TopicPartition

from schemas.errors import DefectError, OperationalError, UserError
from streams.settings import StreamSettings
from streams.topics import COMMANDS, Topic
from streams.transports.kafka_fetcher import Fetcher
from streams.transports.kafka_group import DELIVERY
from streams.transports.kafka_link import EARLIEST, LATEST, Link, Names, parse_address
from streams.transports.kafka_reading import KafkaGroupReader, KafkaReader
from streams.transports.kafka_sender import Sender
from streams.transports.kafka_topics import prepare
from streams.transports.protocol import GroupReader, Reader

RECORD_MAX = 1 << 20
_OVERHEAD = 128


class KafkaLog:
    """The log on a Kafka cluster; implements ``protocol.Log``. Its topics must be there: see kafka_topics."""

    def __init__(self, settings: StreamSettings, topics: Sequence[Topic]) -> None:
        self.settings = settings
        self.partitions = settings.partitions
        self.names = Names(settings.prefix)
        self.topics = {topic.name: topic for topic in topics}
        self.client_id = f"millrace-{socket.gethostname()}-{os.getpid()}"
        delivery_seconds = settings.session_timeout * DELIVERY
        self.link = Link(parse_address(settings.broker), self.client_id, delivery_seconds)
        self.sender = Sender(self.link, settings.pending_bytes, delivery_seconds)
        self._parts = {
            (topic.name, number): TopicPartition(self.names.wire(topic.name), number)
            for topic in topics
            for number in range(settings.partitions)
        }
        self._surveyed: dict[TopicPartition, int] = {}
        self._numbers = itertools.count()
        self._readers: set[Fetcher] = set()
        self._closed = False

    def send(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> "asyncio.Future[int]":
        """Append one record; the future gives its offset once every replica in sync has it."""
        part = self._parts.get((topic, partition))
        if part is None:
            raise self._unknown(topic, partition)
        size = _OVERHEAD + (len(value) if value is not None else 0) + (len(key) if key is not None else 0)
        if size > RECORD_MAX:
            raise UserError(f'record of {size} bytes is too large for topic "{topic}"', hint="keep large data in blobs")
        if key is None and self.topics[topic].cleanup == "compact":
            raise DefectError(f'a record of the compacted topic "{topic}" needs a key')
        return self.sender.send(part, value, key, headers)

    async def reader(
        self, topic: str, partitions: Sequence[int], start: Literal["earliest", "latest"] | Mapping[int, int]
    ) -> Reader:
        """Open a reader on chosen partitions."""
        await self._open()
        parts = [self.part(topic, number) for number in partitions]
        if isinstance(start, str):
            positions = await self.link.offsets(parts, EARLIEST if start == "earliest" else LATEST)
        else:
            positions = {part: start[part.partition] for part in parts}
            await self.link.locate({part.topic for part in parts})
        self._readers = {fetcher for fetcher in self._readers if not fetcher.closed}
        fetcher = Fetcher(self.link, self.lane(topic), positions)
        self._readers.add(fetcher)
        return KafkaReader(fetcher, topic, {part.partition: at for part, at in positions.items()})

    async def group(self, topics: Sequence[str], group: str) -> GroupReader:
        """Join a group of readers; a new group starts at the earliest record."""
        await self._open()
        wire = [self.part(topic, 0).topic for topic in topics]
        await self.link.locate(wire)
        name = self.names.group(group)
        reader = KafkaGroupReader(self.link, self.names, name, self.client_id, self.settings.session_timeout)
        await reader.join(wire)
        return reader

    async def ends(self, topic: str) -> dict[int, int]:
        """Give the next offset to be written, per partition."""
        await self._open()
        parts = [self.part(topic, number) for number in range(self.partitions)]
        return {part.partition: at for part, at in (await self.link.offsets(parts, LATEST)).items()}

    def end(self, topic: str, partition: int) -> int:
        """Give the next offset to be written, as far as this process knows by itself or by the last survey."""
        part = self.part(topic, partition)
        return max(self.sender.ends.get(part, 0), self._surveyed.get(part, 0))

    async def survey(self, parts: Collection[tuple[str, int]]) -> None:
        """Learn the ends of partitions, past everything that was sent before the call."""
        await self.flush()
        await self._open()
        self._surveyed |= await self.link.offsets([self.part(*each) for each in parts], LATEST)

    def part(self, topic: str, number: int) -> TopicPartition:
        """Give the cluster's name of a partition."""
        part = self._parts.get((topic, number))
        if part is None:
            raise self._unknown(topic, number)
        return part

    def lane(self, use: str) -> str:
        """Name the connections of a new use."""
        return f"{use} {next(self._numbers)}"

    async def check(self) -> None:
        """Make topics that are missing; raise UserError where the cluster is not as the settings say."""
        found = await prepare(self.settings, list(self.topics.values()))
        if found.partitions != self.partitions:
            raise UserError(
                f'topic "{self.names.wire(COMMANDS)}" has {found.partitions} partitions, not {self.partitions}',
                hint="the number of partitions is fixed for the life of an installation",
            )

    async def flush(self) -> None:
        """Wait until what was sent so far is settled."""
        await self.sender.flush()

    async def close(self) -> None:
        """Send what waits, then hang up; readers get nothing more."""
        if self._closed:
            return
        self._closed = True
        await self.sender.close()
        for fetcher in self._readers:
            fetcher.close()
        await self.link.close()

    async def _open(self) -> None:
        if self._closed:
            raise OperationalError("the log is closed")
        await self.link.open()

    def _unknown(self, topic: str, number: int) -> DefectError:
        return DefectError(f'the log has no partition {number} of topic "{topic}"', hint="topics are made at start")
