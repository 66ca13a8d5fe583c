"""Date: n8n's methods on Date and DateTime.

Flow: compiler → **date** → values.
"""

import math
from collections.abc import Callable
from typing import Any

from nodes.expressions.builtins.dates import parse_date
from nodes.expressions.builtins.formats import format_moment, parse_iso
from nodes.expressions.builtins.luxon import amounts_of
from nodes.expressions.coercion import to_number, to_string
from nodes.expressions.differences import diff
from nodes.expressions.moments import UNITS, DateTime, JSDate, end_of, start_of
from nodes.expressions.registry import Arguments, Kind, Method, argument, extension
from nodes.expressions.scope import Scope
from schemas.errors import ExpressionError

_KINDS: tuple[Kind, Kind] = ("date", "dateTime")
_PARTS = {
    "week": "weekNumber",
    "weekNumber": "weekNumber",
    "yearDayNumber": "ordinal",
    "dayOfYear": "ordinal",
    "weekDay": "weekday",
    "weekday": "weekday",
}


def both(*names: str) -> Callable[[Method], Method]:
    """Register a method for Date and DateTime alike."""

    def register(method: Method) -> Method:
        for kind in _KINDS:
            extension(kind, *names)(method)
        return method

    return register


def moment(scope: Scope, value: Any) -> DateTime:
    """Read a Date, DateTime, number or text as a DateTime in the default zone."""
    if isinstance(value, DateTime):
        return value
    if isinstance(value, JSDate):
        return DateTime(value.ms, scope.zone)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return DateTime(value, scope.zone)
    text = to_string(value)
    read = parse_iso(text, scope.zone, scope.now)
    return read if read.valid else DateTime(parse_date(text), scope.zone)


def _like(value: Any, at: DateTime) -> Any:
    return JSDate(at.ms) if isinstance(value, JSDate) else at


def _unit(value: Any, name: str) -> str:
    text = to_string(value)
    plural = text.lower() if text.lower().endswith("s") else text.lower() + "s"
    if plural not in UNITS:
        raise ExpressionError(f"Unsupported unit '{text}'. {name}() takes: {', '.join(UNITS)}")
    return plural


@both("beginningOf")
def beginning_of(scope: Scope, value: Any, given: Arguments) -> Any:
    """Go to the start of a unit; a week unless told otherwise."""
    return _like(value, start_of(moment(scope, value), _unit(argument(given, 0, "week"), "beginningOf")))


@both("endOfMonth")
def end_of_month(scope: Scope, value: Any, __: Arguments) -> Any:
    """Go to the last millisecond of the month."""
    return _like(value, end_of(moment(scope, value), "months"))


@both("extract")
def extract(scope: Scope, value: Any, given: Arguments) -> Any:
    """Read one part; the week number unless told otherwise."""
    name = to_string(argument(given, 0, "week"))
    name = _PARTS.get(name) or (name[:-1] if name.endswith("s") and name[:-1] + "s" in UNITS else name)
    found = moment(scope, value).member(name)
    return found if isinstance(found, int | float) and found == found else None


@both("isBetween")
def is_between(scope: Scope, value: Any, given: Arguments) -> bool:
    """Say whether it lies between two moments."""
    if len(given) < 2:
        raise ExpressionError("isBetween() requires two dates")
    ends = [moment(scope, one).ms for one in given[:2]]
    return min(ends) < moment(scope, value).ms < max(ends)


@both("isDst")
def is_dst(scope: Scope, value: Any, __: Arguments) -> bool:
    """Say whether daylight saving is on."""
    return bool(moment(scope, value).member("isInDST"))


@both("isInLast")
def is_in_last(scope: Scope, value: Any, given: Arguments) -> bool:
    """Say whether it lies in the last so many units; minutes unless told otherwise."""
    unit = _unit(argument(given, 1, "minutes"), "isInLast")
    now = DateTime(scope.now, scope.zone)
    return now.plus({unit: to_number(argument(given, 0, 0))}, -1).ms <= moment(scope, value).ms <= now.ms


@both("isWeekend")
def is_weekend(scope: Scope, value: Any, __: Arguments) -> bool:
    """Say whether it is Saturday or Sunday."""
    return moment(scope, value).member("weekday") in (6, 7)


def _moved(scope: Scope, value: Any, given: Arguments, sign: int) -> Any:
    amount = argument(given, 0)
    if isinstance(amount, int | float) and not isinstance(amount, bool):
        amounts = {_unit(argument(given, 1, "milliseconds"), "plus" if sign > 0 else "minus"): amount}
    else:
        amounts = amounts_of(amount)
    return _like(value, moment(scope, value).plus(amounts, sign))


@both("plus")
def plus(scope: Scope, value: Any, given: Arguments) -> Any:
    """Add an amount of a unit, or a duration."""
    return _moved(scope, value, given, 1)


@both("minus")
def minus(scope: Scope, value: Any, given: Arguments) -> Any:
    """Subtract an amount of a unit, or a duration."""
    return _moved(scope, value, given, -1)


@both("format")
def format_(scope: Scope, value: Any, given: Arguments) -> str:
    """Write by Luxon's tokens."""
    return format_moment(moment(scope, value), to_string(argument(given, 0, "yyyy-MM-dd")))


@both("toDateTime")
def to_datetime(scope: Scope, value: Any, __: Arguments) -> DateTime:
    """Give a DateTime."""
    return moment(scope, value)


@both("diffTo")
def diff_to(scope: Scope, value: Any, given: Arguments) -> Any:
    """Measure from another moment: a number for one unit, an object for several; days unless told otherwise."""
    return _difference(moment(scope, value), moment(scope, argument(given, 0)), argument(given, 1, "days"), "diffTo")


@both("diffToNow")
def diff_to_now(scope: Scope, value: Any, given: Arguments) -> Any:
    """Measure from now."""
    return _difference(moment(scope, value), DateTime(scope.now, scope.zone), argument(given, 0, "days"), "diffToNow")


def _difference(to: DateTime, since: DateTime, units: Any, name: str) -> Any:
    if isinstance(units, list):
        return diff(to, since, [_unit(unit, name) for unit in units]).amounts
    unit = _unit(units, name)
    return diff(to, since, [unit]).amounts.get(unit, math.nan)


@both("toInt", "toFloat", "toNumber")
def to_int(_: Scope, value: Any, __: Arguments) -> float:
    """Give epoch milliseconds."""
    return float(value.ms) if value.ms != value.ms else value.ms


@both("isEmpty")
def is_empty(_: Scope, value: Any, __: Arguments) -> bool:
    """Say no: a date is there."""
    return False


@both("isNotEmpty")
def is_not_empty(_: Scope, value: Any, __: Arguments) -> bool:
    """Say yes: a date is there."""
    return True
