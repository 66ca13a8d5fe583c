"""Doubts: effects that nobody knows the outcome of, as queries on the history and what they give.

Flow: table `execution_events` → **doubts** → gateway.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.events import EffectDoubted
from streams.stores.keyset import MOMENT, Keyset

_KEY = Keyset(
    ("execution", "toString(node)", "toInt64(run)", "toInt64(attempt)"), ("String", "String", "Int64", "Int64")
)
_SETTLED = f"SELECT {_KEY.columns} FROM execution_events WHERE event = 'effect.settled'"  # noqa: S608 no parameters


class DoubtKey(NamedTuple):
    """What tells an effect in doubt from all others: the attempt of a run."""

    execution: str
    node: str
    run: int
    attempt: int


class Doubt(NamedTuple):
    """An effect in doubt; ``at`` is epoch ms."""

    key: DoubtKey
    at: int
    workflow: str
    version: str
    reason: str


def open_doubts(
    workflow: str | None, before: tuple[int, DoubtKey] | None, limit: int, key: DoubtKey | None = None
) -> tuple[str, dict[str, Any]]:
    """Write the query of a page of what nobody has settled, newest first; or of the one with a key."""
    where, values = ["event = 'effect.doubted'", f"({_KEY.columns}) NOT IN ({_SETTLED})"], dict[str, Any]()
    if workflow is not None:
        where.append("workflow = {workflow:String}")
        values["workflow"] = workflow
    conditions = [_KEY.equal(key)] if key is not None else []
    conditions += [_KEY.before(*before)] if before is not None else []
    for condition, more in conditions:
        where.append(condition)
        values |= more
    sql = (
        f"SELECT {MOMENT}, {_KEY.columns}, workflow, version, payload FROM execution_events FINAL "  # noqa: S608 parameters
        f"WHERE {' AND '.join(where)} ORDER BY {_KEY.newest_first} LIMIT {limit:d}"
    )
    return sql, values


def doubt_of(row: Sequence[Any]) -> Doubt:
    """Read a row."""
    at, execution, node, run, attempt, workflow, version, payload = row
    event = msgspec.json.decode(payload, type=EffectDoubted)
    reason = event.error.message if event.error is not None else ""
    return Doubt(DoubtKey(execution, node, int(run), int(attempt)), int(at), workflow, version, reason)
