"""Recurrence: when a schedule fires next, in its own time zone, right across clock changes.

Flow: schedule → **next_fire** → timers.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from schemas.errors import ParameterError
from schemas.trigger import Schedule

TRIES = 100_000
_PERIODS = {"seconds": 1000, "minutes": 60_000}


def next_fire(schedule: Schedule, after_ms: int) -> int:
    """Give the first firing after a time, both in epoch ms; raise ParameterError where there is none."""
    zone = zone_of(schedule.zone)
    if not schedule.cron and (period := _PERIODS.get(schedule.unit)):
        step = period * max(schedule.every, 1)
        return (after_ms // step + 1) * step
    moments = _cron(schedule.cron, datetime.fromtimestamp(after_ms / 1000, UTC).astimezone(zone))
    for _ in range(TRIES):
        moment = next(moments, None)
        if moment is None:
            break
        if _counts(schedule, moment):
            return int(moment.timestamp()) * 1000
    raise ParameterError(f'the schedule "{schedule.cron}" never fires', node=schedule.node, field="rule")


def check(schedule: Schedule) -> None:
    """Refuse a cron text that does not parse or never fires, naming the field."""
    next_fire(schedule, 0)


def zone_of(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ParameterError(f'unknown time zone "{name}"', field="timezone", hint='such as "Europe/Berlin"') from None


def _cron(text: str, after: datetime) -> CronSim:
    try:
        return CronSim(text, after)
    except (CronSimError, AssertionError, TypeError, ValueError) as bad:
        raise ParameterError(
            f'bad cron expression "{text}": {str(bad).lower() or "it does not parse"}',
            field="rule",
            hint='five fields such as "0 9 * * 1-5", or six with seconds first',
        ) from None


def _counts(schedule: Schedule, moment: datetime) -> bool:
    """Say whether a firing is the n-th of its unit, counted on the local calendar from a fixed day."""
    if schedule.every <= 1:
        return True
    day = moment.toordinal()
    match schedule.unit:
        case "hours":
            number = day * 24 + moment.hour
        case "days":
            number = day
        case "weeks":
            number = day // 7
        case "months":
            number = moment.year * 12 + moment.month - 1
        case _:
            return True
    return number % schedule.every == 0
