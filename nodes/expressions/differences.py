"""Differences: the time between two moments, in calendar and clock units, as Luxon counts it.

Flow: diff, diffTo → **differences** → Duration.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from nodes.expressions.moments import UNIT_MS, UNITS, DateTime, Duration

_CLOCK: Final[tuple[str, ...]] = ("hours", "minutes", "seconds", "milliseconds")
_DAYS: Final = {"years": 365, "quarters": 91, "months": 30}
_SIZES: Final = {**{unit: days * 86_400_000 for unit, days in _DAYS.items()}, **UNIT_MS}
_FITS: Final = {
    ("years", "quarters"): 4,
    ("years", "months"): 12,
    ("years", "weeks"): 52,
    ("quarters", "months"): 3,
    ("quarters", "weeks"): 13,
    ("months", "weeks"): 4,
}


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
    return shift_to(Duration({"milliseconds": ms}), units).amounts


def _fits(large: str, small: str) -> float:
    """Count how many of a unit go into a larger one, as people count."""
    found = _FITS.get((large, small))
    return _SIZES[large] / _SIZES[small] if found is None else found


def shift_to(value: Duration, units: list[str]) -> Duration:
    """Spread a duration over units, by casual months and years."""
    built: dict[str, float] = {}
    over: dict[str, float] = {}
    for unit in UNITS:
        own = value.amounts.get(unit)
        if unit not in units:
            if own is not None:
                over[unit] = own
            continue
        total = (own or 0) + sum(_fits(larger, unit) * amount for larger, amount in over.items())
        over = dict.fromkeys(over, 0)
        built[unit] = float(math.trunc(total)) if math.isfinite(total) else total
        over[unit] = (total * 1000 - built[unit] * 1000) / 1000 if math.isfinite(total) else 0
        last = unit
    for unit, amount in over.items():
        if amount and built:
            built[last] += amount if unit == last else amount / _fits(last, unit)
    return Duration({unit: _tidy(amount) for unit, amount in _carried(built).items()})


def _carried(given: dict[str, float]) -> dict[str, float]:
    """Carry what is more than a larger unit up, and fractions down."""
    out, names = dict(given), [unit for unit in UNITS if unit in given]
    if not all(math.isfinite(amount) for amount in out.values()):
        return out
    sign = -1 if sum(amount * _SIZES[unit] for unit, amount in out.items()) < 0 else 1
    for large, small in reversed(list(pairwise(names))):
        size = _fits(large, small)
        whole = math.floor(out[small] * sign / size)
        out[large] += whole * sign
        out[small] -= whole * size * sign
    for large, small in pairwise(names):
        part = math.fmod(out[large], 1)
        out[large] -= part
        out[small] += part * _fits(large, small)
    return out


def _tidy(amount: float) -> float:
    return int(amount) if amount == amount and float(amount).is_integer() else amount
