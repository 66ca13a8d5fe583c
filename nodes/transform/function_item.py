"""Function item: run JavaScript for each item; what the Code node was before.

Flow: any node → **functionItem** → any node.  The code sees the item's JSON as ``item`` and returns it.
"""

from typing import Any

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, Sandbox, node, shown
from nodes.sdk.params import validate
from nodes.sdk.ports import error_item
from schemas.errors import MillraceError, UserError

BEFORE = (
    "const $$item = item; let $$binary = $$item.binary;"
    "const getBinaryData = () => $$binary ?? {}; const getBinaryDataAsync = async () => getBinaryData();"
    "const setBinaryData = (data) => { $$binary = data; };"
    "const setBinaryDataAsync = async (data) => setBinaryData(data);"
    "const getNodeParameter = (name, other) => $parameter[name] ?? other;"
    "const getWorkflowStaticData = (kind) => $getWorkflowStaticData(kind); const helpers = {};"
    "const $$made = await (async (items, $input) => (async function (item) { "
)
AFTER = "\n}).call({}, $$item.json))($items(), globalThis.$input); return { json: $$made, binary: $$binary };"


class FunctionItem(NodeParams):
    """The code."""

    function_code: str = Field(
        "return item;",
        description="A function's body; it changes `item` and returns it.",
        json_schema_extra=shown("text/javascript"),
    )


@node(
    "functionItem",
    group="transform",
    title="Function Item",
    runs="compute",
    examples=[
        Example(title="no items, nothing to run", given=[], then=[]),
        Example(title="the code must be text", params={"functionCode": {"a": 1}}, fails="valid string"),
    ],
)
async def function_item(
    parameters: Parameters[FunctionItem], items: Items, run: Run, scope: Scope, sandbox: Sandbox
) -> Items:
    """Run JavaScript once for each item."""
    params = validate(FunctionItem, dict(parameters.raw))
    if not items:
        return []
    results = await sandbox.javascript(f"{BEFORE}{params.function_code}{AFTER}", scope, per_item=True)
    made: Items = []
    for index, found in enumerate(results):
        try:
            made.append(_item(found, index))
        except UserError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _item(found: Any, index: int) -> Item:
    if isinstance(found, MillraceError):
        raise found
    json = found.get("json") if isinstance(found, dict) else None
    if not isinstance(json, dict):
        raise NodeError(f"the code does not return an object (item {index})", hint="end it with `return item;`")
    binary = found.get("binary")
    return Item(json=json, binary=binary if isinstance(binary, dict) and binary else None, paired=index)
