"""Iteration: what spreads, and the own properties of any value.

Flow: compiled closures → **iteration** → lists.
"""

from typing import Any

from nodes.expressions.builtins.units import joined, units
from nodes.expressions.coercion import item_object, ordered_keys, to_string
from nodes.expressions.values import UNDEFINED, HostObject, JavaScriptError, Listing, UniqueSet
from schemas.item import Item


def iterate(value: Any) -> list[Any]:
    """List what ``...value`` gives in an array; throws a TypeError where it does not iterate."""
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return list(joined(value))
    if isinstance(value, UniqueSet):
        return list(value.values.values())
    if isinstance(value, Listing):
        return value.listed
    raise JavaScriptError("TypeError", f"{to_string(value)} is not iterable")


def own(value: Any) -> dict[str, Any]:
    """Give the own enumerable properties, in JavaScript's order; throws a TypeError on null and undefined."""
    if isinstance(value, dict):
        return {key: value[key] for key in ordered_keys(value)}
    if isinstance(value, list):
        return {str(at): one for at, one in enumerate(value)}
    if isinstance(value, str):
        return {str(at): one for at, one in enumerate(units(value))}
    if isinstance(value, Item):
        return item_object(value)
    if value is None or value is UNDEFINED:
        raise JavaScriptError("TypeError", "Cannot convert undefined or null to object")
    shown = value.json() if isinstance(value, HostObject) else {}
    return shown if isinstance(shown, dict) else {}
