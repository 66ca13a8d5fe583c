"""Partition: one ordered sequence of records, with its recent ones in memory.

Flow: broker appends durable records → **partition** → cursors.
"""

from bisect import bisect_left
from collections.abc import Callable
from typing import Protocol

from streams.topics import Topic
from streams.transports.protocol import Record

_OVERHEAD = 128
_SLACK = 1024


class Watcher(Protocol):
    """Whoever wants to know that a partition has more to read."""

    def wake(self, part: "Partition") -> None:
        """Note that ``part`` grew."""
        ...


def size_of(record: Record) -> int:
    """Estimate what a record costs in memory."""
    value, key = record.value, record.key
    return _OVERHEAD + (len(value) if value is not None else 0) + (len(key) if key is not None else 0)


def _offset(record: Record) -> int:
    return record.offset


class Partition:
    """Offsets and recent records of one partition.

    ``start`` is the lowest offset kept, ``end`` the next one to give, ``visible`` the next one to become durable.
    ``stored`` says that older records are on disk; ``row`` is the partition's number there.
    Every record from ``recent_from`` on is in memory.
    """

    __slots__ = (
        "_head",
        "_keys",
        "_tail",
        "committed",
        "end",
        "number",
        "recent_bytes",
        "recent_from",
        "row",
        "start",
        "stored",
        "topic",
        "visible",
        "watchers",
    )

    def __init__(self, topic: Topic, number: int, stored: bool, row: int = 0) -> None:
        self.topic = topic
        self.number = number
        self.stored = stored
        self.row = row
        self.start = self.end = self.visible = self.recent_from = 0
        self.recent_bytes = 0
        self.committed: dict[str, int] = {}
        self.watchers: list[Watcher] = []
        self._tail: list[Record] = []
        self._head = 0
        self._keys: dict[bytes | None, int] = {}

    def restore(self, start: int, end: int) -> None:
        """Take over the bounds found on disk."""
        self.start = min(start, end)
        self.end = self.visible = self.recent_from = end

    def show(self, record: Record) -> int:
        """Make a durable record readable; give its size in memory."""
        self._tail.append(record)
        self.visible = record.offset + 1
        size = size_of(record)
        self.recent_bytes += size
        if not self.stored and self.topic.cleanup == "compact":
            self._keys[record.key] = record.offset
        for watcher in self.watchers:
            watcher.wake(self)
        return size

    def recent(self, position: int, limit: int) -> list[Record] | None:
        """Give records from ``position`` on, or None where they are no longer in memory."""
        if position < self.recent_from:
            return None
        first = self._index(position)
        return self._tail[first : first + limit]

    def drop_before(self, offset: int) -> int:
        """Forget recent records below ``offset``; give the bytes that this freed."""
        upto = self._index(offset)
        freed = sum(size_of(record) for record in self._tail[self._head : upto])
        self._head = upto
        self.recent_bytes -= freed
        self.recent_from = max(self.recent_from, offset)
        if self._head > _SLACK and self._head * 2 > len(self._tail):
            del self._tail[: self._head]
            self._head = 0
        return freed

    def truncate(self, offset: int) -> int:
        """Let the partition begin at ``offset``; give the bytes that this freed in memory."""
        if offset <= self.start:
            return 0
        self.start = offset
        return self.drop_before(offset)

    def evict(self) -> int:
        """Forget the older half of what is in memory; what is not on disk is gone."""
        kept = len(self._tail) - self._head
        if not kept:
            return 0
        boundary = self._tail[self._head + (kept + 1) // 2 - 1].offset + 1
        if not self.stored:
            return self.truncate(boundary)
        return self.drop_before(boundary)

    def expire(self, before: int) -> int:
        """Truncate what is older than ``before`` (epoch ms), where all is in memory."""
        boundary = self.start
        for index in range(self._head, len(self._tail)):
            if self._tail[index].at >= before:
                break
            boundary = self._tail[index].offset + 1
        return self.truncate(boundary)

    def compact(self, before: int) -> int:
        """Keep the last record of each key (in memory); marks of removed keys go when older than ``before``."""
        live = self._tail[self._head :]
        if len(live) < 2 * len(self._keys) + 64 and all(record.value is not None for record in live[:64]):
            return 0
        kept = [record for record in live if self._kept(record, before)]
        self._tail, self._head = kept, 0
        self._keys = {record.key: record.offset for record in kept}
        size = sum(map(size_of, kept))
        freed, self.recent_bytes = self.recent_bytes - size, size
        return freed

    def lowest_commit(self) -> int:
        """Give the lowest committed offset of all groups, or the start where no group reads."""
        return min(self.committed.values(), default=self.start)

    def _kept(self, record: Record, before: int) -> bool:
        return self._keys.get(record.key) == record.offset and (record.value is not None or record.at > before)

    def _index(self, offset: int) -> int:
        tail, head = self._tail, self._head
        if head == len(tail):
            return head
        guess = head + offset - tail[head].offset
        if guess <= head:
            return head
        if guess < len(tail) and tail[guess].offset == offset:
            return guess
        return bisect_left(tail, offset, lo=head, key=_offset)


PartitionFilter = Callable[[Partition], bool]
