"""Looking: answers how an execution stands, from its row.

Flow: control "look" → **looking** → reply.
"""

import msgspec

from agents.state import Activation, Mark, Row, State
from schemas.events import ExecutionStatus
from schemas.looking import Flying, Seen
from schemas.task import Control, Reply, ReplyTo


def seen_by(row: Row | None, control: Control, to: ReplyTo) -> tuple[int, Reply]:
    """Give the answer to whoever looks; it is JSON's null where there is no row."""
    body = msgspec.json.encode(None if row is None else _seen(row))
    return to.partition, Reply(to.boot, to.request, 200, [], body, control.execution)


def _seen(row: Row) -> Seen:
    if isinstance(row, Mark):
        return Seen(row.status, row.at)
    return Seen(
        status=_status(row),
        at=row.started,
        workflow=row.workflow,
        version=row.version,
        mode=row.mode,
        started=row.started,
        node=row.trigger,
        runs=row.seq,
        flying=[_flying(one) for one in row.flight.values()],
    )


def _status(state: State) -> ExecutionStatus:
    return "waiting" if state.flight and all(one.asleep for one in state.flight.values()) else "running"


def _flying(one: Activation) -> Flying:
    why = one.why or (
        "request" if one.opening is not None else "doubt" if one.doubt else "call" if one.calls is not None else ""
    )
    return Flying(one.node, one.run, one.attempt, one.at, one.due, why)
