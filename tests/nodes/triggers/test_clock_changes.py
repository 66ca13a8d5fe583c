"""Clock changes: in every zone, around each change of its clocks, schedules fire as the clock on the wall says.

Flow: zones, their changes → next_fire against an oracle that looks at every minute → **here**.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from nodes.triggers.recurrence import next_fire
from schemas.trigger import Schedule

MINUTE = timedelta(minutes=1)
BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def changes() -> Iterator[tuple[str, datetime]]:
    """Give zone and moment of each change; of zones that change alike, one."""
    seen = set()
    for name in sorted(available_timezones()):
        zone, at = ZoneInfo(name), BEGIN
        while at < END:
            after = at + timedelta(days=1)
            if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
                moment = _bisect(zone, at, after)
                both = moment, moment.astimezone(zone).utcoffset(), (moment - MINUTE).astimezone(zone).utcoffset()
                if both not in seen:
                    seen.add(both)
                    yield name, moment
            at = after


def _bisect(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = low.astimezone(zone).utcoffset()
    while high - low > MINUTE:
        middle = low + (high - low) // 2
        middle = middle.replace(second=0, microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def fired(schedule: Schedule, begin: datetime, end: datetime) -> list[datetime]:
    found, at = [], int(begin.timestamp() * 1000)
    while (at := next_fire(schedule, at)) < end.timestamp() * 1000:
        found.append(datetime.fromtimestamp(at / 1000, UTC))
    return found


def minutes(begin: datetime, end: datetime) -> Iterator[datetime]:
    at = begin
    while at < end:
        yield at
        at += MINUTE


CHANGES = list(changes())


@pytest.mark.parametrize(("name", "moment"), CHANGES, ids=[f"{name} {at:%Y-%m-%d}" for name, at in CHANGES])
def test_a_time_of_day_comes_once_a_day_at_its_first_moment_or_right_after_the_gap(name: str, moment: datetime) -> None:
    zone = ZoneInfo(name)
    begin, end = moment - timedelta(days=1, hours=12), moment + timedelta(days=1, hours=12)
    walls: dict[datetime, datetime] = {}
    for at in minutes(begin - timedelta(days=1), end + timedelta(days=1)):
        walls.setdefault(at.astimezone(zone).replace(tzinfo=None), at)
    for wall in {(moment.astimezone(zone) + timedelta(minutes=more)).time() for more in (-75, -45, -30, 0, 15, 30)} | {
        (moment - MINUTE).astimezone(zone).time()
    }:
        schedule = Schedule("N", "t", f"{wall.minute} {wall.hour} * * *", zone=name)
        expected = []
        for day in range(-3, 4):
            date = moment.astimezone(zone).date() + timedelta(days=day)
            wanted = datetime.combine(date, wall)
            found = walls.get(wanted)
            if found is None and min(walls) < wanted < max(walls):
                found = moment
            if found is not None and begin < found < end:
                expected.append(found)

        assert fired(schedule, begin, end) == expected, wall


@pytest.mark.parametrize(("name", "moment"), CHANGES, ids=[f"{name} {at:%Y-%m-%d}" for name, at in CHANGES])
def test_what_comes_each_quarter_of_an_hour_knows_no_change(name: str, moment: datetime) -> None:
    zone = ZoneInfo(name)
    begin, end = moment - timedelta(hours=4), moment + timedelta(hours=4)
    expected = [at for at in minutes(begin + MINUTE, end) if at.astimezone(zone).minute % 15 == 0]

    assert fired(Schedule("N", "t", "*/15 * * * *", zone=name), begin, end) == expected
