"""Schedule trigger: start at intervals or by cron, in the workflow's time zone.

Flow: timers → **scheduleTrigger** → any node.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, Run, trigger
from nodes.sdk.parameters import CompiledParameters
from nodes.triggers.recurrence import check, zone_of
from schemas.errors import ParameterError
from schemas.trigger import Misfire, Schedule

Unit = Literal["seconds", "minutes", "hours", "days", "weeks", "months", "cronExpression"]
ORDINALS = {1: "st", 2: "nd", 3: "rd"}


class Interval(NodeParams):
    """One rule: a unit, how many of it, and when within it."""

    field: Unit = "days"
    seconds_interval: int = Field(30, ge=1, le=59)
    minutes_interval: int = Field(5, ge=1, le=59)
    hours_interval: int = Field(1, ge=1)
    days_interval: int = Field(1, ge=1)
    weeks_interval: int = Field(1, ge=1)
    months_interval: int = Field(1, ge=1)
    trigger_at_day_of_month: int = Field(1, ge=1, le=31)
    trigger_at_day: list[int] = [0]
    trigger_at_hour: int = Field(0, ge=0, le=23)
    trigger_at_minute: int = Field(0, ge=0, le=59)
    expression: str = ""


class Rule(NodeParams):
    """Rules, as the editor keeps them."""

    interval: list[Interval] = [Interval()]


class ScheduleTrigger(NodeParams):
    """When to start."""

    misfire_policy: Literal["skip", "coalesce", "coalesce_owner"] = Field(
        "skip",
        description="What becomes of missed times: skipped (or as the workflow's settings say), or one start for all.",
    )
    misfire_grace_seconds: int = Field(0, ge=0, description="Kept for n8n.")
    skip_durable_scheduler: bool = Field(False, description="Kept for n8n: every schedule is durable.")
    rule: Rule = Field(Rule(), description="Rules; each starts executions of its own.")


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Schedule]:
    """Give a schedule per rule; its zone is the caller's to fill in."""
    params = Parameters[ScheduleTrigger](CompiledParameters(raw, ScheduleTrigger), Scope())(0)
    schedules = []
    for at, one in enumerate(params.rule.interval):
        cron, every, unit = _cron(one)
        misfire: Misfire = "skip" if params.misfire_policy == "skip" else "once"
        schedule = Schedule(node, "scheduleTrigger", cron, every, unit, misfire=misfire)  # type: ignore[arg-type]
        try:
            check(schedule)
        except ParameterError as bad:
            wrong = "expression" if one.field == "cronExpression" else "field"
            bad.node, bad.field = node, f"rule.interval.{at}.{wrong}"
            raise
        schedules.append(schedule)
    return schedules


def firing(at_ms: int, zone: str) -> Item:
    """Make the item of a firing: the moment, as n8n spells it."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone_of(zone))
    clock = f"{(moment.hour % 12) or 12}:{moment:%M:%S} {'am' if moment.hour < 12 else 'pm'}"
    suffix = "th" if 11 <= moment.day <= 13 else ORDINALS.get(moment.day % 10, "th")
    offset = f"{moment:%z}"
    return Item(
        json={
            "timestamp": moment.isoformat(timespec="milliseconds"),
            "Readable date": f"{moment:%B} {moment.day}{suffix} {moment.year}, {clock}",
            "Readable time": clock,
            "Day of week": f"{moment:%A}",
            "Year": str(moment.year),
            "Month": f"{moment:%B}",
            "Day of month": f"{moment:%d}",
            "Hour": f"{moment:%H}",
            "Minute": f"{moment:%M}",
            "Second": f"{moment:%S}",
            "Timezone": f"{zone} (UTC{offset[:3]}:{offset[3:]})",
        }
    )


def _cron(one: Interval) -> tuple[str, int, str]:
    minute, hour = one.trigger_at_minute, one.trigger_at_hour
    match one.field:
        case "seconds":
            return f"*/{one.seconds_interval} * * * * *", 1, ""
        case "minutes":
            return f"*/{one.minutes_interval} * * * *", 1, ""
        case "hours":
            return f"{minute} * * * *", one.hours_interval, "hours"
        case "days":
            return f"{minute} {hour} * * *", one.days_interval, "days"
        case "weeks":
            days = ",".join(str(day % 7) for day in sorted(one.trigger_at_day)) or "*"
            return f"{minute} {hour} * * {days}", one.weeks_interval, "weeks"
        case "months":
            return f"{minute} {hour} {one.trigger_at_day_of_month} * *", one.months_interval, "months"
    return one.expression.strip(), 1, ""


@trigger(
    "scheduleTrigger",
    kind="schedule",
    title="Schedule Trigger",
    versions=(1, 1.1, 1.2, 1.3, 1.4),
    starts=starts,
    examples=[
        Example(
            title="gives the moment",
            given=[],
            then=[
                {
                    "timestamp": "2023-11-14T22:13:20.000+00:00",
                    "Readable date": "November 14th 2023, 10:13:20 pm",
                    "Readable time": "10:13:20 pm",
                    "Day of week": "Tuesday",
                    "Year": "2023",
                    "Month": "November",
                    "Day of month": "14",
                    "Hour": "22",
                    "Minute": "13",
                    "Second": "20",
                    "Timezone": "UTC (UTC+00:00)",
                }
            ],
        ),
        Example(
            title="an interval has bounds",
            params={"rule": {"interval": [{"field": "minutes", "minutesInterval": 0}]}},
            given=[],
            fails="greater than or equal to 1",
        ),
    ],
)
async def schedule_trigger(params: ScheduleTrigger, run: Run) -> Items:
    """Start a workflow at intervals, or by a cron expression."""
    return [firing(run.now, run.timezone)]
