"""Zones: offsets from UTC, and local calendar fields ↔ epoch milliseconds.

Flow: moments → **zones** → zoneinfo.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: local time in any zone
NAMED = frozenset("EST EDT CST CDT MST MDT PST PDT AKST AKDT HST HDT".split())  # noqa: SIM905
NAMED_WHERE = ("America/", "US/", "Canada/", "Pacific/Honolulu", "EST", "CST", "MST", "PST", "HST")
FARTHEST = 253_402_300_799_999
_FIXED = re.compile(r"utc(?:([+-]\d{1,2})(?::(\d{2}))?)?", re.IGNORECASE)


@lru_cache(maxsize=256)
def _rules(name: str) -> ZoneInfo | int | None:
    fixed = _FIXED.fullmatch(name)
    if fixed:
        hours = int(fixed.group(1) or 0)
        minutes = int(fixed.group(2) or 0)
        return hours * 60 + (-minutes if (fixed.group(1) or "").startswith("-") else minutes)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def known(name: str) -> bool:
    """Say whether a zone exists."""
    return _rules(name) is not None


def fixed(name: str) -> int | None:
    """Give the minutes of a zone such as UTC+2; None for one with rules."""
    rules = _rules(name)
    return rules if isinstance(rules, int) else None


def fixed_name(minutes: int) -> str:
    """Name a fixed offset as Luxon does."""
    if minutes == 0:
        return "UTC"
    sign, rest = "-" if minutes < 0 else "+", abs(minutes)
    return f"UTC{sign}{rest // 60}" + (f":{rest % 60:02d}" if rest % 60 else "")


def offset(name: str, ms: float) -> int:
    """Give the minutes east of UTC at an instant."""
    rules = _rules(name)
    if isinstance(rules, int) or rules is None:
        return rules or 0
    at = (EPOCH + timedelta(milliseconds=int(ms))).replace(tzinfo=UTC).astimezone(rules).utcoffset()
    return int(at.total_seconds() // 60) if at else 0


def abbreviation(name: str, ms: float) -> str:
    """Give the zone's short name at an instant, as EST."""
    rules = _rules(name)
    if not isinstance(rules, ZoneInfo):
        return name.upper() if rules == 0 else name
    short = (EPOCH + timedelta(milliseconds=int(ms))).replace(tzinfo=UTC).astimezone(rules).tzname() or ""
    if short not in NAMED or not name.startswith(NAMED_WHERE):
        minutes = offset(name, ms)
        whole, part = divmod(abs(minutes), 60)
        if minutes == 0:
            return "UTC" if name == "Etc/UTC" else "GMT"
        return f"GMT{'-' if minutes < 0 else '+'}{whole}" + (f":{part:02d}" if part else "")
    return short


def own_name(name: str, ms: float) -> str:
    """Give the zone's short name as its own people write it, as CET."""
    rules = _rules(name)
    if not isinstance(rules, ZoneInfo):
        return abbreviation(name, ms)
    return (EPOCH + timedelta(milliseconds=int(ms))).replace(tzinfo=UTC).astimezone(rules).tzname() or ""


def summer(name: str, ms: float) -> bool:
    """Say whether daylight saving is on: the offset is above that of January or of July."""
    year = (EPOCH + timedelta(milliseconds=int(ms))).year
    here = offset(name, ms)
    others = [offset(name, to_ms(EPOCH.replace(year=year, month=month))) for month in (1, 5)]
    return any(here > other for other in others)


def to_ms(local: datetime) -> int:
    """Count the milliseconds of a naive time as if it were UTC."""
    delta = local - EPOCH
    return delta.days * 86_400_000 + delta.seconds * 1000 + delta.microseconds // 1000


def resolve(local_ms: int, guess: int, name: str) -> int:
    """Turn local milliseconds into an instant: in a gap move forward, in an overlap keep the guessed offset."""
    instant = local_ms - guess * 60_000
    second = offset(name, instant)
    if second == guess:
        return instant
    instant -= (second - guess) * 60_000
    third = offset(name, instant)
    if second == third:
        return instant
    return local_ms - min(second, third) * 60_000


def instant_of(local: datetime, name: str, now: float) -> int:
    """Turn local time into an instant, guessing the offset of now."""
    return resolve(to_ms(local), offset(name, now), name)
