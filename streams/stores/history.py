"""History: what happened, queryable in SQL. A fold of the log that can be deleted and rebuilt.

Flow: topic `events` → agents.history_agent → **history** (a process with ClickHouse) → gateway, CLI.
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from schemas.clock import now_ms
from schemas.errors import UserError
from streams.stores.history_filter import NOWHERE, Within, stretches
from streams.stores.history_link import Link
from streams.stores.history_wire import Configure
from streams.stores.protocol import HistorySettings, Migration, QueryResult, Refused

Status = Literal["running", "waiting", "success", "error", "cancelled"]

LIST_MAX = 1000
LOOK_MAX = 2 * LIST_MAX + 1
READ_SECONDS = 30.0
_UNENDED = frozenset({"running", "waiting"})

_EXECUTION = (
    "id, workflow, version, status, mode, toUnixTimestamp64Milli(started_at) AS startedAt, "
    "toUnixTimestamp64Milli(finished_at) AS finishedAt, node, runs, error"
)
# The values of a query are parameters; its text has none.
_ONE = f"SELECT {_EXECUTION} FROM executions WHERE id = {{id:String}} ORDER BY rank DESC LIMIT 1"  # noqa: S608
_NODE_RUNS = (
    "SELECT node, type, run, seq, status, toUnixTimestamp64Milli(at) AS finishedAt, duration_us AS durationUs, "
    "attempt, counts, outputs, blob, sources, error, now "
    "FROM node_runs FINAL WHERE execution = {id:String} ORDER BY seq, at, node, run"
)
_LAST_RUNS = _NODE_RUNS.replace(" ORDER BY seq, at, node, run", " ORDER BY run DESC LIMIT 1 BY node")
_NODE_RUN = _NODE_RUNS.replace(" ORDER BY", " AND node = {node:String} AND run = {run:UInt32} ORDER BY")


class _Column(msgspec.Struct):
    name: str
    type: str


class _Answer(msgspec.Struct):
    meta: list[_Column]
    data: list[list[Any]]


_answers = msgspec.json.Decoder(_Answer)


class History:
    """What executions did. ``write`` is for the one that folds the log; everything else only reads.

    ``problem`` says why history is not there (yet), None where it is.
    """

    def __init__(self, settings: HistorySettings, migrations: Sequence[Migration]) -> None:
        self.settings = settings
        self._migrations = migrations
        self._link: Link | None = None

    @property
    def problem(self) -> str | None:
        """Say why history cannot be read or written now, None where it can."""
        return "history is not started" if self._link is None else self._link.problem

    @property
    def pid(self) -> int | None:
        """The process that has the data, where one runs."""
        return self._link.pid if self._link is not None else None

    async def start(self) -> None:
        """Start the process and return at once; writes and reads wait until it is ready."""
        settings = self.settings
        configure = Configure(
            settings.url,
            settings.keep,
            settings.days,
            settings.memory_mb,
            settings.threads,
            settings.query_seconds,
            [(migration.name, migration.sql) for migration in self._migrations],
        )
        self._link = Link(configure, settings.pending_bytes)
        await self._link.start()

    async def close(self) -> None:
        """Finish what is under way and stop the process."""
        if self._link is not None:
            await self._link.close()

    async def write(self, frames: Sequence[bytes]) -> list[Refused]:
        """Insert event frames as they are on the log; returns when they are inserted.

        Gives those that do not decode. Raises OperationalError where it should be tried again. A repetition changes
        nothing. Large batches are cheap, small ones are not: a thousand events or half a second.
        """
        return await self._running().write("events", frames)

    async def bury(self, letters: Sequence[bytes]) -> list[Refused]:
        """Insert dead letters as they are on the log; like ``write``."""
        return await self._running().write("dead_letters", letters)

    async def query(self, sql: str, parameters: dict[str, Any] | None = None, max_rows: int = 1000) -> QueryResult:
        """Run a reading query of a person (``{name:Type}`` takes a parameter); bounded in rows, time and memory.

        Raises UserError with ClickHouse's words where the query is wrong or not allowed.
        """
        if max_rows < 1:
            raise UserError("max_rows must be 1 or more", field="max_rows")
        seconds = self.settings.query_seconds + READ_SECONDS
        body = await self._running().ask(sql, parameters or {}, max_rows, guarded=True, seconds=seconds)
        answer = _answers.decode(body)
        columns = [(column.name, column.type) for column in answer.meta]
        return QueryResult(columns, answer.data[:max_rows], truncated=len(answer.data) > max_rows)

    async def executions(
        self,
        workflow: str | None = None,
        status: Status | None = None,
        before: tuple[int, str] | None = None,
        limit: int = 50,
        *,
        within: Within = NOWHERE,
    ) -> list[dict[str, Any]]:
        """List executions, newest first; ``before`` is (startedAt, id) of the last one of the page before.

        Raises UserError where looking into node runs (``within``) takes longer than a person's query may.
        """
        limit = min(max(limit, 1), LIST_MAX)
        wanted = 2 * limit + 1  # mostly a start and an end each, or less
        found: list[dict[str, Any]] = []
        narrow, *wider = stretches(within, before, now_ms())
        while len(found) < limit:
            sql, parameters = _list(workflow, status, before, wanted, narrow)
            rows = await self._rows(sql, parameters, guarded=within.deep)
            several = _highest(rows)
            if len(rows) == wanted and len(several) > 1:
                several.pop()  # it may have more rows than were read
            if several:
                before = (several[-1]["startedAt"], several[-1]["id"])
            found += await self._still(several) if status in _UNENDED else several
            if len(rows) < wanted and not wider:
                break
            if len(rows) < wanted:
                narrow, *wider = wider
                continue
            wanted = min(4 * wanted, LOOK_MAX)
        return [_execution(row) for row in found[:limit]]

    async def execution(self, execution: str) -> dict[str, Any] | None:
        """Find one execution."""
        rows = await self._rows(_ONE, {"id": execution})
        return _execution(rows[0]) if rows else None

    async def node_runs(self, execution: str) -> list[dict[str, Any]]:
        """List the node runs of an execution in their order; large outputs stay a reference (``blob``)."""
        return [_node_run(row) for row in await self._rows(_NODE_RUNS, {"id": execution})]

    async def node_run(self, execution: str, node: str, run: int) -> dict[str, Any] | None:
        """Find one run of one node; a large output stays a reference (``blob``)."""
        rows = await self._rows(_NODE_RUN, {"id": execution, "node": node, "run": run})
        return _node_run(rows[0]) if rows else None

    async def last_runs(self, execution: str) -> list[dict[str, Any]]:
        """List the last run of each node; large outputs stay a reference (``blob``)."""
        return [_node_run(row) for row in await self._rows(_LAST_RUNS, {"id": execution})]

    async def _still(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Keep those that nothing came after: the row of an end may be in another part than the row of the start."""
        if not rows:
            return rows
        times = ", ".join(f"fromUnixTimestamp64Milli({row['startedAt']:d}, 'UTC')" for row in rows)
        sql = (
            f"SELECT id, max(rank) AS rank FROM executions WHERE started_at IN ({times}) "  # noqa: S608 numbers
            "AND id IN {ids:Array(String)} GROUP BY id"
        )
        ranks = {row["id"]: row["rank"] for row in await self._rows(sql, {"ids": [row["id"] for row in rows]})}
        return [row for row in rows if ranks.get(row["id"], row["rank"]) == row["rank"]]

    async def _rows(self, sql: str, parameters: dict[str, Any], *, guarded: bool = False) -> list[dict[str, Any]]:
        body = await self._running().ask(sql, parameters, LOOK_MAX, guarded=guarded, seconds=READ_SECONDS)
        answer = _answers.decode(body)
        names = [column.name for column in answer.meta]
        return [dict(zip(names, row, strict=True)) for row in answer.data]

    def _running(self) -> Link:
        if self._link is None:
            raise RuntimeError("history is not started")
        return self._link


