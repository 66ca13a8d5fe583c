"""Workflows: make, read, change, publish.

Flow: `/api/v1/workflows` → **workflows** → commands; catalog view → **workflows** → client.
"""

import contextlib
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from gateway.cursors import read_workflow_cursor, write_cursor
from gateway.endpoints import Endpoint, Outcome
from gateway.problems import HttpProblem, refuse
from gateway.publishing import Publishing
from gateway.reading import Catalog
from schemas.commands import (
    ActivateWorkflow,
    Answer,
    Change,
    CreateWorkflow,
    DeactivateWorkflow,
    DeleteWorkflow,
    UpdateWorkflow,
    present,
)
from schemas.errors import ErrorInfo
from schemas.identifiers import digest_id, new_id
from schemas.workflow import Workflow

PATH = "/api/v1/workflows"


class WorkflowSummary(msgspec.Struct, rename="camel"):
    """A workflow without its nodes. ``revision`` counts its changes; times are epoch ms."""

    id: str
    name: str
    active: bool
    revision: int
    version_id: str
    created_at: int
    updated_at: int
    published_version_id: str | None = None
    tags: list[str] = []


class WorkflowDetail(WorkflowSummary, rename="camel"):
    """A workflow with its draft in n8n's JSON format, and what of it differs or is missing."""

    workflow: dict[str, Any] = {}
    problems: list[ErrorInfo] = []


class WorkflowPage(msgspec.Struct, rename="camel"):
    """A page of workflows, newest first; ``nextCursor`` is null on the last one."""

    data: list[WorkflowSummary]
    next_cursor: str | None


class WorkflowVersion(msgspec.Struct, rename="camel"):
    """One immutable version of a workflow."""

    id: str
    workflow_id: str
    created_at: int
    workflow: dict[str, Any]
    problems: list[ErrorInfo]


