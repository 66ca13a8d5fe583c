"""The seams of the stores: what history, blobs and caches are made of, and the laws they keep.

Flow: ops (settings) → **stores** ← agents, gateway.
"""

from typing import Any, NamedTuple, Protocol

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from schemas.data_tables import Changed, Query, Row, RowChange, Table, TableChange


class Migration(NamedTuple):
    """One step of the history's schema: its name (numbered, applied in this order) and its statements."""

    name: str
    sql: str


class HistorySettings(BaseModel):
    """Where history is kept, how much of it and for how long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        description="chdb:///folder for an embedded ClickHouse of our own, or the http(s):// or clickhouse:// address "
        "of a server (its HTTP port)."
    )
    keep: str = Field(
        "all",
        pattern=r"^(all|errors|sample:(0(\.\d+)?|1(\.0+)?))$",
        description="Which executions: all, errors (those that end in an error) or sample:<0..1> (that share of them).",
    )
    days: int = Field(14, ge=1, le=36500, description="Days after which history goes.")
    memory_mb: int = Field(400, ge=128, description="Most memory of the embedded engine.")
    threads: int = Field(2, ge=1, description="Most threads of one query.")
    query_seconds: float = Field(10.0, gt=0, description="Longest run of a query that people wrote.")
    pending_bytes: int = Field(32 << 20, ge=1 << 20, description="Bytes that may wait to be inserted.")


class QueryResult(msgspec.Struct):
    """The answer to a query: (name, ClickHouse type) per column, and rows of JSON values.

    ``truncated`` says that there were more rows than asked for.
    """

    columns: list[tuple[str, str]]
    rows: list[list[Any]]
    truncated: bool = False


class Refused(NamedTuple):
    """A record that history cannot take: its place in what was written, and why."""

    position: int
    reason: str


class Blobs(Protocol):
    """Keeps bytes that are too large to travel.

    Law: the id is the SHA-256 of the bytes in hex; the same bytes have one id and are kept once; when ``put`` returns,
    they are durable (where the backend is), and a reader sees all of them or none. An id of another form is not found.
    """

    async def put(self, data: bytes) -> str:
        """Store bytes; give their id."""
        ...

    async def get(self, blob: str) -> bytes:
        """Read them back; raise NotFoundError."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Cache(Protocol):
    """Keeps small values for a while; any of them may be gone at any time.

    Law: a value is what was set last; it is gone when its time is up; ``increment`` is atomic, starts from 0 and sets
    the time to live only when it makes the key.
    """

    async def get(self, key: str) -> bytes | None:
        """Read a value, None where there is none."""
        ...

    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        """Keep a value for a time."""
        ...

    async def increment(self, key: str, ttl_seconds: float, by: int = 1) -> int:
        """Count; give the new count. Raises UserError where the value is no number."""
        ...

    async def drop(self, key: str) -> None:
        """Forget a value."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class DataTables(Protocol):
    """Keeps tables of a user's own: typed columns, rows that outlive executions.

    Law: a change is made whole or not at all, and one after the other; ids count up and are not given twice; a change
    with a key that was seen in the last two days gives what it gave then and changes nothing, as does a dry one.
    """

    async def tables(self) -> list[Table]:
        """List the tables by name."""
        ...

    async def alter(self, table: str, change: TableChange) -> Table:
        """Change a table; give it as it is then, or was. Raises NotFoundError, ParameterError."""
        ...

    async def find(self, table: str, query: Query) -> list[Row]:
        """Give the rows of a query. Raises NotFoundError, ParameterError for a column that is not there."""
        ...

    async def write(self, table: str, change: RowChange, key: str | None = None) -> list[Changed]:
        """Change rows; give each before and after. Raises NotFoundError, ParameterError."""
        ...

    async def close(self) -> None:
        """Let go of what is open."""
        ...