def _list(
    workflow: str | None, status: str | None, before: tuple[int, str] | None, limit: int, within: Within
) -> tuple[str, dict[str, Any]]:
    """Write the list query: rows in reverse key order, of which the highest rank of each execution counts.

    Nothing in it may keep ClickHouse from stopping as soon as there are enough rows: no FINAL, no LIMIT BY, no rank in
    the order (measured on 3 M rows: 14 ms against 60 to 330).
    """
    where, parameters = ["1"], dict[str, Any](limit=limit)
    if workflow is not None:
        where.append("workflow = {workflow:String}")
        parameters["workflow"] = workflow
    if before is not None:
        at = "fromUnixTimestamp64Milli({at:Int64}, 'UTC')"
        where.append(f"started_at <= {at} AND (started_at < {at} OR id < {{id:String}})")
        parameters |= {"at": before[0], "id": before[1]}
    if status is not None:
        where.append("status = {status:String}")
        parameters["status"] = status
    conditions, values = within.conditions()
    where, parameters = [*where, *conditions], parameters | values
    sql = (
        f"SELECT {_EXECUTION}, rank FROM executions WHERE {' AND '.join(where)} "  # noqa: S608
        "ORDER BY started_at DESC, id DESC LIMIT {limit:UInt32}"
    )
    return sql, parameters


def _highest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give one row per execution, the highest rank, in the order in which they came."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        rank = row["rank"]
        known = found.get(row["id"])
        if known is None or rank > known["rank"]:
            found[row["id"]] = row
    return list(found.values())


def _execution(row: dict[str, Any]) -> dict[str, Any]:
    row.pop("rank", None)
    row["error"] = _json(row["error"], None)
    row["node"] = row["node"] or None
    return row


def _node_run(row: dict[str, Any]) -> dict[str, Any]:
    finished = row.pop("finishedAt")
    row["startedAt"] = finished - row["durationUs"] // 1000
    row["blob"] = row["blob"] or None
    row["outputs"] = None if row["blob"] else _json(row["outputs"], [])
    row["sources"] = _json(row["sources"], [])
    row["error"] = _json(row["error"], None)
    return row


def _json(text: str, otherwise: Any) -> Any:
    return msgspec.json.decode(text) if text else otherwise
