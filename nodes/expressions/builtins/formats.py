"""Formats: Luxon's format tokens, and reading dates from text.

Flow: DateTime methods → **formats** ↔ text.
"""

import math
import re
from datetime import datetime, timedelta
from typing import Any

from nodes.expressions import zones
from nodes.expressions.coercion import number_text
from nodes.expressions.moments import DAYS, MONTHS, DateTime, offset_text

TOKEN = re.compile(r"'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+|'")
_CLOCK = r"(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,30}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?"
_ISO = re.compile(
    r"(?:([+-]\d{6}|\d{4})(?:-?(?:(\d\d)(?:-?(\d\d))?|W(\d\d)(?:-?(\d))?|(\d{3})))?)"
    rf"(?:T{_CLOCK})?(?:\[([\w/+-]+)\])?",
    re.ASCII | re.IGNORECASE,
)
_TIME = re.compile(_CLOCK, re.ASCII | re.IGNORECASE)


def _pad(value: int, size: int) -> str:
    return f"{value:0{size}d}"


def _macro(moment: DateTime, token: str) -> str | None:
    at = moment.local
    month, day = MONTHS[at.month - 1], DAYS[at.weekday()]
    half = f"{at.hour % 12 or 12}:{at:%M}"
    name = zones.abbreviation(moment.zone, moment.ms)
    short = " PM" if at.hour >= 12 else " AM"
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
        **dict.fromkeys("LM", at.month), **{token * 2: _pad(at.month, 2) for token in "LM"},
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

    return TOKEN.sub(one, pattern)


def parse_iso(text: str, zone: str, now: float, *, keep: bool = False) -> DateTime:
    """Read ISO 8601 into a zone; with ``keep`` the written offset becomes the zone."""
    found, clock = _ISO.fullmatch(text), _TIME.fullmatch(text)
    if found is None and clock is not None:
        day = DateTime(now, zone if not clock.group(5) else zones.fixed_name(offset_minutes(clock.group(5)))).local
        found = _ISO.fullmatch(f"{day:%Y-%m-%d}T{text}")
    local = _local(found) if found else None
    if found is None or local is None:
        return DateTime(math.nan, zone)
    mark, named = found.group(11), found.group(12)
    if not mark:
        read = DateTime.of(local, named or zone, now)
        return read if keep or not named else DateTime(read.ms, zone)
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
    year, month, day, week, weekday, ordinal, hour, minute, second, part, _, _ = found.groups()
    clock = int(hour or 0), int(minute or 0), int(second or 0), int((part or "0")[:3].ljust(3, "0")) * 1000
    try:
        extra = timedelta(days=1) if clock[0] == 24 and not any(clock[1:]) else timedelta(0)
        clock = (0, *clock[1:]) if extra else clock
        if week:
            start = datetime.fromisocalendar(int(year), int(week), int(weekday or 1))
        elif ordinal:
            start = zones.EPOCH.replace(year=int(year)) + timedelta(days=int(ordinal) - 1)
            if start.year != int(year) or not int(ordinal):
                return None
        else:
            start = zones.EPOCH.replace(year=int(year), month=int(month or 1), day=int(day or 1))
        return start.replace(hour=clock[0], minute=clock[1], second=clock[2], microsecond=clock[3]) + extra
    except (ValueError, OverflowError):
        return None
