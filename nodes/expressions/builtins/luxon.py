"""Luxon: the statics of DateTime and Duration, and their methods, as far as the compiled tier has them.

Flow: compiler → **luxon** → DateTime, Duration.
"""

import math
from calendar import monthrange
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from nodes.expressions.builtins.formats import format_moment, parse_iso
from nodes.expressions.builtins.reading import parse_format
from nodes.expressions.coercion import to_number, to_string
from nodes.expressions.differences import diff, shift_to
from nodes.expressions.moments import (
    UNITS,
    DateTime,
    Duration,
    JSDate,
    end_of,
    iso_text,
    shift_months,
    start_of,
    unit_name,
    utc,
)
from nodes.expressions.registry import Arguments, argument, native
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, Function, JavaScriptError, Namespace, ScopedFunction

_SET = {
    "years": "year",
    "months": "month",
    "days": "day",
    "hours": "hour",
    "minutes": "minute",
    "seconds": "second",
    "milliseconds": "millisecond",
}


def amounts_of(value: Any) -> dict[str, float]:
    """Read what plus, minus and Duration.fromObject take."""
    if isinstance(value, Duration):
        return value.amounts
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"milliseconds": value}
    if isinstance(value, dict):
        return {unit_name(unit): to_number(amount) for unit, amount in value.items() if amount is not UNDEFINED}
    raise JavaScriptError("Error", f"Unknown duration argument {to_string(value)} of type {type(value).__name__}")


def zone_of(scope: Scope, value: Any) -> str:
    """Read a zone's name; the default zone where absent."""
    text = scope.zone if value is UNDEFINED or value is None else to_string(value)
    return scope.zone if text.lower() in ("local", "system", "default") else "UTC" if text.lower() == "utc" else text


def options(given: Arguments, at: int) -> dict[str, Any]:
    """Read an options object."""
    value = argument(given, at)
    return value if isinstance(value, dict) else {}


def _zoned(scope: Scope, given: Arguments, at: int) -> str:
    return zone_of(scope, options(given, at).get("zone", UNDEFINED))


def _from_fields(scope: Scope, values: Sequence[Any], zone: str) -> DateTime:
    if not values:
        return DateTime(scope.now, zone)
    numbers = [to_number(value) for value in values]
    absent: list[float] = [1, 1, 1, 0, 0, 0, 0]
    year, month, day, hour, minute, second, ms = (numbers + absent[len(numbers) :])[:7]
    try:
        local = utc(0).replace(year=int(year), month=int(month), day=int(day), hour=int(hour))
        local = local.replace(minute=int(minute), second=int(second), microsecond=int(ms) * 1000)
    except (ValueError, OverflowError):
        return DateTime(math.nan, zone)
    return DateTime.of(local, zone, scope.now)


def _local(scope: Scope, given: Sequence[Any]) -> DateTime:
    values = [value for value in given if not isinstance(value, dict)]
    zone = next((zone_of(scope, v.get("zone", UNDEFINED)) for v in given if isinstance(v, dict)), scope.zone)
    return _from_fields(scope, values, zone)


def _utc(scope: Scope, given: Sequence[Any]) -> DateTime:
    return _from_fields(scope, [value for value in given if not isinstance(value, dict)], "UTC")


def from_object(scope: Scope, given: Sequence[Any]) -> DateTime:
    """Make a DateTime from named fields; what is above the largest one given is taken from now."""
    zone = _zoned(scope, given, 1)
    units = {_SET.get(unit_name(key), ""): to_number(value) for key, value in options(given, 0).items()}
    now, names = DateTime(scope.now, zone), list(_SET.values())
    first = next((at for at, name in enumerate(names) if name in units), 0)
    values = [units.get(n, now.member(n) if at < first else 1 if at in (1, 2) else 0) for at, n in enumerate(names)]
    return _from_fields(scope, values, zone) if "" not in units else DateTime(math.nan, zone)


def _from_iso(scope: Scope, given: Sequence[Any]) -> DateTime:
    keep = bool(options(given, 1).get("setZone"))
    return parse_iso(to_string(argument(given, 0)), _zoned(scope, given, 1), scope.now, keep=keep)


def _from_millis(scope: Scope, given: Sequence[Any]) -> DateTime:
    value = argument(given, 0)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise JavaScriptError("Error", "fromMillis requires a numerical input")
    return DateTime(value, _zoned(scope, given, 1))


def _from_seconds(scope: Scope, given: Sequence[Any]) -> DateTime:
    value = argument(given, 0)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise JavaScriptError("Error", "fromSeconds requires a numerical input")
    return DateTime(value * 1000, _zoned(scope, given, 1))


