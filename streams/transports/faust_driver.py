"""Faust driver: Faust's consumer and producer on the embedded log.

Flow: broker → **consumer** → Faust's streams → agents; commits go back to the broker.

One worker a group: it gets all partitions of what it subscribes to.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from faust.assignor.client_assignment import ClientAssignment
from faust.transport import base
from faust.types import TP, ConsumerMessage, RecordMetadata

from schemas.errors import OperationalError
from schemas.identifiers import murmur2
from streams.transports.broker import Broker
from streams.transports.commit import ContiguousCommit
from streams.transports.partition import Partition
from streams.transports.protocol import Record
from streams.transports.reading import Cursor

_FETCH = 500


class Bounds(ContiguousCommit):
    """What Faust asks about topics and partitions."""

    _broker: Broker
    _parts: dict[TP, Partition]

    def highwater(self, tp: TP) -> int:
        """Give the offset after the last readable record."""
        return self._parts[tp].visible

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        """Give the offsets after the last readable records."""
        return {tp: self.highwater(tp) for tp in partitions}

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        """Give the lowest offsets that are kept."""
        return {tp: self._parts[tp].start for tp in partitions}

    def topic_partitions(self, topic: str) -> int | None:
        """Give the number of partitions of a topic, None where there is no such topic."""
        return self._broker.partitions if topic in self._broker.topics else None

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        """Say where a key lives."""
        return _place(key, partition, self._broker.partitions)

    async def create_topic(self, topic: str, partitions: int, replication: int, **options: Any) -> None:
        """Do nothing: topics are made when the log is opened."""


class Consumer(Bounds):
    """Reads the embedded log as the one member of its group."""

    RebalanceListener: ClassVar[Any] = None
    consumer_stopped_errors: ClassVar[tuple[type[BaseException], ...]] = (OperationalError,)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._broker: Broker = self.transport.broker
        self._group: str = self.app.conf.id
        self._parts: dict[TP, Partition] = {}
        self._names: dict[Partition, TP] = {}
        self._cursor: Cursor | None = None
        self._joined = False

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Join the group and take every partition of the topics; they are known once and for all."""
        if self._joined:
            return
        parts = await self._broker.join(self._group, topics)
        self._joined = True
        self._parts = {TP(part.topic.name, part.number): part for part in parts}
        self._names = {part: tp for tp, part in self._parts.items()}
        self._cursor = self._broker.cursor({part: part.committed[self._group] for part in parts})
        self.add_future(self._assign())

    async def _assign(self) -> None:
        app, taken = self.app, set(self._parts)
        app.on_rebalance_start()
        actives: dict[str, list[int]] = {}
        for tp in sorted(taken):
            actives.setdefault(tp.topic, []).append(tp.partition)
        assignor = app.assignor
        assignor._assignment = ClientAssignment(actives=actives, standbys={})
        assignor._active_tps, assignor._standby_tps = taken, set()
        assignor._topic_groups = dict.fromkeys(actives, 0)
        app.consumer_generation_id = 1
        await self.on_partitions_assigned(taken, 1)

    async def on_stop(self) -> None:
        """Commit, leave the group."""
        await super().on_stop()
        if self._cursor is not None:
            self._cursor.close()
        if self._joined:
            self._broker.leave(self._group)

    def wake_fetcher(self) -> None:
        """Let a waiting fetch look again."""
        super().wake_fetcher()
        if self._cursor is not None:
            self._cursor.poke()

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Mapping[TP, list[Record]]:
        if self._cursor is None:
            return {}
        names = self._names
        allowed = None if active_partitions is None else lambda part: names[part] in active_partitions
        found = await self._cursor.read(_FETCH, timeout, allowed)
        return {names[part]: records for part, records in found}

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        key, value = record.key, record.value
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            record.offset,
            record.at / 1000,
            0,
            list(record.headers),
            key,
            value,
            None,
            0 if key is None else len(key),
            0 if value is None else len(value),
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        await self._broker.commit(self._group, {(tp.topic, tp.partition): at for tp, at in offsets.items()})
        return True

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go back to what was committed."""
        offsets = {tp: max(part.committed[self._group], part.start) for tp, part in self._parts.items()}
        for tp, offset in offsets.items():
            await self._seek(tp, offset)
        return offsets

    async def _seek(self, partition: TP, offset: int) -> None:
        if self._cursor is not None:
            self._cursor.seek(self._parts[partition], offset)

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Seek; there is nothing to wait for."""
        for tp, offset in partitions.items():
            await self.seek(tp, offset)

    async def seek_to_beginning(self, *partitions: TP) -> None:
        """Go to the earliest records."""
        for tp in partitions:
            await self.seek(tp, self._parts[tp].start)

    async def position(self, tp: TP) -> int | None:
        """Give the next offset to be fetched."""
        return self._cursor.positions[self._parts[tp]] if self._cursor is not None else None

    def assignment(self) -> set[TP]:
        """Give the partitions of this worker."""
        return set(self._parts)

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)


class Producer(base.Producer):
    """Lets Faust itself send; our own code sends to the log directly."""

    async def create_topic(self, topic: str, partitions: int, replication: int, **options: Any) -> None:
        """Do nothing: topics are made when the log is opened."""

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: Any,
        *,
        transactional_id: str | None = None,
    ) -> Any:
        """Append a record; the answer is there when it is durable."""
        broker: Broker = self.transport.broker
        at = _place(key, partition, broker.partitions)
        pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
        offset = await broker.send(topic, at, value, key=key, headers=tuple(pairs))
        done = self.loop.create_future()
        done.set_result(RecordMetadata(topic, at, TP(topic, at), offset, timestamp or time.time(), 0))
        return done

    async def send_and_wait(self, *args: Any, **kwargs: Any) -> RecordMetadata:
        """Append a record and wait until it is durable."""
        return await (await self.send(*args, **kwargs))

    async def flush(self) -> None:
        """Wait until all that was sent is durable."""
        await self.buffer.flush()

    def key_partition(self, topic: str, key: bytes) -> TP:
        """Say where a key lives."""
        return TP(topic, _place(key, None, self.transport.broker.partitions))

    def supports_headers(self) -> bool:
        """Say yes."""
        return True


class Transport(base.Transport):
    """Faust's way to one broker."""

    Consumer: ClassVar[type] = Consumer
    Producer: ClassVar[type] = Producer
    default_port = 0
    driver_version = "millrace"

    def __init__(self, broker: Broker, url: Any, app: Any) -> None:
        super().__init__(url, app)
        self.broker = broker


def _place(key: bytes | None, partition: int | None, partitions: int) -> int:
    if partition is not None:
        return partition
    return (murmur2(key) & 0x7FFFFFFF) % partitions if key is not None else 0
