"""Letters: the dead letters of the history, as queries and what they give.

Flow: table `dead_letters` → **letters** → gateway.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.errors import UserError
from schemas.task import Task
from streams.stores.keyset import MOMENT, Keyset

_KEY = Keyset(
    ("toString(topic)", "toInt64(partition)", "offset", "execution", "toString(node)", "toInt64(run)"),
    ("String", "Int64", "Int64", "String", "String", "Int64"),
)
_BRIEF = f"{MOMENT}, {_KEY.columns}, workflow, reason, length(raw) > 0"


class LetterKey(NamedTuple):
    """What tells a letter from all others: the record that it came from, and the task of that record."""

    topic: str
    partition: int
    offset: int
    execution: str
    node: str
    run: int


class Letter(NamedTuple):
    """A dead letter: a task, a record (``raw``, cut at 256 KB), or a record with the task that it would have started.

    ``at`` is epoch ms. A listed letter has neither ``raw`` nor ``task``.
    """

    key: LetterKey
    at: int
    workflow: str
    reason: str
    of_record: bool
    raw: str = ""
    task: Task | None = None


class LetterFilter(NamedTuple):
    """Letters of a workflow, of a node, whose reason has a text, that were written in [since, until) (epoch ms)."""

    workflow: str | None = None
    node: str | None = None
    reason: str | None = None
    since: int | None = None
    until: int | None = None

    def conditions(self) -> tuple[list[str], dict[str, Any]]:
        """Give the conditions on the table, and the values of their parameters."""
        texts = {
            "workflow": ("workflow = {workflow:String}", self.workflow),
            "node": ("node = {node:String}", self.node),
            "reason": ("positionCaseInsensitiveUTF8(reason, {reason:String}) > 0", self.reason),
            "since": ("at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')", self.since),
            "until": ("at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')", self.until),
        }
        given = {name: value for name, (_, value) in texts.items() if value is not None}
        return [texts[name][0] for name in given], given


def listing(wanted: LetterFilter, before: tuple[int, LetterKey] | None, limit: int) -> tuple[str, dict[str, Any]]:
    """Write the query of a page of letters, newest first, those before one (when it was written, its key)."""
    where, values = wanted.conditions()
    if before is not None:
        condition, more = _KEY.before(*before)
        where.append(condition)
        values |= more
    sql = (
        f"SELECT {_BRIEF} FROM dead_letters FINAL WHERE {' AND '.join(where) or '1'} "  # noqa: S608 parameters only
        f"ORDER BY {_KEY.newest_first} LIMIT {limit:d}"
    )
    return sql, values


def single(key: LetterKey) -> tuple[str, dict[str, Any]]:
    """Write the query of one letter."""
    condition, values = _KEY.equal(key)
    return f"SELECT {_BRIEF}, raw, task FROM dead_letters FINAL WHERE {condition} LIMIT 1", values  # noqa: S608


def letter_of(row: Sequence[Any]) -> Letter:
    """Read a row of either query."""
    at, topic, partition, offset, execution, node, run, workflow, reason, of_record, *more = row
    key = LetterKey(topic, int(partition), int(offset), execution, node, int(run))
    raw, task = more or ("", "")
    return Letter(key, int(at), workflow, reason, bool(of_record), raw, _task(task))


def _task(text: str) -> Task | None:
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=Task)
    except msgspec.MsgspecError as bad:
        raise UserError(f"the letter's task cannot be read: {bad}") from None
