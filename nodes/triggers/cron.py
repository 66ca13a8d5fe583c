"""Cron: n8n's older schedule trigger: minutes, hours, days, weeks, months, or a cron expression.

Flow: timers → **cron** → any node.
"""

from collections.abc import Mapping
from typing import Any

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, trigger
from nodes.sdk.parameters import CompiledParameters
from nodes.triggers.poll_times import PollTime, schedules
from schemas.trigger import Schedule


class TriggerTimes(NodeParams):
    """Rules, as the editor keeps them."""

    item: list[PollTime] = []


class Cron(NodeParams):
    """When to start."""

    trigger_times: TriggerTimes = Field(TriggerTimes(), description="Rules; each starts executions of its own.")


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Schedule]:
    """Give a schedule per rule."""
    params = Parameters[Cron](CompiledParameters(raw, Cron), Scope())(0)
    return schedules(params.trigger_times.item, node, "cron", "triggerTimes")


@trigger(
    "cron",
    kind="schedule",
    title="Cron",
    starts=starts,
    examples=[
        Example(title="gives one empty item", params={"triggerTimes": {"item": [{"hour": 9}]}}, given=[], then=[{}]),
        Example(
            title="an hour has bounds",
            params={"triggerTimes": {"item": [{"hour": 24}]}},
            given=[],
            fails="less than or equal to 23",
        ),
    ],
)
async def cron(params: Cron) -> Items:
    """Start a workflow at set times (older form of the schedule trigger)."""
    return [Item(json={})]
