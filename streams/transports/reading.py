"""Reading: a cursor over partitions, and the plain readers on top of it.

Flow: partitions wake the **cursor** → Reader, GroupReader, Faust driver.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

from streams.transports.partition import Partition, PartitionFilter
from streams.transports.protocol import Record

_AT_ONCE = 100

Stored = Callable[[Partition, int, int], Awaitable[tuple[list[Record], int]]]
"""Reads older records from disk: partition, position, limit → records and the next position."""


class Cursor:
    """Positions in partitions, and which of these have more to read.

    Costs nothing while nothing comes: partitions call ``wake``, nobody polls.
    """

    def __init__(self, positions: Mapping[Partition, int], stored: Stored) -> None:
        self.positions = dict(positions)
        self._stored = stored
        self._ready: dict[Partition, None] = {}
        self._waiter: asyncio.Future[None] | None = None
        self.closed = False
        self._poked = False
        for part, position in self.positions.items():
            part.watchers.append(self)
            if position < part.visible:
                self._ready[part] = None

    def wake(self, part: Partition) -> None:
        """Note that a partition has more to read."""
        self._ready[part] = None
        self._release()

    def poke(self) -> None:
        """End this wait or the next one, so that the reader looks again."""
        self._poked = True
        self._release()

    def seek(self, part: Partition, position: int) -> None:
        """Continue at another position."""
        self.positions[part] = position
        self.wake(part)

    async def read(
        self, limit: int, wait_seconds: float, allowed: PartitionFilter | None = None
    ) -> list[tuple[Partition, list[Record]]]:
        """Give records per partition, in turns between partitions; empty where the wait ran out or was ended."""
        found = await self._take(limit, allowed)
        if not found and wait_seconds > 0 and not self.closed:
            await self._wait(wait_seconds)
            found = await self._take(limit, allowed)
        return found

    def close(self) -> None:
        """Stop watching."""
        self.closed = True
        for part in self.positions:
            if self in part.watchers:
                part.watchers.remove(self)
        self._ready.clear()
        self.poke()

    async def _take(self, limit: int, allowed: PartitionFilter | None) -> list[tuple[Partition, list[Record]]]:
        found: list[tuple[Partition, list[Record]]] = []
        for part in list(self._ready):
            if limit <= 0 or self.closed:
                break
            if allowed is not None and not allowed(part):
                continue
            position = max(self.positions[part], part.start)
            if position >= part.visible:
                del self._ready[part]
                continue
            records, following = await self._fetch(part, position, min(limit, _AT_ONCE))
            if records is None:
                continue
            self.positions[part] = following
            self._ready.pop(part, None)
            if following < part.visible:
                self._ready[part] = None  # to the end of the queue: partitions take turns
            if records:
                limit -= len(records)
                found.append((part, records))
        return found

    async def _fetch(self, part: Partition, position: int, limit: int) -> tuple[list[Record] | None, int]:
        recent = part.recent(position, limit)
        if recent is not None:
            return recent, recent[-1].offset + 1 if len(recent) == limit else part.visible
        before = self.positions[part]
        records, following = await self._stored(part, position, limit)
        if self.closed or self.positions[part] != before:
            return None, before  # somebody moved the position while the disk was read
        return records, following

    async def _wait(self, seconds: float) -> None:
        if not self._poked:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(seconds, self._release)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        self._poked = False

    def _release(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class _Committer(Protocol):
    async def commit(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None: ...

    def leave(self, group: str) -> None: ...


class LogReader:
    """Reads chosen partitions of one topic without a group."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self.position = {part.number: position for part, position in cursor.positions.items()}

    async def read(self, limit: int = 500, wait_seconds: float = 1.0) -> list[Record]:
        """Give what is there, at least one record unless the wait ran out."""
        found = await _read(self._cursor, limit, wait_seconds)
        self.position.update((part.number, position) for part, position in self._cursor.positions.items())
        return found

    async def close(self) -> None:
        """Stop reading."""
        self._cursor.close()


class LogGroupReader:
    """Reads topics as the one member of a group."""

    def __init__(self, cursor: Cursor, broker: _Committer, group: str) -> None:
        self._cursor = cursor
        self._broker = broker
        self._group = group

    async def read(self, limit: int = 500, wait_seconds: float = 1.0) -> list[Record]:
        """Give what is there, at least one record unless the wait ran out."""
        return await _read(self._cursor, limit, wait_seconds)

    async def commit(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Say which offsets (next to read) need not come again; returns when that is durable."""
        await self._broker.commit(self._group, offsets)

    async def close(self) -> None:
        """Leave the group without a commit."""
        self._cursor.close()
        self._broker.leave(self._group)


async def _read(cursor: Cursor, limit: int, wait_seconds: float) -> list[Record]:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_seconds
    while True:
        found = await cursor.read(limit, deadline - loop.time())
        if found or loop.time() >= deadline or cursor.closed:
            return _flat(found)


def _flat(found: Iterable[tuple[Any, list[Record]]]) -> list[Record]:
    return [record for _, records in found for record in records]
