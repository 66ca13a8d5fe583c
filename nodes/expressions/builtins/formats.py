"""Formats: Luxon's format tokens, and reading dates from text.

Flow: DateTime methods → **formats** ↔ text.
"""

import math
import re
from calendar import monthrange
from datetime import datetime, timedelta
from typing import Any, Final

from nodes.expressions import zones
from nodes.expressions.coercion import number_text
from nodes.expressions.moments import DAYS, MONTHS, DateTime, offset_text

_TOKEN = re.compile(r"'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+|'")
_ISO = re.compile(
    r"(?:([+-]\d{6}|\d{4})(?:-?(?:(\d\d)(?:-?(\d\d))?|W(\d\d)(?:-?(\d))?|(\d{3})))?)"
    r"(?:T(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,30}))?)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)


def _pad(value: int, size: int) -> str:
    return f"{value:0{size}d}"


def _macro(moment: DateTime, token: str) -> str | None:
    at = moment.local
    month, day = MONTHS[at.month - 1], DAYS[at.weekday()]
    half = f"{at.hour % 12 or 12}:{at:%M}"
    name = zones.abbreviation(moment.zone, moment.ms)
    short = "\u202fPM" if at.hour >= 12 else "\u202fAM"
    dates = {
        "D": f"{at.month}/{at.day}/{at.year}",
        "DD": f"{month[:3]} {at.day}, {at.year}",
        "DDD": f"{month} {at.day}, {at.year}",
        "DDDD": f"{day}, {month} {at.day}, {at.year}",
    }
    times = {"t": half + short, "tt": f"{half}:{at:%S}{short}", "ttt": f"{half}:{at:%S}{short} {name}"}
    times |= {"T": f"{at:%H:%M}", "TT": f"{at:%H:%M:%S}", "TTT": f"{at:%H:%M:%S} {name}"}
    both = {"f": ("D", "t", ", "), "ff": ("DD", "t", ", "), "fff": ("DDD", "t", " at ")}
    both |= {"F": ("D", "tt", ", "), "FF": ("DD", "tt", ", "), "FFF": ("DDD", "tt", " at ")}
    if token in both:
        date, time, between = both[token]
        return dates[date] + between + times[time] + (f" {name}" if len(token) == 3 else "")
    return dates.get(token) or times.get(token)


def _fields(moment: DateTime) -> dict[str, Any]:
    at, shift = moment.local, moment.offset
    ms, iso, hour = at.microsecond // 1000, at.isocalendar(), at.hour % 12 or 12
    month, day, quarter = MONTHS[at.month - 1], DAYS[at.weekday()], (at.month + 2) // 3
    era = ("AD", "Anno Domini", "A")
    return {
        "S": ms, "SSS": _pad(ms, 3), "u": _pad(ms, 3), "uu": _pad(ms // 10, 2), "uuu": ms // 100,
        "s": at.second, "ss": _pad(at.second, 2), "m": at.minute, "mm": _pad(at.minute, 2),
        "h": hour, "hh": _pad(hour, 2), "H": at.hour, "HH": _pad(at.hour, 2),
        "Z": _narrow(shift), "ZZ": offset_text(shift), "ZZZ": offset_text(shift, ""),
        "ZZZZ": zones.abbreviation(moment.zone, moment.ms), "z": moment.zone, "a": "PM" if at.hour >= 12 else "AM",
        "d": at.day, "dd": _pad(at.day, 2), "c": at.isoweekday(), "E": at.isoweekday(),
        **{token * size: text for token in "cE" for size, text in ((3, day[:3]), (4, day), (5, day[0]))},
        **{token: at.month for token in "LM"}, **{token * 2: _pad(at.month, 2) for token in "LM"},
        **{token * size: text for token in "LM" for size, text in ((3, month[:3]), (4, month), (5, month[0]))},
        "y": at.year, "yy": _pad(at.year % 100, 2), "yyyy": _pad(at.year, 4), "yyyyyy": _pad(at.year, 6),
        "G": era[0], "GG": era[1], "GGGGG": era[2], "kk": _pad(iso[0] % 100, 2), "kkkk": _pad(iso[0], 4),
        "W": iso[1], "WW": _pad(iso[1], 2), "o": at.timetuple().tm_yday, "ooo": _pad(at.timetuple().tm_yday, 3),
        "q": quarter, "qq": _pad(quarter, 2), "X": moment.ms // 1000, "x": moment.ms,
    }  # fmt: skip


def _narrow(shift: int) -> str:
    sign, rest = "-" if shift < 0 else "+", abs(shift)
    return f"{sign}{rest // 60}" + (f":{rest % 60:02d}" if rest % 60 else "")


def format_moment(moment: DateTime, pattern: str) -> str:
    """Write a moment by Luxon's tokens, in English."""
    if not moment.valid:
        return "Invalid DateTime"
    fields = _fields(moment)

    def one(found: re.Match[str]) -> str:
        token = found.group()
        if token.startswith("'"):
            return found.group(1) or ""
        value = fields.get(token)
        if value is None:
            return _macro(moment, token) or token
        return number_text(value) if isinstance(value, int | float) else value

    return _TOKEN.sub(one, pattern)


def parse_iso(text: str, zone: str, now: float, *, keep: bool = False) -> DateTime:
    """Read ISO 8601 into a zone; with ``keep`` the written offset becomes the zone."""
    found = _ISO.fullmatch(text.strip())
    local = _local(found) if found else None
    if found is None or local is None:
        return DateTime(math.nan, zone)
    mark = found.group(11)
    if not mark:
        return DateTime.of(local, zone, now)
    shift = offset_minutes(mark)
    return DateTime(zones.to_ms(local) - shift * 60_000, zones.fixed_name(shift) if keep else zone)


def offset_minutes(mark: str) -> int:
    """Read Z or +02:00."""
    if mark in "Zz":
        return 0
    digits = mark[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:4] or 0)
    return -minutes if mark[0] == "-" else minutes


def _local(found: re.Match[str]) -> datetime | None:
    year, month, day, week, weekday, ordinal, hour, minute, second, part, _ = found.groups()
    clock = int(hour or 0), int(minute or 0), int(second or 0), int((part or "0")[:3].ljust(3, "0")) * 1000
    try:
        extra = timedelta(days=1) if clock[0] == 24 and not any(clock[1:]) else timedelta(0)
        clock = (0, *clock[1:]) if extra else clock
        if week:
            start = datetime.fromisocalendar(int(year), int(week), int(weekday or 1))
        elif ordinal:
            start = datetime(int(year), 1, 1) + timedelta(days=int(ordinal) - 1)
            if start.year != int(year) or not int(ordinal):
                return None
        else:
            start = datetime(int(year), int(month or 1), int(day or 1))
        return start.replace(hour=clock[0], minute=clock[1], second=clock[2], microsecond=clock[3]) + extra
    except (ValueError, OverflowError):
        return None


_READ: Final = {
    "yyyy": r"(?P<year>\d{4})", "y": r"(?P<year>\d{1,6})", "yy": r"(?P<short>\d{2})", "MM": r"(?P<month>\d{2})", "M": r"(?P<month>\d{1,2})",
    "LL": r"(?P<month>\d{2})", "L": r"(?P<month>\d{1,2})", "dd": r"(?P<day>\d{2})", "d": r"(?P<day>\d{1,2})", "HH": r"(?P<hour>\d{2})",
    "H": r"(?P<hour>\d{1,2})", "hh": r"(?P<half>\d{2})", "h": r"(?P<half>\d{1,2})", "mm": r"(?P<minute>\d{2})", "m": r"(?P<minute>\d{1,2})",
    "ss": r"(?P<second>\d{2})", "s": r"(?P<second>\d{1,2})", "SSS": r"(?P<ms>\d{3})", "S": r"(?P<ms>\d{1,3})", "u": r"(?P<part>\d{1,9})",
    "a": r"(?P<noon>[AaPp][Mm])", "ZZ": r"(?P<offset>[+-]\d{1,2}(?::\d{2})?)", "ZZZ": r"(?P<offset>[+-]\d{1,2}\d{2})", "Z": r"(?P<offset>[+-]\d{1,2}(?::\d{2})?)",
    "MMM": "(?P<name>" + "|".join(m[:3] for m in MONTHS) + ")", "MMMM": "(?P<name>" + "|".join(MONTHS) + ")",
    "LLL": "(?P<name>" + "|".join(m[:3] for m in MONTHS) + ")", "LLLL": "(?P<name>" + "|".join(MONTHS) + ")",
    "EEE": "(?:" + "|".join(d[:3] for d in DAYS) + ")", "EEEE": "(?:" + "|".join(DAYS) + ")",
    "ccc": "(?:" + "|".join(d[:3] for d in DAYS) + ")", "cccc": "(?:" + "|".join(DAYS) + ")", "X": r"(?P<unix>-?\d+)", "x": r"(?P<millis>-?\d+)",
}  # fmt: skip


def parse_format(text: str, pattern: str, zone: str, now: float) -> DateTime:
    """Read text by Luxon's tokens; invalid where it does not fit."""

    def one(found: re.Match[str]) -> str:
        token = found.group()
        if token.startswith("'"):
            return re.escape(found.group(1) or "")
        return _READ.get(token) or re.escape(token)

    try:
        match = re.fullmatch(_TOKEN.sub(one, pattern), text, re.IGNORECASE | re.ASCII)
    except re.error:
        match = None
    return _read(match.groupdict(), zone, now) if match else DateTime(math.nan, zone)


def _read(got: dict[str, str | None], zone: str, now: float) -> DateTime:
    if got.get("unix") or got.get("millis"):
        return DateTime(int(got.get("millis") or 0) or int(got.get("unix") or 0) * 1000, zone)
    today = DateTime(now, zone).local
    named = got.get("name")
    month = next(at for at, m in enumerate(MONTHS, 1) if m[:3].lower() == named[:3].lower()) if named else 0
    year = int(got["short"] or 0) + (2000 if int(got["short"] or 0) <= 60 else 1900) if got.get("short") else int(got.get("year") or 0)
    month = month or int(got.get("month") or 0)
    hour = int(got.get("hour") or got.get("half") or 0)
    noon = (got.get("noon") or "").lower()
    hour = hour % 12 + (12 if noon == "pm" else 0) if noon else hour
    ms = int(got.get("ms") or 0) or int((got.get("part") or "0")[:3].ljust(3, "0"))
    month_given = month or (1 if year else today.month)
    day = int(got.get("day") or 0) or (1 if year or month else today.day)
    year = year or today.year
    if not 1 <= month_given <= 12 or not 1 <= day <= monthrange(max(year, 1), month_given)[1] or hour > 23:
        return DateTime(math.nan, zone)
    local = datetime(year, month_given, day, hour, min(int(got.get("minute") or 0), 59), min(int(got.get("second") or 0), 59), ms * 1000)
    offset = got.get("offset")
    if offset:
        sign, digits = offset[0], offset[1:].replace(":", "")
        hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
        return DateTime(zones.to_ms(local) - (int(hours) * 60 + int(minutes)) * (-60_000 if sign == "-" else 60_000), zone)
    return DateTime.of(local, zone, now)
