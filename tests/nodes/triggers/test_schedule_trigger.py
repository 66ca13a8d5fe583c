"""Tests of schedules: what rules become, and when they fire, also across clock changes."""

import itertools
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nodes.triggers.recurrence import next_fire
from nodes.triggers.schedule_trigger import starts
from schemas.errors import ParameterError
from schemas.trigger import Schedule

NEW_YORK = "America/New_York"


def at(text: str, zone: str = "UTC") -> int:
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).timestamp() * 1000)


def fires(count: int, after: str, cron: str, zone: str = "UTC", **more: Any) -> list[str]:
    schedule, moment, found = Schedule("S", "scheduleTrigger", cron, zone=zone, **more), at(after, zone), []
    for _ in range(count):
        moment = next_fire(schedule, moment)
        found.append(datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).isoformat())
    return found


RULES: list[Any] = [
    pytest.param({}, ("0 0 * * *", 1, "days"), id="each midnight unless said"),
    pytest.param({"field": "seconds", "secondsInterval": 10}, ("*/10 * * * * *", 1, ""), id="seconds"),
    pytest.param({"field": "minutes", "minutesInterval": 15}, ("*/15 * * * *", 1, ""), id="minutes"),
    pytest.param({"field": "hours", "hoursInterval": 5, "triggerAtMinute": 7}, ("7 * * * *", 5, "hours"), id="hours"),
    pytest.param(
        {"field": "days", "daysInterval": 3, "triggerAtHour": 9, "triggerAtMinute": 30},
        ("30 9 * * *", 3, "days"),
        id="days",
    ),
    pytest.param(
        {"field": "weeks", "weeksInterval": 2, "triggerAtDay": [5, 1]}, ("0 0 * * 1,5", 2, "weeks"), id="weeks"
    ),
    pytest.param({"field": "months", "triggerAtDayOfMonth": 31}, ("0 0 31 * *", 1, "months"), id="months"),
    pytest.param({"field": "cronExpression", "expression": "0 9 * * 1-5"}, ("0 9 * * 1-5", 1, ""), id="cron"),
]


@pytest.mark.parametrize(("rule", "schedule"), RULES)
def test_rules(rule: dict[str, Any], schedule: tuple[str, int, str]) -> None:
    raw = {"rule": {"interval": [rule]}} if rule else {}

    found = starts(raw, 1.2, "S")

    assert [(one.cron, one.every, one.unit) for one in found] == [schedule]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        pytest.param("61 * * * *", "bad minute", id="out of range"),
        pytest.param("every day", "wrong number of fields", id="words"),
        pytest.param("0 0 30 2 *", "bad day-of-month", id="a day that never comes"),
        pytest.param("", "wrong number of fields", id="nothing"),
    ],
)
def test_a_bad_cron_names_node_and_field(expression: str, text: str) -> None:
    with pytest.raises(ParameterError, match=text) as refused:
        starts({"rule": {"interval": [{}, {"field": "cronExpression", "expression": expression}]}}, 1.2, "S")

    assert (refused.value.node, refused.value.field) == ("S", "rule.interval.1.expression")


FIRES: list[Any] = [
    pytest.param(("2024-01-01T08:00", "0 9 * * *"), ["2024-01-01T09:00:00+00:00"], id="the same day"),
    pytest.param(("2024-01-01T09:00", "0 9 * * *"), ["2024-01-02T09:00:00+00:00"], id="strictly after"),
    pytest.param(
        ("2024-01-01T00:00:00.500+00:00", "*/20 * * * * *"),
        ["2024-01-01T00:00:20+00:00", "2024-01-01T00:00:40+00:00"],
        id="seconds",
    ),
    pytest.param(
        ("2024-03-09T12:00", "30 2 * * *", NEW_YORK),
        ["2024-03-10T03:00:00-04:00", "2024-03-11T02:30:00-04:00"],
        id="an hour that is skipped",
    ),
    pytest.param(
        ("2024-11-02T12:00", "30 1 * * *", NEW_YORK),
        ["2024-11-03T01:30:00-04:00", "2024-11-04T01:30:00-05:00"],
        id="an hour that comes twice fires once",
    ),
]


@pytest.mark.parametrize(("asked", "moments"), FIRES)
def test_next_fire(asked: tuple[str, ...], moments: list[str]) -> None:
    assert fires(len(moments), *asked) == moments


@pytest.mark.parametrize(
    ("every", "unit", "cron", "gaps"),
    [
        pytest.param(3, "days", "0 9 * * *", {72}, id="each third day"),
        pytest.param(2, "weeks", "0 9 * * 1", {336}, id="each second week"),
        pytest.param(5, "hours", "0 * * * *", {5}, id="each fifth hour"),
    ],
)
def test_every_nth(every: int, unit: str, cron: str, gaps: set[int]) -> None:
    found = [datetime.fromisoformat(text) for text in fires(6, "2024-01-01T00:00", cron, every=every, unit=unit)]

    assert {int((b - a).total_seconds() / 3600) for a, b in itertools.pairwise(found)} == gaps


def test_weeks_begin_on_sunday() -> None:
    found = fires(4, "2024-01-01T00:00", "0 0 * * 0,6", every=2, unit="weeks")

    days = [datetime.fromisoformat(text).toordinal() for text in found]
    assert [b - a for a, b in itertools.pairwise(days)] in ([6, 8, 6], [8, 6, 8])


def test_each_third_month() -> None:
    found = fires(4, "2024-01-15T00:00", "0 0 1 * *", every=3, unit="months")

    assert [text[:7] for text in found] == ["2024-04", "2024-07", "2024-10", "2025-01"]


def test_every_nth_does_not_depend_on_when_it_is_asked() -> None:
    whole = fires(10, "2024-01-01T00:00", "0 9 * * *", every=3, unit="days")

    assert fires(9, whole[0], "0 9 * * *", every=3, unit="days") == whole[1:]


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(ParameterError, match='unknown time zone "Mars/Base"'):
        next_fire(Schedule("S", "scheduleTrigger", "0 9 * * *", zone="Mars/Base"), 0)
