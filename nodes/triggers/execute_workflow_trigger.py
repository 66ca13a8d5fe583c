"""Execute workflow trigger: where a workflow begins that another one calls.

Flow: another workflow's call → **executeWorkflowTrigger** → any node.
"""

from collections.abc import Mapping
from typing import Any, Literal

from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, trigger
from nodes.transform.field_types import parse_json

FIRST_TYPED = 1.1


class Input(NodeParams):
    """One expected field."""

    name: str = ""
    type: str = "string"


class Inputs(NodeParams):
    """Expected fields, as the editor keeps them."""

    values: list[Input] = []


class ExecuteWorkflowTrigger(NodeParams):
    """What callers are expected to send."""

    input_source: Literal["workflowInputs", "jsonExample", "passthrough"] = Field(
        "workflowInputs", description="Fields one by one, an example, or anything."
    )
    json_example: Any = Field("{}", description="An example of what is sent.")
    return_output: Literal["lastRunOnly", "allRuns"] = Field(
        "lastRunOnly", description="Kept for n8n: the caller gets the last run (before version 1.2)."
    )
    workflow_inputs: Inputs = Field(Inputs(), description="Fields that are sent.")


@trigger(
    "executeWorkflowTrigger",
    kind="manual",
    title="When Executed by Another Workflow",
    versions=(1, 1.1, 1.2),
    examples=[
        Example(title="gives one empty item when started by hand", version=1, given=[], then=[{}]),
        Example(
            title="stands for its example when started by hand",
            params={"inputSource": "jsonExample", "jsonExample": '{"n": 1}'},
            given=[],
            then=[{"n": 1}],
        ),
        Example(
            title="the example must be JSON",
            params={"inputSource": "jsonExample", "jsonExample": "{"},
            given=[],
            fails="the example is not a JSON object",
        ),
    ],
)
async def execute_workflow_trigger(params: ExecuteWorkflowTrigger) -> Items:
    """Start when another workflow calls this one."""
    if params.input_source != "jsonExample":
        return [Item(json={})]
    found = params.json_example
    try:
        found = parse_json(found) if isinstance(found, str) else found
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NodeError("the example is not a JSON object", field="jsonExample")
    return [Item(json=found)]


def shape(raw: Mapping[str, Any], version: float, items: Items) -> Items:
    """Give what a caller sends as this trigger declares it: the declared fields, null where one is missing.

    Anything passes where it takes anything, or declares nothing. Of which type a value is, the caller's node checks.
    """
    names = _declared(raw, version)
    if not names:
        return items
    return [Item({name: item.json.get(name) for name in names}, item.binary, item.paired) for item in items]


def _declared(raw: Mapping[str, Any], version: float) -> list[str]:
    source = raw.get("inputSource", "workflowInputs" if version >= FIRST_TYPED else "passthrough")
    if source == "workflowInputs":
        values = (raw.get("workflowInputs") or {}).get("values") or []
        return [str(one["name"]) for one in values if one.get("name")]
    if source == "jsonExample":
        example = raw.get("jsonExample")
        try:
            example = parse_json(example) if isinstance(example, str) else example
        except ValueError:
            return []
        return list(dict(example or {}))
    return []
