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
DECODED = 1024


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


class Table(Generic[V]):
    """Rows of the owned partitions. A row is replaced, never mutated.

    All are kept as bytes, which take far less room than what they say: most rows sleep for long. Decoded are those
    that were used last, of which two generations are kept.
    """

    def __init__(self, name: str, log: Log, codec: RowCodec[V]) -> None:
        self.name = name
        self.topic = table_topic(name)
        self._log = log
        self._codec = codec
        self._rows: dict[str, bytes] = {}
        self._keys: dict[int, dict[str, None]] = {}
        self._recent: dict[str, V] = {}
        self._former: dict[str, V] = {}

    def get(self, key: str) -> V | None:
        """Give a row, None where there is none or its partition is not ours."""
        row = self._recent.get(key)
        if row is None and (data := self._rows.get(key)) is not None:
            row = self._former.get(key)
            if row is None:
                row = self._codec.decode(data)
            self._remember(key, row)
        return row

    def put(self, owner: Owner, key: str, value: V) -> asyncio.Future[int]:
        """Set a row, in memory at once; the future gives the changelog's offset when it is durable."""
        owner.check()
        data = self._codec.encode(value)
        future = self._log.send(self.topic, owner.partition, data, key=key.encode())
        self._set(owner.partition, key, data)
        self._remember(key, value)
        return future

    def drop(self, owner: Owner, key: str) -> asyncio.Future[int]:
        """Remove a row, whether or not it is there."""
        owner.check()
        future = self._log.send(self.topic, owner.partition, None, key=key.encode())
        self._remove(key)
        self._keys.get(owner.partition, {}).pop(key, None)
        return future

    def rows(self, partition: int) -> Iterator[tuple[str, V]]:
        """Give the rows of a partition as they are now; changing the table meanwhile is safe."""
        for key in list(self._keys.get(partition, ())):
            row = self._recent.get(key)
            if row is None and (data := self._rows.get(key)) is not None:
                row = self._codec.decode(data)
            if row is not None:
                yield key, row

    def count(self, partition: int) -> int:
        """Count the rows of a partition."""
        return len(self._keys.get(partition, ()))

    def forget(self, partition: int) -> None:
        """Let go of a partition's rows; their changelog stays."""
        for key in self._keys.pop(partition, ()):
            self._remove(key)

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
        if record.value is None:
            self._remove(key)
            self._keys.get(record.partition, {}).pop(key, None)
        else:
            self._set(record.partition, key, record.value)

    def _set(self, partition: int, key: str, data: bytes) -> None:
        self._rows[key] = data
        self._keys.setdefault(partition, {})[key] = None
        self._recent.pop(key, None)
        self._former.pop(key, None)

    def _remove(self, key: str) -> None:
        for kept in (self._rows, self._recent, self._former):
            kept.pop(key, None)

    def _remember(self, key: str, row: V) -> None:
        if len(self._recent) >= DECODED:
            self._former, self._recent = self._recent, {}
        self._recent[key] = row
