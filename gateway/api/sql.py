"""SQL: the history asked directly, read only.

Flow: `POST /api/v1/sql` → **sql** → history → rows.
"""

from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.endpoints import Endpoint, Outcome
from gateway.reading import Past

MAX_ROWS = 100_000


class QueryBody(BaseModel):
    """A query in ClickHouse's SQL."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=100_000, description="One SELECT.")
    parameters: dict[str, Any] = Field(default_factory=dict, description="Values of its {name:Type} parameters.")
    limit: int = Field(1000, ge=1, le=MAX_ROWS, description="At most so many rows.")


class Column(msgspec.Struct):
    """A column and its ClickHouse type."""

    name: str
    type: str


class Rows(msgspec.Struct):
    """The rows of a query; ``truncated`` says that there were more than asked for."""

    columns: list[Column]
    rows: list[list[Any]]
    truncated: bool


class Sql:
    """The resource."""

    def __init__(self, past: Past) -> None:
        self._past = past

    def endpoints(self) -> list[Endpoint]:
        """Declare the operation."""
        return [Endpoint("POST", "/api/v1/sql", self.query, "history", {200: Rows})]

    async def query(self, body: QueryBody) -> Outcome:
        """Ask the history of executions in SQL."""
        found = await self._past.query(body.query, body.parameters, body.limit)
        columns = [Column(name, type_) for name, type_ in found.columns]
        return Outcome(Rows(columns, found.rows, found.truncated))
