"""Consumer: a member of a group on a Kafka cluster that may be anybody's, in a thread of its own (librdkafka).

Flow: topics elsewhere → **consumer** → feed.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple, TypeVar

from confluent_kafka import Consumer as Driver
from confluent_kafka import KafkaError, KafkaException, Message, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.errors import OperationalError
from streams.transports.protocol import Record

T = TypeVar("T")
Part = tuple[str, int]

READ_BYTES = 8 << 20
_AT_ONCE = 100
_ASK_SECONDS = 10.0
_LATER = frozenset({KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE, KafkaError._TIMED_OUT})
_DEFAULTS: dict[str, Any] = {
    "enable.auto.commit": False,
    "enable.partition.eof": True,
    "auto.offset.reset": "earliest",  # where a new group begins is decided below; this is for offsets that are gone
    "allow.auto.create.topics": False,
    "topic.metadata.refresh.interval.ms": 30_000,
    "queued.min.messages": 10_000,
    "queued.max.messages.kbytes": 16_384,
}

logger = logging.getLogger(__name__)


class Place(NamedTuple):
    """A committed offset, or (``fresh``) where a group without one begins."""

    offset: int
    metadata: str = ""
    fresh: bool = False


@dataclass(slots=True)
class Taken:
    """What a read gave. Partitions that came or went did so before any of its records."""

    came: dict[Part, Place] = field(default_factory=dict)
    gone: set[Part] = field(default_factory=set)
    records: list[Record] = field(default_factory=list)
    ends: dict[Part, int] = field(default_factory=dict)


class Consumer:
    """Reads topics as a member of a group. Raises OperationalError where the cluster fails in a way that lasts.

    ``clusters`` names, per assigned topic, the cluster and the topic's own id, which differs when it is made anew.
    """

    def __init__(self, config: Mapping[str, Any], topics: Sequence[str], start: Literal["earliest", "latest"]) -> None:
        self.clusters: dict[str, str] = {}
        self._config = {**_DEFAULTS, **config}
        self._topics = list(topics)
        self._start = start
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ingest")
        self._driver: Any = None
        self._admin: Any = None
        self._taken = Taken()
        self._failure: BaseException | None = None

    async def open(self) -> None:
        """Join the group."""
        await self._call(self._open)

    async def read(self, limit: int, wait_seconds: float) -> Taken:
        """Give what is there, at least one record unless the wait ran out or partitions came or went."""
        return await self._call(partial(self._read, limit, wait_seconds))

    async def commit(self, places: Mapping[Part, Place]) -> None:
        """Commit offsets with their metadata; returns when the group has them, raises OperationalError otherwise."""
        wanted = [TopicPartition(*part, place.offset, place.metadata) for part, place in places.items()]
        await self._call(partial(self._commit, wanted))

    async def close(self) -> None:
        """Leave the group without a commit."""
        try:
            await self._call(self._close)
        finally:
            self._thread.shutdown(wait=False)

    async def _call(self, work: Callable[[], T]) -> T:
        try:
            # A call that was begun goes on in its thread: whoever is cancelled waits for it, or the next would overlap.
            return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work))
        except KafkaException as bad:
            raise OperationalError(f"Kafka: {reason_of(bad)}") from bad

    def _open(self) -> None:
        self._driver = Driver(self._config, logger=logger)
        if self._config["allow.auto.create.topics"]:
            for topic in self._topics:  # to subscribe is not enough: only who asks by name has a topic made
                self._driver.list_topics(topic, timeout=_ASK_SECONDS)
        self._driver.subscribe(self._topics, on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked)

    def _close(self) -> None:
        if self._driver is not None:
            self._driver.close()
        self._driver = self._admin = None

    def _read(self, limit: int, wait_seconds: float) -> Taken:
        self._taken = taken = Taken()
        message = self._driver.poll(wait_seconds)
        found = [] if message is None else [message]
        size = 0
        while found and not taken.came and not taken.gone:
            size += sum(len(each.value() or b"") for each in found[-_AT_ONCE:])
            more = self._driver.consume(min(limit - len(found), _AT_ONCE), 0) if size < READ_BYTES else []
            if not more:
                break
            found += more
        if self._failure is not None:
            raise self._failure
        for each in found:
            self._sort(each, taken)
        if taken.came:
            # Until here they were paused: whatever was read belongs to the assignment before this one.
            self._driver.resume([TopicPartition(*part) for part in taken.came])
        return taken

    def _sort(self, message: Message, taken: Taken) -> None:
        error, part = message.error(), (message.topic() or "", message.partition() or 0)
        if part in taken.gone:
            return
        if error is None:
            taken.records.append(record_of(message))
        elif error.code() == KafkaError._PARTITION_EOF:
            taken.ends[part] = message.offset() or 0
        elif error.fatal() or error.code() not in _LATER:
            raise OperationalError(f"Kafka: {error.str()}", hint="see the topic, the group and their permissions")

    def _commit(self, wanted: list[TopicPartition]) -> None:
        for done in self._driver.commit(offsets=wanted, asynchronous=False) or ():
            if done.error is not None:
                raise OperationalError(f"Kafka: {done.error.str()}")

    def _assigned(self, driver: Any, parts: list[TopicPartition]) -> None:
        """Take over partitions, at exactly the offsets whose metadata is known."""
        try:
            self._name_clusters({part.topic for part in parts})
            for part in driver.committed(parts, timeout=_ASK_SECONDS) if parts else ():
                self._taken.came[part.topic, part.partition] = self._place(driver, part)
            begin = [TopicPartition(part[0], part[1], place.offset) for part, place in self._taken.came.items()]
            driver.assign(begin)
            if begin:
                driver.pause(begin)
        except BaseException as bad:  # it would be lost in the library
            self._failure = bad

    def _revoked(self, driver: Any, parts: list[TopicPartition]) -> None:
        for part in parts:
            self._taken.gone.add((part.topic, part.partition))
            self._taken.came.pop((part.topic, part.partition), None)

    def _place(self, driver: Any, part: TopicPartition) -> Place:
        if part.error is not None:
            raise OperationalError(f"Kafka: {part.error.str()}")
        if part.offset >= 0:
            return Place(part.offset, part.metadata or "")
        low, high = driver.get_watermark_offsets(TopicPartition(part.topic, part.partition), timeout=_ASK_SECONDS)
        return Place(low if self._start == "earliest" else high, fresh=True)

    def _name_clusters(self, topics: set[str]) -> None:
        self.clusters = {}
        if not topics:
            return
        if self._admin is None:
            kept = ("bootstrap.servers", "client.id", "security.protocol", "sasl.", "ssl.")
            self._admin = AdminClient({key: value for key, value in self._config.items() if key.startswith(kept)})
        cluster = self._admin.list_topics(timeout=_ASK_SECONDS).cluster_id
        asked = self._admin.describe_topics(TopicCollection(sorted(topics)), request_timeout=_ASK_SECONDS)
        self.clusters = {topic: f"{cluster}/{found.result().topic_id}" for topic, found in asked.items()}


def record_of(message: Message) -> Record:
    """Make our record of librdkafka's message."""
    pairs: Any = message.headers() or ()
    headers = tuple((name, _bytes(value) or b"") for name, value in pairs)
    return Record(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        _bytes(message.key()),
        _bytes(message.value()),
        headers,
        message.timestamp()[1],
    )


def reason_of(error: KafkaException) -> str:
    """Say what librdkafka said."""
    first = error.args[0] if error.args else error
    return str(first.str()) if isinstance(first, KafkaError) else str(first)


def _bytes(value: Any) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
