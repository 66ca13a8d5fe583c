"""Nodes seen: what an expression sees of its input and of other nodes' runs.

Flow: variables → **nodes seen** → items of Scope.inputs and Scope.runs.
"""

from collections.abc import Sequence
from typing import Any

from nodes.expressions.lineage import paired_item
from nodes.expressions.nested import resolved
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, ByName, Function, Lazy
from schemas.errors import ExpressionError
from schemas.item import Item, Items, NodeRun


def this_item(scope: Scope) -> Item:
    """Give the item at hand; raise where there is none."""
    items, at = scope.items, scope.index
    if 0 <= at < len(items):
        return items[at]
    raise ExpressionError("No execution data available", hint="the node got no such input item")


def placed_item(scope: Scope) -> Item:
    """Give the item at hand with its place in the input."""
    item = this_item(scope)
    return Item(item.json, item.binary, scope.index, item.error)


def _at(items: Items, at: int) -> Any:
    return items[at] if 0 <= at < len(items) else UNDEFINED


def _function(call: Any) -> Any:
    function = Function(call)
    return lambda: function


def _no_arguments(name: str) -> Any:
    raise ExpressionError(f"$input.{name}() should have no arguments", hint="use $input.all()[index]")


def input_view(scope: Scope) -> Lazy:
    """Give ``$input``."""
    source = scope.sources[0] if scope.sources else None
    return Lazy(
        {
            "item": lambda: placed_item(scope),
            "all": _function(lambda given: list(scope.placed)),
            "first": _function(lambda given: _at(scope.placed, 0) if not given else _no_arguments("first")),
            "last": _function(
                lambda given: _at(scope.placed, len(scope.items) - 1) if not given else _no_arguments("last")
            ),
            "params": lambda: dict(scope.node_parameters.get(source.node, {})) if source else {},
            "context": lambda: dict(scope.contexts.get(source.node, {})) if source else {},
        }
    )


def runs_of(scope: Scope, name: str) -> list[NodeRun]:
    """Give a node's runs; raise where it does not exist or has not run."""
    runs = _existing(scope, name)
    if not runs:
        raise ExpressionError(
            f"Referenced node is unexecuted: {name!r}", hint="connect it before this node, or test with isExecuted"
        )
    return runs


def _existing(scope: Scope, name: str) -> list[NodeRun]:
    runs = scope.runs(name)
    if runs is None:
        raise ExpressionError(
            f"Referenced node doesn't exist: {name!r}", hint="the name must be that of a node in this workflow"
        )
    return runs


def output_of(scope: Scope, name: str, output: Any = UNDEFINED, run: Any = UNDEFINED) -> Items:
    """Give one output of one run; the last run unless another is asked for."""
    runs = runs_of(scope, name)
    at = int(run) if isinstance(run, int) and run >= 0 else len(runs) - 1
    if at >= len(runs):
        raise ExpressionError(f"Run {at} of node '{name}' doesn't exist")
    outputs = runs[at].outputs
    if output is UNDEFINED:
        if scope.leads is None:
            return next((items for items in outputs if items), [])
        output = scope.leads(name) or 0
    if not 0 <= int(output) < len(outputs):
        raise ExpressionError(f"Node '{name}' has no output {output}", hint="outputs are counted from 0")
    return outputs[int(output)]


def items_of(scope: Scope, given: Sequence[Any]) -> Items:
    """Do ``$items(node?, output?, run?)``."""
    if not given or given[0] is UNDEFINED:
        return list(scope.placed)
    return list(
        output_of(scope, str(given[0]), given[1] if len(given) > 1 else 0, given[2] if len(given) > 2 else UNDEFINED)
    )


def node_by_name(scope: Scope, name: str) -> Lazy:
    """Give ``$node["X"]``."""

    def item() -> Item:
        runs_of(scope, name)
        if scope.leads is not None and scope.leads(name) is None:
            raise ExpressionError(f"No path back to node '{name}'", hint="use $('name').first() or .all()[i] instead")
        items = output_of(scope, name, UNDEFINED if scope.leads is not None else 0)
        if not 0 <= scope.index < len(items):
            raise ExpressionError(f"No execution data available: '{name}' gave no item {scope.index}")
        return items[scope.index]

    return Lazy(
        {
            "json": lambda: item().json,
            "data": lambda: item().json,
            "binary": lambda: item().binary or {},
            "parameter": lambda: dict(_parameters(scope, name)),
            "context": lambda: dict(scope.contexts.get(name, {})),
            "runIndex": lambda: len(_existing(scope, name)) - 1,
        }
    )


def node_view(scope: Scope, given: Sequence[Any]) -> Lazy:
    """Give ``$('X')``."""
    name = str(given[0]) if given else ""
    if scope.runs(name) is None and name != scope.node:
        raise ExpressionError(
            f"Referenced node doesn't exist: {name!r}", hint="the name must be that of a node in this workflow"
        )

    def items(asked: Sequence[Any]) -> Items:
        return output_of(scope, name, asked[0] if asked else UNDEFINED, asked[1] if len(asked) > 1 else UNDEFINED)

    def paired(asked: Sequence[Any]) -> Any:
        runs_of(scope, name)
        at = asked[0] if asked and isinstance(asked[0], int) else scope.index
        return paired_item(scope, name, at)

    def matching(asked: Sequence[Any]) -> Any:
        if not asked or not isinstance(asked[0], int):
            raise ExpressionError("Missing item index for .itemMatching()", hint="write .itemMatching($itemIndex)")
        return paired(asked)

    return Lazy(
        {
            "item": lambda: paired([]),
            "all": _function(lambda asked: list(items(asked))),
            "first": _function(lambda asked: _at(items(asked), 0)),
            "last": _function(lambda asked: _at(got := items(asked), len(got) - 1)),
            "itemMatching": _function(matching),
            "pairedItem": _function(paired),
            "params": lambda: dict(_parameters(scope, name)),
            "context": lambda: dict(scope.contexts.get(name, {})),
            "isExecuted": lambda: bool(scope.runs(name)),
        }
    )


def _parameters(scope: Scope, name: str) -> Any:
    if name == scope.node:
        return scope.parameters
    if scope.runs(name) is None and name not in scope.node_parameters:
        raise ExpressionError(f"Referenced node doesn't exist: {name!r}")
    return scope.node_parameters.get(name, {})


def previous(scope: Scope) -> dict[str, Any]:
    """Give ``$prevNode``."""
    source = scope.sources[0] if scope.sources else None
    if source is None:
        return {}
    return {"name": source.node, "outputIndex": source.output, "runIndex": source.run}


def secrets_of(scope: Scope) -> Any:
    """Give ``$secrets``; raise where there are none, which is everywhere but where a test gives some."""
    if "$secrets" in scope.extra:
        return scope.extra["$secrets"]
    raise ExpressionError(
        "there are no secrets for expressions: a credential of the node has them",
        hint="choose a credential, or use $vars",
    )


def environment(scope: Scope) -> Any:
    """Give ``$env``; raise where nobody allowed it."""
    if scope.env is None:
        raise ExpressionError(
            "access to env vars denied", hint="the operator decides whether expressions may read $env"
        )
    return dict(scope.env)


def parameter_view(scope: Scope) -> Any:
    """Give ``$parameter``; an expression among the parameters is evaluated when read."""
    given = scope.parameters
    return ByName(lambda name: resolved(scope, given.get(name, UNDEFINED)), lambda: resolved(scope, dict(given)))
