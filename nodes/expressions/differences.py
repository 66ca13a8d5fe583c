"""Differences: the time between two moments, in calendar and clock units, as Luxon counts it.

Flow: diff, diffTo → **differences** → Duration.
"""

import math
from collections.abc import Callable
from typing import Final

from nodes.expressions.moments import UNIT_MS, DateTime, Duration

_CLOCK: Final[tuple[str, ...]] = ("hours", "minutes", "seconds", "milliseconds")
_DAYS: Final = {"years": 365, "quarters": 91, "months": 30}


def _days(a: DateTime, b: DateTime) -> int:
    return (b.local.date() - a.local.date()).days


def _months(a: DateTime, b: DateTime) -> int:
    return (b.local.year - a.local.year) * 12 + b.local.month - a.local.month


def _quarters(a: DateTime, b: DateTime) -> int:
    return (b.local.year - a.local.year) * 4 + (b.local.month - 1) // 3 - (a.local.month - 1) // 3


_CALENDAR: Final[list[tuple[str, Callable[[DateTime, DateTime], int]]]] = [
    ("years", lambda a, b: b.local.year - a.local.year),
    ("quarters", _quarters),
    ("months", _months),
    ("weeks", lambda a, b: math.trunc(_days(a, b) / 7)),
    ("days", _days),
]


def diff(to: DateTime, since: DateTime, units: list[str]) -> Duration:
    """Measure ``to - since`` in the units given."""
    if not to.valid or not since.valid:
        return Duration(dict.fromkeys(units, math.nan))
    backwards = since.ms > to.ms
    amounts = _between(to, since, units) if backwards else _between(since, to, units)
    return Duration({unit: -amount if backwards and amount else amount for unit, amount in amounts.items()})


def _between(earlier: DateTime, later: DateTime, units: list[str]) -> dict[str, float]:
    cursor, amounts, high, lowest = _calendar(earlier, later, units)
    rest = later.ms - cursor.ms
    clock = [unit for unit in _CLOCK if unit in units]
    if clock:
        for unit, amount in _spread(rest, clock).items():
            amounts[unit] = amounts.get(unit, 0) + amount
        return amounts
    if lowest is None:
        return amounts
    if high.ms < later.ms:
        high = cursor.plus({lowest: 1})
    if high.ms != cursor.ms:
        amounts[lowest] = _tidy(amounts.get(lowest, 0) + rest / (high.ms - cursor.ms))
    return amounts


def _calendar(
    earlier: DateTime, later: DateTime, units: list[str]
) -> tuple[DateTime, dict[str, float], DateTime, str | None]:
    amounts: dict[str, float] = {}
    cursor = high = earlier
    lowest = None
    for unit, count in _CALENDAR:
        if unit not in units:
            continue
        lowest = unit
        amounts[unit] = count(cursor, later)
        high = earlier.plus(amounts)
        if high.ms > later.ms:
            amounts[unit] -= 1
            cursor = earlier.plus(amounts)
            if cursor.ms > later.ms:
                high = cursor
                amounts[unit] -= 1
                cursor = earlier.plus(amounts)
        else:
            cursor = high
    return cursor, amounts, high, lowest


def _spread(ms: float, units: list[str]) -> dict[str, float]:
    amounts: dict[str, float] = {}
    for unit in units[:-1]:
        amounts[unit] = math.trunc(ms / UNIT_MS[unit])
        ms -= amounts[unit] * UNIT_MS[unit]
    amounts[units[-1]] = _tidy(ms / UNIT_MS[units[-1]])
    return amounts


def shift_to(value: Duration, units: list[str]) -> Duration:
    """Spread a duration over units, by casual months and years."""
    sizes = {**{unit: days * 86_400_000 for unit, days in _DAYS.items()}, **UNIT_MS}
    ordered = [unit for unit in sizes if unit in units]
    rest = value.milliseconds()
    amounts: dict[str, float] = {}
    for unit in ordered[:-1]:
        amounts[unit] = math.trunc(rest / sizes[unit])
        rest -= amounts[unit] * sizes[unit]
    if ordered:
        amounts[ordered[-1]] = _tidy(rest / sizes[ordered[-1]])
    return Duration(amounts)


def _tidy(amount: float) -> float:
    return int(amount) if amount == amount and float(amount).is_integer() else amount
