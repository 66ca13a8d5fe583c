"""Moment format: the older format tokens (YYYY-MM-DD), which version 1 of Date & Time writes and reads.

Flow: dateTime → **moment format** → text.
"""

import re
from collections.abc import Callable
from datetime import datetime

from nodes.expressions import zones
from nodes.expressions.builtins.formats import format_moment
from nodes.expressions.moments import DAYS, MONTHS, DateTime, local_week, offset_text

ISO = "YYYY-MM-DDTHH:mm:ssZ"
_TOKEN = re.compile(
    r"\[[^\[\]]*\]|\\.|LTS|LT|L{1,4}|l{1,4}|[MDdwWQ]o|DDDo|M{1,4}|D{1,4}|d{1,4}|w{1,2}|W{1,2}|Q|Y{6}|Y{4}|Y{1,2}"
    r"|gggg|gg|GGGG|GG|[aAeE]|h{1,2}|H{1,2}|k{1,2}|m{1,2}|s{1,2}|S{1,9}|[xX]|z{1,2}|Z{1,2}|N{1,5}"
)
_LONG = {
    "LT": "h:mm A", "LTS": "h:mm:ss A", "L": "MM/DD/YYYY", "LL": "MMMM D, YYYY", "LLL": "MMMM D, YYYY h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A", "l": "M/D/YYYY", "ll": "MMM D, YYYY", "lll": "MMM D, YYYY h:mm A",
    "llll": "ddd, MMM D, YYYY h:mm A",
}  # fmt: skip
_READ = {
    "YYYY": "yyyy", "YY": "yy", "Y": "y", "DD": "dd", "D": "d", "DDD": "o", "DDDD": "ooo", "dddd": "cccc",
    "ddd": "ccc", "dd": "ccc", "E": "c", "A": "a", "Z": "ZZ", "ZZ": "ZZZ", "Q": "q", "WW": "WW", "W": "W",
    "gggg": "kkkk", "GGGG": "kkkk", "Do": "d", "x": "x", "X": "X",
}  # fmt: skip
_NUMBERS: dict[str, Callable[[datetime], int]] = {
    "M": lambda at: at.month, "D": lambda at: at.day, "DDD": lambda at: at.timetuple().tm_yday,
    "Q": lambda at: (at.month + 2) // 3, "d": lambda at: at.isoweekday() % 7, "e": lambda at: at.isoweekday() % 7,
    "E": lambda at: at.isoweekday(), "w": lambda at: local_week(at)[1], "W": lambda at: at.isocalendar()[1],
    "H": lambda at: at.hour, "h": lambda at: at.hour % 12 or 12, "k": lambda at: at.hour or 24,
    "m": lambda at: at.minute, "s": lambda at: at.second, "Y": lambda at: at.year,
}  # fmt: skip
_SIZED = {"DDDD": ("DDD", 3), "YYYYYY": ("Y", 6), "YYYY": ("Y", 4)} | {
    one * 2: (one, 2) for one in "MDwWHhkms"
}  # fmt: skip


def write_moment(moment: DateTime, pattern: str, *, named: bool = True) -> str:
    """Write a moment by Moment's tokens, in English; without ``named`` its zone has no name."""

    def one(found: re.Match[str]) -> str:
        mark = found.group()
        if mark[0] in "[\\":
            return mark.strip("[]") if mark[0] == "[" else mark[1:]
        if mark in _LONG:
            return write_moment(moment, _LONG[mark])
        return _number(moment.local, mark) or _text(moment, mark, named)

    return _TOKEN.sub(one, pattern or ISO)


def _number(at: datetime, mark: str) -> str:
    if mark in _SIZED:
        name, size = _SIZED[mark]
        return f"{_NUMBERS[name](at):0{size}d}"
    if mark in _NUMBERS:
        return str(_NUMBERS[mark](at))
    return _ordinal(_NUMBERS[mark[:-1]](at)) if mark.endswith("o") else ""


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _text(moment: DateTime, mark: str, named: bool) -> str:
    at = moment.local
    match mark[0]:
        case "M":
            return MONTHS[at.month - 1][: 3 if len(mark) == 3 else None]
        case "d":
            return DAYS[at.weekday()][: {2: 2, 3: 3}.get(len(mark))]
        case "Y" | "g" | "G":
            year = {"Y": at.year, "g": local_week(at)[0], "G": at.isocalendar()[0]}[mark[0]]
            return f"{year:04d}" if len(mark) == 4 else f"{year % 100:02d}"
        case "a" | "A":
            half = "pm" if at.hour >= 12 else "am"
            return half if mark == "a" else half.upper()
        case "S":
            return f"{at.microsecond:06d}000"[: len(mark)]
        case "Z":
            return offset_text(moment.offset, ":" if mark == "Z" else "")
        case "z":
            return zones.own_name(moment.zone, moment.ms) if named else ""
        case "N":
            return "Anno Domini" if mark == "NNNN" else "AD"
    return format_moment(moment, mark)


def luxon_pattern(pattern: str) -> str:
    """Turn Moment's tokens into those of Luxon (yyyy-MM-dd), by which text is read."""

    def one(found: re.Match[str]) -> str:
        mark = found.group()
        if mark[0] == "[":
            return f"'{mark[1:-1]}'"
        if mark in _LONG:
            return luxon_pattern(_LONG[mark])
        return _READ.get(mark, "SSS" if set(mark) == {"S"} and len(mark) > 1 else mark)

    return _TOKEN.sub(one, pattern)