class WorkflowBody(RootModel[dict[str, Any]]):
    """A workflow in n8n's JSON format; what is not known is kept. The catalog checks it, not the door."""

    @classmethod
    def __get_pydantic_json_schema__(cls, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Show the shape that the catalog will ask for."""
        return handler(Workflow.__pydantic_core_schema__)


class WorkflowQuery(BaseModel):
    """Which workflows to list."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, description="nextCursor of the page before.")
    limit: int = Field(50, ge=1, le=250, description="Entries on a page.")
    active: bool | None = Field(None, description="Only active ones, or only others.")
    search: str | None = Field(None, description="Beginnings of words in the name, or in the names and types of nodes.")


class Conditions(BaseModel):
    """Under which conditions to change."""

    model_config = ConfigDict(extra="ignore")

    if_match: str | None = Field(None, alias="if-match", description="ETag of the revision that you saw.")
    idempotency_key: str | None = Field(
        None, alias="idempotency-key", max_length=256, description="A repetition with the same key changes nothing."
    )


class Workflows:
    """The resource."""

    def __init__(self, catalog: Catalog, publishing: Publishing) -> None:
        self._catalog = catalog
        self._publishing = publishing

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one, changes = f"{PATH}/{{workflow}}", (404, 409, 412, 422, 504)
        return [
            Endpoint("GET", PATH, self.browse, "workflows", {200: WorkflowPage}),
            Endpoint("POST", PATH, self.create, "workflows", {201: WorkflowDetail}, (409, 422, 504)),
            Endpoint("GET", one, self.get, "workflows", {200: WorkflowDetail}, (404,)),
            Endpoint("PUT", one, self.update, "workflows", {200: WorkflowDetail}, changes),
            Endpoint("DELETE", one, self.delete, "workflows", {204: None}, changes),
            Endpoint("POST", f"{one}/activate", self.activate, "workflows", {200: WorkflowDetail}, changes),
            Endpoint("POST", f"{one}/deactivate", self.deactivate, "workflows", {200: WorkflowDetail}, changes),
            Endpoint("GET", f"{one}/versions/{{version}}", self.version, "workflows", {200: WorkflowVersion}, (404,)),
        ]

    async def browse(self, query: WorkflowQuery) -> Outcome:
        """List workflows, newest first."""
        after = read_workflow_cursor(query.cursor)
        found = self._catalog.page(after, query.limit + 1, query.active, query.search)
        page = found[: query.limit]
        more = write_cursor(page[-1].id) if len(found) > query.limit else None
        return self._outcome(WorkflowPage([msgspec.convert(present(entry), WorkflowSummary) for entry in page], more))

    async def create(self, body: WorkflowBody, headers: Conditions) -> Outcome:
        """Make a workflow.

        An ``id`` in the body is kept, so that references from other workflows hold; one that is taken is a conflict.
        """
        key = headers.idempotency_key
        given = body.root.get("id")
        if given is not None and not isinstance(given, str):
            raise refuse("InvalidBody", "the id of a workflow is a text", field="id", hint="leave it out to get one")
        workflow = given or (digest_id("workflow.create", key).replace("-", "") if key else new_id())
        answer = await self._change(CreateWorkflow(workflow, body.root), headers)
        return await self._changed(workflow, answer, status=201)

    async def get(self, workflow: str) -> Outcome:
        """Read a workflow and its draft."""
        found = self._catalog.workflow(workflow)
        shown = present(found, self._catalog.version(found.id, found.draft))
        return self._outcome(msgspec.convert(shown, WorkflowDetail), {"ETag": f'"{found.revision}"'})

    async def update(self, workflow: str, body: WorkflowBody, headers: Conditions) -> Outcome:
        """Replace a workflow's draft; an active workflow publishes it at once."""
        answer = await self._change(UpdateWorkflow(workflow, body.root, _revision(headers)), headers)
        return await self._changed(workflow, answer)

    async def delete(self, workflow: str, headers: Conditions) -> Outcome:
        """Remove a workflow; its executions keep the version they run on."""
        answer = await self._change(DeleteWorkflow(workflow, _revision(headers)), headers)
        await self._seen(answer)
        return Outcome(None, 204, {"Millrace-Offset": f"0:{answer.offset}"})

    async def activate(self, workflow: str, headers: Conditions) -> Outcome:
        """Publish the draft and start its triggers."""
        answer = await self._change(ActivateWorkflow(workflow, _revision(headers)), headers)
        return await self._changed(workflow, answer)

    async def deactivate(self, workflow: str, headers: Conditions) -> Outcome:
        """Stop a workflow's triggers."""
        answer = await self._change(DeactivateWorkflow(workflow, _revision(headers)), headers)
        return await self._changed(workflow, answer)

    async def version(self, workflow: str, version: str) -> Outcome:
        """Read one version of a workflow, also one that is no longer its draft."""
        found = self._catalog.version(workflow, version)
        return self._outcome(WorkflowVersion(found.id, found.workflow, found.created_at, found.body, found.problems))

    async def _change(self, change: Change, headers: Conditions) -> Answer:
        key = headers.idempotency_key
        command = digest_id("command", type(change).__name__, change.id, key) if key else new_id()
        return await self._publishing.change(command, change)

    async def _changed(self, workflow: str, answer: Answer, status: int = 200) -> Outcome:
        await self._seen(answer)
        detail = msgspec.convert(answer.body, WorkflowDetail)
        headers = {"ETag": f'"{detail.revision}"', "Millrace-Offset": f"0:{answer.offset}"}
        if status == 201:
            headers["Location"] = f"{PATH}/{workflow}"
        return Outcome(detail, status, headers)

    async def _seen(self, answer: Answer) -> None:
        # The next read on this gateway sees the change; a view that lags does not undo what was decided.
        with contextlib.suppress(HttpProblem):
            await self._catalog.wait(answer.offset)

    def _outcome(self, body: msgspec.Struct, headers: dict[str, str] | None = None) -> Outcome:
        return Outcome(body, headers={"Millrace-Offset": f"0:{self._catalog.offset}", **(headers or {})})


def _revision(headers: Conditions) -> int | None:
    if headers.if_match is None or headers.if_match.strip() == "*":
        return None
    text = headers.if_match.strip().removeprefix("W/").strip('"')
    if not text.isdigit():
        raise refuse(
            "PreconditionFailed", f"no revision has the ETag {headers.if_match}", field="If-Match", hint="read it again"
        )
    return int(text)
