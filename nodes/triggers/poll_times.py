"""Poll times: when n8n's older schedule and its polling triggers look, as schedules.

Flow: `triggerTimes`, `pollTimes` → **poll times** → schedules.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from nodes.expressions.scope import Scope
from nodes.sdk import Field, NodeParams, Parameters
from nodes.sdk.parameters import CompiledParameters
from nodes.triggers.recurrence import check
from schemas.errors import ParameterError
from schemas.trigger import Schedule, Source

Mode = Literal["everyMinute", "everyHour", "everyDay", "everyWeek", "everyMonth", "everyX", "custom"]


class PollTime(NodeParams):
    """One rule."""

    mode: Mode = Field("everyDay", description="How often.")
    hour: int = Field(14, ge=0, le=23, description="Hour of the day.")
    minute: int = Field(0, ge=0, le=59, description="Minute of the hour.")
    day_of_month: int = Field(1, ge=1, le=31, description="Day of the month, for everyMonth.")
    weekday: int = Field(1, ge=0, le=7, description="Day of the week, for everyWeek: Sunday is 0.")
    cron_expression: str = Field("* * * * * *", description="Five fields, or six with seconds first, for custom.")
    value: int = Field(2, ge=0, le=1000, description="How many units, for everyX.")
    unit: Literal["minutes", "hours"] = Field("hours", description="Unit, for everyX.")

    def schedule(self, node: str, type_: str) -> Schedule:
        """Give the rule as a schedule; its zone is the caller's to fill in."""
        at = f"{self.minute} {self.hour}"
        match self.mode:
            case "everyMinute":
                cron = "* * * * *"
            case "everyHour":
                cron = f"{self.minute} * * * *"
            case "everyDay":
                cron = f"{at} * * *"
            case "everyWeek":
                cron = f"{at} * * {self.weekday % 7}"
            case "everyMonth":
                cron = f"{at} {self.day_of_month} * *"
            case "custom":
                cron = self.cron_expression.strip()
            case "everyX":
                every = max(self.value, 1)
                if self.unit == "minutes":
                    return Schedule(node, type_, every=every, unit="minutes")
                return Schedule(node, type_, f"{self.minute} * * * *", every=every, unit="hours")
        return Schedule(node, type_, cron)


class PollTimes(NodeParams):
    """Rules, as the editor keeps them."""

    item: list[PollTime] = [PollTime(mode="everyMinute")]


def schedules(times: Sequence[PollTime], node: str, type_: str, field: str) -> list[Schedule]:
    """Give a schedule per rule; raise ParameterError for one that never comes."""
    made = []
    for at, one in enumerate(times):
        schedule = one.schedule(node, type_)
        try:
            check(schedule)
        except ParameterError as bad:
            bad.node, bad.field = node, f"{field}.item.{at}.{'cronExpression' if one.mode == 'custom' else 'mode'}"
            raise
        made.append(schedule)
    return made


def polled(raw: Mapping[str, Any], node: str, type_: str) -> list[Source]:
    """Give what a polling trigger with these parameters is looked after by; it has ``pollTimes``."""
    times = Parameters[_Polled](CompiledParameters(raw, _Polled), Scope())(0).poll_times
    return [Source(node, type_, schedules(times.item or PollTimes().item, node, type_, "pollTimes"))]


class _Polled(NodeParams):
    poll_times: PollTimes = PollTimes()
