"""Members: reading a property and calling a method of any value.

Flow: compiled closures → **members** → values, builtins and functions.
"""

from collections.abc import Sequence
from typing import Any, Final

from nodes.expressions import registry
from nodes.expressions.allowance import counted
from nodes.expressions.builtins.pattern import Match, Pattern
from nodes.expressions.builtins.units import joined, units
from nodes.expressions.coercion import array_index, item_object, to_string
from nodes.expressions.moments import DateTime, Duration, JSDate
from nodes.expressions.registry import Kind
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, Function, HostObject, JavaScriptError, UniqueSet
from schemas.errors import ExpressionError
from schemas.item import Item

DENIED: Final = frozenset({"constructor", "__proto__", "prototype", "getPrototypeOf"})
_NONE: Final = object()
_KINDS: Final[dict[type, Kind]] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    list: "array",
    Match: "array",
    dict: "object",
    Item: "object",
    JSDate: "date",
    DateTime: "dateTime",
    Duration: "duration",
    Pattern: "regex",
    Function: "function",
    UniqueSet: "set",
}


def denied(key: str) -> ExpressionError:
    """Make the error for a name that nobody may read."""
    return ExpressionError(f'Cannot access "{key}" due to security concerns')


def member(value: Any, key: Any) -> Any:
    """Read ``value[key]``; throws JavaScript's TypeError on null and undefined."""
    if type(value) is dict and type(key) is str:
        found = value.get(key, _NONE)
        if found is not _NONE and key not in DENIED:
            return found
    if value is None or value is UNDEFINED:
        raise JavaScriptError("TypeError", f"Cannot read properties of {to_string(value)} (reading '{to_string(key)}')")
    name = key if isinstance(key, str) else to_string(key)
    if name in DENIED:
        raise denied(name)
    found = _own(value, key, name)
    return _method(value, name) if found is UNDEFINED else found


def _own(value: Any, key: Any, name: str) -> Any:
    if isinstance(value, list):
        return _of_list(value, key, name)
    if isinstance(value, str):
        return _of_text(value, name)
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if isinstance(value, Item):
        return item_object(value).get(name, UNDEFINED)
    if isinstance(value, HostObject):
        return value.member(name)
    return UNDEFINED


def _of_list(value: list[Any], key: Any, name: str) -> Any:
    at = key if type(key) is int else array_index(name)
    if at is not None:
        return value[at] if 0 <= at < len(value) else UNDEFINED
    if name == "length":
        return len(value)
    if isinstance(value, Match):
        return {"index": value.start, "input": value.input, "groups": value.groups}.get(name, UNDEFINED)
    return UNDEFINED


def _of_text(value: str, name: str) -> Any:
    if name == "length":
        return len(units(value))
    at = array_index(name)
    chars = units(value) if at is not None else ""
    return joined(chars[at]) if at is not None and at < len(chars) else UNDEFINED


def _method(value: Any, name: str) -> Any:
    """Give a native method as a function value."""
    found = registry.NATIVE.get(kind_of(value), {}).get(name) or registry.NATIVE["object"].get(name)
    if found is None:
        return UNDEFINED
    return Function(lambda given: found(Scope(), value, given), name)


def kind_of(value: Any) -> Kind:
    """Say which table of methods a value has."""
    return _KINDS.get(type(value), "object")


def has(value: Any, key: Any) -> bool:
    """Say what ``key in value`` says."""
    name = to_string(key)
    if isinstance(value, Item):
        value = item_object(value)
    if isinstance(value, dict):
        return name in value or name in registry.NATIVE["object"]
    if isinstance(value, list):
        at = array_index(name)
        return at < len(value) if at is not None else name == "length" or name in registry.NATIVE["array"]
    if isinstance(value, HostObject):
        return value.member(name) is not UNDEFINED
    raise JavaScriptError("TypeError", f"Cannot use 'in' operator to search for '{name}' in {to_string(value)}")


def invoke(scope: Scope, value: Any, name: str, given: Sequence[Any]) -> Any:
    """Call ``value.name(…)``: n8n's extension first, then JavaScript's own, then a function that is a member."""
    kind = kind_of(value)
    method = registry.EXTENSIONS.get(kind, {}).get(name) if value is not None and value is not UNDEFINED else None
    if method is None:
        method = _native(value, kind, name)
    if method is not None:
        made = method(scope, value, given)
        counted(made)
        return made
    return _unknown(value, name, given)


def answers(value: Any, name: str) -> bool:
    """Say whether a value has a method of that name, an extension or its own."""
    kind = kind_of(value)
    return name in registry.EXTENSIONS.get(kind, {}) or _native(value, kind, name) is not None


def _native(value: Any, kind: Kind, name: str) -> registry.Method | None:
    if value is None or value is UNDEFINED:
        return None
    if kind == "object" and isinstance(value, dict) and name in value:
        return None
    found = registry.NATIVE.get(kind, {}).get(name)
    return found or (registry.NATIVE["object"].get(name) if not isinstance(value, HostObject) else None)


def _unknown(value: Any, name: str, given: Sequence[Any]) -> Any:
    nothing = value is None or value is UNDEFINED
    if not nothing:
        function = member(value, name)
        if isinstance(function, HostObject) and function.callable:
            return function.call(given)  # type: ignore[attr-defined]
    if name not in registry.extension_names():
        text = "Cannot read properties of " + to_string(value) if nothing else f"{name} is not a function"
        raise JavaScriptError("TypeError", text)
    if nothing and name in ("isEmpty", "isNotEmpty"):
        return name == "isEmpty"
    if nothing:
        raise ExpressionError(
            f"{name} can't be used on {to_string(value)} value", hint=f"use ?.{name}(…) where it may be absent"
        )
    kinds = sorted(kind for kind, table in registry.EXTENSIONS.items() if name in table)
    raise ExpressionError(f"{name}() is only callable on: {', '.join(kinds)}")
