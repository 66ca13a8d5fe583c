"""The seam between Millrace and its log: what every transport offers beside its Faust driver.

Flow: gateway, readers of replies, catalog and history → **log** ← Faust driver (agents).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record of a topic; ``at`` is epoch ms."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    at: int = 0


class Reader(Protocol):
    """Reads chosen partitions in order per partition, without a group (assign).

    ``position[p]`` is the offset after the last record *handed out* of partition p.
    """

    position: dict[int, int]

    async def read(self, limit: int = 500, wait_seconds: float = 1.0) -> list[Record]:
        """Give what is there, at least one record unless the wait ran out."""
        ...

    async def close(self) -> None:
        """Stop reading."""
        ...


class GroupReader(Protocol):
    """Reads topics as a member of a group; unlike a Reader it has committed offsets and resumes from them."""

    async def read(self, limit: int = 500, wait_seconds: float = 1.0) -> list[Record]:
        """Give what is there, at least one record unless the wait ran out."""
        ...

    async def commit(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Say which offsets (next to read) need not come again; returns when that is durable."""
        ...

    async def close(self) -> None:
        """Leave the group without a commit."""
        ...


class Log(Protocol):
    """Append and read, without Faust.

    Law: order per partition is the order of `send` calls; the future resolves (with the offset) when the record is
    durable, and no reader sees a record before; a record over 1 MB is refused before anything is sent.
    Ephemeral topics live in memory: durable at once, gone with the process.
    """

    def send(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> asyncio.Future[int]:
        """Append one record. Raises Overloaded where too much waits to become durable."""
        ...

    async def reader(
        self, topic: str, partitions: Sequence[int], start: Literal["earliest", "latest"] | Mapping[int, int]
    ) -> Reader:
        """Open a reader on chosen partitions."""
        ...

    async def group(self, topics: Sequence[str], group: str) -> GroupReader:
        """Open a group reader; a new group starts at the earliest record."""
        ...

    async def ends(self, topic: str) -> dict[int, int]:
        """Give the next offset to be written, per partition."""
        ...
