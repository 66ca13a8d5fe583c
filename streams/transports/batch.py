"""Batch: what is written to disk in one go, and the seam to whoever writes it.

Flow: broker gathers → **batch** → storage (in the writer's thread) → broker shows the records.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from streams.topics import Topic
from streams.transports.partition import Partition
from streams.transports.protocol import Record


@dataclass
class Batch:
    """Records and commits that become durable together, and who waits for that."""

    records: list[tuple[Partition, Record, asyncio.Future[int]]] = field(default_factory=list)
    commits: dict[tuple[str, Partition], int] = field(default_factory=dict)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)
    size: int = 0

    def __bool__(self) -> bool:
        return bool(self.records or self.commits or self.waiting)


class Storage(Protocol):
    """A disk under the broker.

    ``write``, ``clean`` and ``finish_checkpoint`` run in one thread, ``read`` and ``checkpoint`` in another.
    """

    def open(self, topics: Sequence[Topic], partitions: int) -> list[Partition]:
        """Make what is missing, and give all partitions with their bounds and commits."""
        ...

    def write(self, batch: Batch) -> None:
        """Make a batch durable; tries again for as long as trying may help."""
        ...

    def read(self, part: Partition, position: int, limit: int, before: int) -> tuple[list[Record], int]:
        """Give records of ``part`` in [position, before), and the next position."""
        ...

    def clean(self, lows: Mapping[Partition, int], expiries: Mapping[Partition, int]) -> dict[Partition, int]:
        """Remove what lies below ``lows`` and what is older than ``expiries``, a bit at a time; give the new starts."""
        ...

    def checkpoint(self) -> bool:
        """Tidy the files beside the writer; say whether the writer should finish that."""
        ...

    def finish_checkpoint(self) -> None:
        """Finish what ``checkpoint`` began."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...