def _from_date(scope: Scope, given: Sequence[Any]) -> DateTime:
    value = argument(given, 0)
    return DateTime(value.ms if isinstance(value, JSDate) else math.nan, _zoned(scope, given, 1))


def _from_format(scope: Scope, given: Sequence[Any]) -> DateTime:
    return parse_format(
        to_string(argument(given, 0)), to_string(argument(given, 1)), _zoned(scope, given, 2), scope.now
    )


def _chosen(given: Sequence[Any], *, latest: bool) -> Any:
    if not all(isinstance(value, DateTime) for value in given):
        raise JavaScriptError("Error", "min and max require all arguments be DateTimes")
    return (max if latest else min)(given, key=lambda moment: moment.ms) if given else UNDEFINED


def make_luxon() -> dict[str, Namespace]:
    """Make the globals DateTime and Duration."""
    scoped = {
        "now": lambda scope, given: DateTime(scope.now, scope.zone),
        "local": _local,
        "utc": _utc,
        "fromISO": _from_iso,
        "fromMillis": _from_millis,
        "fromSeconds": _from_seconds,
        "fromJSDate": _from_date,
        "fromObject": from_object,
        "fromFormat": _from_format,
    }
    moment: dict[str, Any] = {name: ScopedFunction(call, name) for name, call in scoped.items()}
    moment["isDateTime"] = Function(lambda given: isinstance(argument(given, 0), DateTime))
    moment["max"] = Function(lambda given: _chosen(given, latest=True))
    moment["min"] = Function(lambda given: _chosen(given, latest=False))
    length: dict[str, Any] = {
        "fromMillis": Function(lambda given: Duration({"milliseconds": to_number(argument(given, 0))})),
        "fromObject": Function(lambda given: Duration(amounts_of(argument(given, 0)))),
        "isDuration": Function(lambda given: isinstance(argument(given, 0), Duration)),
    }
    return {"DateTime": Namespace("DateTime", moment), "Duration": Namespace("Duration", length)}


@native("dateTime", "toISO", "toJSON")
def iso(_: Scope, value: DateTime, given: Arguments) -> Any:
    """Write ISO 8601."""
    if not value.valid:
        return None
    asked = options(given, 0)
    text = iso_text(value.local, None)
    if asked.get("suppressMilliseconds") and text.endswith(".000"):
        text = text[:-4]
    if asked.get("suppressSeconds") and text.endswith(":00.000"):
        text = text[:-7]
    return text if asked.get("includeOffset") is False else text + value.iso()[23:]


@native("dateTime", "toISODate", "toSQLDate")
def iso_date(_: Scope, value: DateTime, __: Arguments) -> Any:
    """Write the date alone."""
    return value.iso()[:10] if value.valid else None


@native("dateTime", "toISOTime")
def iso_time(_: Scope, value: DateTime, given: Arguments) -> Any:
    """Write the time alone."""
    return iso(_, value, given)[11:] if value.valid else None


@native("dateTime", "toString")
def to_text(_: Scope, value: DateTime, __: Arguments) -> str:
    """Write ISO 8601, or say that it is invalid."""
    return to_string(value)


@native("dateTime", "toFormat")
def to_format(_: Scope, value: DateTime, given: Arguments) -> str:
    """Write by tokens."""
    return format_moment(value, to_string(argument(given, 0)))


@native("dateTime", "toMillis", "valueOf")
def to_millis(_: Scope, value: DateTime, __: Arguments) -> float:
    """Give epoch milliseconds."""
    return value.ms


@native("dateTime", "toSeconds")
def to_seconds(_: Scope, value: DateTime, __: Arguments) -> float:
    """Give epoch seconds."""
    return value.ms / 1000


@native("dateTime", "toUnixInteger")
def to_unix(_: Scope, value: DateTime, __: Arguments) -> float:
    """Give whole epoch seconds."""
    return value.ms // 1000


@native("dateTime", "toJSDate")
def to_date(_: Scope, value: DateTime, __: Arguments) -> JSDate:
    """Give a Date."""
    return JSDate(value.ms)


@native("dateTime", "startOf")
def start(_: Scope, value: DateTime, given: Arguments) -> DateTime:
    """Go to the start of a unit."""
    return start_of(value, unit_name(argument(given, 0)))


@native("dateTime", "endOf")
def end(_: Scope, value: DateTime, given: Arguments) -> DateTime:
    """Go to the end of a unit."""
    return end_of(value, unit_name(argument(given, 0)))


@native("dateTime", "setZone")
def set_zone(scope: Scope, value: DateTime, given: Arguments) -> DateTime:
    """See the same instant, or the same local time, in another zone."""
    zone = zone_of(scope, argument(given, 0))
    if options(given, 1).get("keepLocalTime") and value.valid:
        return DateTime.of(value.local, zone, value.ms)
    return DateTime(value.ms, zone)


