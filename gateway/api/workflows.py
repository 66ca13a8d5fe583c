"""Workflows: make, read, change, switch on and off.

Flow: `/api/v1/workflows` → **workflows** → commands; catalog view → **workflows** → client.
"""

from dataclasses import replace
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from gateway.changing import Changing, Conditions
from gateway.cursors import read_workflow_cursor, write_cursor
from gateway.endpoints import Endpoint, Outcome
from gateway.problems import refuse
from gateway.reading import Catalog
from schemas.commands import (
    ActivateWorkflow,
    CreateWorkflow,
    DeactivateWorkflow,
    DeleteWorkflow,
    TagWorkflow,
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
    tag: str | None = Field(None, description="Only those with this tag.")
    search: str | None = Field(None, description="Beginnings of words in the name, or in the names and types of nodes.")


class WorkflowPatch(BaseModel):
    """What of a workflow to change besides its draft."""

    model_config = ConfigDict(extra="forbid")

    tags: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(max_length=32, description="All its tags.")


class Workflows:
    """The resource."""

    def __init__(self, catalog: Catalog, changing: Changing) -> None:
        self._catalog = catalog
        self._changing = changing

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one, changes = f"{PATH}/{{workflow}}", (404, 409, 412, 422, 504)
        return [
            Endpoint("GET", PATH, self.browse, "workflows", {200: WorkflowPage}),
            Endpoint("POST", PATH, self.create, "workflows", {201: WorkflowDetail}, (409, 422, 504)),
            Endpoint("GET", one, self.get, "workflows", {200: WorkflowDetail}, (404,)),
            Endpoint("PUT", one, self.update, "workflows", {200: WorkflowDetail}, changes),
            Endpoint("PATCH", one, self.patch, "workflows", {200: WorkflowDetail}, changes),
            Endpoint("DELETE", one, self.delete, "workflows", {204: None}, changes),
            Endpoint("POST", f"{one}/activate", self.activate, "workflows", {200: WorkflowDetail}, changes),
            Endpoint("POST", f"{one}/deactivate", self.deactivate, "workflows", {200: WorkflowDetail}, changes),
        ]

    async def browse(self, query: WorkflowQuery) -> Outcome:
        """List workflows, newest first."""
        after = read_workflow_cursor(query.cursor)
        found = self._catalog.page(after, query.limit + 1, query.active, query.search, query.tag)
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
        made = await self._changing.outcome(CreateWorkflow(workflow, body.root), headers, WorkflowDetail, 201)
        return replace(made, headers={**made.headers, "Location": f"{PATH}/{workflow}"})

    async def get(self, workflow: str) -> Outcome:
        """Read a workflow and its draft."""
        found = self._catalog.workflow(workflow)
        shown = present(found, self._catalog.version(found.id, found.draft))
        return self._outcome(msgspec.convert(shown, WorkflowDetail), {"ETag": f'"{found.revision}"'})

    async def update(self, workflow: str, body: WorkflowBody, headers: Conditions) -> Outcome:
        """Save a workflow's draft; what its triggers start stays as it was published."""
        change = UpdateWorkflow(workflow, body.root, headers.revision)
        return await self._changing.outcome(change, headers, WorkflowDetail)

    async def patch(self, workflow: str, body: WorkflowPatch, headers: Conditions) -> Outcome:
        """Tag a workflow; neither its draft nor what its triggers start changes."""
        tags = [tag.strip() for tag in body.tags if tag.strip()]
        return await self._changing.outcome(TagWorkflow(workflow, tags, headers.revision), headers, WorkflowDetail)

    async def delete(self, workflow: str, headers: Conditions) -> Outcome:
        """Remove a workflow; its executions keep the version they run on."""
        answer = await self._changing.change(DeleteWorkflow(workflow, headers.revision), headers)
        return Outcome(None, 204, {"Millrace-Offset": f"0:{answer.offset}"})

    async def activate(self, workflow: str, headers: Conditions) -> Outcome:
        """Publish the draft and start its triggers."""
        change = ActivateWorkflow(workflow, headers.revision)
        return await self._changing.outcome(change, headers, WorkflowDetail)

    async def deactivate(self, workflow: str, headers: Conditions) -> Outcome:
        """Stop a workflow's triggers."""
        change = DeactivateWorkflow(workflow, headers.revision)
        return await self._changing.outcome(change, headers, WorkflowDetail)

    def _outcome(self, body: msgspec.Struct, headers: dict[str, str] | None = None) -> Outcome:
        return Outcome(body, headers={"Millrace-Offset": f"0:{self._catalog.offset}", **(headers or {})})
