"""n8n: workflows, executions and credentials of a Millrace or an n8n, by its API.

Flow: any node → **n8n** → any node.

With a credential of type millraceApi it speaks to Millrace, with n8nApi to n8n.
"""

from collections.abc import Mapping
from typing import Any, Literal

from nodes.apps.instance_api import Instance, connect
from nodes.files.binary import each
from nodes.sdk import (
    Credentials,
    Example,
    Field,
    HttpClient,
    Item,
    Items,
    NodeError,
    NodeParams,
    Parameters,
    Run,
    node,
    using,
)
from nodes.sdk.registry import Repeat
from nodes.transform.field_types import parse_json

URL = "https://flow.example.com/api/v1"
LOGIN = {"millraceApi": {"apiKey": "t-12345678", "baseUrl": URL}}
Operation = Literal[
    "generate", "create", "delete", "getSchema", "get", "getAll", "activate", "deactivate", "getVersion", "update"
]
Locator = dict[str, Any] | str
READS = ("get", "getAll", "getSchema", "getVersion")


class Filters(NodeParams):
    """What to list."""

    active_workflows: bool | None = Field(None, description="Only active workflows, or only others.")
    tags: str = Field("", description="Tags, with commas between.")
    name: str = Field("", description="Name.")
    project_id: str = Field("", description="Project (n8n).")
    exclude_pinned_data: bool = Field(False, description="Leave pinned data out (n8n).")
    workflow_id: Locator = Field("", description="Only executions of this workflow.")
    status: str = Field("", description="Only executions with this status.")


class Options(NodeParams):
    """How much to tell."""

    active_workflows: bool = Field(False, description="Give what the nodes gave, too.")


class AdditionalOptions(NodeParams):
    """What to look at in an audit."""

    categories: list[str] = Field([], description="What to look at.")
    days_abandoned_workflow: int = Field(90, description="Days after which a workflow counts as abandoned.")


class AdditionalFields(NodeParams):
    """What to activate."""

    version_id: str = Field("", description="Version; the draft unless said.")
    name: str = Field("", description="Name of the version (n8n).")
    description: str = Field("", description="Description of the version (n8n).")


class N8n(NodeParams):
    """What to do with what."""

    resource: Literal["audit", "credential", "execution", "workflow"] = Field("workflow", description="Of what.")
    operation: Operation = Field("getAll", description="What to do.")
    workflow_id: Locator = Field("", description="Workflow.")
    version_id: str = Field("", description="Version.")
    execution_id: str = Field("", description="Execution.")
    credential_id: str = Field("", description="Credential.")
    credential_type_name: str = Field("", description="Type of a credential.")
    name: str = Field("", description="Name of a new credential.")
    data: Any = Field("", description="Fields of a new credential, as JSON.")
    workflow_object: Any = Field("", description="Workflow, as JSON.")
    return_all: bool | None = Field(None, description="List everything; of workflows unless said.")
    limit: int = Field(100, ge=1, le=250, description="List at most so many.")
    filters: Filters = Filters()
    options: Options = Options()
    additional_options: AdditionalOptions = AdditionalOptions()
    additional_fields: AdditionalFields = AdditionalFields()
    request_options: dict[str, Any] = Field({}, description="Kept for n8n.")


def _repeat(raw: Mapping[str, Any], _: float) -> Repeat:
    return "safe" if raw.get("operation", "getAll") in READS else "unsafe"


@using("millraceApi", "n8nApi")
@node(
    "n8n",
    group="apps",
    title="n8n",
    runs="effect",
    repeat=_repeat,
    examples=[
        Example(
            title="lists active workflows",
            params={"filters": {"activeWorkflows": True}, "returnAll": False, "limit": 1},
            credentials=LOGIN,
            http={
                ("GET", f"{URL}/workflows?active=true&limit=1"): (200, {}, {"data": [{"id": "w"}], "nextCursor": "x"})
            },
            then=[{"id": "w"}],
        ),
        Example(
            title="activates a workflow",
            params={"operation": "activate", "workflowId": {"mode": "id", "value": "w"}},
            credentials=LOGIN,
            http={("POST", f"{URL}/workflows/w/activate"): (200, {}, {"id": "w", "active": True})},
            then=[{"id": "w", "active": True}],
        ),
        Example(
            title="a refusal is told",
            params={"operation": "get", "workflowId": "none"},
            credentials=LOGIN,
            http={("GET", f"{URL}/workflows/none"): (404, {}, {"detail": "there is no workflow"})},
            fails="the service answered with status 404: there is no workflow",
        ),
    ],
)
async def n8n(parameters: Parameters[N8n], items: Items, run: Run, http: HttpClient, credentials: Credentials) -> Items:
    """Manage workflows, executions and credentials through the API."""
    if not items:
        return []
    instance = await connect(credentials, http)

    async def one(index: int, _: Item) -> Items:
        return [Item(json=found, paired=index) for found in await _carry_out(parameters(index), instance)]

    return await each(items, run, one)


