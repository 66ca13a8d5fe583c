"""Top: n8n's global functions, such as `$ifEmpty` and `max`.

Flow: variables → **top** → values.
"""

from collections.abc import Sequence
from typing import Any

from nodes.expressions.builtins.globals import extreme
from nodes.expressions.coercion import to_string, truthy
from nodes.expressions.functions.array import average as mean
from nodes.expressions.registry import argument
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, Function, JavaScriptError
from schemas.errors import ExpressionError

MOST_NUMBERS = 1_000_000


def if_empty(given: Sequence[Any]) -> Any:
    """Give the value, or the default where it is undefined, null, empty text, or an empty array or object."""
    if len(given) != 2:
        raise ExpressionError("expected two arguments (value, defaultValue) for this function")
    value = argument(given, 0)
    empty = value is None or value is UNDEFINED or (isinstance(value, str | list | dict) and not value)
    return argument(given, 1) if empty else value


def number_list(given: Sequence[Any]) -> list[int]:
    """Count from a number to another, up or down."""
    first, last = argument(given, 0), argument(given, 1)
    if not isinstance(first, int) or not isinstance(last, int) or abs(last - first) > MOST_NUMBERS:
        raise JavaScriptError("RangeError", "invalid array length")
    step = 1 if last >= first else -1
    return list(range(first, last + step, step))


def zipped(given: Sequence[Any]) -> dict[str, Any]:
    """Make an object of a list of keys and a list of values."""
    keys, values = argument(given, 0), argument(given, 1)
    if not isinstance(keys, list) or not isinstance(values, list) or len(keys) != len(values):
        raise ExpressionError("keys and values not of equal length", hint="zip() takes two arrays of one length")
    return {to_string(key): value for key, value in zip(keys, values, strict=True)}


def choose(given: Sequence[Any]) -> Any:
    """Give the second where the first is truthy, else the third; false where there is none."""
    return argument(given, 1) if truthy(argument(given, 0)) else argument(given, 2, False)


def average(given: Sequence[Any]) -> Any:
    """Give the mean of the arguments."""
    return mean(Scope(), list(given), [])


def make_functions() -> dict[str, Function]:
    """Make the table of global functions."""
    calls = {
        "$ifEmpty": if_empty,
        "$if": choose,
        "$not": lambda given: not truthy(argument(given, 0)),
        "not": lambda given: not truthy(argument(given, 0)),
        "$min": lambda given: extreme(given, -1),
        "min": lambda given: extreme(given, -1),
        "$max": lambda given: extreme(given, 1),
        "max": lambda given: extreme(given, 1),
        "$average": average,
        "average": average,
        "numberList": number_list,
        "zip": zipped,
    }
    return {name: Function(call, name) for name, call in calls.items()}
