"""Versions: what a workflow was, which of it its triggers start, and the flip to another.

Flow: `/api/v1/workflows/{id}/versions`, `publish`, `rollback` → **versions** → commands, catalog view.
"""

from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.api.workflows import PATH, WorkflowDetail
from gateway.changing import Changing, Conditions
from gateway.cursors import read_moment_cursor, write_cursor
from gateway.endpoints import Endpoint, Outcome
from gateway.reading import Catalog
from nodes.obstacles import obstacles
from schemas.commands import Author, PublishWorkflow, RollBackWorkflow
from schemas.errors import ErrorInfo


class VersionSummary(msgspec.Struct, rename="camel"):
    """A version without its nodes; times are epoch ms.

    ``publishedAt``, ``publishedBy`` and ``message`` are of its last publication, where it is among the workflow's last
    fifty. ``by`` is who made it first, as far as that is known.
    """

    id: str
    created_at: int
    published: bool
    draft: bool
    nodes: int
    published_at: int | None = None
    message: str | None = None
    by: Author | None = None
    published_by: Author | None = None


class VersionPage(msgspec.Struct, rename="camel"):
    """A page of versions, newest first; ``nextCursor`` is null on the last one."""

    data: list[VersionSummary]
    next_cursor: str | None


class WorkflowVersion(msgspec.Struct, rename="camel"):
    """One immutable version of a workflow; ``obstacles`` stand against publishing it as things are now."""

    id: str
    workflow_id: str
    created_at: int
    workflow: dict[str, Any]
    problems: list[ErrorInfo]
    obstacles: list[ErrorInfo] = []


class VersionQuery(BaseModel):
    """Which versions to list."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, description="nextCursor of the page before.")
    limit: int = Field(50, ge=1, le=250, description="Entries on a page.")


class PublishBody(BaseModel):
    """What to publish."""

    model_config = ConfigDict(extra="forbid")

    version: str | None = Field(None, description="Version to publish; else the draft.")
    message: str | None = Field(None, max_length=500, description="Why, for whoever reads the list of versions.")


class RollBackBody(BaseModel):
    """Where to go back to."""

    model_config = ConfigDict(extra="forbid")

    version: str | None = Field(None, description="Version to publish again; else the one published before.")


class Versions:
    """The resource."""

    def __init__(self, catalog: Catalog, changing: Changing) -> None:
        self._catalog = catalog
        self._changing = changing

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one, changes = f"{PATH}/{{workflow}}", (404, 409, 412, 422, 504)
        return [
            Endpoint("GET", f"{one}/versions", self.browse, "versions", {200: VersionPage}, (404,)),
            Endpoint("GET", f"{one}/versions/{{version}}", self.get, "versions", {200: WorkflowVersion}, (404,)),
            Endpoint("POST", f"{one}/publish", self.publish, "versions", {200: WorkflowDetail}, changes),
            Endpoint("POST", f"{one}/rollback", self.roll_back, "versions", {200: WorkflowDetail}, changes),
        ]

    async def browse(self, workflow: str, query: VersionQuery) -> Outcome:
        """List a workflow's versions, newest first."""
        known = self._catalog.workflow(workflow)
        said = {made.version: made for made in known.publications}
        found = self._catalog.versions(workflow, read_moment_cursor(query.cursor), query.limit + 1)
        page = []
        for row in found[: query.limit]:
            summary = VersionSummary(
                row.id, row.created_at, row.id == known.published, row.id == known.draft, row.nodes
            )
            summary.by = row.by
            if (made := said.get(row.id)) is not None:
                summary.published_at, summary.message = made.at, made.message
                summary.published_by = made.by
            page.append(summary)
        more = write_cursor(page[-1].created_at, page[-1].id) if len(found) > query.limit else None
        return Outcome(VersionPage(page, more), headers={"Millrace-Offset": f"0:{self._catalog.offset}"})

    async def get(self, workflow: str, version: str) -> Outcome:
        """Read one version of a workflow, also one that is no longer its draft."""
        found = self._catalog.version(workflow, version)
        against = obstacles(found, self._catalog.vault.referred)
        shown = WorkflowVersion(found.id, found.workflow, found.created_at, found.body, found.problems, against)
        return Outcome(shown, headers={"Millrace-Offset": f"0:{self._catalog.offset}"})

    async def publish(self, workflow: str, body: PublishBody, headers: Conditions) -> Outcome:
        """Publish a version: the workflow's triggers start it from now on.

        One flip; executions under way stay on the version that they began with. A workflow that was off is on then.
        """
        change = PublishWorkflow(workflow, body.version, headers.revision, body.message)
        return await self._changing.outcome(change, headers, WorkflowDetail)

    async def roll_back(self, workflow: str, body: RollBackBody, headers: Conditions) -> Outcome:
        """Publish an earlier version again; the draft stays as it is."""
        change = RollBackWorkflow(workflow, body.version, headers.revision)
        return await self._changing.outcome(change, headers, WorkflowDetail)
