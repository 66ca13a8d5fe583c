"""Moments: JavaScript's Date, and Luxon's DateTime and Duration, as immutable values.

Flow: `$now`, `new Date(…)`, `DateTime.…` → **moments** → coercion, members, functions.
"""

import math
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from nodes.expressions import zones
from nodes.expressions.coercion import number_text
from nodes.expressions.values import UNDEFINED, HostObject, JavaScriptError

_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
MONTHS: Final[tuple[str, ...]] = tuple(_MONTHS.split())
DAYS: Final[tuple[str, ...]] = tuple(_DAYS.split())
UNIT_MS: Final[dict[str, int]] = {
    "weeks": 604_800_000,
    "days": 86_400_000,
    "hours": 3_600_000,
    "minutes": 60_000,
    "seconds": 1000,
    "milliseconds": 1,
}
UNITS: Final[tuple[str, ...]] = (
    "years",
    "quarters",
    "months",
    "weeks",
    "days",
    "hours",
    "minutes",
    "seconds",
    "milliseconds",
)
LARGEST: Final = 8_640_000_000_000_000


def unit_name(unit: Any) -> str:
    """Normalise a unit to Luxon's plural name; throws for an unknown one."""
    text = str(unit).lower()
    plural = text if text.endswith("s") else text + "s"
    if plural not in UNITS:
        raise JavaScriptError("Error", f"Invalid unit {unit}")
    return plural


def utc(ms: float) -> datetime:
    """Give the naive UTC time of an instant."""
    return zones.EPOCH + timedelta(milliseconds=int(ms))


def iso_text(local: datetime, offset: int | None) -> str:
    """Write ISO 8601 with milliseconds; ``offset`` in minutes, 0 as Z, None as nothing."""
    text = f"{local.year:04d}-{local.month:02d}-{local.day:02d}T{local:%H:%M:%S}.{local.microsecond // 1000:03d}"
    return text + ("" if offset is None else "Z" if offset == 0 else offset_text(offset))


def offset_text(offset: int, separator: str = ":") -> str:
    """Write an offset as +02:00."""
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}{separator}{abs(offset) % 60:02d}"


class JSDate(HostObject):
    """A Date; ``ms`` is NaN where invalid. The process zone is UTC."""

    kind = "Date"
    __slots__ = ("ms",)

    def __init__(self, ms: float) -> None:
        self.ms: float = int(ms) if ms == ms and abs(ms) <= LARGEST else math.nan

    @property
    def valid(self) -> bool:
        """Say whether it is a date that can be shown."""
        return self.ms == self.ms and -62_135_596_800_000 <= self.ms <= zones.FARTHEST

    def iso(self) -> str:
        """Write ISO 8601 in UTC; throws RangeError where invalid."""
        if not self.valid:
            raise JavaScriptError("RangeError", "Invalid time value")
        return iso_text(utc(self.ms), 0)

    def primitive(self, hint: str) -> Any:
        """Be milliseconds as a number, else the long English text."""
        if hint == "number":
            return self.ms
        if not self.valid:
            return "Invalid Date"
        at = utc(self.ms)
        day = f"{DAYS[at.weekday()][:3]} {MONTHS[at.month - 1][:3]} {at.day:02d} {at.year:04d}"
        return f"{day} {at:%H:%M:%S} GMT+0000 (Coordinated Universal Time)"

    def json(self) -> Any:
        """Be ISO text, or null."""
        return self.iso() if self.valid else None


class Duration(HostObject):
    """A Luxon Duration: amounts by plural unit."""

    kind = "Object"
    __slots__ = ("amounts",)

    def __init__(self, amounts: dict[str, float]) -> None:
        self.amounts: dict[str, float] = {unit: amounts[unit] for unit in UNITS if unit in amounts}

    def milliseconds(self) -> float:
        """Count milliseconds by Luxon's casual months (30 days) and years (365)."""
        days = {"years": 365, "quarters": 91, "months": 30}
        factors = {**{unit: count * 86_400_000 for unit, count in days.items()}, **UNIT_MS}
        return sum(amount * factors[unit] for unit, amount in self.amounts.items())

    def member(self, key: str) -> Any:
        """Give the amount of a unit; 0 where it has none."""
        if key == "isValid":
            return True
        return self.amounts.get(key, 0) if key in UNITS else UNDEFINED

    def iso(self) -> str:
        """Write ISO 8601 as Luxon does."""
        amounts = self.amounts
        months = amounts.get("months", 0) + amounts.get("quarters", 0) * 3
        dates = [
            (amounts.get("years", 0), "Y"),
            (months, "M"),
            (amounts.get("weeks", 0), "W"),
            (amounts.get("days", 0), "D"),
        ]
        seconds = round(amounts.get("seconds", 0) + amounts.get("milliseconds", 0) / 1000, 3)
        times = [(amounts.get("hours", 0), "H"), (amounts.get("minutes", 0), "M"), (seconds, "S")]
        text = "P" + "".join(f"{number_text(count)}{mark}" for count, mark in dates if count)
        rest = "".join(f"{number_text(count)}{mark}" for count, mark in times if count)
        text += "T" + rest if rest else ""
        return text if text != "P" else "PT0S"

    def primitive(self, hint: str) -> Any:
        """Be milliseconds, or ISO text."""
        return self.iso() if hint == "string" else self.milliseconds()

    def json(self) -> Any:
        """Be ISO text."""
        return self.iso()


