"""Binding: the parameters of arrow functions, names or patterns, put into a frame.

Flow: compiler → **binding** → a function that fills a frame from the arguments of a call.
"""

from collections.abc import Callable
from typing import Any

from nodes.expressions.builtins.iteration import iterate
from nodes.expressions.members import member
from nodes.expressions.scope import Scope
from nodes.expressions.syntax import Node, Pattern
from nodes.expressions.values import UNDEFINED

Frame = list[Any]
Bind = Callable[[Scope, Frame, Any], None]
Compile = Callable[[Node], Callable[[Scope, Frame], Any]]
Names = tuple[str, ...]


def bound(pattern: Pattern) -> list[str]:
    """List the names that a pattern binds."""
    if pattern.name:
        return [pattern.name]
    inner = [*(pattern.elements or []), *(p for _, p in pattern.properties or [])]
    return [name for one in inner if one for name in bound(one)]


def binder(parameters: list[Pattern], names: Names, compile_: Compile) -> Bind:
    """Make what puts the arguments of a call into its frame."""
    if all(p.name and not p.default and not p.rest for p in parameters):
        return _plain(len(parameters))
    steps = [_step(pattern, names, compile_) for pattern in parameters]
    rests = [pattern.rest for pattern in parameters]

    def bind(scope: Scope, frame: Frame, given: Any) -> None:
        for at, (step, rest) in enumerate(zip(steps, rests, strict=True)):
            step(scope, frame, list(given[at:]) if rest else given[at] if at < len(given) else UNDEFINED)

    return bind


def _plain(count: int) -> Bind:
    def bind(scope: Scope, frame: Frame, given: Any) -> None:
        size = min(count, len(given))
        frame[1 : size + 1] = given[:size]

    return bind


def _step(pattern: Pattern, names: Names, compile_: Compile) -> Bind:
    default = compile_(pattern.default) if pattern.default else None
    inner = _target(pattern, names, compile_)

    def bind(scope: Scope, frame: Frame, value: Any) -> None:
        inner(scope, frame, default(scope, frame) if value is UNDEFINED and default is not None else value)

    return bind


def _target(pattern: Pattern, names: Names, compile_: Compile) -> Bind:
    if pattern.name:
        slot = names.index(pattern.name) + 1
        return lambda scope, frame, value: frame.__setitem__(slot, value)
    if pattern.elements is not None:
        elements = [(at, _step(p, names, compile_)) for at, p in enumerate(pattern.elements) if p]

        def listed(scope: Scope, frame: Frame, value: Any) -> None:
            values = iterate(value)
            for at, step in elements:
                step(scope, frame, values[at] if at < len(values) else UNDEFINED)

        return listed
    properties = [(key, _step(p, names, compile_)) for key, p in pattern.properties or []]

    def named(scope: Scope, frame: Frame, value: Any) -> None:
        if not properties:
            member(value, "")
        for key, step in properties:
            step(scope, frame, member(value, key))

    return named
