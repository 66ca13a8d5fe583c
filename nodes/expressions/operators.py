"""Operators: what JavaScript's operators do with two values or one.

Flow: compiler → **operators** → coercion.
"""

import math
from collections.abc import Callable
from typing import Any, Final

from nodes.expressions.allowance import counted
from nodes.expressions.builtins.globals import power
from nodes.expressions.coercion import (
    add,
    less,
    loose_equals,
    number,
    strict_equals,
    to_number,
    truthy,
    type_of,
)
from nodes.expressions.members import has


def multiply(left: Any, right: Any) -> float:
    """Give ``left * right``."""
    a, b = to_number(left), to_number(right)
    if type(a) is int and type(b) is int and (a == 0 or b == 0) and (a < 0 or b < 0):
        return -0.0
    return number(a * b)


def divide(left: Any, right: Any) -> float:
    """Give ``left / right``."""
    a, b = to_number(left), to_number(right)
    if b != 0:
        return _shrink(float(a) / float(b))
    if a == 0 or a != a:
        return math.nan
    return math.copysign(math.inf, math.copysign(1, a) * math.copysign(1, b))


def remainder(left: Any, right: Any) -> float:
    """Give ``left % right``; the sign is the left one's."""
    a, b = to_number(left), to_number(right)
    if b == 0 or a != a or b != b or math.isinf(a):
        return math.nan
    result = a if math.isinf(b) else math.fmod(a, b)
    return -0.0 if result == 0 and math.copysign(1, a) < 0 else _shrink(result)


def _shrink(value: float) -> float:
    if type(value) is float and value.is_integer() and abs(value) <= 2**53 and (value or math.copysign(1, value) > 0):
        return int(value)
    return value


def plus(left: Any, right: Any) -> Any:
    """Give ``left + right``, counting the text it makes."""
    made = add(left, right)
    if type(made) is str:
        counted(made)
    return made


def subtract(left: Any, right: Any) -> float:
    """Give ``left - right``."""
    return number(to_number(left) - to_number(right))


def to_int32(value: Any) -> int:
    """Cut to a signed 32-bit whole."""
    at = to_number(value)
    if at != at or math.isinf(at):
        return 0
    bits = int(at) & 0xFFFFFFFF
    return bits - 2**32 if bits >= 2**31 else bits


def negate(value: Any) -> float:
    """Give ``-value``."""
    at = to_number(value)
    return -0.0 if at == 0 and math.copysign(1, at) > 0 else -at


def _shift(left: Any, right: Any) -> int:
    return to_int32(to_int32(left) << (to_int32(right) & 31))


BINARY: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": plus,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": remainder,
    "**": lambda a, b: _shrink(power(to_number(a), to_number(b))),
    "===": strict_equals,
    "!==": lambda a, b: not strict_equals(a, b),
    "==": loose_equals,
    "!=": lambda a, b: not loose_equals(a, b),
    "<": lambda a, b: less(a, b) is True,
    ">": lambda a, b: less(b, a) is True,
    "<=": lambda a, b: less(b, a) is False,
    ">=": lambda a, b: less(a, b) is False,
    "&": lambda a, b: to_int32(a) & to_int32(b),
    "|": lambda a, b: to_int32(a) | to_int32(b),
    "^": lambda a, b: to_int32(a) ^ to_int32(b),
    "<<": _shift,
    ">>": lambda a, b: to_int32(a) >> (to_int32(b) & 31),
    ">>>": lambda a, b: (to_int32(a) & 0xFFFFFFFF) >> (to_int32(b) & 31),
    "in": lambda a, b: has(b, a),
}
UNARY: Final[dict[str, Callable[[Any], Any]]] = {
    "!": lambda value: not truthy(value),
    "-": negate,
    "+": to_number,
    "~": lambda value: ~to_int32(value),
    "typeof": type_of,
}
