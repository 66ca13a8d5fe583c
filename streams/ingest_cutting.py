"""Cutting: the records of a partition become batches, and a batch that is cut again is cut alike.

Flow: consumer → **cutting** → feed; where batches begin and end → metadata of the committed offset → cutting.

An execution of a batch is named by its first offset. If a crash let other batches be cut from the same records, they
would be handled twice: so where batches begin and end is committed before any of them starts.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from streams.transports.protocol import Record

CUTS_MAX = 64
"""Cuts in one metadata text: 64 of them fit into the 4096 bytes that brokers allow, whatever the offsets."""
BATCH_BYTES = 8 << 20
_MARK = "millrace"


class Cut(NamedTuple):
    """The first and the last offset of a batch."""

    first: int
    last: int


class Batch(NamedTuple):
    """Records that start one execution."""

    cut: Cut
    records: list[Record]


class Cutter:
    """Cuts the records of one partition, by the plan that was committed as long as there is one."""

    def __init__(self, size: int, wait_seconds: float, planned: Iterable[Cut] = ()) -> None:
        self.planned = deque(planned)
        self._size = size
        self._wait_seconds = wait_seconds
        self._records: deque[tuple[float, Record]] = deque()
        self._reached = -1

    def add(self, record: Record, now: float) -> None:
        """Take the next record; ``now`` is monotonic, in seconds."""
        self._records.append((now, record))
        self._reached = record.offset + 1

    def reached(self, offset: int) -> None:
        """Note that every record below an offset has been given, or is there no more."""
        self._reached = max(self._reached, offset)

    def take(self, now: float, limit: int = CUTS_MAX) -> list[Batch]:
        """Give the batches that are full, or whose first record has waited long enough."""
        found: list[Batch] = []
        while len(found) < limit:
            batch = self._next_planned() if self.planned else self._next(now)
            if batch is None:
                break
            if batch.records:
                found.append(batch)
        return found

    def due(self) -> float | None:
        """Say when (monotonic) what waits here is a batch even if nothing more comes."""
        return self._records[0][0] + self._wait_seconds if self._records and not self.planned else None

    def _next_planned(self) -> Batch | None:
        cut = self.planned[0]
        if self._reached <= cut.last:
            return None
        self.planned.popleft()
        records = []
        while self._records and self._records[0][1].offset <= cut.last:
            records.append(self._records.popleft()[1])
        return Batch(cut, records)

    def _next(self, now: float) -> Batch | None:
        if not self._records:
            return None
        number, full = self._count()
        if not full and now - self._records[0][0] < self._wait_seconds:
            return None
        records = [self._records.popleft()[1] for _ in range(number)]
        return Batch(Cut(records[0].offset, records[-1].offset), records)

    def _count(self) -> tuple[int, bool]:
        """Say how many records the next batch has, and whether no more would fit."""
        size = 0
        for number, (_, record) in enumerate(self._records):
            size += len(record.value or b"")
            if number == self._size or (number and size > BATCH_BYTES):
                return number, True
        return len(self._records), len(self._records) >= self._size


def write_plan(cuts: Iterable[Cut]) -> str:
    """Give cuts as the metadata of an offset."""
    texts = [f"{first}-{last}" for first, last in cuts]
    return " ".join([_MARK, *texts]) if texts else ""


def read_plan(metadata: str, committed: int) -> list[Cut]:
    """Read them back; there are none where the metadata is not ours or belongs to another offset."""
    mark, *texts = metadata.split(" ")
    if mark != _MARK:
        return []
    cuts = []
    for text in texts:
        first, dash, last = text.partition("-")
        if not (dash and first.isdecimal() and last.isdecimal()):
            return []
        cuts.append(Cut(int(first), int(last)))
    return cuts if cuts and cuts[0].first >= committed else []
