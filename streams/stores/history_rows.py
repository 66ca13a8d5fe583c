"""Rows: what happened, as rows of the history's tables; and which executions are kept at all.

Flow: history process → events of a batch → **rows** → engine (one insert per table).
"""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, assert_never

from schemas.errors import UserError
from schemas.events import (
    EffectDoubted,
    EffectSettled,
    Event,
    ExecutionFinished,
    ExecutionStarted,
    NodeFinished,
    NodeRetried,
    ShadowCompared,
)
from schemas.task import DeadLetter

EXECUTIONS = "executions"
NODE_RUNS = "node_runs"
EXECUTION_EVENTS = "execution_events"
DEAD_LETTERS = "dead_letters"

COLUMNS: dict[str, tuple[str, ...]] = {
    EXECUTIONS: (
        "id", "workflow", "version", "status", "rank", "mode", "started_at", "finished_at", "node", "runs", "error",
    ),
    NODE_RUNS: (
        "execution", "workflow", "version", "node", "type", "run", "seq", "at", "status", "duration_us", "attempt",
        "counts", "outputs", "blob", "sources", "error", "now",
    ),
    EXECUTION_EVENTS: (
        "execution", "event", "workflow", "version", "node", "run", "attempt", "at", "payload",
    ),
    DEAD_LETTERS: (
        "topic", "partition", "offset", "reason", "at", "raw", "execution", "workflow", "node", "run", "task",
    ),
}  # fmt: skip
RANKS = {"running": 0, "waiting": 1}
ENDED = 2

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]


class Keep:
    """Decides which executions history keeps; all parts of an execution get the same answer.

    ``errors`` is known only at the end: what was stored of an execution that then ended well is listed in ``stale``,
    to be deleted.
    """

    def __init__(self, rule: str) -> None:
        self.stale: set[str] = set()
        self._errors = rule == "errors"
        self._limit = _limit(rule)

    def select(self, events: Sequence[Event]) -> Sequence[Event]:
        """Give those events of a batch that are to be stored."""
        if self._limit is not None:
            limit = self._limit
            return [event for event in events if zlib.crc32(event.execution.encode()) < limit or _doubt(event)]
        if not self._errors:
            return events
        well = {event.execution for event in events if isinstance(event, ExecutionFinished) and event.status != "error"}
        begun = {event.execution for event in events if isinstance(event, ExecutionStarted)}
        self.stale |= well - begun
        # Of one that began in an earlier batch the end is stored too: it must not look as if it still ran.
        whole = well & begun
        return [event for event in events if event.execution not in whole or _doubt(event)]


def _doubt(event: Event) -> bool:
    """Say whether it is always kept: what is in doubt is in doubt for somebody to see."""
    return isinstance(event, EffectDoubted | EffectSettled)


def event_rows(events: Sequence[Event]) -> Rows:
    """Turn events into rows, by table. Where both ends of an execution are here, one row says both."""
    ended = {event.execution for event in events if isinstance(event, ExecutionFinished)}
    rows: Rows = {EXECUTIONS: [], NODE_RUNS: [], EXECUTION_EVENTS: []}
    executions, runs, others = rows.values()
    for event in events:
        match event:
            case NodeFinished():
                runs.append(_node_run(event))
            case ExecutionStarted():
                if event.execution not in ended:
                    executions.append(_started(event))
                others.append(_other(event, "execution.started", event.node, 0, 0))
            case ExecutionFinished():
                executions.append(_finished(event))
                others.append(_other(event, "execution.finished", event.node or "", 0, 0))
            case NodeRetried():
                others.append(_other(event, "node.retried", event.node, event.run, event.attempt))
            case EffectDoubted():
                others.append(_other(event, "effect.doubted", event.node, event.run, event.attempt))
            case EffectSettled():
                others.append(_other(event, "effect.settled", event.node, event.run, event.attempt))
            case ShadowCompared():
                others.append(_other(event, "shadow.compared", "", 0, 0))
            case _:
                assert_never(event)
    return rows


def letter_rows(letters: Iterable[DeadLetter]) -> Rows:
    """Turn dead letters into rows."""
    return {DEAD_LETTERS: [_letter(letter) for letter in letters]}


def _limit(rule: str) -> float | None:
    kind, _, share = rule.partition(":")
    if kind in ("all", "errors") and not share:
        return None
    try:
        value = float(share)
    except ValueError:
        value = -1.0
    if kind != "sample" or not 0 <= value <= 1:
        raise UserError(f'unknown rule of what history keeps: "{rule}"', hint="use all, errors or sample:<0..1>")
    return value * 2**32


# JSON values (sources, error, outputs, payload) go as they are: ClickHouse reads an array or object of a row into a
# String column as its text. Times go as seconds.


def _started(event: ExecutionStarted) -> Row:
    at = event.at / 1000
    return (event.execution, event.workflow, event.version, "running", 0, event.mode, at, None, event.node, 0, None)


def _finished(event: ExecutionFinished) -> Row:
    rank = RANKS.get(event.status, ENDED)
    ended = event.at / 1000 if rank == ENDED else None
    started = event.started / 1000
    return (
        event.execution, event.workflow, event.version, event.status, rank, event.mode, started, ended,
        event.node or "", event.runs, event.error,
    )  # fmt: skip


def _node_run(event: NodeFinished) -> Row:
    outputs = None if event.blob is not None else event.outputs
    return (
        event.execution, event.workflow, event.version, event.node, event.node_type, event.run, event.seq,
        event.at / 1000, event.status, event.duration_us, event.attempt, event.counts, outputs, event.blob,
        event.sources, event.error, event.now,
    )  # fmt: skip


def _other(event: Event, kind: str, node: str, run: int, attempt: int) -> Row:
    return (event.execution, kind, event.workflow, event.version, node, run, attempt, event.at / 1000, event)


def _letter(letter: DeadLetter) -> Row:
    task = letter.task
    named = ("", "", "", 0) if task is None else (task.execution, task.workflow, task.node, task.run)
    raw = (letter.raw or b"").decode("utf-8", "backslashreplace")
    return (letter.topic, letter.partition, letter.offset, letter.reason, letter.at / 1000, raw, *named, task)