@native("dateTime", "toUTC")
def to_utc(_: Scope, value: DateTime, __: Arguments) -> DateTime:
    """See it in UTC."""
    return DateTime(value.ms, "UTC")


@native("dateTime", "toLocal")
def to_local(scope: Scope, value: DateTime, __: Arguments) -> DateTime:
    """See it in the default zone."""
    return DateTime(value.ms, scope.zone)


@native("dateTime", "set")
def set_(_: Scope, value: DateTime, given: Arguments) -> DateTime:
    """Change fields of the local time."""
    if not value.valid:
        return value
    wanted = {_SET[unit_name(key)]: int(to_number(v)) for key, v in options(given, 0).items()}
    fields = {name: wanted.get(name, value.member(name)) for name in _SET.values()}
    top = shift_months(utc(0), (fields["year"] - 1970) * 12 + fields["month"] - 1)
    if top is None:
        return DateTime(math.nan, value.zone)
    day = wanted.get("day", min(fields["day"], monthrange(top.year, top.month)[1]))
    clock = {unit: fields[_SET[unit]] for unit in ("hours", "minutes", "seconds", "milliseconds")}
    return value.at(top + timedelta(days=day - 1, **clock))


@native("dateTime", "get")
def get(_: Scope, value: DateTime, given: Arguments) -> Any:
    """Read a property by name."""
    return value.member(to_string(argument(given, 0)))


@native("dateTime", "diff")
def difference(scope: Scope, value: DateTime, given: Arguments) -> Any:
    """Measure from another moment, in units."""
    other = argument(given, 0)
    moment = other if isinstance(other, DateTime) else DateTime(to_number(other), value.zone)
    return diff(value, moment, units_of(argument(given, 1, "milliseconds")))


@native("dateTime", "diffNow")
def difference_now(scope: Scope, value: DateTime, given: Arguments) -> Any:
    """Measure from now, in units."""
    return diff(value, DateTime(scope.now, value.zone), units_of(argument(given, 0, "milliseconds")))


def units_of(value: Any) -> list[str]:
    """Read one unit or several."""
    return [unit_name(unit) for unit in (value if isinstance(value, list) else [value])]


@native("dateTime", "hasSame")
def has_same(_: Scope, value: DateTime, given: Arguments) -> bool:
    """Say whether both are in the same unit."""
    other, unit = argument(given, 0), unit_name(argument(given, 1))
    if not value.valid or not isinstance(other, DateTime) or not other.valid:
        return False
    moved = DateTime.of(value.local, other.zone, value.ms)
    return start_of(moved, unit).ms <= other.ms <= end_of(moved, unit).ms


@native("dateTime", "equals")
def equals(_: Scope, value: DateTime, given: Arguments) -> bool:
    """Say whether instant and zone are the same."""
    other = argument(given, 0)
    return isinstance(other, DateTime) and value.valid and (value.ms, value.zone) == (other.ms, other.zone)


@native("dateTime", "toObject")
def to_object(_: Scope, value: DateTime, __: Arguments) -> dict[str, Any]:
    """Give the fields by name."""
    return {name: value.member(name) for name in _SET.values()} if value.valid else {}


@native("duration", "as")
def as_(_: Scope, value: Duration, given: Arguments) -> float:
    """Measure in one unit."""
    return shift_to(value, units_of(argument(given, 0))).amounts[unit_name(argument(given, 0))]


@native("duration", "shiftTo")
def shifted(_: Scope, value: Duration, given: Arguments) -> Duration:
    """Spread over units."""
    return shift_to(value, [unit_name(unit) for unit in given])


@native("duration", "toMillis", "valueOf")
def duration_millis(_: Scope, value: Duration, __: Arguments) -> float:
    """Count milliseconds."""
    return value.milliseconds()


@native("duration", "toISO", "toString", "toJSON")
def duration_iso(_: Scope, value: Duration, __: Arguments) -> str:
    """Write ISO 8601."""
    return value.iso()


@native("duration", "toObject")
def duration_object(_: Scope, value: Duration, __: Arguments) -> dict[str, Any]:
    """Give the amounts by unit."""
    return dict(value.amounts)


@native("duration", "get")
def duration_get(_: Scope, value: Duration, given: Arguments) -> float:
    """Give one amount."""
    return value.amounts.get(unit_name(argument(given, 0)), 0)


@native("duration", "plus")
def duration_plus(_: Scope, value: Duration, given: Arguments) -> Duration:
    """Add another duration."""
    other = amounts_of(argument(given, 0))
    return Duration(
        {
            unit: value.amounts.get(unit, 0) + other.get(unit, 0)
            for unit in UNITS
            if unit in value.amounts or unit in other
        }
    )
