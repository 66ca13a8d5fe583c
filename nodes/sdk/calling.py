"""Calling: supply what a node function asks for by type hint, and call it.

Flow: agents, harness → **call** → node function → result.
"""

import functools
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nodes.expressions.scope import Scope
from nodes.sdk.context import Run
from nodes.sdk.parameters import CompiledParameters, JavaScript, Parameters
from nodes.sdk.params import NodeParams
from nodes.sdk.ports import Result
from nodes.sdk.registry import NodeType
from schemas.errors import DefectError
from schemas.item import Items


@dataclass(slots=True)
class _Given:
    parameters: Parameters[Any]
    scope: Scope
    run: Run
    capabilities: Mapping[type, Any]


Supplier = Callable[[_Given], Any]


async def call(
    node_type: NodeType,
    compiled: CompiledParameters,
    scope: Scope,
    run: Run,
    capabilities: Mapping[type, Any],
    evaluate: JavaScript | None,
) -> Result:
    """Run one activation of a node; JavaScript-tier expressions are evaluated first, in one batch.

    Errors come out as the node raised them.
    """
    arguments = await supply(node_type.function, compiled, scope, run, capabilities, evaluate)
    return await node_type.function(**arguments)  # type: ignore[no-any-return]


async def supply(
    function: Callable[..., Any],
    compiled: CompiledParameters,
    scope: Scope,
    run: Run,
    capabilities: Mapping[type, Any],
    evaluate: JavaScript | None,
) -> dict[str, Any]:
    """Give the arguments that a node's function, or a trigger's ``poll`` or ``listen``, asks for by type."""
    fetched = None
    if compiled.javascript:
        if evaluate is None:
            raise DefectError("an expression needs the JavaScript tier, which was not supplied")
        fetched = await compiled.prefetch(scope, evaluate)
    given = _Given(Parameters(compiled, scope, fetched, evaluate), scope, run, capabilities)
    return {name: make(given) for name, make in _suppliers(function)}


@functools.cache
def _suppliers(function: Callable[..., Any]) -> tuple[tuple[str, Supplier], ...]:
    hints = typing.get_type_hints(function)
    return tuple((name, _supplier(hint)) for name, hint in hints.items() if name != "return")


def _supplier(hint: Any) -> Supplier:
    if typing.get_origin(hint) is Parameters:
        return lambda given: given.parameters
    if hint == Items:
        return lambda given: given.run.inputs[0] if given.run.inputs else []
    if hint is Run:
        return lambda given: given.run
    if hint is Scope:
        return lambda given: given.scope
    if isinstance(hint, type) and issubclass(hint, NodeParams):
        return lambda given: given.parameters(0)
    return lambda given: _capability(given.capabilities, hint)


def _capability(capabilities: Mapping[type, Any], hint: Any) -> Any:
    try:
        return capabilities[hint]
    except KeyError:
        raise DefectError(f'a node asks for "{getattr(hint, "__name__", hint)}", which was not supplied') from None
