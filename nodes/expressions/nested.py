"""Nested: the text that an expression itself evaluates, by `$evaluateExpression` or through `$parameter`.

Flow: variables → **nested** → template (which offers itself, as it stands above this module) → value.
"""

from collections.abc import Callable
from typing import Any

from nodes.expressions.scope import Scope
from schemas.errors import ExpressionError

Evaluate = Callable[[str, Scope], Any]
DEEPEST = 8
_OFFERED: list[Evaluate] = []


def offer(evaluate: Evaluate) -> Evaluate:
    """Say what evaluates a text that starts with ``=``."""
    _OFFERED[:] = [evaluate]
    return evaluate


def nested(scope: Scope, text: str) -> Any:
    """Evaluate a template text in a scope; raise where texts name each other without end."""
    if scope.depth >= DEEPEST:
        raise ExpressionError(
            "expressions refer to each other without end", hint="look for a parameter that reads itself"
        )
    scope.depth += 1
    try:
        return _OFFERED[0](text, scope)
    finally:
        scope.depth -= 1


def resolved(scope: Scope, value: Any) -> Any:
    """Evaluate the expressions in a parameter's value, however deep they stand."""
    if isinstance(value, dict):
        return {key: resolved(scope, one) for key, one in value.items()}
    if isinstance(value, list):
        return [resolved(scope, one) for one in value]
    return nested(scope, value) if isinstance(value, str) and value.startswith("=") else value
