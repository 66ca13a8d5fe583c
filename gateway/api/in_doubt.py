"""In doubt: effects that were begun before a crash and may have happened; somebody looks, and says what came of them.

Flow: history → **in doubt** → client; `/api/v1/in-doubt/{doubt}/settle` → **in doubt** → control → execution goes on.
"""

from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.api.executions import PATH as EXECUTIONS
from gateway.api.executions import Asked
from gateway.cursors import read_doubt, read_doubt_cursor, write_cursor
from gateway.endpoints import Endpoint, Outcome
from gateway.problems import refuse
from gateway.publishing import Publishing
from gateway.reading import Past
from gateway.starting import StartItem
from schemas.errors import NotFoundError
from schemas.item import Item
from schemas.task import Settlement
from streams.stores.doubts import Doubt, doubt_of, open_doubts

PATH = "/api/v1/in-doubt"
ITEMS_BYTES = 64 * 1024


class DoubtSummary(msgspec.Struct, rename="camel"):
    """An effect in doubt: which attempt of which run of which node, and since when (``at``: epoch ms)."""

    id: str
    at: int
    workflow: str
    version: str
    execution: str
    node: str
    run: int
    attempt: int
    reason: str


class DoubtPage(msgspec.Struct, rename="camel"):
    """A page of what is in doubt, newest first; ``nextCursor`` is null on the last one."""

    data: list[DoubtSummary]
    next_cursor: str | None


class DoubtQuery(BaseModel):
    """What to list."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, description="nextCursor of the page before.")
    limit: int = Field(50, ge=1, le=250, description="Entries on a page.")
    workflow: str | None = Field(None, description="Only those of this workflow.")


class SettleBody(BaseModel):
    """What somebody found out."""

    model_config = ConfigDict(extra="forbid")

    happened: bool = Field(description="Whether the effect happened. If it did not, it is made now.")
    items: list[StartItem] | None = Field(None, description="What the node would have given; else its input goes on.")
    value: Any = Field(None, description="The same as one item: its JSON, or a value for its field `value`.")

    def found(self) -> list[Item] | None:
        """Give the items."""
        if self.items is not None:
            return [one.item for one in self.items]
        if self.value is None:
            return None
        return [Item(json=self.value if isinstance(self.value, dict) else {"value": self.value})]


class InDoubt:
    """The resource."""

    def __init__(self, past: Past, publishing: Publishing) -> None:
        self._past = past
        self._publishing = publishing

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        tag = "in doubt"
        return [
            Endpoint("GET", PATH, self.browse, tag, {200: DoubtPage}),
            Endpoint("POST", f"{PATH}/{{doubt}}/settle", self.settle, tag, {202: Asked}, (404, 422)),
        ]

    async def browse(self, query: DoubtQuery) -> Outcome:
        """List effects that may or may not have happened, and that nobody has settled."""
        sql, values = open_doubts(query.workflow, read_doubt_cursor(query.cursor), query.limit + 1)
        found = [doubt_of(row) for row in (await self._past.query(sql, values, query.limit + 1)).rows]
        page = found[: query.limit]
        more = write_cursor(page[-1].at, *page[-1].key) if len(found) > query.limit else None
        return Outcome(DoubtPage([_summary(one) for one in page], more))

    async def settle(self, doubt: str, body: SettleBody) -> Outcome:
        """Say whether an effect happened; its execution goes on after it, or makes it now."""
        key = read_doubt(doubt)
        items = body.found()
        if items is not None and len(msgspec.json.encode(items)) > ITEMS_BYTES:
            raise refuse("InvalidBody", f"the items are larger than {ITEMS_BYTES} bytes", field="items")
        sql, values = open_doubts(None, None, 1, key)
        if not (await self._past.query(sql, values, 1)).rows:
            raise NotFoundError("this is not in doubt", hint="somebody may have settled it; GET /api/v1/in-doubt lists")
        await self._publishing.settle(
            key.execution, Settlement(key.node, key.run, key.attempt, body.happened, items if body.happened else None)
        )
        location = {"Location": f"{EXECUTIONS}/{key.execution}"}
        return Outcome(Asked(key.execution, "going on"), 202, location)


def _summary(doubt: Doubt) -> DoubtSummary:
    key = doubt.key
    named = (doubt.workflow, doubt.version, key.execution, key.node, key.run, key.attempt)
    return DoubtSummary(write_cursor(*key), doubt.at, *named, doubt.reason)
