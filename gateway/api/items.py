"""Items: what a node of an execution gave, by the page, the files that items carry, and failed attempts.

Flow: history, blobs → **items** → client.
"""

import mimetypes
from typing import Any
from urllib.parse import quote

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from gateway.api.executions import PATH
from gateway.endpoints import Endpoint, Outcome
from gateway.given import Given
from gateway.reading import Past
from schemas.errors import ErrorInfo

PAGE_MAX = 1_000
OCTETS = "application/octet-stream"


class ItemPage(msgspec.Struct):
    """A page of items in order; ``total`` counts all. ``kept`` is false where what was given is no longer there."""

    data: list[dict[str, Any]]
    total: int
    kept: bool = True


class Attempt(msgspec.Struct):
    """An attempt that failed (``at``, epoch ms) and was followed by another when that was ``due``."""

    attempt: int
    at: int
    due: int
    error: ErrorInfo | None = None


class Attempts(msgspec.Struct):
    """Attempts in order; the last one of a run is the run itself."""

    data: list[Attempt]


class RunAddress(BaseModel):
    """One run of a node."""

    model_config = ConfigDict(extra="forbid")

    node: str = Field(min_length=1, description="Name of the node.")
    run: int = Field(0, ge=0, description="Which of its runs.")


class OutputAddress(RunAddress):
    """One output of one run of a node."""

    output: int = Field(0, ge=0, description="Which of its outputs.")


class ItemsQuery(OutputAddress):
    """Which items."""

    offset: int = Field(0, ge=0, description="How many to leave out at the beginning.")
    limit: int = Field(50, ge=1, le=PAGE_MAX, description="How many at most.")
    whole: bool = Field(False, description="With the bytes of files; else their data is empty.")


class FileQuery(OutputAddress):
    """Which file."""

    item: int = Field(0, ge=0, description="Index of the item.")
    name: str = Field("data", min_length=1, description="Name of the file's property.")


class Items:
    """The resource."""

    def __init__(self, given: Given, past: Past) -> None:
        self._given = given
        self._past = past

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one = f"{PATH}/{{execution}}"
        return [
            Endpoint("GET", f"{one}/items", self.items, "executions", {200: ItemPage}, (404,)),
            Endpoint("GET", f"{one}/attempts", self.attempts, "executions", {200: Attempts}),
            Endpoint("GET", f"{one}/file", self.file, "executions", {200: OCTETS}, (404,)),
        ]

    async def items(self, execution: str, query: ItemsQuery) -> Outcome:
        """Read a page of what a node gave."""
        at = (execution, query.node, query.run, query.output)
        page, total, kept = await self._given.page(*at, query.offset, query.limit, whole=query.whole)
        return Outcome(ItemPage(page, total, kept))

    async def attempts(self, execution: str, query: RunAddress) -> Outcome:
        """List the attempts of a node's run that failed before its last one."""
        rows = await self._past.attempts(execution, query.node, query.run)
        return Outcome(Attempts(msgspec.convert(rows, list[Attempt], strict=False)))

    async def file(self, execution: str, query: FileQuery) -> Response:
        """Read a file that an item carries."""
        at = (execution, query.node, query.run, query.output)
        data, part = await self._given.file(*at, query.item, query.name)
        name = str(part.get("fileName") or query.name + (mimetypes.guess_extension(str(part.get("mimeType"))) or ""))
        # Nothing of a file may run as a page of ours: a browser keeps it, whatever it is.
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return Response(data, media_type=OCTETS, headers=headers)
