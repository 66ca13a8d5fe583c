"""Feeds on a real Kafka: topics filled by a plain producer, and feeds in this process or in one to be killed.

Flow: confluent-kafka's producer → topics → **feeding** → starts on a log.
"""

import asyncio
import itertools
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvloop
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from nodes.data.kafka_values import Values
from schemas.errors import MillraceError, UserError
from schemas.item import Item
from streams.ingest import Fence, Ingest, Opening
from streams.ingest_feed import Feed, FeedSettings
from streams.settings import StreamSettings
from streams.transports.kafka_log import KafkaLog
from streams.transports.protocol import Log, Record
from tests.architecture.tree import ROOT
from tests.streams.ingested import PARTITIONS, TARGET, TOPICS, Blobs

SESSION_MS = 6000
SMALL = 20
_groups = itertools.count()


class Source:
    """Topics of a cluster that is somebody else's."""

    def __init__(self, broker: str, prefix: str) -> None:
        self.broker = broker
        self._prefix = prefix
        self._admin = AdminClient({"bootstrap.servers": broker})
        self._producer = Producer({"bootstrap.servers": broker, "linger.ms": 1})

    def topic(self, name: str = "orders", partitions: int = 3) -> str:
        """Make a topic; give its name."""
        whole = f"{self._prefix}{name}"
        self._admin.create_topics([NewTopic(whole, partitions, 1)])[whole].result(10)
        return whole

    def drop(self, topic: str) -> None:
        """Delete a topic."""
        self._admin.delete_topics([topic], operation_timeout=10)[topic].result(10)

    def send(self, topic: str, values: Iterable[Any], *, partition: int = -1, **more: Any) -> None:
        """Send values, JSON where they are no bytes."""
        for value in values:
            data = value if isinstance(value, bytes) or value is None else json.dumps(value).encode()
            self._producer.produce(topic, data, partition=partition, **more)
            self._producer.poll(0)
        assert self._producer.flush(20) == 0

    def settings(self, topic: str, **more: Any) -> FeedSettings:
        """Give the settings of a feed in a group of its own, or in the one named."""
        group = more.pop("group", None) or f"{self._prefix}g{next(_groups)}"
        config = {"bootstrap.servers": self.broker, "group.id": group, "session.timeout.ms": SESSION_MS}
        return FeedSettings(config, [topic], session_seconds=SESSION_MS / 1000, **more)


async def decode(records: Sequence[Record]) -> list[Item | MillraceError]:
    """Read records as JSON."""
    made: list[Item | MillraceError] = []
    for record in records:
        try:
            made.append(Values({"format": "json"}).item(record))
        except UserError as bad:
            made.append(bad)
    return made


def feed_of(settings: FeedSettings, log: Log) -> Feed:
    """Make a feed that starts workflow `w`."""
    return Feed(settings, Ingest(log, Blobs().put, PARTITIONS), lambda: TARGET, decode)


@asynccontextmanager
async def running(settings: FeedSettings, log: Log, *, crash: bool = False) -> AsyncIterator[Feed]:
    """Have a feed run; at the end it finishes what it has read, or (``crash``) stops wherever it is."""
    feed = feed_of(settings, log)
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        if crash:
            task.cancel()
        feed.stop()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def victim(stream: StreamSettings, settings: FeedSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Have a feed run in a process of its own, until it dies."""
    given = json.dumps([dict(settings.config), list(settings.topics), settings.batch, settings.wait_seconds])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kafka.feeding", stream.model_dump_json(), given, cwd=ROOT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Mortal(Ingest):
    """Dies at the worst moment: when starts are durable, nobody has committed that they are, and a batch was small."""

    left = 10

    async def begin(self, openings: Sequence[Opening], fence: Fence) -> None:
        await super().begin(openings, fence)
        self.left -= len(openings)
        if self.left <= 0 and any(len(opening.items) < SMALL for opening in openings):
            os.kill(os.getpid(), signal.SIGKILL)


async def _feed(stream: str, given: str) -> None:
    config, topics, batch, wait_seconds = json.loads(given)
    settings = FeedSettings(config, topics, batch=batch, wait_seconds=wait_seconds, session_seconds=SESSION_MS / 1000)
    log = KafkaLog(StreamSettings.model_validate_json(stream), TOPICS)
    await Feed(settings, Mortal(log, Blobs().put, PARTITIONS), lambda: TARGET, decode).run()


if __name__ == "__main__":
    uvloop.run(_feed(sys.argv[1], sys.argv[2]))
