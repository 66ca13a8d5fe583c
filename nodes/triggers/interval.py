"""Interval: n8n's older trigger that starts each so many seconds, minutes or hours.

Flow: timers → **interval** → any node.  Counted from the epoch, so a restart does not shift it.
"""

from collections.abc import Mapping
from typing import Any, Literal

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, trigger
from nodes.sdk.parameters import CompiledParameters
from schemas.trigger import Schedule

LONGEST = 100_000_000


class Interval(NodeParams):
    """How often to start."""

    interval: int = Field(1, ge=1, le=LONGEST, description="How many units lie between two starts.")
    unit: Literal["seconds", "minutes", "hours"] = Field("seconds", description="Unit.")


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Schedule]:
    """Give the schedule."""
    params = Parameters[Interval](CompiledParameters(raw, Interval), Scope())(0)
    if params.unit == "hours":
        return [Schedule(node, "interval", every=params.interval * 60, unit="minutes")]
    return [Schedule(node, "interval", every=params.interval, unit=params.unit)]


@trigger(
    "interval",
    kind="schedule",
    title="Interval",
    starts=starts,
    examples=[
        Example(title="gives one empty item", params={"interval": 90}, given=[], then=[{}]),
        Example(title="needs a positive number", params={"interval": 0}, given=[], fails="greater than or equal to 1"),
    ],
)
async def interval(params: Interval) -> Items:
    """Start a workflow at intervals (older form of the schedule trigger)."""
    return [Item(json={})]
