"""Templates: a parameter's text, split into parts and compiled once.

Flow: plan → **compile_template** → closures (or a source for the JavaScript tier) → values per item.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from nodes.expressions.scope import Scope

Tier = Literal["compiled", "javascript"]


@dataclass(frozen=True, slots=True)
class References:
    """What a text refers to: other nodes by name (None: it cannot be known, so all), and whether by pairing."""

    nodes: frozenset[str] | None = frozenset()
    lineage: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """One expression parameter. ``evaluate`` exists in the compiled tier only; ``reason`` says why not."""

    source: str
    tier: Tier
    references: References
    evaluate: Callable[[Scope], Any] | None = None
    reason: str | None = None


def expression(value: Any) -> bool:
    """Say whether a parameter value is an expression: a string that starts with ``=``."""
    return isinstance(value, str) and value.startswith("=")


def compile_template(source: str) -> Template:
    """Compile a text that starts with ``=``; raise ExpressionError where it cannot be JavaScript."""
    raise NotImplementedError(source)
