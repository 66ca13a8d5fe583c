"""Fast path: `$json.a.b`, the expression that most parameters are.

Flow: template → **fast_path** → a closure without calls in it, which falls back on `member` for what is unusual.
"""

from collections.abc import Callable
from typing import Any

from nodes.expressions.members import DENIED, member
from nodes.expressions.nodes_seen import this_item
from nodes.expressions.scope import Scope
from nodes.expressions.syntax import Literal, Member, Name, Node
from nodes.expressions.values import UNDEFINED, JavaScriptError

_ROOTS = frozenset({"$json", "$data"})


def fast_path(node: Node) -> Callable[[Scope], Any] | None:
    """Compile a plain path of names below ``$json``; None for anything else."""
    keys: list[str] = []
    while isinstance(node, Member) and isinstance(node.key, Literal) and not node.optional:
        if not isinstance(node.key.value, str) or node.key.value in DENIED:
            return None
        keys.insert(0, node.key.value)
        node = node.target
    if not isinstance(node, Name) or node.name not in _ROOTS or not keys:
        return None
    return _closures(keys)


def _closures(keys: list[str]) -> Callable[[Scope], Any]:
    slow = _slow(keys)
    first, *rest = keys
    if len(rest) == 1:
        return _two(first, rest[0], slow)

    def many(scope: Scope) -> Any:
        try:
            value = scope.inputs[0][scope.index].json[first] if scope.index >= 0 else None
            for key in rest:
                value = value[key]  # type: ignore[index]
            return value if scope.index >= 0 else slow(scope)
        except (KeyError, TypeError, IndexError):
            return slow(scope)

    return many


def _two(first: str, second: str, slow: Callable[[Scope], Any]) -> Callable[[Scope], Any]:
    def two(scope: Scope) -> Any:
        try:
            return scope.inputs[0][scope.index].json[first][second] if scope.index >= 0 else slow(scope)
        except (KeyError, TypeError, IndexError):
            return slow(scope)

    return two


def _slow(keys: list[str]) -> Callable[[Scope], Any]:
    def slow(scope: Scope) -> Any:
        value: Any = this_item(scope).json
        try:
            for key in keys:
                value = member(value, key)
        except JavaScriptError:
            return UNDEFINED
        return value

    return slow
