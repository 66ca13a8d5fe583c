"""Code: run JavaScript over items, in a sandbox.

Flow: any node → **code** → any node.
"""

from typing import Literal

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Items, NodeParams, Parameters, Run, Sandbox, node
from nodes.sdk.params import validate
from nodes.sdk.ports import error_item
from nodes.transform.returned_items import item_returned, items_returned
from schemas.errors import MillraceError, UserError


class Code(NodeParams):
    """The code, and how often it runs."""

    mode: Literal["runOnceForAllItems", "runOnceForEachItem"] = Field(
        "runOnceForAllItems", description="Once with all items, or once for each."
    )
    language: Literal["javaScript", "python", "pythonNative"] = Field("javaScript", description="The language.")
    js_code: str = Field("return items;", description="A function's body; it returns items.")
    python_code: str = Field("", description="Not supported.")


@node(
    "code",
    group="transform",
    title="Code",
    runs="compute",
    versions=(1, 2),
    examples=[
        Example(
            title="Python is refused",
            params={"language": "python", "pythonCode": "return []"},
            fails="python code cannot run here",
        ),
        Example(title="no items, nothing to run for each", params={"mode": "runOnceForEachItem"}, given=[], then=[]),
    ],
)
async def code(parameters: Parameters[Code], items: Items, run: Run, scope: Scope, sandbox: Sandbox) -> Items:
    """Run JavaScript once for all items, or for each of them."""
    params = validate(Code, dict(parameters.raw))
    if params.language != "javaScript":
        raise UserError(
            "python code cannot run here", field="language", hint="write it in JavaScript, or use the Edit Fields node"
        )
    if params.mode == "runOnceForEachItem":
        return await _each(params, items, run, scope, sandbox)
    try:
        found = await sandbox.javascript(params.js_code, scope, per_item=False)
    except UserError as bad:
        if not run.continue_on_fail:
            raise
        return [error_item(bad, 0)]
    return items_returned(found)


async def _each(params: Code, items: Items, run: Run, scope: Scope, sandbox: Sandbox) -> Items:
    if not items:
        return []
    results = await sandbox.javascript(params.js_code, scope, per_item=True)
    made: Items = []
    for index, found in enumerate(results):
        try:
            if isinstance(found, MillraceError):
                raise found
            made += item_returned(found, index)
        except UserError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made
