"""Number: n8n's methods on numbers.

Flow: compiler → **number** → values.
"""

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from nodes.expressions.builtins.globals import rounded
from nodes.expressions.builtins.number import to_fixed
from nodes.expressions.coercion import text_number, to_string
from nodes.expressions.moments import DateTime
from nodes.expressions.registry import Arguments, argument, extension
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED
from schemas.errors import ExpressionError

_THOUSANDTH = Decimal("0.001")
EPOCHS = {"ms": 1.0, "s": 1000.0, "us": 0.001, "excel": 86_400_000.0}


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


@extension("number", "round", examples=[("(1.256).round(2)", 1.26), ("(-2.5).round()", -3)])
def round_(_: Scope, value: float, given: Arguments) -> float:
    """Round to a number of decimals, halves away from zero."""
    return text_number(to_fixed(_, value, given))


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


@extension("number", "isEmpty", examples=[("(0).isEmpty()", True)])
def is_empty(_: Scope, value: float, __: Arguments) -> bool:
    """Say whether it is 0 or no number."""
    return value == 0 or value != value


@extension("number", "isNotEmpty", examples=[("(0).isNotEmpty()", False)])
def is_not_empty(_: Scope, value: float, __: Arguments) -> bool:
    """Say whether it is a number other than 0."""
    return not is_empty(_, value, __)


@extension("number", "toBoolean", examples=[("(0).toBoolean()", False)])
def to_boolean(_: Scope, value: float, __: Arguments) -> bool:
    """Be false for 0 alone."""
    return value != 0


@extension("number", "toInt", examples=[("(1.5).toInt()", 2)])
def to_int(_: Scope, value: float, __: Arguments) -> Any:
    """Round to a whole, halves away from zero."""
    return round_(_, value, [])


@extension("number", "toFloat", "toNumber", examples=[("(1.5).toFloat()", 1.5)])
def to_float(_: Scope, value: float, __: Arguments) -> float:
    """Give the number."""
    return value


@extension("number", "format", examples=[("(1234567.891).format()", "1,234,567.891")])
def format_(_: Scope, value: float, given: Arguments) -> str:
    """Write with thousands separators and at most three decimals; other locales and options are V8's."""
    if argument(given, 0) is not UNDEFINED:
        raise ExpressionError("a locale must be written in the expression", hint="such as .format('de-DE')")
    if not math.isfinite(value):
        return "NaN" if value != value else "∞" if value > 0 else "-∞"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    exact = Decimal(repr(value)).quantize(_THOUSANDTH, rounding=ROUND_HALF_UP, context=Context(prec=400))
    return f"{exact:,}".rstrip("0").rstrip(".")


@extension("number", "toDateTime", examples=[("(0).toDateTime().toMillis()", 0)])
def to_datetime(scope: Scope, value: float, given: Arguments) -> DateTime:
    """Read as a moment: epoch ms, or s, us, or an Excel day."""
    unit: Any = argument(given, 0, "ms")
    if not isinstance(unit, str) or unit not in EPOCHS:
        raise ExpressionError(
            f"Unsupported format '{to_string(unit)}'. toDateTime() supports 'ms', 's', 'us' and 'excel'"
        )
    return since_epoch(value, unit, scope.zone)


def since_epoch(value: float, unit: str, zone: str) -> DateTime:
    """Give the moment a count of a unit after the epoch; an Excel day counts from the end of 1899."""
    if unit == "excel":
        return DateTime(value if value != value else rounded((value - 25_569) * 86_400_000), zone)
    return DateTime(value * EPOCHS[unit], zone)
