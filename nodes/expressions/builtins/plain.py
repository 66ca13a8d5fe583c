"""Plain: the methods of Object.prototype, RegExp.prototype and Function.prototype.

Flow: compiler → **plain** → values.
"""

from typing import Any

from nodes.expressions.builtins.pattern import Pattern
from nodes.expressions.coercion import array_index, item_object, to_primitive, to_string
from nodes.expressions.registry import Arguments, argument, native
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, Function, HostObject
from schemas.item import Item


@native("object", "toString")
def to_text(_: Scope, value: Any, __: Arguments) -> str:
    """Say its class."""
    return "[object Object]" if isinstance(value, dict | Item) else to_string(value)


@native("object", "valueOf")
def value_of(_: Scope, value: Any, __: Arguments) -> Any:
    """Give itself, or its number."""
    return to_primitive(value, "number") if isinstance(value, HostObject) else value


@native("object", "hasOwnProperty")
def has_own(_: Scope, value: Any, given: Arguments) -> bool:
    """Say whether it has the key itself."""
    key = to_string(argument(given, 0))
    if isinstance(value, Item):
        value = item_object(value)
    if isinstance(value, dict):
        return key in value
    if isinstance(value, list | str):
        at = array_index(key)
        return key == "length" or (at is not None and at < len(value))
    return isinstance(value, HostObject) and value.member(key) is not UNDEFINED


@native("regex", "test")
def test(_: Scope, value: Pattern, given: Arguments) -> bool:
    """Say whether it matches."""
    return value.execute(to_string(argument(given, 0))) is not None


@native("regex", "exec")
def execute(_: Scope, value: Pattern, given: Arguments) -> Any:
    """Match once."""
    return value.execute(to_string(argument(given, 0)))


@native("regex", "toString")
def pattern_text(_: Scope, value: Pattern, __: Arguments) -> str:
    """Write the literal."""
    return to_string(value)


@native("function", "toString")
def function_text(_: Scope, value: Function, __: Arguments) -> str:
    """Write something like the source."""
    return to_string(value)
