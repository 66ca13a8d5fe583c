"""Number: n8n's methods on numbers.

Flow: compiler → **number** → values.
"""

import math
from typing import Any

from nodes.expressions.builtins.globals import power, rounded
from nodes.expressions.coercion import to_string
from nodes.expressions.moments import DateTime
from nodes.expressions.registry import Arguments, argument, extension
from nodes.expressions.scope import Scope
from schemas.errors import ExpressionError

_EPOCHS = {"ms": 1.0, "s": 1000.0, "us": 0.001}


@extension("number", "ceil", examples=[("(1.2).ceil()", 2)])
def ceil(_: Scope, value: float, __: Arguments) -> float:
    """Round up."""
    return math.ceil(value) if math.isfinite(value) else value


@extension("number", "floor", examples=[("(1.8).floor()", 1)])
def floor(_: Scope, value: float, __: Arguments) -> float:
    """Round down."""
    return math.floor(value) if math.isfinite(value) else value


@extension("number", "abs", examples=[("(-1.5).abs()", 1.5)])
def absolute(_: Scope, value: float, __: Arguments) -> float:
    """Drop the sign."""
    return abs(value)


@extension("number", "round", examples=[("(1.256).round(2)", 1.26)])
def round_(_: Scope, value: float, given: Arguments) -> float:
    """Round to a number of decimals."""
    places = argument(given, 0, 0)
    factor = power(10, places if isinstance(places, int | float) else 0)
    return rounded(value * factor) / factor if places else rounded(value)


@extension("number", "isInteger", examples=[("(2).isInteger()", True)])
def is_integer(_: Scope, value: float, __: Arguments) -> bool:
    """Say whether it is whole."""
    return float(value).is_integer()


def _whole(value: float, name: str) -> int:
    if not float(value).is_integer():
        raise ExpressionError(f"{name}() is only callable on integers")
    return int(value)


@extension("number", "isEven", examples=[("(8).isEven()", True)])
def is_even(_: Scope, value: float, __: Arguments) -> bool:
    """Say whether it is even."""
    return _whole(value, "isEven") % 2 == 0


@extension("number", "isOdd", examples=[("(8).isOdd()", False)])
def is_odd(_: Scope, value: float, __: Arguments) -> bool:
    """Say whether it is odd."""
    return _whole(value, "isOdd") % 2 == 1


@extension("number", "isEmpty", examples=[("(0).isEmpty()", False)])
def is_empty(_: Scope, value: float, __: Arguments) -> bool:
    """Say no: a number is there."""
    return False


@extension("number", "isNotEmpty", examples=[("(0).isNotEmpty()", True)])
def is_not_empty(_: Scope, value: float, __: Arguments) -> bool:
    """Say yes: a number is there."""
    return True


@extension("number", "toBoolean", examples=[("(0).toBoolean()", False)])
def to_boolean(_: Scope, value: float, __: Arguments) -> bool:
    """Be false for 0 alone."""
    return value != 0


@extension("number", "toInt", examples=[("(1.5).toInt()", 2)])
def to_int(_: Scope, value: float, __: Arguments) -> float:
    """Round to a whole."""
    return rounded(value)


@extension("number", "toFloat", "toNumber", examples=[("(1.5).toFloat()", 1.5)])
def to_float(_: Scope, value: float, __: Arguments) -> float:
    """Give the number."""
    return value


@extension("number", "format", examples=[("(1234567.891).format()", "1,234,567.891")])
def format_(_: Scope, value: float, given: Arguments) -> str:
    """Write with thousands separators and at most three decimals, in English."""
    locale = argument(given, 0, "en-US")
    if not str(locale).startswith("en") or len(given) > 1 or not math.isfinite(value):
        raise ExpressionError(
            f"numbers are formatted in English only, not {to_string(locale)!r}", hint="use toLocaleString()"
        )
    whole = round(value * 1000) if abs(value) < 1e12 else None
    text = f"{value:,.3f}" if whole is None or isinstance(value, float) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@extension("number", "toDateTime", examples=[("(0).toDateTime().toMillis()", 0)])
def to_datetime(scope: Scope, value: float, given: Arguments) -> DateTime:
    """Read as a moment: epoch ms, or s, us, or an Excel day."""
    unit: Any = argument(given, 0, "ms")
    if unit == "excel":
        return DateTime(round((value - 25_569) * 86_400_000), scope.zone)
    if unit not in _EPOCHS:
        raise ExpressionError(
            f"Unsupported format '{to_string(unit)}'. toDateTime() supports 'ms', 's', 'us' and 'excel'"
        )
    return DateTime(value * _EPOCHS[unit], scope.zone)
