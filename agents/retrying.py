"""Retrying: whether a failed run gets another attempt, and when.

Flow: failed run → **retry** → a timer (never a sleeping task) → the same activation again.
"""

import msgspec

from agents.actions import Action, Failed, Record, Sleep
from agents.plan import Plan
from agents.state import Activation, State
from schemas.events import NodeRetried
from schemas.identifiers import task_id


def retry(plan: Plan, state: State, activation: Activation, failed: Failed, now: int, actions: list[Action]) -> bool:
    """Put the activation to sleep for its next attempt; give False where there is none left."""
    node = plan.nodes[activation.node]
    if activation.attempt + 1 >= node.backoff.tries:
        return False
    seed = task_id(state.execution, activation.node, activation.run)
    due = now + node.backoff.after(activation.attempt, seed, failed.retry_after)
    asleep = msgspec.structs.replace(
        activation, at=now, attempt=activation.attempt + 1, due=due, why="retry", calls=None
    )
    state.flight[activation.key] = asleep
    state.status = "waiting"
    actions.append(
        Record(
            NodeRetried(
                execution=state.execution,
                workflow=plan.workflow,
                version=plan.version,
                at=now,
                node=activation.node,
                run=activation.run,
                attempt=activation.attempt,
                due=due,
                error=failed.error,
            )
        )
    )
    actions.append(Sleep(asleep))
    return True
