"""Events: facts that happened to executions, and the envelope in which they are shown to the world.

Flow: agents → **events** topic → history (ClickHouse), live stream, metrics.
On the log they are compact; ``envelope`` gives the public form.
"""

from typing import Any, Literal

import msgspec

from schemas.differences import Difference
from schemas.errors import ErrorInfo
from schemas.identifiers import digest_id
from schemas.item import Source

ExecutionStatus = Literal["running", "waiting", "success", "error", "cancelled"]
RunStatus = Literal["success", "error"]
DoubtOutcome = Literal["happened", "did not happen", "ended"]
TERMINAL: frozenset[str] = frozenset({"success", "error", "cancelled"})


class ExecutionStarted(msgspec.Struct, tag="execution.started", tag_field="event", omit_defaults=True):
    """An execution of a version began at a trigger node."""

    execution: str
    workflow: str
    version: str
    at: int
    node: str
    mode: str = "manual"


class NodeFinished(msgspec.Struct, tag="node.finished", tag_field="event", omit_defaults=True):
    """One run of one node ended.

    ``outputs`` is the JSON text of its items per output, or empty where ``blob`` refers to it (over 64 KB).
    ``counts`` has the number of items per output; ``seq`` counts node runs within the execution from 0. ``now`` (epoch
    ms) is the time that the run saw as now.
    """

    execution: str
    workflow: str
    version: str
    at: int
    node: str
    node_type: str
    run: int = 0
    seq: int = 0
    status: RunStatus = "success"
    duration_us: int = 0
    attempt: int = 0
    counts: list[int] = []
    outputs: msgspec.Raw = msgspec.Raw(b"[]")
    blob: str | None = None
    sources: list[Source | None] = []
    error: ErrorInfo | None = None
    now: int = 0


class _OfAttempt(msgspec.Struct, tag_field="event", omit_defaults=True):
    """What every event of one attempt of a run says."""

    execution: str
    workflow: str
    version: str
    at: int
    node: str
    run: int = 0
    attempt: int = 0


class NodeRetried(_OfAttempt, tag="node.retried"):
    """One attempt of a node failed and another will follow at ``due`` (epoch ms)."""

    due: int = 0
    error: ErrorInfo | None = None


class EffectDoubted(_OfAttempt, tag="effect.doubted"):
    """An effect that must not be repeated was begun before a crash; the execution waits until somebody settles it."""

    error: ErrorInfo | None = None


class EffectSettled(_OfAttempt, tag="effect.settled"):
    """Somebody found out whether an effect in doubt had happened, or its execution ended before anybody did."""

    outcome: DoubtOutcome = "ended"


class ExecutionFinished(msgspec.Struct, tag="execution.finished", tag_field="event", omit_defaults=True):
    """An execution reached its end; nothing about it changes any more."""

    execution: str
    workflow: str
    version: str
    at: int
    started: int
    status: ExecutionStatus = "success"
    mode: str = "manual"
    node: str | None = None
    runs: int = 0
    error: ErrorInfo | None = None


class ShadowCompared(msgspec.Struct, tag="shadow.compared", tag_field="event", omit_defaults=True):
    """A shadow execution was compared with the one that it follows (``original``)."""

    execution: str
    workflow: str
    version: str
    at: int
    original: str = ""
    same: bool = True
    differences: list[Difference] = []


Event = (
    ExecutionStarted | NodeFinished | NodeRetried | EffectDoubted | EffectSettled | ExecutionFinished | ShadowCompared
)


class EventFrame(msgspec.Struct):
    """The events of one frame of tasks, all of one partition."""

    events: list[Event]


def event_id(event: Event) -> str:
    """Name an event so that a repetition of it has the same name."""
    node = getattr(event, "node", None) or ""
    parts = (type(event).__name__, event.execution, node, getattr(event, "run", 0), getattr(event, "attempt", 0))
    return digest_id(*parts)


def envelope(event: Event) -> dict[str, Any]:
    """Give the public form of an event."""
    payload = msgspec.json.decode(msgspec.json.encode(event))  # outputs are JSON text already
    kind = payload.pop("event")
    return {
        "eventId": event_id(event),
        "eventType": kind,
        "aggregateId": event.execution,
        "aggregateType": "execution",
        "timestamp": event.at,
        "userId": None,
        "payload": payload,
        "metadata": {"correlationId": event.execution, "causationId": None, "version": event.version},
    }
