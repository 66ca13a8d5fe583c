"""Code: run JavaScript or Python over items, in a sandbox.

Flow: any node → **code** → any node.

What stays different from n8n:

- n8n's methods of expressions (`"a".toTitleCase()`, `[1].sum()`) and functions (`$ifEmpty`, `$max` …) are there in code
  too.
- `Buffer` has what Node.js has but for its pool, `transcode` and `inspect`.
- An object that holds itself fails with what is wrong with it, where n8n says "Unknown error".
"""

from collections.abc import Iterable
from typing import Any, Literal

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, Run, Sandbox, node, shown
from nodes.sdk.outside import PythonSandbox
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
    js_code: str = Field(
        "return items;",
        description="A function's body; it returns items.",
        json_schema_extra=shown("text/javascript", language="javaScript"),
    )
    python_code: str = Field(
        "return _items",
        description="The same in Python, where the operator has installed bubblewrap.",
        json_schema_extra=shown("text/x-python", language=["python", "pythonNative"]),
    )

    async def run(self, scope: Scope, sandbox: Sandbox, python: PythonSandbox, *, per_item: bool) -> Any:
        """Run the code in its language."""
        if self.language == "javaScript":
            return await sandbox.javascript(self.js_code, scope, per_item=per_item)
        return await python.run(self.python_code, scope, per_item=per_item)


@node(
    "code",
    group="transform",
    title="Code",
    runs="compute",
    versions=(1, 2),
    examples=[
        Example(
            title="Python needs a sandbox of its own",
            params={"language": "python", "pythonCode": "return []"},
            fails="python code cannot run here",
        ),
        Example(title="no items, nothing to run for each", params={"mode": "runOnceForEachItem"}, given=[], then=[]),
    ],
)
async def code(
    parameters: Parameters[Code], items: Items, run: Run, scope: Scope, sandbox: Sandbox, python: PythonSandbox
) -> Items:
    """Run JavaScript or Python once for all items, or for each of them."""
    params = validate(Code, dict(parameters.raw))
    if params.mode == "runOnceForEachItem":
        results = await params.run(scope, sandbox, python, per_item=True) if items else []
        return _each(results, run)
    try:
        found = await params.run(scope, sandbox, python, per_item=False)
    except UserError as bad:
        if not run.continue_on_fail or _whole(bad):
            raise
        return [Item(json={"error": bad.message})]
    return [] if found is None and params.language == "javaScript" else items_returned(found)


def _each(results: Iterable[Any], run: Run) -> Items:
    """Read the results: what the code throws is an item's, what it returns wrongly fails the node, as n8n has it."""
    made: Items = []
    for index, found in enumerate(results):
        if not isinstance(found, MillraceError):
            made += item_returned(found, index)
        elif isinstance(found, UserError) and run.continue_on_fail and not _whole(found):
            made.append(error_item(found, index))
        else:
            raise found
    return made


def _whole(bad: UserError) -> bool:
    return isinstance(bad.detail, dict) and bool(bad.detail.get("whole"))