class DateTime(HostObject):
    """A Luxon DateTime: an instant seen in a zone; ``ms`` is NaN where invalid."""

    kind = "Object"
    __slots__ = ("_local", "ms", "zone")

    def __init__(self, ms: float, zone: str) -> None:
        shown = ms == ms and -62_000_000_000_000 <= ms <= zones.FARTHEST - 86_400_000 and zones.known(zone)
        self.ms: float = int(ms) if shown else math.nan
        self.zone = zone
        self._local: datetime | None = None

    @classmethod
    def of(cls, local: datetime, zone: str, now: float) -> "DateTime":
        """Make it from local time in a zone."""
        return cls(zones.instant_of(local, zone, now), zone) if zones.known(zone) else cls(math.nan, zone)

    @property
    def valid(self) -> bool:
        """Say whether it is a real moment."""
        return self.ms == self.ms

    @property
    def offset(self) -> int:
        """Give minutes east of UTC."""
        return zones.offset(self.zone, self.ms)

    @property
    def local(self) -> datetime:
        """Give the naive local time."""
        if self._local is None:
            self._local = utc(self.ms + self.offset * 60_000)
        return self._local

    def iso(self) -> str:
        """Write ISO 8601 with the offset."""
        return iso_text(self.local, None) + ("Z" if self.zone.upper() == "UTC" else offset_text(self.offset))

    def member(self, key: str) -> Any:
        """Compute a property as Luxon's getters do."""
        if key == "isValid":
            return self.valid
        getter = _GETTERS.get(key)
        if getter is None:
            return UNDEFINED
        if not self.valid:
            return None if key in _TEXTS else False if key.startswith("isIn") else math.nan
        return getter(self)

    def at(self, local: datetime) -> "DateTime":
        """Move to another local time in the same zone."""
        return DateTime(zones.resolve(zones.to_ms(local), self.offset, self.zone), self.zone)

    def plus(self, amounts: dict[str, float], sign: int = 1) -> "DateTime":
        """Add calendar units in local time, then clock units in real time."""
        if not self.valid:
            return self
        if not all(map(math.isfinite, amounts.values())):
            raise JavaScriptError("Error", "Invalid unit value")
        whole = {unit: math.trunc(amount) * sign for unit, amount in amounts.items()}
        local = shift_months(
            self.local, whole.get("years", 0) * 12 + whole.get("quarters", 0) * 3 + whole.get("months", 0)
        )
        local = None if local is None else later(local, whole.get("days", 0) + whole.get("weeks", 0) * 7)
        if local is None:
            return DateTime(math.nan, self.zone)
        clock = ("hours", "minutes", "seconds", "milliseconds")
        rest = {unit: amount * sign - (0 if unit in clock else whole[unit]) for unit, amount in amounts.items()}
        added = Duration(rest).milliseconds()
        return DateTime(zones.resolve(zones.to_ms(local), self.offset, self.zone) + added, self.zone)

    def primitive(self, hint: str) -> Any:
        """Be milliseconds, or ISO text."""
        if hint != "string":
            return self.ms
        return self.iso() if self.valid else "Invalid DateTime"

    def json(self) -> Any:
        """Be ISO text, or null."""
        return self.iso() if self.valid else None

    def result(self) -> Any:
        """Be ISO text, or the words that n8n has for an invalid one."""
        return self.iso() if self.valid else "Invalid DateTime"


def shift_months(local: datetime, months: int) -> datetime | None:
    """Move by months, cutting the day to the month's end; None beyond year 9999."""
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return local.replace(year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1]))


def later(local: datetime, days: int) -> datetime | None:
    """Move by days; None out of range."""
    try:
        return local + timedelta(days=days)
    except OverflowError:
        return None


