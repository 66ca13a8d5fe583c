"""Function: run JavaScript over all items at once; what the Code node was before.

Flow: any node → **function** → any node.
"""

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, Run, Sandbox, node, shown
from nodes.sdk.params import validate
from nodes.transform.returned_items import items_returned
from schemas.errors import UserError

HELPERS = (
    "const getNodeParameter = (name, _, other) => $parameter[name] ?? other;"
    "const getWorkflowStaticData = (kind) => $getWorkflowStaticData(kind); const helpers = {};"
    "return await (async function () { "
)


class Function(NodeParams):
    """The code."""

    function_code: str = Field(
        "return items;",
        description="A function's body; it returns an array of items.",
        json_schema_extra=shown("text/javascript"),
    )


@node(
    "function",
    group="transform",
    title="Function",
    runs="compute",
    examples=[
        Example(title="no items, nothing to run", given=[], then=[]),
        Example(title="the code must be text", params={"functionCode": {"a": 1}}, fails="valid string"),
    ],
)
async def function(parameters: Parameters[Function], items: Items, run: Run, scope: Scope, sandbox: Sandbox) -> Items:
    """Run JavaScript once for all items."""
    params = validate(Function, dict(parameters.raw))
    if not items:
        return []
    try:
        code = f"{HELPERS}{params.function_code}\n}}).call({{}});"
        return items_returned(await sandbox.javascript(code, scope, per_item=False))
    except UserError as bad:
        if not run.continue_on_fail:
            raise
        return [Item(json={"error": bad.message})]
