"""Transports under test: how the law opens each of them, and starts it again.

A further transport is one more class here and one more line in ``EMBEDDED``, or in conftest.py.

Flow: law → **transports** → a log of each kind, and workers on it.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.tables import RowCodec
from streams.topics import all_topics
from streams.transports.broker import Broker
from streams.transports.embedded import open_broker
from streams.transports.kafka_topics import prepare
from streams.transports.protocol import GroupReader, Log, Reader, Record

NODE_TYPES = ("alpha", "beta", "gamma")
PARTITIONS = 4


class Installation(Protocol):
    """One log that outlives the workers on it; ``compacts``: a record goes at once when its key gets another."""

    compacts: bool

    def worker(self, codecs: Mapping[str, RowCodec[Any]] | None = None) -> Streams:
        """Build a worker; the one before has stopped."""
        ...

    async def tidy(self, streams: Streams) -> None:
        """Let truncation and compaction happen."""
        ...

    async def close(self) -> None:
        """End everything."""
        ...


class InMemory:
    """A broker in memory, kept while its workers come and go."""

    compacts = True

    def __init__(self, _folder: Path) -> None:
        self._settings = StreamSettings(broker="memory://", partitions=PARTITIONS, commit_interval=0.02)
        self._broker = open_broker(self._settings, all_topics(NODE_TYPES))

    def worker(self, codecs: Mapping[str, RowCodec[Any]] | None = None) -> Streams:
        return build_app(self._settings, NODE_TYPES, codecs, broker=self._broker)

    async def tidy(self, streams: Streams) -> None:
        await self._broker.tidy()

    async def close(self) -> None:
        await self._broker.close()


class OnSqlite:
    """A SQLite file, opened anew by each worker."""

    compacts = True

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'log.db'}"
        self._settings = StreamSettings(broker=url, partitions=PARTITIONS, commit_interval=0.02)

    def worker(self, codecs: Mapping[str, RowCodec[Any]] | None = None) -> Streams:
        return build_app(self._settings, NODE_TYPES, codecs)

    async def tidy(self, streams: Streams) -> None:
        assert isinstance(streams.log, Broker)
        await streams.log.tidy()

    async def close(self) -> None:
        """Nothing stays open."""


class OnKafka:
    """Topics of a real Kafka, under a prefix of their own; ``made`` before the first worker."""

    compacts = False

    def __init__(self, broker: str, prefix: str) -> None:
        self.settings = kafka_settings(broker, prefix)

    async def made(self) -> "OnKafka":
        await prepare(self.settings, all_topics(NODE_TYPES))
        return self

    def worker(self, codecs: Mapping[str, RowCodec[Any]] | None = None) -> Streams:
        return build_app(self.settings, NODE_TYPES, codecs)

    async def tidy(self, streams: Streams) -> None:
        """Remove what every group has committed; a cluster's own retention knows time and size alone."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.broker.removeprefix("kafka://"))
        await admin.start()
        lows: dict[Any, int] = {}
        for group, *_ in await admin.list_consumer_groups():
            if group.startswith(self.settings.prefix):
                for part, found in (await admin.list_consumer_group_offsets(group)).items():
                    lows[part] = min(lows.get(part, found.offset), found.offset)
        await admin.delete_records({part: RecordsToDelete(low) for part, low in lows.items()})
        await admin.close()

    async def close(self) -> None:
        """Nothing stays open."""


def kafka_settings(broker: str, prefix: str, **more: Any) -> StreamSettings:
    """Give the settings of an installation on a real Kafka; six seconds are the shortest session brokers allow."""
    given = {"partitions": PARTITIONS, "commit_interval": 0.02, "session_timeout": 6.0, **more}
    return StreamSettings(broker=f"kafka://{broker}", prefix=prefix, app_id=f"{prefix}engine", **given)


EMBEDDED: dict[str, Callable[[Path], Installation]] = {
    "memory": InMemory,
    "sqlite": OnSqlite,
}
KAFKA = "kafka"


async def read_all(log: Log, topic: str, count: int, start: Any = "earliest") -> list[Record]:
    """Read so many records of a topic, from all its partitions."""
    reader = await log.reader(topic, range(PARTITIONS), start)
    found: list[Record] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            found += await reader.read(100, 1.0)
    await reader.close()
    return found


async def take(reader: Reader | GroupReader, count: int) -> list[Record]:
    """Read so many records; they may come in several pieces."""
    found: list[Record] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            found += await reader.read(count - len(found))
    return found


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens elsewhere."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for knows of no event
            await asyncio.sleep(0.005)


def listen(streams: Streams, topic: str, acknowledge: Callable[[Any], bool] = lambda _: True) -> list[Any]:
    """Attach an agent that keeps what it gets, and acknowledges what it is told to."""
    got: list[Any] = []

    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            got.append(event)
            if acknowledge(event):
                event.ack()

    agent.__name__ = f"listen_{topic.rpartition('.')[2]}"
    streams.app.agent(streams.topic(topic))(agent)
    return got


def values(events: list[Any]) -> list[bytes]:
    """Give the values of events."""
    return [event.value for event in events]


def find(request: pytest.FixtureRequest) -> str | tuple[str, str]:
    """Ask for the broker here: it belongs to the session's loop, so it cannot be asked for while a test's loop runs."""
    if request.param == KAFKA:
        return request.getfixturevalue("kafka"), request.getfixturevalue("topic_prefix")
    return str(request.param)