def start_of(moment: DateTime, unit: str) -> DateTime:
    """Go to the start of a unit."""
    if not moment.valid:
        return moment
    local = moment.local
    steps: dict[str, dict[str, int]] = {"milliseconds": {}, "seconds": {"microsecond": 0}}
    steps["minutes"] = {"second": 0, **steps["seconds"]}
    steps["hours"] = {"minute": 0, **steps["minutes"]}
    steps["days"] = steps["weeks"] = {"hour": 0, **steps["hours"]}
    steps["months"] = {"day": 1, **steps["days"]}
    steps["quarters"] = {"month": (local.month - 1) // 3 * 3 + 1, **steps["months"]}
    steps["years"] = {"month": 1, **steps["months"]}
    local = local.replace(**steps[unit])  # type: ignore[arg-type]
    if unit == "weeks":
        local -= timedelta(days=local.weekday())
    return moment.at(local)


def end_of(moment: DateTime, unit: str) -> DateTime:
    """Go to the last millisecond of a unit."""
    return start_of(moment.plus({unit: 1}), unit).plus({"milliseconds": 1}, -1)


def weeks_in(year: int) -> int:
    """Count the ISO weeks of a year."""
    return date(year, 12, 28).isocalendar()[1]


def local_week(local: datetime) -> tuple[int, int]:
    """Give the year and number of the week as the United States count: from Sunday, the first has 1 January."""
    saturday = local.date() + timedelta(days=6 - local.isoweekday() % 7)
    return saturday.year, (saturday.timetuple().tm_yday - 1) // 7 + 1


def last_local_week(year: int) -> int:
    """Count the weeks of a year as the United States do."""
    end = datetime(year, 12, 31)  # noqa: DTZ001 - a date of the calendar
    return local_week(end if local_week(end)[0] == year else end - timedelta(days=7))[1]


def zone_view(name: str) -> dict[str, Any]:
    """Show a zone as Luxon's Zone does."""
    fixed = zones.fixed(name) is not None
    return {"name": name, "type": "fixed" if fixed else "iana", "isUniversal": fixed, "isValid": zones.known(name)}


_GETTERS: Final[dict[str, Callable[[DateTime], Any]]] = {
    "year": lambda m: m.local.year,
    "month": lambda m: m.local.month,
    "day": lambda m: m.local.day,
    "hour": lambda m: m.local.hour,
    "minute": lambda m: m.local.minute,
    "second": lambda m: m.local.second,
    "millisecond": lambda m: m.local.microsecond // 1000,
    "quarter": lambda m: (m.local.month + 2) // 3,
    "weekday": lambda m: m.local.isoweekday(),
    "weekNumber": lambda m: m.local.isocalendar()[1],
    "weekYear": lambda m: m.local.isocalendar()[0],
    "ordinal": lambda m: m.local.timetuple().tm_yday,
    "daysInMonth": lambda m: monthrange(m.local.year, m.local.month)[1],
    "daysInYear": lambda m: 366 if monthrange(m.local.year, 2)[1] == 29 else 365,
    "isInLeapYear": lambda m: monthrange(m.local.year, 2)[1] == 29,
    "isInDST": lambda m: zones.summer(m.zone, m.ms),
    "monthShort": lambda m: MONTHS[m.local.month - 1][:3],
    "monthLong": lambda m: MONTHS[m.local.month - 1],
    "weekdayShort": lambda m: DAYS[m.local.weekday()][:3],
    "weekdayLong": lambda m: DAYS[m.local.weekday()],
    "offset": lambda m: m.offset,
    "offsetNameShort": lambda m: zones.abbreviation(m.zone, m.ms),
    "zoneName": lambda m: m.zone,
    "ts": lambda m: m.ms,
    "locale": lambda m: "en-US",
    "isWeekend": lambda m: m.local.isoweekday() > 5,
    "isOffsetFixed": lambda m: zones.fixed(m.zone) is not None,
    "numberingSystem": lambda m: None,
    "outputCalendar": lambda m: None,
    "weeksInWeekYear": lambda m: weeks_in(m.local.isocalendar()[0]),
    "localWeekday": lambda m: m.local.isoweekday() % 7 + 1,
    "localWeekNumber": lambda m: local_week(m.local)[1],
    "localWeekYear": lambda m: local_week(m.local)[0],
    "weeksInLocalWeekYear": lambda m: last_local_week(local_week(m.local)[0]),
    "zone": lambda m: zone_view(m.zone),
}
_TEXTS: Final = frozenset(
    {
        *("monthShort", "monthLong", "weekdayShort", "weekdayLong", "zoneName", "offsetNameShort", "locale"),
        *("isOffsetFixed", "numberingSystem", "outputCalendar"),
    }
)
