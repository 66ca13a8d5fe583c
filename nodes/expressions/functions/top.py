"""Top: n8n's global functions, such as `$ifEmpty` and `max`.

Flow: variables → **top** → values.
"""

import math
from collections.abc import Sequence
from typing import Any

from nodes.expressions.builtins.globals import extreme
from nodes.expressions.coercion import to_number, truthy
from nodes.expressions.registry import argument
from nodes.expressions.values import UNDEFINED, Function


def if_empty(given: Sequence[Any]) -> Any:
    """Give the value, or the default where it is undefined, null, empty text, or an empty array or object."""
    value = argument(given, 0)
    empty = value is None or value is UNDEFINED or (isinstance(value, str | list | dict) and not value)
    return argument(given, 1) if empty else value


def choose(given: Sequence[Any]) -> Any:
    """Give the second where the first is truthy, else the third; false where there is none."""
    return argument(given, 1) if truthy(argument(given, 0)) else argument(given, 2, False)


def average(given: Sequence[Any]) -> float:
    """Give the mean of the arguments."""
    numbers = [to_number(value) for value in given]
    return sum(numbers) / len(numbers) if numbers else math.nan


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
    }
    return {name: Function(call, name) for name, call in calls.items()}
