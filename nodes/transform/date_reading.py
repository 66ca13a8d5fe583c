"""Date reading: the dates that people put into parameters, as moments.

Flow: dateTime's parameters → **date reading** → DateTime.
"""

import math
import re
from typing import Any

from nodes.expressions import zones
from nodes.expressions.builtins.dates import parse_date
from nodes.expressions.builtins.formats import offset_minutes, parse_iso
from nodes.expressions.builtins.reading import parse_format
from nodes.expressions.moments import DateTime
from nodes.transform.field_types import text
from schemas.errors import NodeError

SECONDS_BELOW = 100_000_000_000  # a smaller number counts seconds (until the year 5138)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_OFFSET = re.compile(r"[T\s:\d]([+-]\d\d:?\d\d)$")
_NO_DATE = re.compile(r"T?\d\d(:?\d\d){0,2}([.,]\d+)?(Z|[+-]\d\d:?\d\d)?|.*\]", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\d)", re.ASCII)


def read(value: Any, zone: str, now: float, *, pattern: str = "", keep: bool = False, plain: str = "UTC") -> DateTime:
    """Read a date: a number, ISO 8601, the usual English forms, or text by Luxon's tokens; show it in ``zone``.

    What has no offset is in ``plain`` (as n8n has it: the zone of the process, UTC), what was read by a pattern in
    ``zone``. With ``keep`` it is shown in the hours of its own offset instead. Raise NodeError for what is no date.
    """
    zoned(0, zone)
    found = _read(value, zone, now, pattern, plain)
    if not found.valid:
        raise NodeError(
            f"{value!r:.80} is not a date that can be read", hint="give its format, or write it as 2024-12-31T23:59:00"
        )
    return DateTime(found.ms, _written(value) if keep else zone)


def zoned(ms: float, zone: str) -> DateTime:
    """Show an instant in a zone; raise NodeError where there is no such zone."""
    if not zones.known(zone):
        raise NodeError(f'there is no time zone "{zone}"', hint="use an IANA name such as Europe/Berlin")
    return DateTime(ms, zone)


def _written(value: Any) -> str:
    """Name the zone of the offset that a date ends with: n8n keeps the whole hours of it only."""
    mark = _OFFSET.search(value.strip()) if isinstance(value, str) else None
    hours = math.trunc(offset_minutes(mark.group(1)) / 60) if mark else 0
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"


def _read(value: Any, zone: str, now: float, pattern: str, plain: str) -> DateTime:
    if isinstance(value, list | dict):
        return DateTime(math.nan, zone)
    source = text(value).strip() if value is not None else ""
    if pattern and isinstance(value, str) and value:
        return parse_format(source, pattern, zone, now)
    if value is None or isinstance(value, bool | int | float) or not source:
        # nothing at all is 1970 in n8n: workflows with an empty date go on with it, so they do here
        return DateTime(number_of(float(value or 0)), zone)
    if _NUMBER.fullmatch(source):
        return DateTime(number_of(float(source)), zone)
    day = _DAY.match(source)
    if _NO_DATE.fullmatch(source) or (day and not parse_iso(day.group(), plain, now).valid):
        return DateTime(math.nan, zone)  # a time alone, a zone by name, the 30th of February
    found = parse_iso(source, plain, now)
    # what only JavaScript reads is in the zone of n8n's process, whatever zone is chosen
    return found if found.valid else DateTime(parse_date(source), plain)


def number_of(value: float) -> float:
    """Read a timestamp: seconds or milliseconds, by its size."""
    return float(math.floor(value * 1000 if abs(value) < SECONDS_BELOW else value))
