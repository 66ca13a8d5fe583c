"""Number: the methods of Number.prototype and Boolean.prototype.

Flow: compiler → **number** → values.
"""

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from nodes.expressions.coercion import number_text, to_integer, to_string
from nodes.expressions.registry import Arguments, argument, native
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, JavaScriptError

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@native("number", "toString")
def to_text(_: Scope, value: float, given: Arguments) -> str:
    """Write the number in a radix."""
    radix = to_integer(argument(given, 0, 10))
    if not 2 <= radix <= 36:
        raise JavaScriptError("RangeError", "toString() radix must be between 2 and 36")
    if radix == 10 or value != value or math.isinf(value):
        return number_text(value)
    sign, rest = ("-", -value) if value < 0 else ("", value)
    whole, part = int(rest), rest - int(rest)
    digits = ""
    while whole:
        whole, digit = divmod(whole, int(radix))
        digits = _DIGITS[digit] + digits
    return sign + (digits or "0") + _fraction(part, float(rest), int(radix))


def _fraction(part: float, value: float, radix: int) -> str:
    if not part:
        return ""
    delta = max(0.5 * (math.nextafter(value, math.inf) - value), math.nextafter(0.0, 1.0))
    digits: list[int] = []
    while True:
        part, delta = part * radix, delta * radix
        digit = int(part)
        digits.append(digit)
        part -= digit
        if (part > 0.5 or (part == 0.5 and digit & 1)) and part + delta > 1:
            digits[-1] += 1
            break
        if part < delta:
            break
    return "." + "".join(_DIGITS[min(digit, radix - 1)] for digit in digits)


@native("number", "valueOf")
def value_of(_: Scope, value: float, __: Arguments) -> float:
    """Give the number."""
    return value


def fixed(value: float, places: int) -> str:
    """Write with a number of decimals, rounding the exact binary value half up in magnitude."""
    if value != value or abs(value) >= 1e21:
        return number_text(value)
    exact = Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=Context(prec=200))
    text = f"{abs(exact):.{places}f}"
    return ("-" if value < 0 else "") + text


@native("number", "toFixed")
def to_fixed(_: Scope, value: float, given: Arguments) -> str:
    """Write with a number of decimals."""
    places = to_integer(argument(given, 0))
    if not 0 <= places <= 100:
        raise JavaScriptError("RangeError", "toFixed() digits argument must be between 0 and 100")
    return fixed(value, int(places))


@native("number", "toPrecision")
def to_precision(_: Scope, value: float, given: Arguments) -> str:
    """Write with a number of significant digits."""
    if argument(given, 0) is UNDEFINED or value != value or math.isinf(value):
        return number_text(value)
    digits = to_integer(argument(given, 0))
    if not 1 <= digits <= 100:
        raise JavaScriptError("RangeError", "toPrecision() argument must be between 1 and 100")
    if value == 0:
        return "0" if digits == 1 else "0." + "0" * (int(digits) - 1)
    exact = Context(prec=int(digits), rounding=ROUND_HALF_UP).create_decimal(Decimal(abs(value)))
    power, sign = exact.adjusted(), "-" if value < 0 else ""
    if -6 <= power < digits:
        return sign + f"{exact:.{int(digits) - 1 - power}f}"
    text = f"{exact:.{int(digits) - 1}e}"
    mantissa, exponent = text.split("e")
    return f"{sign}{mantissa}e{'+' if int(exponent) > 0 else '-'}{abs(int(exponent))}"


@native("boolean", "toString")
def boolean_text(_: Scope, value: bool, __: Arguments) -> str:
    """Write true or false."""
    return to_string(value)


@native("boolean", "valueOf")
def boolean_value(_: Scope, value: bool, __: Arguments) -> Any:
    """Give the boolean."""
    return value