async def _carry_out(params: N8n, instance: Instance) -> list[dict[str, Any]]:
    match params.resource:
        case "workflow":
            return await _workflow(params, instance)
        case "execution":
            return await _execution(params, instance)
        case "credential":
            return await _credential(params, instance)
    options = params.additional_options
    wanted = {"categories": options.categories, "daysAbandonedWorkflow": options.days_abandoned_workflow}
    return [await instance.ask("POST", "audit", {"additionalOptions": wanted})]


async def _workflow(params: N8n, instance: Instance) -> list[dict[str, Any]]:
    if params.operation == "create":
        return [await instance.ask("POST", "workflows", _object(params.workflow_object, "workflowObject"))]
    if params.operation == "getAll":
        filters = params.filters
        query = {"active": filters.active_workflows, **instance.workflow_filters(filters.name, filters.tags)}
        if not instance.ours:
            query |= {"projectId": filters.project_id, "excludePinnedData": filters.exclude_pinned_data or None}
        return await instance.list("workflows", query, None if params.return_all in (None, True) else params.limit)
    path = f"workflows/{_id(params.workflow_id, 'workflowId')}"
    match params.operation:
        case "get":
            return [await instance.ask("GET", path)]
        case "getVersion":
            return [await instance.ask("GET", instance.version(path, _id(params.version_id, "versionId")))]
        case "update":
            return [await instance.ask("PUT", path, _object(params.workflow_object, "workflowObject"))]
        case "delete":
            return [await instance.ask("DELETE", path)]
        case "activate":
            fields = params.additional_fields.model_dump(by_alias=True, exclude_unset=True)
            return [await instance.ask("POST", f"{path}/activate", fields or None)]
        case "deactivate":
            return [await instance.ask("POST", f"{path}/deactivate")]
    raise _unknown(params)


async def _execution(params: N8n, instance: Instance) -> list[dict[str, Any]]:
    data = params.options.active_workflows
    if params.operation == "getAll":
        workflow = params.filters.workflow_id
        named = _id(workflow, "filters.workflowId") if workflow not in ("", {}) and _value(workflow) else ""
        query = {**instance.execution_filters(named, params.filters.status), **instance.with_data(data, many=True)}
        return await instance.list("executions", query, None if params.return_all else params.limit)
    path = f"executions/{_id(params.execution_id, 'executionId')}"
    if params.operation == "get":
        return [await instance.ask("GET", path, query=instance.with_data(data, many=False))]
    if params.operation == "delete":
        return [await instance.ask("DELETE", path)]
    raise _unknown(params)


async def _credential(params: N8n, instance: Instance) -> list[dict[str, Any]]:
    if params.operation == "create":
        body = {"name": params.name, "type": params.credential_type_name, "data": _object(params.data, "data")}
        return [await instance.ask("POST", "credentials", body)]
    if params.operation == "delete":
        return [await instance.ask("DELETE", f"credentials/{_id(params.credential_id, 'credentialId')}")]
    if params.operation == "getSchema":
        return [await instance.schema(_id(params.credential_type_name, "credentialTypeName"))]
    raise _unknown(params)


def _value(locator: Locator) -> str:
    return str(locator.get("value") or "") if isinstance(locator, dict) else locator


def _id(locator: Locator, field: str) -> str:
    found = _value(locator).strip()
    if isinstance(locator, dict) and locator.get("mode") == "url":
        found = found.rstrip("/").rpartition("/")[2].partition("?")[0]
    if not found or "/" in found:
        raise NodeError("say which one is meant", field=field, hint="give its id")
    return found


def _object(raw: Any, field: str) -> dict[str, Any]:
    try:
        found = parse_json(raw) if isinstance(raw, str) else raw
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NodeError("this is not a JSON object", field=field)
    return found


def _unknown(params: N8n) -> NodeError:
    return NodeError(f'"{params.operation}" is nothing that can be done with a {params.resource}', field="operation")
