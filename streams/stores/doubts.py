"""Doubts: effects that nobody knows the outcome of, as queries on the history and what they give.

Flow: table `execution_events` → **doubts** → gateway.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.events import EffectDoubted

_MOMENT = "toUnixTimestamp64Milli(at)"
_KEY = "execution, toString(node), toInt64(run), toInt64(attempt)"
_KEY_TYPES = ("String", "String", "Int64", "Int64")


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
    where, values = ["event = 'effect.doubted'"], dict[str, Any]()
    where.append(f"({_KEY}) NOT IN (SELECT {_KEY} FROM execution_events WHERE event = 'effect.settled')")  # noqa: S608 no parameters
    if workflow is not None:
        where.append("workflow = {workflow:String}")
        values["workflow"] = workflow
    if key is not None:
        places = ", ".join(f"{{o{at}:{kind}}}" for at, kind in enumerate(_KEY_TYPES))
        where.append(f"({_KEY}) = ({places})")
        values |= {f"o{at}": value for at, value in enumerate(key)}
    if before is not None:
        places = ", ".join(f"{{k{at}:{kind}}}" for at, kind in enumerate(("Int64", *_KEY_TYPES)))
        where.append(f"({_MOMENT}, {_KEY}) < ({places})")
        values |= {f"k{at}": value for at, value in enumerate((before[0], *before[1]))}
    order = ", ".join(f"{part} DESC" for part in (_MOMENT, *_KEY.split(", ")))
    sql = (
        f"SELECT {_MOMENT}, {_KEY}, workflow, version, payload FROM execution_events FINAL "  # noqa: S608 parameters
        f"WHERE {' AND '.join(where)} ORDER BY {order} LIMIT {limit:d}"
    )
    return sql, values


def doubt_of(row: Sequence[Any]) -> Doubt:
    """Read a row."""
    at, execution, node, run, attempt, workflow, version, payload = row
    event = msgspec.json.decode(payload, type=EffectDoubted)
    reason = event.error.message if event.error is not None else ""
    return Doubt(DoubtKey(execution, node, int(run), int(attempt)), int(at), workflow, version, reason)
