"""Variables: what a bare name means in an expression.

Flow: compiler → **lookup** → a closure that reads the scope or a constant.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, Final

from nodes.expressions.builtins.dates import make_date
from nodes.expressions.builtins.globals import DENYLIST, make_globals
from nodes.expressions.builtins.luxon import make_luxon
from nodes.expressions.coercion import to_string
from nodes.expressions.functions.top import make_functions
from nodes.expressions.lexer import NotCompiled
from nodes.expressions.lineage import paired_item
from nodes.expressions.members import DENIED, denied, member
from nodes.expressions.moments import DateTime, start_of
from nodes.expressions.nested import nested
from nodes.expressions.nodes_seen import (
    environment,
    input_view,
    items_of,
    node_by_name,
    node_view,
    parameter_view,
    placed_item,
    previous,
    secrets_of,
    this_item,
)
from nodes.expressions.registry import argument
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, ByName, Function, Lazy, Namespace, ScopedFunction
from schemas.errors import ExpressionError

Closure = Callable[[Scope, list[Any]], Any]
Read = Callable[[Scope], Any]

_V8 = """
    $jmespath $jmesPath Map WeakMap WeakSet WeakRef Symbol BigInt Error TypeError RangeError SyntaxError EvalError
    URIError AggregateError RegExp ReferenceError Intl Interval Info Settings ArrayBuffer DataView Iterator Temporal
    console structuredClone atob btoa Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array
    Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array Float16Array arguments extendOptional extend
    Buffer URL URLSearchParams TextEncoder TextDecoder $getWorkflowStaticData
"""
V8_ONLY: Final = frozenset(_V8.split())

EXTRA: Final = ("$response", "$request", "$pageCount")
_READS: dict[str, Read] = {
    "$json": lambda scope: this_item(scope).json,
    "$data": lambda scope: this_item(scope).json,
    "$binary": lambda scope: this_item(scope).binary or {},
    "$thisItem": placed_item,
    "$input": input_view,
    "$itemIndex": lambda scope: scope.index,
    "$position": lambda scope: scope.index,
    "$thisItemIndex": lambda scope: scope.index,
    "$runIndex": lambda scope: scope.run_index,
    "$thisRunIndex": lambda scope: scope.run_index,
    "$now": lambda scope: DateTime(scope.now, scope.zone),
    "$today": lambda scope: start_of(DateTime(scope.now, scope.zone), "days"),
    "$prevNode": previous,
    "$workflow": lambda scope: dict(scope.workflow),
    "$execution": lambda scope: dict(scope.execution),
    "$vars": lambda scope: dict(scope.vars),
    "$env": environment,
    "$parameter": parameter_view,
    "$mode": lambda scope: scope.execution.get("mode", UNDEFINED),
    "$nodeVersion": lambda scope: scope.node_version,
    "$rawParameter": lambda scope: dict(scope.parameters),
    "$secrets": secrets_of,
    "$self": lambda scope: dict(scope.contexts.get(scope.node, {})),
    "$nodeId": lambda scope: scope.extra.get("$nodeId", UNDEFINED),
    "$webhookId": lambda scope: scope.extra.get("$webhookId", UNDEFINED),
    "$agentInfo": lambda scope: scope.extra.get("$agentInfo", UNDEFINED),
    "$node": lambda scope: ByName(lambda name: node_by_name(scope, name)),
}
_READS |= {name: lambda scope, name=name: scope.extra.get(name, UNDEFINED) for name in EXTRA}  # type: ignore[misc]


def _item_view(scope: Scope, given: list[Any]) -> Lazy:
    """Do ``$item(index, run?)``: the variables as that item of the input sees them."""
    at, run = argument(given, 0, 0), argument(given, 1, scope.run_index)
    if not isinstance(at, int) or not 0 <= at < len(scope.items):
        raise ExpressionError(
            f"Can't get data for expression: no item {to_string(at)}", hint="the input has fewer items"
        )
    there = replace(scope, index=at, run_index=run if isinstance(run, int) else scope.run_index)
    return Lazy({name: partial(read, there) for name, read in _READS.items()})


def _evaluated(scope: Scope, given: list[Any]) -> Any:
    """Do ``$evaluateExpression(text, index?)``."""
    text, at = argument(given, 0, ""), argument(given, 1, scope.index)
    there = replace(scope, index=at if isinstance(at, int) else scope.index)
    return nested(there, f"={to_string(text)}")


def _paired(scope: Scope, given: list[Any]) -> Any:
    """Do ``$getPairedItem(node, source, pairedItem)``: the item of a node from which an input item came."""
    pair = argument(given, 2, scope.index)
    at = member(pair, "item") if isinstance(pair, dict) else pair
    return paired_item(scope, to_string(argument(given, 0)), at if isinstance(at, int) else scope.index)


def _from_ai(scope: Scope, given: list[Any]) -> Any:
    """Do ``$fromAI(key, description?, type?, default?)``: what a model chose for the key, else the default."""
    key = argument(given, 0)
    if not isinstance(key, str) or not _AI_KEY.fullmatch(key):
        raise ExpressionError(
            "Add a key, e.g. $fromAI('placeholder_name')", hint="1 to 64 letters, digits, underscores or hyphens"
        )
    chosen = scope.extra.get("$fromAI") or {}
    return chosen[key] if key in chosen else argument(given, 3)


_AI_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CALLS: Final[dict[str, Callable[[Scope, list[Any]], Any]]] = {
    "$": node_view,
    "$items": items_of,
    "$item": _item_view,
    "$evaluateExpression": _evaluated,
    "$getPairedItem": _paired,
    "$fromAI": _from_ai,
    "$fromAi": _from_ai,
    "$fromai": _from_ai,
}


@lru_cache(maxsize=1)
def constants() -> dict[str, Any]:
    """Make the table of names that mean the same in every scope."""
    return {**make_globals(), **make_luxon(), "Date": make_date(), **make_functions()}


def lookup(name: str) -> Closure:
    """Find what a name reads; raise NotCompiled for what only V8 has. An unknown name is undefined."""
    if name in DENIED:
        return _refuse(name)
    if name in DENYLIST:
        return lambda scope, frame: {}
    if name in V8_ONLY:
        raise NotCompiled(name)
    if name in _READS:
        read = _READS[name]
        return lambda scope, frame: read(scope)
    if name in _CALLS:
        call = _CALLS[name]
        return lambda scope, frame: Function(lambda given: call(scope, list(given)), name)
    value = constant(name)
    return lambda scope, frame: value


def constant(name: str) -> Any:
    """Give the value of a name that needs no scope, else UNDEFINED."""
    return constants().get(name, UNDEFINED)


def scoped(name: str) -> Callable[[Scope, list[Any]], Any] | None:
    """Give a global function that needs the scope."""
    if name in _CALLS:
        return _CALLS[name]
    value = constant(name)
    return value.scoped if isinstance(value, ScopedFunction) else None


def namespace(name: str) -> Namespace | None:
    """Give a global such as ``Math``."""
    value = constant(name)
    return value if isinstance(value, Namespace) else None


def _refuse(name: str) -> Closure:
    def refuse(scope: Scope, frame: list[Any]) -> Any:
        raise denied(name)

    return refuse
