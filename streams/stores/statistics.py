"""Statistics: what many executions did, in figures; every question is bounded as people's SQL is.

Flow: history → **statistics** → gateway → dashboards.

They are asked of the history's rows, not of sums kept beside them: a row that comes twice would count twice in a sum.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from streams.stores.history import History

PERCENTILES = "0.5, 0.95, 0.99"
POINTS_MAX = 1_000
NODES_MAX = 500

Order = Literal["slowest", "failing", "busiest"]
_ORDERS: Mapping[Order, str] = {"slowest": "p[2]", "failing": "failed", "busiest": "runs"}
_FROM = "fromUnixTimestamp64Milli({from:Int64}, 'UTC')"
_TO = "fromUnixTimestamp64Milli({to:Int64}, 'UTC')"
_TOOK = "dateDiff('millisecond', started_at, assumeNotNull(finished_at))"
_EXECUTIONS = (
    "count() AS executions, countIf(rank < 2) AS running, countIf(status = 'success') AS success, "
    "countIf(status = 'error') AS error, countIf(status = 'cancelled') AS cancelled, "
    f"quantilesTDigestIf({PERCENTILES})({_TOOK}, isNotNull(finished_at)) AS p"
)


class Window(NamedTuple):
    """What is asked about: executions that began in [since, until) (epoch ms), of one workflow or of all."""

    since: int
    until: int
    workflow: str | None = None


class Statistics:
    """Questions to the history. Times are epoch ms, durations ms; percentiles come as [p50, p95, p99]."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def overview(self, window: Window) -> dict[str, Any]:
        """Count executions by how they ended, with percentiles of how long they took."""
        rows = await self._ask(f"SELECT {_EXECUTIONS} FROM executions FINAL WHERE {_when(window)}", window)  # noqa: S608
        return rows[0]

    async def workflows(self, window: Window, limit: int) -> list[dict[str, Any]]:
        """Say the same per workflow, the busiest first."""
        sql = (
            f"SELECT workflow, {_EXECUTIONS} FROM executions FINAL WHERE {_when(window)} "  # noqa: S608
            "GROUP BY workflow ORDER BY executions DESC, workflow LIMIT {limit:UInt32}"
        )
        return await self._ask(sql, window, limit=min(limit, NODES_MAX))

    async def series(self, window: Window, bucket_seconds: int) -> list[dict[str, Any]]:
        """Say the same per stretch of time in which executions began (``at``); stretches without any are left out."""
        sql = (
            "SELECT intDiv(toUnixTimestamp64Milli(started_at), {bucket:Int64}) * {bucket:Int64} AS at, "  # noqa: S608
            f"{_EXECUTIONS} FROM executions FINAL WHERE {_when(window)} GROUP BY at ORDER BY at"
        )
        return await self._ask(sql, window, max_rows=POINTS_MAX + 1, bucket=bucket_seconds * 1000)

    async def nodes(self, window: Window, order: Order, limit: int) -> list[dict[str, Any]]:
        """Say of each node how often it ran, how often it failed, how long it took and what it said last."""
        workflow = " AND workflow = {workflow:String}" if window.workflow else ""
        sql = (
            "SELECT workflow, node, any(type) AS type, count() AS runs, countIf(status = 'error') AS failed, "  # noqa: S608
            f"arrayMap(us -> us / 1000, quantilesTDigest({PERCENTILES})(duration_us)) AS p, "
            "sum(duration_us) / 1000 AS total, argMaxIf(error, at, status = 'error') AS last "
            f"FROM node_runs FINAL WHERE at >= {_FROM} AND at < {_TO}{workflow} "
            f"GROUP BY workflow, node ORDER BY {_ORDERS[order]} DESC, workflow, node LIMIT {{limit:UInt32}}"
        )
        return await self._ask(sql, window, limit=min(limit, NODES_MAX))

    async def _ask(self, sql: str, window: Window, *, max_rows: int = NODES_MAX, **more: Any) -> list[dict[str, Any]]:
        parameters = {"from": window.since, "to": window.until, **more}
        if window.workflow:
            parameters["workflow"] = window.workflow
        answer = await self._history.query(sql, parameters, max_rows)
        names = [name for name, _ in answer.columns]
        return [_numbers(dict(zip(names, row, strict=True))) for row in answer.rows]


def _when(window: Window) -> str:
    workflow = " AND workflow = {workflow:String}" if window.workflow else ""
    return f"started_at >= {_FROM} AND started_at < {_TO}{workflow}"


def _numbers(row: dict[str, Any]) -> dict[str, Any]:
    """Give no percentiles where there was nothing to measure."""
    if "p" in row:
        row["p"] = [None if value is None or value != value else value for value in row["p"]]  # NaN is not itself
    return row
