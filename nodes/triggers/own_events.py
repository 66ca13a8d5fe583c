"""Own events: what became of a workflow since its trigger last told of it.

Flow: live version, process → **own events** → workflowTrigger, n8nTrigger.
"""

from collections.abc import Collection
from typing import Any

from nodes.expressions.moments import iso_text, utc
from nodes.sdk import Heard, Item, Items, Run, Since

NAMES = {"update": "Workflow updated", "activate": "Workflow activated", "init": "Instance started"}


def happened(wanted: Collection[str], since: Since, run: Run) -> Heard:
    """Say what happened: the workflow went live, changed, or a process began that had not told of it before."""
    told_at = since.state if isinstance(since.state, dict) else {}
    if since.activated:
        event = "activate"
    elif told_at.get("version") != since.version:
        event = "update"
    else:
        event = "init"
    fresh = event != "init" or since.began_at > told_at.get("at", 0)
    state: dict[str, Any] = {"version": since.version, "at": run.now}
    return Heard(told(event, run) if fresh and event in wanted else [], state)


def told(event: str, run: Run) -> Items:
    """Make the item of an event."""
    moment = iso_text(utc(run.now), 0)
    return [Item(json={"event": NAMES[event], "timestamp": moment, "workflow_id": str(run.workflow.get("id") or "")})]
