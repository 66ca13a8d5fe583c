"""Older schedules and poll times: what their rules become, and when they fire."""

from typing import Any

import pytest

from nodes.triggers import cron, interval, rss_feed_read_trigger
from nodes.triggers.recurrence import next_fire
from schemas.errors import ParameterError

MINUTE = 60_000
RULES: list[Any] = [
    pytest.param({"mode": "everyMinute"}, ("* * * * *", 1, ""), id="every minute"),
    pytest.param({"mode": "everyHour", "minute": 5}, ("5 * * * *", 1, ""), id="every hour"),
    pytest.param({}, ("0 14 * * *", 1, ""), id="every day unless said"),
    pytest.param({"mode": "everyWeek", "weekday": "0", "hour": 9}, ("0 9 * * 0", 1, ""), id="every week"),
    pytest.param({"mode": "everyMonth", "dayOfMonth": 31}, ("0 14 31 * *", 1, ""), id="every month"),
    pytest.param({"mode": "everyX", "value": 90, "unit": "minutes"}, ("", 90, "minutes"), id="each so many minutes"),
    pytest.param({"mode": "everyX", "value": 5}, ("0 * * * *", 5, "hours"), id="each so many hours"),
    pytest.param({"mode": "everyX", "value": 0}, ("0 * * * *", 1, "hours"), id="never more often than each"),
    pytest.param({"mode": "custom", "cronExpression": "0 30 9 * * 1"}, ("0 30 9 * * 1", 1, ""), id="cron"),
]


@pytest.mark.parametrize(("rule", "wanted"), RULES)
def test_rules(rule: dict[str, Any], wanted: tuple[str, int, str]) -> None:
    schedules = cron.starts({"triggerTimes": {"item": [rule]}}, 1, "C")
    (source,) = rss_feed_read_trigger.starts({"pollTimes": {"item": [rule]}}, 1, "R")

    for found in (schedules, source.times):
        assert [(one.cron, one.every, one.unit) for one in found] == [wanted]


def test_a_poll_without_times_looks_each_minute() -> None:
    (source,) = rss_feed_read_trigger.starts({}, 1, "R")

    assert [one.cron for one in source.times] == ["* * * * *"]


def test_a_rule_that_never_comes_is_refused_by_name() -> None:
    with pytest.raises(ParameterError) as bad:
        cron.starts({"triggerTimes": {"item": [{}, {"mode": "custom", "cronExpression": "0 0 31 2 *"}]}}, 1, "C")

    assert (bad.value.node, bad.value.field) == ("C", "triggerTimes.item.1.cronExpression")


@pytest.mark.parametrize(
    ("raw", "period"),
    [
        pytest.param({}, 1000, id="each second unless said"),
        pytest.param({"interval": 90}, 90_000, id="seconds beyond a minute"),
        pytest.param({"interval": 7, "unit": "minutes"}, 7 * MINUTE, id="minutes"),
        pytest.param({"interval": 36, "unit": "hours"}, 36 * 60 * MINUTE, id="hours beyond a day"),
    ],
)
def test_intervals_are_even(raw: dict[str, Any], period: int) -> None:
    (schedule,) = interval.starts(raw, 1, "I")

    first = next_fire(schedule, 1_700_000_000_123)
    second = next_fire(schedule, first)

    assert first > 1_700_000_000_123
    assert (second - first, first % period) == (period, 0)
