"""Bridge: a scope as JSON for V8, holding only what the sources refer to, and V8's answers as values.

Flow: pool → **bridge** → child → **bridge** → values.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import msgspec

from nodes.expressions.coercion import UNDEFINED, item_object
from nodes.expressions.javascript.generation import generate
from nodes.expressions.lineage import paired_item
from nodes.expressions.references import References, find_references
from nodes.expressions.scope import Scope
from nodes.expressions.template import Code, split
from schemas.errors import ExpressionError
from schemas.item import Item, NodeRun

_ITEMS = re.compile(r"\$(?:json|data|binary|input|items|thisItem|node|item|evaluateExpression)\b|\$\(|\bitems?\b")


def code_parts(source: str) -> list[Any]:
    """Split a template into text and ``{"code": …}`` for the prelude."""
    return [_part(part) for part in split(source[1:])]


def _part(part: str | Code) -> Any:
    if isinstance(part, str):
        return part
    if part.node is None:
        return {"code": part.text, "safe": False}
    return {"code": generate(part.node), "safe": True}


def unreadable(sources: Sequence[str]) -> dict[str, ExpressionError]:
    """Find the templates that cannot be split into parts, with the error of each."""
    broken: dict[str, ExpressionError] = {}
    for source in sources:
        try:
            split(source[1:])
        except ExpressionError as bad:
            broken[source] = bad
    return broken


def request(sources: Sequence[str], scope: Scope, indexes: Sequence[int], *, marks: bool = False) -> bytes:
    """Write the request that evaluates sources × indexes."""
    parts = [code_parts(source) for source in sources]
    shown = scope_object(scope, "\n".join(sources), indexes)
    return _encode({"scope": shown, "sources": parts, "indexes": list(indexes), "marks": marks})


def code_request(code: str, scope: Scope, *, per_item: bool) -> bytes:
    """Write the request that runs a Code node's body."""
    shown = scope_object(scope, code + " items", range(len(scope.items)) if per_item else [0])
    return _encode({"code": code, "scope": shown})


def _encode(value: Any) -> bytes:
    try:
        try:
            return msgspec.json.encode(value)
        except UnicodeEncodeError:
            return json.dumps(value).encode()
    except (TypeError, RecursionError) as bad:
        raise ExpressionError("items cannot be shown to JavaScript", detail=str(bad)) from None


def scope_object(scope: Scope, text: str, indexes: Sequence[int]) -> dict[str, Any]:
    """Show a scope as JSON; items and other nodes only where the text refers to them."""
    references = find_references(text)
    names = _names(scope, references)
    return {
        "items": [_given(item) for item in scope.items] if _ITEMS.search(text) else [],
        "nodes": {name: _runs(scope.runs(name)) for name in names},
        "paired": {name: _paired(scope, name, indexes, text) for name in names} if references.lineage else {},
        "leads": {name: scope.leads(name) for name in names} if scope.leads is not None else None,
        "now": scope.now,
        "zone": scope.zone,
        "node": scope.node,
        "nodeVersion": scope.node_version,
        "runIndex": scope.run_index,
        "parameters": dict(scope.parameters) if "$parameter" in text else {},
        "nodeParameters": {k: dict(v) for k, v in scope.node_parameters.items()} if "param" in text else {},
        "contexts": {k: dict(v) for k, v in scope.contexts.items()},
        "sources": [source and [source.node, source.output, source.run] for source in scope.sources],
        "workflow": dict(scope.workflow),
        "execution": dict(scope.execution),
        "vars": dict(scope.vars),
        "extra": dict(scope.extra),
        "static": scope.static.seen if scope.static is not None and "StaticData" in text else None,
        "env": None if scope.env is None or "$env" not in text else dict(scope.env),
        "seedNumber": crc32(f"{scope.seed}/{scope.node}/{scope.run_index}".encode()),
    }


def _given(item: Item) -> dict[str, Any]:
    """Show an item of the input; V8 adds its place in it."""
    shown: dict[str, Any] = {"json": item.json}
    if item.binary is not None:
        shown["binary"] = item.binary
    if item.error is not None:
        shown["error"] = item.error
    return shown


def _names(scope: Scope, references: References) -> list[str]:
    if references.nodes is not None:
        return sorted(name for name in references.nodes if scope.runs(name) is not None)
    names = set(scope.node_parameters)
    waiting = [source.node for source in scope.sources if source]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
        waiting += [s.node for run in scope.runs(name) or [] for s in run.sources if s and s.node not in names]
    return sorted(name for name in names if scope.runs(name) is not None)


def _runs(runs: list[NodeRun] | None) -> list[dict[str, Any]] | None:
    if runs is None:
        return None
    return [{"outputs": [[item_object(item) for item in items] for items in run.outputs]} for run in runs]


def _paired(scope: Scope, name: str, indexes: Sequence[int], text: str) -> dict[int, Any]:
    wide = "itemMatching" in text or "pairedItem" in text
    found: dict[int, Any] = {}
    for at in range(len(scope.items)) if wide else indexes:
        try:
            item = paired_item(scope, name, at)
            found[at] = {} if item is UNDEFINED else {"item": item_object(item)}
        except ExpressionError as bad:
            found[at] = {"error": bad.message}
    return found


def values(answer: bytes) -> list[list[Any]]:
    """Read the answer: a value, UNDEFINED or an ExpressionError per source and index."""
    return [[_value(one) for one in row] for row in decoded(answer)]


def decoded(answer: bytes) -> Any:
    """Read JSON that may hold half a surrogate pair, as JavaScript's text may."""
    try:
        return msgspec.json.decode(answer)
    except msgspec.DecodeError:
        return json.loads(answer)


def _value(one: list[Any]) -> Any:
    if one[0] == 0:
        return one[1]
    if one[0] == 3:
        return float(one[1])
    return UNDEFINED if one[0] == 1 else ExpressionError(one[1])
