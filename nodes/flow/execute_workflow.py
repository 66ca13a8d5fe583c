"""Execute workflow: run another workflow with the items, once for all of them or once for each.

Flow: any node → **executeWorkflow** → the other workflow's trigger … its last node → any node.

The node runs twice: first it says what is to be called, and when that is over it gives the results. No worker waits.
"""

from typing import Any, Literal

import msgspec

from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node
from nodes.sdk.context import Files, HttpClient, HttpRequest, Returned
from nodes.sdk.ports import Call
from nodes.transform.field_types import CONVERT, kind
from schemas.errors import ErrorInfo, ParameterError

SUCCESS = range(200, 300)


class Expected(NodeParams):
    """A field that the called workflow expects."""

    id: str = ""
    type: str = "any"


class WorkflowInputs(NodeParams):
    """Fields for the called workflow, as the editor keeps them."""

    mapping_mode: str = "defineBelow"
    value: dict[str, Any] | None = None
    expected: list[Expected] = Field([], alias="schema", description="Types of the fields.")
    attempt_to_convert_types: bool = Field(False, description="Turn values into the types of their fields.")
    convert_fields_to_string: bool = Field(True, description="Off: text fields take anything.")

    def fields(self, index: int) -> dict[str, Any] | None:
        """Give the fields as their types want them; raise NodeError naming one of another type."""
        if not self.value:
            return None
        types = {one.id: one.type for one in self.expected}
        return {name: self._typed(name, types.get(name, "any"), one, index) for name, one in self.value.items()}

    def _typed(self, name: str, wanted: str, value: Any, index: int) -> Any:
        convert = CONVERT.get(wanted)
        free = wanted == "string" and not self.convert_fields_to_string and not self.attempt_to_convert_types
        if convert is None or value is None or free or kind(value) == wanted:
            return value
        try:
            if self.attempt_to_convert_types:
                return convert(value)
        except ValueError:
            pass
        raise NodeError(
            f'the input "{name}" of item {index} is no {wanted}',
            field=f"workflowInputs.value.{name}",
            hint="send another value, or switch on the conversion of types",
        )


class Options(NodeParams):
    """How it is called."""

    wait_for_sub_workflow: bool = Field(True, description="Give the result; off: go on once it has begun.")


class ExecuteWorkflow(NodeParams):
    """What to run."""

    source: Literal["database", "localFile", "parameter", "url"] = Field(
        "database", description="Where the workflow is: here, in a file, in this node, or at an address."
    )
    workflow_id: Any = Field("", description="Id of the workflow.")
    workflow_path: str = Field("", description="File with the workflow's JSON.")
    workflow_json: Any = Field("", description="The workflow's JSON.")
    workflow_url: str = Field("", description="Address of the workflow's JSON.")
    workflow_inputs: WorkflowInputs = Field(WorkflowInputs(), description="Fields to send instead of the items.")
    mode: Literal["once", "each"] = Field("once", description="One call with all items, or one call for each.")
    options: Options = Options()


@node(
    "executeWorkflow",
    group="flow",
    runs="effect",
    title="Execute Sub-workflow",
    versions=(1, 1.1, 1.2, 1.3, 1.4),
    examples=[
        Example(
            title="calls another workflow with all items",
            params={"workflowId": "w1"},
            given=[{"n": 1}, {"n": 2}],
            then=[{"n": 1}, {"n": 2}],
        ),
        Example(
            title="sends fields of its own",
            version=1.2,
            params={"workflowId": {"value": "w1"}, "workflowInputs": {"value": {"total": "={{ $json.n * 2 }}"}}},
            given=[{"n": 1}],
            then=[{"total": 2}],
        ),
        Example(title="needs a workflow", params={}, given=[{}], fails="no workflow was chosen"),
    ],
)
async def execute_workflow(
    parameters: Parameters[ExecuteWorkflow], items: Items, run: Run, files: Files, http: HttpClient
) -> Call | Items:
    """Run another workflow and give what its last node gives."""
    params = parameters(0)
    wait = params.options.wait_for_sub_workflow
    if run.returned is not None:
        return items if not wait else _results(run.returned, params.mode, run)
    if not items:
        return []
    workflow = await _workflow(params, files, http)
    sent = [_sent(parameters(at), item, at, run.version) for at, item in enumerate(items)]
    return Call(workflow, [sent] if params.mode == "once" else [[item] for item in sent], wait)


async def _workflow(params: ExecuteWorkflow, files: Files, http: HttpClient) -> str | dict[str, Any]:
    match params.source:
        case "database":
            chosen = params.workflow_id.get("value") if isinstance(params.workflow_id, dict) else params.workflow_id
            if not chosen:
                raise ParameterError("no workflow was chosen", field="workflowId", hint="name the workflow to run")
            return str(chosen)
        case "localFile":
            return _parsed(await files.read(params.workflow_path), "workflowPath")
        case "parameter":
            return _parsed(params.workflow_json, "workflowJson")
    answer = await http.send(HttpRequest("GET", params.workflow_url))
    if answer.status not in SUCCESS:
        raise NodeError(f'"{params.workflow_url}" answered {answer.status}', field="workflowUrl")
    return _parsed(answer.body, "workflowUrl")


def _parsed(given: Any, field: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(given) if isinstance(given, str | bytes) else given
    except msgspec.DecodeError:
        found = None
    if not isinstance(found, dict) or "nodes" not in found:
        raise NodeError("what was found is no workflow", field=field, hint="a workflow is JSON with nodes, connections")
    return found


def _sent(params: ExecuteWorkflow, item: Item, index: int, version: float) -> Item:
    """Give what is sent for an item: the item itself, or the fields that the node defines."""
    taken = version >= 1.2 and params.source == "database"
    fields = params.workflow_inputs.fields(index) if taken else None
    return Item(json=fields or item.json, binary=item.binary)


def _results(returned: list[Returned], mode: str, run: Run) -> Items:
    given: Items = []
    for at, one in enumerate(returned):
        if one.error is not None:
            if not run.continue_on_fail:
                raise _failed(one.error)
            given.append(Item(json={"error": one.error.message}, paired=at if mode == "each" else None))
        else:
            given += [Item(item.json, item.binary, at if mode == "each" else None) for item in one.items]
    return given


def _failed(error: ErrorInfo) -> NodeError:
    where = f' in its node "{error.node}"' if error.node else ""
    return NodeError(f"the called workflow failed{where}: {error.message}", hint=error.hint)
