"""Time saved: say how many minutes of work a run saves.

Flow: any node → **timeSaved** → any node.  Items pass through unchanged.
"""

from typing import Literal

from nodes.sdk import Example, Field, Item, Items, Log, NodeParams, node


class TimeSaved(NodeParams):
    """How much is saved."""

    mode: Literal["once", "perItem"] = Field("once", description="Once for the run, or for each item.")
    minutes_saved: float = Field(0, ge=0, description="Minutes.")


@node("timeSaved", group="transform", title="Track Time Saved", examples=[
    Example(title="items pass through", params={"minutesSaved": 5}, given=[{"n": 1}], then=[{"n": 1}]),
    Example(title="time is never negative", params={"minutesSaved": -1}, fails="greater than or equal to 0"),
])  # fmt: skip
async def time_saved(params: TimeSaved, items: Items, log: Log) -> Items:
    """Note the minutes that an execution saves."""
    log.note("time saved", minutes=params.minutes_saved * (len(items) if params.mode == "perItem" else 1))
    return [Item(json=item.json, binary=item.binary, paired=at) for at, item in enumerate(items)]
