"""Broker: the embedded log, in memory or on a disk under it.

Flow: gateway, agents, tables → **broker** → (group commit) → readers, group readers, Faust driver.

One thread writes: while a batch is on its way to the disk the next one gathers, so commits are continuous under load
and cost nothing when idle. A record becomes visible, and its future resolves, when its batch is durable.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

from schemas.clock import now_ms
from schemas.errors import DefectError, OperationalError, Overloaded, UserError
from schemas.failpoints import failpoint
from streams.topics import Topic
from streams.transports.batch import Batch, Storage
from streams.transports.partition import Partition, size_of
from streams.transports.protocol import GroupReader, Reader, Record
from streams.transports.reading import Cursor, LogGroupReader, LogReader

RECORD_MAX = 1 << 20
_CLEAN_SECONDS = 2.0
_KEEP_TO = 0.75

logger = logging.getLogger(__name__)


class Broker:
    """The embedded log; implements ``protocol.Log``."""

    def __init__(
        self,
        topics: Sequence[Topic],
        partitions: int,
        storage: Storage | None = None,
        *,
        cache_bytes: int = 32 << 20,
        pending_bytes: int = 32 << 20,
    ) -> None:
        self.partitions = partitions
        self.topics = frozenset(topic.name for topic in topics)
        self._storage = storage
        self._cache_bytes = cache_bytes
        self._pending_bytes = pending_bytes
        found = storage.open(topics, partitions) if storage is not None else _in_memory(topics, partitions)
        self._parts = {(part.topic.name, part.number): part for part in found}
        self._batch = Batch()
        self._writing = False
        self._size = 0
        self._failure: BaseException | None = None
        self.failing: Callable[[BaseException], None] | None = None
        self._closed = False
        self._members: set[str] = set()
        self._cached = 0
        self._cleaning: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer = ThreadPoolExecutor(1, "millrace-log-writer")
        self._disk = ThreadPoolExecutor(1, "millrace-log-disk")

    def send(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> asyncio.Future[int]:
        """Append one record; the future gives its offset once it is durable."""
        part = self._part(topic, partition)
        offset = part.end
        record = Record(topic, partition, offset, key, value, tuple(headers), now_ms())
        size = size_of(record)
        if size > RECORD_MAX:
            raise UserError(f'record of {size} bytes is too large for topic "{topic}"', hint="keep large data in blobs")
        if key is None and part.topic.cleanup == "compact":
            raise DefectError(f'a record of the compacted topic "{topic}" needs a key')
        if self._closed or self._failure is not None:
            raise OperationalError("the log is closed" if self._closed else f"the log has failed: {self._failure}")
        loop = self._running_loop()
        future: asyncio.Future[int] = loop.create_future()
        if part.stored:
            if self._size + size > self._pending_bytes:
                raise Overloaded("too much waits to become durable")
            part.end = offset + 1
            self._size += size
            self._batch.size += size
            self._batch.records.append((part, record, future))
            self._schedule(loop)
        else:
            part.end = offset + 1
            self._count(part, part.show(record))
            future.set_result(offset)
            self._tidy(loop)
        return future

    async def reader(
        self, topic: str, partitions: Sequence[int], start: Literal["earliest", "latest"] | Mapping[int, int]
    ) -> Reader:
        """Open a reader on chosen partitions."""
        parts = [self._part(topic, number) for number in partitions]
        if start == "earliest":
            return LogReader(self.cursor({part: part.start for part in parts}))
        if start == "latest":
            return LogReader(self.cursor({part: part.end for part in parts}))
        return LogReader(self.cursor({part: start[part.number] for part in parts}))

    async def group(self, topics: Sequence[str], group: str) -> GroupReader:
        """Open the one group reader of a group; a new group starts at the earliest record."""
        parts = await self.join(group, topics)
        positions = {part: part.committed[group] for part in parts}
        return LogGroupReader(self.cursor(positions), self, group)

    async def ends(self, topic: str) -> dict[int, int]:
        """Give the next offset to be written, per partition."""
        return {number: part.end for (name, number), part in self._parts.items() if name == topic}

    async def join(self, group: str, topics: Iterable[str]) -> list[Partition]:
        """Become the one member of a group: from now on nothing is truncated that it has not committed."""
        if group in self._members:
            raise OperationalError(f'group "{group}" of the embedded log has a member already')
        parts = [self._part(topic, number) for topic in topics for number in range(self.partitions)]
        fresh = {(part.topic.name, part.number): part.start for part in parts if group not in part.committed}
        self._members.add(group)
        await self.commit(group, fresh)
        return parts

    def leave(self, group: str) -> None:
        """End a membership; what the group committed stays."""
        self._members.discard(group)

    async def commit(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
        """Note how far a group has come; returns when that is durable."""
        loop = self._running_loop()
        stored = False
        for (topic, number), offset in offsets.items():
            part = self._part(topic, number)
            if part.stored:
                stored = True
                self._batch.commits[group, part] = offset
            else:
                self._committed(group, part, offset)
        if stored:
            future: asyncio.Future[None] = loop.create_future()
            self._batch.waiting.append(future)
            self._schedule(loop)
            await future

    def cursor(self, positions: Mapping[Partition, int]) -> Cursor:
        """Open a cursor, the ground of every reader."""
        return Cursor(positions, self._read_disk)

    def end(self, topic: str, partition: int) -> int:
        """Give the next offset to be written to a partition."""
        return self._part(topic, partition).end

    async def flush(self) -> None:
        """Wait until all that was sent is durable."""
        if self._writing or self._batch:
            loop = self._running_loop()
            future: asyncio.Future[None] = loop.create_future()
            self._batch.waiting.append(future)
            self._schedule(loop)
            await future

    async def tidy(self) -> None:
        """Truncate, expire and compact now, instead of two seconds after a write."""
        self._clean()
        await self._running_loop().run_in_executor(self._disk, int)  # the one thread is done with what came before

    async def close(self) -> None:
        """Write what waits, then let go of the files; readers get nothing more."""
        if self._closed:
            return
        try:
            if self._failure is None:
                await self.flush()
        finally:
            self._closed = True
            if self._cleaning is not None:
                self._cleaning.cancel()
            await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._disk.shutdown()  # first: what it does may need the writer
        self._writer.shutdown()
        if self._storage is not None:
            self._storage.close()

    def _part(self, topic: str, number: int) -> Partition:
        part = self._parts.get((topic, number))
        if part is None:
            raise DefectError(f'the log has no partition {number} of topic "{topic}"', hint="topics are made at start")
        return part

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._writing:
            self._writing = True
            # Not before the tasks that were added meanwhile are frames: they go along.
            loop.call_soon(loop.call_soon, self._hand_over)

    def _hand_over(self) -> None:
        batch, self._batch = self._batch, Batch()
        if not batch:
            self._writing = False
            return
        loop = self._running_loop()
        self._writer.submit(self._write, loop, batch)

    def _write(self, loop: asyncio.AbstractEventLoop, batch: Batch) -> None:
        error: BaseException | None = None
        try:
            failpoint("log.write")
            if self._storage is not None:
                self._storage.write(batch)
        except BaseException as bad:  # the loop decides what it means; a writer that dies silently would hang it
            error = bad
        loop.call_soon_threadsafe(self._written, batch, error)

    def _written(self, batch: Batch, error: BaseException | None) -> None:
        self._size -= batch.size
        if error is not None:
            self._fail(batch, error)
            return
        failpoint("log.written")
        for part, record, future in batch.records:
            self._count(part, part.show(record))
            if not future.done():
                future.set_result(record.offset)
        for (group, part), offset in batch.commits.items():
            self._committed(group, part, offset)
        for waiter in batch.waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._hand_over()
        self._tidy(self._running_loop())

    def _fail(self, batch: Batch, error: BaseException) -> None:
        self._failure = error
        self._writing = False
        rest, self._batch = self._batch, Batch()
        waiting: list[asyncio.Future[Any]] = [future for each in (batch, rest) for _, _, future in each.records]
        waiting += [*batch.waiting, *rest.waiting]
        for future in waiting:
            if not future.done():
                future.set_exception(OperationalError(f"could not write the log: {error}"))
        if self.failing is not None:
            self.failing(OperationalError(f"could not write the log: {error}"))

    def _committed(self, group: str, part: Partition, offset: int) -> None:
        part.committed[group] = offset
        if part.topic.truncate and not part.stored:
            self._count(part, -part.truncate(min(part.lowest_commit(), part.visible)))

    async def _read_disk(self, part: Partition, position: int, limit: int) -> tuple[list[Record], int]:
        if self._storage is None or self._closed:
            raise OperationalError("the log is closed" if self._closed else "the log forgot records that are read")
        before = min(part.visible, part.recent_from)
        return await self._running_loop().run_in_executor(self._disk, self._storage.read, part, position, limit, before)

    def _count(self, part: Partition, size: int) -> None:
        if _evictable(part):
            self._cached += size

    def _tidy(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._cached > self._cache_bytes:
            self._evict()
        if self._cleaning is None:
            self._cleaning = loop.call_later(_CLEAN_SECONDS, self._clean)

    def _evict(self) -> None:
        """Forget recent records of the largest partitions; in memory only ephemeral ones may go."""
        parts = [part for part in self._parts.values() if _evictable(part)]
        while parts and self._cached > self._cache_bytes * _KEEP_TO:
            largest = max(parts, key=lambda part: part.recent_bytes)
            freed = largest.evict()
            if not freed:
                break
            self._cached -= freed

    def _clean(self) -> None:
        """Truncate, expire, compact and checkpoint a bit; comes two seconds after a write, never when idle."""
        self._cleaning = None
        now = now_ms()
        lows: dict[Partition, int] = {}
        expiries: dict[Partition, int] = {}
        for part in self._parts.values():
            before = now - int(part.topic.retention_seconds * 1000)
            if part.stored:
                self._plan_cleaning(part, before, lows, expiries)
            else:
                self._count(part, -(part.compact(before) if part.topic.cleanup == "compact" else part.expire(before)))
        if self._storage is not None and not self._closed and self._failure is None:
            self._disk.submit(self._clean_disk, self._running_loop(), self._storage, lows, expiries)

    def _plan_cleaning(
        self, part: Partition, before: int, lows: dict[Partition, int], expiries: dict[Partition, int]
    ) -> None:
        if part.topic.truncate:
            low = min(part.lowest_commit(), part.visible)
            if low > part.start:
                lows[part] = low
        elif part.topic.cleanup == "delete" or part.topic.retention_seconds:
            expiries[part] = before

    def _clean_disk(
        self,
        loop: asyncio.AbstractEventLoop,
        storage: Storage,
        lows: Mapping[Partition, int],
        expiries: Mapping[Partition, int],
    ) -> None:
        """Leave the heavy part of a checkpoint to this thread, and only the rest to the writer."""
        try:
            starts = self._writer.submit(storage.clean, lows, expiries).result()
            loop.call_soon_threadsafe(self._cleaned, starts, lows)
            if storage.checkpoint():
                self._writer.submit(storage.finish_checkpoint).result()
        except Exception:
            logger.exception("could not clean the log")

    def _cleaned(self, starts: Mapping[Partition, int], lows: Mapping[Partition, int]) -> None:
        for part, start in starts.items():
            self._count(part, -part.truncate(start))
        if any(starts[part] < low for part, low in lows.items() if part in starts):
            self._tidy(self._running_loop())


def _evictable(part: Partition) -> bool:
    """Say whether recent records may be forgotten: they are on the disk too, or promise nothing."""
    return part.stored or part.topic.ephemeral


def _in_memory(topics: Sequence[Topic], partitions: int) -> list[Partition]:
    return [Partition(topic, number, stored=False) for topic in topics for number in range(partitions)]
