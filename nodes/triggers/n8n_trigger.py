"""n8n trigger: Millrace or the workflow itself begins, or the workflow changes.

Flow: catalog, process → **n8nTrigger** → any node.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

from nodes.sdk import Example, Field, Heard, Items, NodeParams, Run, Since, trigger
from nodes.triggers.own_events import happened, told
from schemas.trigger import Source

Happening = Literal["update", "init", "activate"]


class N8nTrigger(NodeParams):
    """What to start at."""

    events: list[Happening] = Field(
        [], description="`activate`, `update`: this workflow goes live, or changes; `init`: Millrace was started."
    )


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Source]:
    """Ask to be listened to."""
    return [Source(node, "n8nTrigger")]


async def listen(params: N8nTrigger, since: Since, run: Run) -> AsyncIterator[Heard]:
    """Tell of the change that made this version live, or of the process that began with it."""
    yield happened(params.events, since, run)


@trigger(
    "n8nTrigger",
    kind="stream",
    title="n8n Trigger",
    starts=starts,
    listen=listen,
    examples=[
        Example(
            title="started by hand it tells of the first event that it has",
            params={"events": ["init"]},
            given=[],
            then=[{"event": "Instance started", "timestamp": "2023-11-14T22:13:20.000Z", "workflow_id": ""}],
        ),
        Example(title="knows its events", params={"events": ["rename"]}, given=[], fails="events"),
    ],
)
async def n8n_trigger(params: N8nTrigger, run: Run) -> Items:
    """Start when Millrace starts, or when this workflow is activated or updated."""
    return told(next(iter(params.events), "init"), run)
