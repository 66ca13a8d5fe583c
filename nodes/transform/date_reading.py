"""Date reading: the dates that people put into parameters, as moments; and the older format tokens.

Flow: dateTime → **date reading** → DateTime.
"""

import math
import re
from typing import Any

from nodes.expressions import zones
from nodes.expressions.builtins.dates import parse_date
from nodes.expressions.builtins.formats import parse_iso
from nodes.expressions.builtins.reading import parse_format
from nodes.expressions.moments import DateTime, utc
from nodes.transform.field_types import text
from schemas.errors import NodeError

SECONDS_BELOW = 100_000_000_000  # a smaller number counts seconds (until the year 5138)
_NUMBER = re.compile(r"[+-]?\d{5,}(\.\d+)?")
_ZONED = re.compile(r"(Z|[+-]\d\d:?(\d\d)?|GMT.*|UTC.*|[ECMP][SD]T)\s*(\(.*\))?$", re.IGNORECASE)
_OLD_TOKEN = re.compile(r"\[([^\]]*)\]|([A-Za-z])\2*o?|[^A-Za-z\[]+|\[")
_OLD = {
    "YYYY": "yyyy", "YY": "yy", "Y": "y", "DD": "dd", "D": "d", "DDD": "o", "DDDD": "ooo", "dddd": "cccc",
    "ddd": "ccc", "dd": "ccc", "E": "c", "A": "a", "Z": "ZZ", "ZZ": "ZZZ", "Q": "q", "W": "W", "WW": "WW",
    "ww": "WW", "w": "W", "gggg": "kkkk", "GGGG": "kkkk", "S": "S", "z": "ZZZZ", "zz": "ZZZZ",
    "LT": "h:mm a", "LTS": "h:mm:ss a", "L": "MM/dd/yyyy", "LL": "MMMM d, yyyy", "LLL": "MMMM d, yyyy h:mm a",
    "LLLL": "cccc, MMMM d, yyyy h:mm a",
}  # fmt: skip


def read(value: Any, zone: str, now: float, *, pattern: str = "", keep: bool = False, plain: str = "") -> DateTime:
    """Read a date: a number, ISO 8601, the usual English forms, or text by Luxon's tokens.

    What has no offset is in ``zone``, or in ``plain`` where it is not ISO 8601. With ``keep`` a written offset stays
    the moment's zone, else it is shown in ``zone``. Raise NodeError for what is no date.
    """
    zoned(0, zone)
    found = _read(value, zone, now, pattern, keep, plain or zone)
    if not found.valid:
        raise NodeError(
            f"{value!r:.80} is not a date that can be read", hint="give its format, or write it as 2024-12-31T23:59:00"
        )
    return found


def zoned(ms: float, zone: str) -> DateTime:
    """Show an instant in a zone; raise NodeError where there is no such zone."""
    if not zones.known(zone):
        raise NodeError(f'there is no time zone "{zone}"', hint="use an IANA name such as Europe/Berlin")
    return DateTime(ms, zone)


def luxon_pattern(pattern: str) -> str:
    """Turn the format tokens of version 1 (YYYY-MM-DD) into those of Luxon (yyyy-MM-dd)."""

    def one(found: re.Match[str]) -> str:
        token = found.group()
        if found.group(1) is not None:
            return f"'{found.group(1)}'"
        if set(token) == {"S"} and len(token) > 1:
            return "SSS"
        if token == "Do":  # noqa: S105 - a format token
            return "d"
        return _OLD.get(token, token)

    return _OLD_TOKEN.sub(one, pattern)


def _read(value: Any, zone: str, now: float, pattern: str, keep: bool, plain: str) -> DateTime:
    if isinstance(value, bool) or value is None:
        return DateTime(math.nan, zone)
    if isinstance(value, int | float):
        value = number_of(value) if not pattern else text(value)
        if isinstance(value, float):
            return DateTime(value, zone)
    source = text(value).strip()
    if pattern:
        return parse_format(source, pattern, zone, now)
    if _NUMBER.fullmatch(source):
        return DateTime(number_of(float(source)), zone)
    found = parse_iso(source, zone, now, keep=keep)
    if found.valid:
        return found
    ms = parse_date(source)
    if math.isnan(ms) or _ZONED.search(source):
        return DateTime(ms, zone)
    return DateTime(DateTime.of(utc(ms), plain, now).ms, zone)


def number_of(value: float) -> float:
    """Read a timestamp: seconds or milliseconds, by its size."""
    return float(math.floor(value * 1000 if abs(value) < SECONDS_BELOW else value))
