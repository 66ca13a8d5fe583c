"""Code: run JavaScript over items, in a sandbox.

Flow: any node → **code** → any node.
"""

from typing import Any, Literal

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Paired, Parameters, Run, Sandbox, node
from nodes.sdk.params import validate
from nodes.sdk.ports import error_item
from schemas.errors import MillraceError, UserError

ITEM_KEYS = {"json", "binary", "pairedItem", "error", "index"}


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
    return _items(found)


async def _each(params: Code, items: Items, run: Run, scope: Scope, sandbox: Sandbox) -> Items:
    if not items:
        return []
    results = await sandbox.javascript(params.js_code, scope, per_item=True)
    made: Items = []
    for index, found in enumerate(results):
        try:
            if isinstance(found, MillraceError):
                raise found
            made += _one(found, index)
        except UserError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _items(found: Any) -> Items:
    listed = found if isinstance(found, list) else [found]
    if found is None or not all(isinstance(one, dict) for one in listed):
        raise NodeError("the code does not return items", hint='return an array of objects, such as [{"json": {…}}]')
    wrapped = any("json" in one for one in listed)
    if wrapped:
        return [_item(one, at) for at, one in enumerate(listed)]
    return [Item(json=one) for one in listed]


def _one(found: Any, index: int) -> Items:
    if found is None:
        return []
    if not isinstance(found, dict):
        raise NodeError(f"the code does not return an object (item {index})", hint="return one object for each item")
    item = _item(found, index) if "json" in found else Item(json=found)
    return [Item(json=item.json, binary=item.binary, paired=index, error=item.error)]


def _item(found: dict[str, Any], index: int) -> Item:
    if unknown := set(found) - ITEM_KEYS:
        raise NodeError(f'unknown item property "{min(unknown)}" (item {index})', hint="put data below `json`")
    if not isinstance(found.get("json"), dict):
        raise NodeError(f'"json" is not an object (item {index})')
    binary = found.get("binary")
    return Item(
        json=found["json"],
        binary=binary if isinstance(binary, dict) and binary else None,
        paired=_paired(found.get("pairedItem")),
        error=found.get("error"),
    )


def _paired(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("item"), int):
        return Paired(item=value["item"], input=value.get("input") or 0)
    if isinstance(value, list):
        found = [_paired(one) for one in value]
        return None if any(one is None for one in found) else found
    return value if isinstance(value, int) and not isinstance(value, bool) else None
