"""Tables: rows in memory whose changes are records of a compacted topic.

Flow: agents put rows → **tables** → changelog topics → recovery at the next assignment → agents get rows.

Recovery is our own, not Faust's: before the streams of an assignment resume (Faust's signal
`on_rebalance_complete`) a plain reader reads the changelogs of its partitions to their ends. Faust's machinery would
keep fetching its own changelogs while "paused", sleeps a second at start, restores 5-8 k rows/s, loses the futures
of its writes and keeps rows of lost partitions; and a plain reader is offered by every transport, a real Kafka too.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from schemas.errors import Revoked
from schemas.failpoints import failpoint
from streams import codecs
from streams.topics import table_topic
from streams.transports.protocol import Log, Record

V = TypeVar("V")
_READ = 5000


@dataclass(frozen=True)
class RowCodec(Generic[V]):
    """How rows of a table become bytes and back."""

    encode: Callable[[V], bytes]
    decode: Callable[[bytes], V]


def struct_codec(type_: Any) -> RowCodec[Any]:
    """Give the codec of rows that are structs of one type (or of a union of types)."""
    return RowCodec(encode=codecs.encode, decode=lambda data: codecs.decode(data, type_))


RAW: RowCodec[bytes] = RowCodec(encode=bytes, decode=bytes)


class Owner:
    """The lease of one partition: whoever holds it may write rows and emit records of the partition's executions."""

    __slots__ = ("_alive", "_revoked", "generation", "partition")

    def __init__(self, partition: int, generation: int, alive: Callable[[], bool] | None = None) -> None:
        self.partition = partition
        self.generation = generation
        self._alive = alive
        self._revoked = False

    def check(self) -> None:
        """Raise Revoked where the partition went to somebody else, or may have."""
        if self._revoked or (self._alive is not None and not self._alive()):
            raise Revoked(f"partition {self.partition} is no longer ours (generation {self.generation})")

    def revoke(self) -> None:
        """End the lease."""
        self._revoked = True


class _Bytes:
    """A row as it was recovered, not decoded yet."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


class Table(Generic[V]):
    """Rows of the owned partitions. A row is replaced, never mutated."""

    def __init__(self, name: str, log: Log, codec: RowCodec[V]) -> None:
        self.name = name
        self.topic = table_topic(name)
        self._log = log
        self._codec = codec
        self._rows: dict[str, V | _Bytes] = {}
        self._keys: dict[int, dict[str, None]] = {}

    def get(self, key: str) -> V | None:
        """Give a row, None where there is none or its partition is not ours."""
        row = self._rows.get(key)
        if isinstance(row, _Bytes):
            row = self._rows[key] = self._codec.decode(row.data)
        return row

    def put(self, owner: Owner, key: str, value: V) -> asyncio.Future[int]:
        """Set a row, in memory at once; the future gives the changelog's offset when it is durable."""
        owner.check()
        future = self._log.send(self.topic, owner.partition, self._codec.encode(value), key=key.encode())
        self._rows[key] = value
        self._keys.setdefault(owner.partition, {})[key] = None
        return future

    def drop(self, owner: Owner, key: str) -> asyncio.Future[int]:
        """Remove a row, whether or not it is there."""
        owner.check()
        future = self._log.send(self.topic, owner.partition, None, key=key.encode())
        self._rows.pop(key, None)
        self._keys.get(owner.partition, {}).pop(key, None)
        return future

    def rows(self, partition: int) -> Iterator[tuple[str, V]]:
        """Give the rows of a partition as they are now; changing the table meanwhile is safe.

        What was recovered stays as bytes, which take far less room: most rows sleep for long.
        """
        for key in list(self._keys.get(partition, ())):
            row = self._rows.get(key)
            if isinstance(row, _Bytes):
                row = self._codec.decode(row.data)
            if row is not None:
                yield key, row

    def count(self, partition: int) -> int:
        """Count the rows of a partition."""
        return len(self._keys.get(partition, ()))

    def forget(self, partition: int) -> None:
        """Let go of a partition's rows; their changelog stays."""
        for key in self._keys.pop(partition, ()):
            self._rows.pop(key, None)

    async def recover(self, partitions: Iterable[int], alive: Callable[[], bool]) -> None:
        """Read the changelog of partitions to its end; stop early where ``alive`` says no."""
        wanted = sorted(partitions)
        for partition in wanted:
            self.forget(partition)
        failpoint("tables.recover")
        ends = await self._log.ends(self.topic)
        missing = {partition for partition in wanted if ends.get(partition, 0) > 0}
        reader = await self._log.reader(self.topic, sorted(missing), "earliest")
        try:
            while missing and alive():
                for record in await reader.read(_READ, 1.0):
                    self._apply(record)
                missing = {partition for partition in missing if reader.position[partition] < ends[partition]}
        finally:
            await reader.close()
        failpoint("tables.recovered")

    def _apply(self, record: Record) -> None:
        key = cast(bytes, record.key).decode()
        keys = self._keys.setdefault(record.partition, {})
        if record.value is None:
            self._rows.pop(key, None)
            keys.pop(key, None)
        else:
            self._rows[key] = _Bytes(record.value)
            keys[key] = None
