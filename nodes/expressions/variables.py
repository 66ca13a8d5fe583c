"""Variables: what a bare name means in an expression.

Flow: compiler → **lookup** → a closure that reads the scope or a constant.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from nodes.expressions.builtins.dates import make_date
from nodes.expressions.builtins.globals import DENYLIST, make_globals
from nodes.expressions.builtins.luxon import make_luxon
from nodes.expressions.functions.top import make_functions
from nodes.expressions.lexer import NotCompiled
from nodes.expressions.members import DENIED, denied
from nodes.expressions.moments import DateTime, start_of
from nodes.expressions.nodes_seen import (
    environment,
    input_view,
    items_of,
    node_by_name,
    node_view,
    parameter_view,
    previous,
    this_item,
)
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, ByName, Function, Namespace, ScopedFunction

Closure = Callable[[Scope, list[Any]], Any]
Read = Callable[[Scope], Any]

_V8 = """
    Map WeakMap WeakSet WeakRef Symbol BigInt Error TypeError RangeError SyntaxError EvalError URIError
    AggregateError RegExp ReferenceError Intl Interval Info Settings ArrayBuffer DataView Iterator Temporal
    console structuredClone atob btoa Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array
    Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array Float16Array arguments $jmespath
    $jmesPath $fromAI $fromAi $fromai $evaluateExpression $getPairedItem $item $secrets $agentInfo $self
    $rawParameter $webhookId extendOptional extend Buffer URL URLSearchParams TextEncoder TextDecoder
    numberList zip $getWorkflowStaticData
"""
V8_ONLY: Final = frozenset(_V8.split())

EXTRA: Final = ("$response", "$request", "$pageCount")
_READS: dict[str, Read] = {
    "$json": lambda scope: this_item(scope).json,
    "$data": lambda scope: this_item(scope).json,
    "$binary": lambda scope: this_item(scope).binary or {},
    "$thisItem": this_item,
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
    "$nodeId": lambda scope: UNDEFINED,
    "$node": lambda scope: ByName(lambda name: node_by_name(scope, name)),
}
_READS |= {name: lambda scope, name=name: scope.extra.get(name, UNDEFINED) for name in EXTRA}  # type: ignore[misc]
_CALLS: Final[dict[str, Callable[[Scope, list[Any]], Any]]] = {"$": node_view, "$items": items_of}


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
