"""Reading: dates from text by Luxon's format tokens.

Flow: DateTime.fromFormat, toDateTime(format) → **reading** → DateTime.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from nodes.expressions import zones
from nodes.expressions.builtins.formats import TOKEN, offset_minutes
from nodes.expressions.moments import DAYS, MONTHS, DateTime

_SHORT_MONTHS = "|".join(month[:3] for month in MONTHS)
_SHORT_DAYS = "|".join(day[:3] for day in DAYS)
_OFFSET = r"[+-]\d\d?(?::\d\d)?"
_READ: Final = {
    **{"yyyy": ("year", r"\d{4}"), "y": ("year", r"\d{1,6}"), "yy": ("short", r"\d{2}")},
    **{"MM": ("month", r"\d{2}"), "M": ("month", r"\d{1,2}"), "LL": ("month", r"\d{2}"), "L": ("month", r"\d{1,2}")},
    **{"dd": ("day", r"\d{2}"), "d": ("day", r"\d{1,2}"), "HH": ("hour", r"\d{2}"), "H": ("hour", r"\d{1,2}")},
    **{"hh": ("hour", r"\d{2}"), "h": ("hour", r"\d{1,2}"), "mm": ("minute", r"\d{2}"), "m": ("minute", r"\d{1,2}")},
    **{"ss": ("second", r"\d{2}"), "s": ("second", r"\d{1,2}"), "SSS": ("ms", r"\d{3}"), "S": ("ms", r"\d{1,3}")},
    **{"u": ("part", r"\d{1,9}"), "a": ("noon", r"[ap]m"), "X": ("unix", r"-?\d+"), "x": ("millis", r"-?\d+")},
    **{"Z": ("offset", _OFFSET), "ZZ": ("offset", _OFFSET), "ZZZ": ("offset", r"[+-]\d{4}")},
    **{"MMM": ("name", _SHORT_MONTHS), "LLL": ("name", _SHORT_MONTHS)},
    **{"MMMM": ("name", "|".join(MONTHS)), "LLLL": ("name", "|".join(MONTHS))},
    **{"EEE": ("_", _SHORT_DAYS), "ccc": ("_", _SHORT_DAYS)},
    **{"EEEE": ("_", "|".join(DAYS)), "cccc": ("_", "|".join(DAYS))},
}
Found = Mapping[str, str]


def parse_format(text: str, pattern: str, zone: str, now: float) -> DateTime:
    """Read text by Luxon's tokens; invalid where it does not fit."""
    names: list[str] = []

    def one(found: re.Match[str]) -> str:
        token = found.group()
        if token.startswith("'"):
            return re.escape(found.group(1) or "")
        if token not in _READ:
            return re.escape(token)
        names.append(_READ[token][0])
        return f"({_READ[token][1]})"

    match = re.fullmatch(TOKEN.sub(one, pattern), text, re.IGNORECASE | re.ASCII)
    if not match:
        return DateTime(math.nan, zone)
    return _moment(dict(zip(names, match.groups(), strict=True)), zone, now)


def _moment(found: Found, zone: str, now: float) -> DateTime:
    if "unix" in found or "millis" in found:
        return DateTime(int(found["millis"]) if "millis" in found else int(found["unix"]) * 1000, zone)
    try:
        local = _date(found, DateTime(now, zone).local).replace(hour=_hour(found), minute=int(found.get("minute", 0)))
        local = local.replace(second=int(found.get("second", 0)), microsecond=_part(found) * 1000)
    except ValueError:
        return DateTime(math.nan, zone)
    if "offset" not in found:
        return DateTime.of(local, zone, now)
    sign, digits = found["offset"][0], found["offset"][1:].replace(":", "")
    return DateTime(
        zones.to_ms(local) - offset_minutes(sign + digits.zfill(len(digits) + len(digits) % 2)) * 60_000, zone
    )


def _date(found: Found, today: datetime) -> datetime:
    year, month, day = _year(found), _month(found), int(found.get("day", 0))
    missing = month or (1 if year else today.month)
    return zones.EPOCH.replace(year=year or today.year, month=missing, day=day or (1 if year or month else today.day))


def _year(found: Found) -> int:
    if "short" in found:
        return int(found["short"]) + (2000 if int(found["short"]) <= 60 else 1900)
    return int(found.get("year", 0))


def _month(found: Found) -> int:
    if "name" in found:
        return next(at for at, month in enumerate(MONTHS, 1) if month[:3].lower() == found["name"][:3].lower())
    return int(found.get("month", 0))


def _hour(found: Found) -> int:
    hour = int(found.get("hour", 0))
    return hour % 12 + (12 if found["noon"].lower() == "pm" else 0) if "noon" in found else hour


def _part(found: Found) -> int:
    return int(found.get("ms", 0)) or int(found.get("part", "0")[:3].ljust(3, "0"))
