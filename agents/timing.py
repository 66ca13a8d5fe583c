"""Timing: which rows of the `timers` table an execution has, for its sleeping runs and for its own last moment.

Flow: engine → **timing** → outbox → timers; the last moment comes back as a control.
"""

from agents.outbox import Outbox
from agents.plan import Plan
from agents.state import UNTIL, Activation, State
from agents.timers import Timer
from schemas.task import Control


def timer_of(state: State, activation: Activation) -> Timer:
    """Give the row of a run that sleeps."""
    due = activation.due or 0
    return Timer(
        due=due,
        kind="task",
        workflow=state.workflow,
        version=state.version,
        node=activation.node,
        execution=state.execution,
        run=activation.run,
        attempt=activation.attempt,
        why=activation.why,
        catalog=state.catalog,
        span=0 if activation.why == UNTIL else max(due - activation.at, 0),
    )


def deadline_key(execution: str) -> str:
    """Name the row of an execution's last moment; no run has an empty node."""
    return f"{execution}//deadline"


def bound(plan: Plan, state: State, outbox: Outbox) -> None:
    """Set the last moment of an execution that outlives its call."""
    if plan.timeout_seconds is None:
        return
    span = int(plan.timeout_seconds * 1000)
    row = Timer(
        due=state.started + span,
        kind="deadline",
        workflow=state.workflow,
        version=state.version,
        node=state.trigger,
        execution=state.execution,
        catalog=state.catalog,
        span=span,
    )
    outbox.timers[deadline_key(state.execution)] = row


def release(plan: Plan, state: State, outbox: Outbox) -> None:
    """Let go of all rows of an execution, given as it was before it ended."""
    sleeping = [one.key for one in state.flight.values() if one.due is not None]
    outbox.timers |= {f"{state.execution}/{key}": None for key in sleeping}
    if plan.timeout_seconds is not None and state.left:
        outbox.timers[deadline_key(state.execution)] = None


def expired(timer: Timer) -> Control:
    """Ask for the end of an execution whose last moment has come."""
    return Control(timer.execution, "expire", timer.due, "execution timed out")
