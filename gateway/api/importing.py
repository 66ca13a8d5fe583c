"""Importing and exporting: workflows of n8n's JSON come in with a report, and go out as they came.

Flow: file, paste → `POST /workflows/import` → **importing** → report, command; version → `GET …/export` → file.
"""

import re
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.workflows import WorkflowDetail
from gateway.changing import Changing, Conditions
from gateway.endpoints import Endpoint, Outcome
from gateway.forwarded import origin_of
from gateway.json_text import read_json
from gateway.problems import HttpProblem, refuse
from gateway.reading import Catalog
from gateway.settings import GatewaySettings
from gateway.vault import Vault
from nodes.importing import Report, report_on, split_export
from nodes.sdk.registry import Registry
from schemas.commands import CreateWorkflow, UpdateWorkflow
from schemas.errors import NotFoundError
from schemas.identifiers import digest_id, new_id
from schemas.layout import Layout, layout_of, write

PATH = "/api/v1/workflows"
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.~-]{0,63}")


class Imported(msgspec.Struct, omit_defaults=True):
    """One workflow's report, and the workflow where it was made."""

    report: Report
    workflow: WorkflowDetail | None = None


class Import(Imported, omit_defaults=True):
    """The first workflow of what came in; ``others`` are those after it."""

    others: list[Imported] = []


class ImportBody(BaseModel):
    """What to import."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    workflow: dict[str, Any] | list[dict[str, Any]] | str = Field(
        description="A workflow in n8n's JSON format, several, or a file's text: then an export gives back its bytes."
    )
    dry_run: bool = Field(False, alias="dryRun", description="Report only.")
    replace: bool = Field(False, description="Replace a workflow that has its id; else it gets an id of its own.")
    name: str | None = Field(None, description="Name where it has none.")


class Importing:
    """The resource."""

    def __init__(
        self, catalog: Catalog, changing: Changing, registry: Registry, vault: Vault, settings: GatewaySettings
    ) -> None:
        self._catalog = catalog
        self._changing = changing
        self._registry = registry
        self._vault = vault
        self._settings = settings

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        export = f"{PATH}/{{workflow}}/export"
        return [
            Endpoint("POST", f"{PATH}/import", self.take, "workflows", {200: Import}, (409, 422, 504)),
            Endpoint("GET", export, self.give, "workflows", {200: "application/json"}, (404,)),
        ]

    async def take(self, body: ImportBody, request: Request, headers: Conditions) -> Outcome:
        """Import workflows, each with a report of what differs or is missing here; none of them is activated."""
        base = origin_of(request.scope, dict(request.headers), self._settings).url
        made = []
        for at, (raw, layout) in enumerate(_workflows(body.workflow, body.name)):
            key = headers.idempotency_key
            fresh = digest_id("workflow.import", key, at).replace("-", "") if key else new_id()
            made.append(await self._one(raw, layout, body, base, fresh, headers))
        first, *others = made
        return Outcome(Import(first.report, first.workflow, others))

    async def give(self, workflow: str) -> Response:
        """Export a workflow's draft: as it came in where it was not changed, else written in the same way."""
        found = self._catalog.workflow(workflow)
        version = self._catalog.version(found.id, found.draft)
        text = write(version.body, version.layout or Layout())
        name = re.sub(r"[^\w .-]", "_", found.name, flags=re.ASCII).strip() or "workflow"
        disposition = f'attachment; filename="{name}.json"'
        return Response(text, media_type="application/json", headers={"content-disposition": disposition})

    async def _one(
        self, raw: dict[str, Any], layout: Layout, body: ImportBody, base: str, fresh: str, headers: Conditions
    ) -> Imported:
        report = report_on(raw, self._registry, self._vault.types, self._vault.named, base=base)
        if body.dry_run:
            return Imported(report)
        given = raw.get("id")
        name = given if isinstance(given, str) and _ID.fullmatch(given) else fresh
        if self._taken(name):
            if body.replace:
                change = UpdateWorkflow(name, raw, layout=layout)
                return Imported(report, await self._made(change, headers))
            name = fresh
        return Imported(report, await self._made(CreateWorkflow(name, raw, layout=layout), headers))

    async def _made(self, change: CreateWorkflow | UpdateWorkflow, headers: Conditions) -> WorkflowDetail:
        answer = await self._changing.change(change, headers)
        return msgspec.convert(answer.body, WorkflowDetail)

    def _taken(self, workflow: str) -> bool:
        try:
            self._catalog.workflow(workflow)
        except (NotFoundError, HttpProblem):
            return False
        return True


def _workflows(given: Any, name: str | None) -> list[tuple[dict[str, Any], Layout]]:
    """Give each workflow with the way it was written; of a text with several each one's own part."""
    found = _read(given) if isinstance(given, str) else [(one, Layout()) for one in split_export(given)]
    workflows = [(one, layout) for one, layout in found if isinstance(one, dict)]
    if not workflows or len(workflows) < len(found):
        raise refuse("InvalidBody", "a workflow is a JSON object", field="workflow", hint="as n8n exports it")
    if not name:
        return workflows
    return [(one, layout) if one.get("name") else ({"name": name, **one}, Layout()) for one, layout in workflows]


def _read(text: str) -> list[tuple[Any, Layout]]:
    whole = read_json(text.removeprefix("\ufeff").encode())
    parts = split_export(whole)
    if parts == [whole]:
        return [(whole, layout_of(text, whole))]
    if isinstance(whole, list):
        texts = msgspec.json.decode(text, type=list[msgspec.Raw])
        return [(one, layout_of(bytes(raw).decode(), one)) for one, raw in zip(parts, texts, strict=True)]
    return [(one, Layout()) for one in parts]
