"""Dates: the Date constructor and the methods of Date.prototype; the process zone is UTC.

Flow: compiler → **dates** → JSDate.
"""

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from nodes.expressions.coercion import to_number, to_primitive, to_string
from nodes.expressions.moments import DAYS, MONTHS, DateTime, JSDate, utc
from nodes.expressions.registry import Arguments, Method, native
from nodes.expressions.scope import Scope
from nodes.expressions.values import Function, Namespace, ScopedFunction
from nodes.expressions.zones import EPOCH, to_ms

_ISO = re.compile(
    r"([+-]\d{6}|\d{4})(?:-(\d\d)(?:-(\d\d))?)?"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*([Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*([AaPp][Mm])?")
_OFFSET = re.compile(r"(?:GMT|UTC|Z)?\s*([+-]\d\d):?(\d\d)|(?:GMT|UTC|Z)\b", re.IGNORECASE)
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_NUMBERS = re.compile(r"[-+.,]*\d{1,2}(?:[-+.,/ ]+\d{1,2})?[.,]?")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d\d)|(\d{4})[/-](\d{1,2})[/-](\d{1,2})")


def count_ms(parts: Sequence[float]) -> float:
    """Count the milliseconds of year, month from 0, day, hour, minute, second, millisecond in UTC; NaN if absurd."""
    values = [*parts, *(0, 0, 1, 0, 0, 0, 0)[len(parts) :]]
    if any(value != value or math.isinf(value) for value in values):
        return math.nan
    year, month, day, hour, minute, second, ms = (math.trunc(value) for value in values)
    shift, month = divmod(month, 12)
    if not 1 <= year + shift <= 9999:
        return math.nan
    start = to_ms(EPOCH.replace(year=year + shift, month=month + 1))
    return start + (day - 1) * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms


def parse_date(text: str) -> float:
    """Read text as Date.parse does: ISO, or the usual English forms; NaN where it is no date."""
    text = text.strip()
    if found := _ISO.fullmatch(text):
        return _iso(found)
    return _numbers(text) if _NUMBERS.fullmatch(text) else _english(text)


def _numbers(text: str) -> float:
    """Read numbers alone: a month and a day, or what is no month as a year."""
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    first, day = numbers[0], numbers[1] if len(numbers) > 1 else 1
    if first > 31 and len(numbers) == 1:
        return count_ms([first + (2000 if first < 50 else 1900), 0, 1, 0, 0, 0, 0])
    if first == 0 and len(numbers) == 1:
        return count_ms([2000, 0, 1, 0, 0, 0, 0])
    if not (1 <= first <= 12 and 1 <= day <= 31):
        return math.nan
    return count_ms([2001, first - 1, day, 0, 0, 0, 0])


def _iso(found: re.Match[str]) -> float:
    year, month, day, hour, minute, second, part, zone = found.groups()
    numbers = [int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0)]
    _, m, d, h, mi, s = numbers
    if not (1 <= m <= 12 and 1 <= d <= 31 and h <= 24 and mi <= 59 and s <= 59) or (h == 24 and (mi or s)):
        return math.nan
    ms = count_ms([numbers[0], m - 1, d, h, mi, s, int((part or "0")[:3].ljust(3, "0"))])
    if zone and zone not in "Zz":
        sign = -1 if zone[0] == "-" else 1
        ms -= sign * (int(zone[1:3]) * 60 + int(zone[-2:])) * 60_000
    return ms


def _english(text: str) -> float:
    clock = _CLOCK.search(text)
    date, rest = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    rest = re.sub(r"\([^)]*\)", "", rest).strip()
    day = _day(re.sub(r"\([^)]*\)", "", date))
    shift = _zone(rest)
    if day is None or shift is None:
        return math.nan
    hour = minute = second = ms = 0
    if clock:
        hour, minute, second = int(clock.group(1)), int(clock.group(2)), int(clock.group(3) or 0)
        ms = int((clock.group(4) or "0")[:3].ljust(3, "0"))
        half = (clock.group(5) or "").lower()
        if half and not 1 <= hour <= 12:
            return math.nan
        hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
        if hour > 23 or minute > 59 or second > 59:
            return math.nan
    return count_ms([day[0], day[1] - 1, day[2], hour, minute, second, ms]) - shift * 60_000


def _zone(text: str) -> int | None:
    if not text:
        return 0
    found = _OFFSET.fullmatch(text)
    if found:
        if not found.group(1):
            return 0
        hours = int(found.group(1))
        return hours * 60 + int(found.group(2)) * (-1 if found.group(1)[0] == "-" else 1)
    return _ZONES[text.upper()] * 60 if text.upper() in _ZONES else None


def _day(text: str) -> tuple[int, int, int] | None:
    text = text.replace(",", " ").strip().rstrip("T").strip()
    found = _SLASHED.fullmatch(text)
    if found:
        m, d, y = (int(v) for v in found.groups()[:3]) if found.group(1) else (int(found.group(at)) for at in (5, 6, 4))
        y += 0 if y > 99 else 2000 if y < 50 else 1900
        return (y, m, d) if 1 <= m <= 12 and 1 <= d <= 31 else None
    words = re.findall(r"[A-Za-z]+\.?|\d+", text)
    month = next(
        (at for w in words for at, n in enumerate(MONTHS, 1) if len(w) >= 3 and n.lower().startswith(w.lower()[:3])), 0
    )
    numbers = [word for word in words if word.isdigit()]
    others = [
        word for word in words if not word.isdigit() and word[:3].title() not in {n[:3] for n in (*MONTHS, *DAYS)}
    ]
    if not month or not numbers or others or len(numbers) > 2:
        return None
    if len(numbers) == 1:
        return (int(numbers[0]), month, 1) if len(numbers[0]) == 4 else (2001, month, int(numbers[0]))
    day, year = (numbers[1], numbers[0]) if len(numbers[0]) == 4 else (numbers[0], numbers[1])
    full = int(year) + (0 if len(year) > 2 else 2000 if int(year) < 50 else 1900)
    return (full, month, int(day)) if 1 <= int(day) <= 31 else None


def new_date(scope: Scope, given: Sequence[Any]) -> JSDate:
    """Do what ``new Date(…)`` does."""
    if not given:
        return JSDate(scope.now)
    if len(given) == 1:
        value = given[0]
        if isinstance(value, JSDate | DateTime):
            return JSDate(value.ms)
        value = to_primitive(value)
        return JSDate(parse_date(value) if isinstance(value, str) else to_number(value))
    return JSDate(count_ms(_years(given)))


def _years(given: Sequence[Any]) -> list[float]:
    parts = [to_number(value) for value in given[:7]]
    if parts and 0 <= parts[0] <= 99:
        parts[0] = 1900 + int(parts[0])
    return parts


def make_date() -> Namespace:
    """Make the global ``Date``."""
    members: dict[str, Any] = {
        "now": ScopedFunction(lambda scope, given: scope.now, "now"),
        "parse": Function(lambda given: parse_date(to_string(given[0])) if given else math.nan, "parse"),
        "UTC": Function(lambda given: count_ms(_years(given)), "UTC"),
    }
    return Namespace("Date", members, construct=new_date)


_FIELDS: dict[str, Callable[[datetime], int]] = {
    "FullYear": lambda at: at.year,
    "Month": lambda at: at.month - 1,
    "Date": lambda at: at.day,
    "Day": lambda at: at.isoweekday() % 7,
    "Hours": lambda at: at.hour,
    "Minutes": lambda at: at.minute,
    "Seconds": lambda at: at.second,
    "Milliseconds": lambda at: at.microsecond // 1000,
}


def _field(read: Callable[[datetime], int]) -> Method:
    return lambda scope, value, given: read(utc(value.ms)) if value.valid else math.nan


def _register_fields() -> None:
    for name, read in _FIELDS.items():
        native("date", f"get{name}", f"getUTC{name}")(_field(read))


_register_fields()


@native("date", "getTime", "valueOf")
def get_time(_: Scope, value: JSDate, __: Arguments) -> float:
    """Give the milliseconds."""
    return value.ms


@native("date", "getTimezoneOffset")
def get_offset(_: Scope, value: JSDate, __: Arguments) -> float:
    """Give the minutes west of UTC."""
    return 0 if value.valid else math.nan


@native("date", "toISOString")
def iso(_: Scope, value: JSDate, __: Arguments) -> str:
    """Write ISO 8601."""
    return value.iso()


@native("date", "toJSON")
def to_json(_: Scope, value: JSDate, __: Arguments) -> Any:
    """Write ISO 8601, or null."""
    return value.json()


@native("date", "toString")
def to_text(_: Scope, value: JSDate, __: Arguments) -> str:
    """Write the long English form."""
    return to_string(value)


@native("date", "toDateString")
def date_text(_: Scope, value: JSDate, __: Arguments) -> str:
    """Write the day in English."""
    return to_string(value)[:15] if value.valid else "Invalid Date"


@native("date", "toUTCString", "toGMTString")
def utc_text(_: Scope, value: JSDate, __: Arguments) -> str:
    """Write the HTTP form."""
    if not value.valid:
        return "Invalid Date"
    at = utc(value.ms)
    return f"{DAYS[at.weekday()][:3]}, {at.day:02d} {MONTHS[at.month - 1][:3]} {at.year:04d} {at:%H:%M:%S} GMT"
