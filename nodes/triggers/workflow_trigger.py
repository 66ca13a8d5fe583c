"""Workflow trigger: a change of its own workflow starts an execution.

Flow: catalog → **workflowTrigger** → any node.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

from nodes.sdk import Example, Field, Heard, Items, NodeParams, Run, Since, trigger
from nodes.triggers.own_events import happened, told
from schemas.trigger import Source

Happening = Literal["update", "activate"]


class WorkflowTrigger(NodeParams):
    """What to start at."""

    events: list[Happening] = Field([], description="Changes of this workflow that start it.")


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Source]:
    """Ask to be listened to."""
    return [Source(node, "workflowTrigger")]


async def listen(params: WorkflowTrigger, since: Since, run: Run) -> AsyncIterator[Heard]:
    """Tell of the change that made this version live."""
    yield happened(params.events, since, run)


@trigger(
    "workflowTrigger",
    kind="stream",
    title="Workflow Trigger",
    starts=starts,
    listen=listen,
    examples=[
        Example(
            title="started by hand it tells of the first event that it has",
            params={"events": ["activate"]},
            given=[],
            then=[{"event": "Workflow activated", "timestamp": "2023-11-14T22:13:20.000Z", "workflow_id": ""}],
        ),
        Example(title="knows its events", params={"events": ["rename"]}, given=[], fails="events"),
    ],
)
async def workflow_trigger(params: WorkflowTrigger, run: Run) -> Items:
    """Start when this workflow is activated or updated (older form of the n8n trigger)."""
    return told(next(iter(params.events), "update"), run)
