"""Dead letters: what could not be carried out, with its reason; looked at, mended, driven again.

Flow: `/api/v1/dead-letters` → **dead letters** → start tasks; history → **dead letters** → client.
"""

from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.api.executions import PATH as EXECUTIONS
from gateway.api.executions import Asked
from gateway.api.replays import Redriven
from gateway.cursors import read_letter, read_letter_cursor, write_cursor
from gateway.endpoints import Endpoint, Outcome
from gateway.letters import Edit, Letters
from gateway.problems import refuse
from gateway.starting import Starting, StartItem
from schemas.errors import NotFoundError, UserError
from schemas.item import Item
from streams.stores.letters import Letter, LetterFilter

PATH = "/api/v1/dead-letters"


class LetterSummary(msgspec.Struct, rename="camel"):
    """A dead letter: where it came from, why, and what it was for where that is known (``at``: epoch ms).

    ``kind`` is a task, or a record that was not understood.
    """

    id: str
    at: int
    reason: str
    topic: str
    partition: int
    offset: int
    kind: Literal["task", "record"]
    workflow: str | None = None
    node: str | None = None
    execution: str | None = None


class LetterDetail(LetterSummary, rename="camel"):
    """A dead letter with what it holds; ``redriven`` is the execution that it was driven again as."""

    version: str | None = None
    items: list[Item] | None = None
    raw: str | None = None
    redriven: str | None = None


class LetterPage(msgspec.Struct, rename="camel"):
    """A page of dead letters, newest first; ``nextCursor`` is null on the last one."""

    data: list[LetterSummary]
    next_cursor: str | None


class LetterQuery(BaseModel):
    """Which letters to list."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    cursor: str | None = Field(None, description="nextCursor of the page before.")
    limit: int = Field(50, ge=1, le=250, description="Entries on a page.")
    workflow: str | None = Field(None, description="Only those of this workflow.")
    node: str | None = Field(None, description="Only those of this node.")
    reason: str | None = Field(None, description="Only those whose reason has this in it.")
    since: int | None = Field(None, alias="from", description="Only those written at or after this time (epoch ms).")
    until: int | None = Field(None, alias="to", description="Only those written before this time (epoch ms).")

    @property
    def wanted(self) -> LetterFilter:
        """Give the filter."""
        return LetterFilter(self.workflow, self.node, self.reason, self.since, self.until)


class LetterRedriveBody(BaseModel):
    """What to change of a letter before it is driven again."""

    model_config = ConfigDict(extra="forbid")

    items: list[StartItem] | None = Field(None, description="What its node gives in place of what it had.")
    value: Any = Field(None, description="The same as one item: its JSON, or a value for its field `value`.")
    workflow: str | None = Field(None, description="Workflow to start, where the letter names none.")
    version: str | None = Field(None, description="Version to run; else that of the letter.")
    node: str | None = Field(None, description="Node to begin at; else that of the letter.")

    @property
    def edit(self) -> Edit:
        """Give the edit."""
        items = None if self.items is None else [one.item for one in self.items]
        if items is None and self.value is not None:
            items = [Item(json=self.value if isinstance(self.value, dict) else {"value": self.value})]
        return Edit(items, self.workflow, self.version, self.node)


class LettersRedriveBody(BaseModel):
    """Which letters to drive again, and how."""

    model_config = ConfigDict(extra="forbid")

    filter: LetterQuery = Field(default_factory=lambda: LetterQuery(), description="Filters, limit and cursor.")
    version: str | None = Field(None, description="Version to run; else that of each letter.")
    node: str | None = Field(None, description="Node to begin at; else that of each letter.")


class DeadLetters:
    """The resource."""

    def __init__(self, letters: Letters, starting: Starting) -> None:
        self._letters = letters
        self._starting = starting

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one, tag = f"{PATH}/{{letter}}", "dead letters"
        return [
            Endpoint("GET", PATH, self.browse, tag, {200: LetterPage}),
            Endpoint("POST", f"{PATH}/redrive", self.redrive_all, tag, {200: Redriven}, (404, 422)),
            Endpoint("GET", one, self.get, tag, {200: LetterDetail}, (404,)),
            Endpoint("POST", f"{one}/redrive", self.redrive, tag, {202: Asked}, (404, 409, 422)),
        ]

    async def browse(self, query: LetterQuery) -> Outcome:
        """List dead letters, newest first."""
        page, more = await self._page(query)
        return Outcome(LetterPage([LetterSummary(**_brief(letter)) for letter in page], more))

    async def get(self, letter: str) -> Outcome:
        """Read a dead letter with what it holds."""
        found = await self._letters.one(read_letter(letter))
        task = found.task
        detail = LetterDetail(
            **_brief(found),
            version=task.version if task is not None else None,
            items=task.start.items if task is not None and task.start is not None else None,
            raw=found.raw or None,
            redriven=await self._letters.driven(found),
        )
        return Outcome(detail)

    async def redrive(self, letter: str, body: LetterRedriveBody) -> Outcome:
        """Do a letter's work, as it was or mended; a letter is driven again at most once."""
        found = await self._letters.one(read_letter(letter))
        if (before := await self._letters.driven(found)) is not None:
            raise refuse("ConflictError", f'the letter was driven again as execution "{before}"', execution=before)
        task, topic = await self._letters.drive(found, body.edit)
        await self._starting.send(task, topic)
        return Outcome(Asked(task.execution, "started"), 202, {"Location": f"{EXECUTIONS}/{task.execution}"})

    async def redrive_all(self, body: LettersRedriveBody) -> Outcome:
        """Drive all letters of a query again, each at most once; those that need more to be known are skipped."""
        page, more = await self._page(body.filter)
        started: list[str] = []
        for brief in page:
            if (execution := await self._again(brief, Edit(version=body.version, node=body.node))) is not None:
                started.append(execution)
        return Outcome(Redriven(len(started), len(page) - len(started), started, more))

    async def _again(self, brief: Letter, edit: Edit) -> str | None:
        found = await self._letters.one(brief.key)
        if await self._letters.driven(found) is not None:
            return None
        try:
            task, topic = await self._letters.drive(found, edit)
        except (NotFoundError, UserError):
            return None
        await self._starting.send(task, topic)
        return task.execution

    async def _page(self, query: LetterQuery) -> tuple[list[Letter], str | None]:
        found = await self._letters.page(query.wanted, read_letter_cursor(query.cursor), query.limit + 1)
        page = found[: query.limit]
        more = write_cursor(page[-1].at, *page[-1].key) if len(found) > query.limit else None
        return page, more


def _brief(letter: Letter) -> dict[str, Any]:
    key = letter.key
    begun = bool(key.execution) and not letter.of_record
    return {
        "id": write_cursor(*key),
        "at": letter.at,
        "reason": letter.reason,
        "topic": key.topic,
        "partition": key.partition,
        "offset": key.offset,
        "kind": "record" if letter.of_record else "task",
        "workflow": letter.workflow or None,
        "node": key.node or None,
        "execution": key.execution if begun else None,
    }
