"""Statistics: throughput, success, latency, slow and failing nodes, queue lag.

Flow: `/api/v1/statistics` → **statistics** → history, watch → client.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec
from prometheus_client.registry import Collector
from pydantic import BaseModel, ConfigDict, Field

from gateway.endpoints import Endpoint, Outcome
from gateway.problems import refuse
from schemas.clock import now_ms
from schemas.errors import ErrorInfo
from streams.stores.statistics import NODES_MAX, POINTS_MAX, Statistics, Window

PATH = "/api/v1/statistics"
HOUR_MS = 3_600_000
WINDOW_MAX_MS = 92 * 24 * HOUR_MS
POINTS = 90
STEPS = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 6 * 3600, 24 * 3600)


class Lag(msgspec.Struct, rename="camel"):
    """Records of a topic that a group has not yet worked off."""

    group: str
    topic: str
    behind: int


class Backlog(msgspec.Struct, rename="camel"):
    """How far the engine is behind: records per topic, and the age of the oldest unfinished task."""

    lags: list[Lag] = []
    oldest_task_seconds: float = 0.0


class Percentiles(msgspec.Struct):
    """Milliseconds, null where nothing was measured."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class Overview(msgspec.Struct, rename="camel"):
    """Executions that began in the window by how they ended, and how long those that ended took."""

    since: int
    until: int
    executions: int
    running: int
    success: int
    error: int
    cancelled: int
    took: Percentiles


class Throughput(msgspec.Struct, rename="camel"):
    """Executions per stretch of time, by when they began; ``at`` has the beginning of each stretch."""

    bucket_seconds: int
    at: list[int]
    executions: list[int]
    success: list[int]
    error: list[int]
    cancelled: list[int]


class Latency(msgspec.Struct, rename="camel"):
    """How long executions took in ms, per stretch of time in which they began; null where none ended."""

    bucket_seconds: int
    at: list[int]
    p50: list[float | None]
    p95: list[float | None]
    p99: list[float | None]


class WorkflowFigures(msgspec.Struct, rename="camel"):
    """One workflow's executions."""

    workflow: str
    executions: int
    running: int
    success: int
    error: int
    cancelled: int
    took: Percentiles


class WorkflowRanking(msgspec.Struct):
    """Workflows, the busiest first."""

    data: list[WorkflowFigures]


class NodeFigures(msgspec.Struct, rename="camel"):
    """One node's runs; ``totalMs`` is the time of all of them, ``lastError`` what it failed with last."""

    workflow: str
    node: str
    type: str
    runs: int
    failed: int
    took: Percentiles
    total_ms: float
    last_error: ErrorInfo | None = None


class NodeRanking(msgspec.Struct):
    """Nodes in the order that was asked for."""

    data: list[NodeFigures]


class WindowQuery(BaseModel):
    """Which executions; times are epoch ms."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: int | None = Field(None, alias="from", ge=0, description="Those that began from then on; else an hour ago.")
    until: int | None = Field(None, alias="to", ge=0, description="Those that began before; else now.")
    workflow: str | None = Field(None, description="Only those of this workflow.")

    def window(self) -> Window:
        """Give the window; raise a problem where it is none."""
        until = self.until if self.until is not None else now_ms()
        since = self.since if self.since is not None else max(0, until - HOUR_MS)
        if not 0 < until - since <= WINDOW_MAX_MS:
            raise refuse("BadRequest", '"from" lies before "to", by 92 days at most', field="from")
        return Window(since, until, self.workflow)


class SeriesQuery(WindowQuery):
    """Which executions, and how finely."""

    bucket: int | None = Field(None, ge=1, description="Seconds of a stretch; else what gives about 90 of them.")

    def seconds(self, window: Window) -> int:
        """Give the length of a stretch; raise a problem where that makes too many."""
        length = (window.until - window.since) / 1000
        seconds = self.bucket or next((step for step in STEPS if length / step <= POINTS), STEPS[-1])
        if length / seconds > POINTS_MAX:
            raise refuse("BadRequest", f"this makes more than {POINTS_MAX} stretches", field="bucket")
        return seconds


class RankingQuery(WindowQuery):
    """Which executions, and how many entries."""

    limit: int = Field(20, ge=1, le=NODES_MAX, description="Entries.")


class NodeQuery(RankingQuery):
    """Which executions, how many entries, in which order."""

    order: Literal["slowest", "failing", "busiest"] = Field("slowest", description="What comes first.")


class StatisticsResource:
    """The resource."""

    def __init__(self, statistics: Statistics, backlog: Callable[[], Backlog]) -> None:
        self._statistics = statistics
        self._backlog = backlog

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        tag = "statistics"
        return [
            Endpoint("GET", f"{PATH}/overview", self.overview, tag, {200: Overview}),
            Endpoint("GET", f"{PATH}/throughput", self.throughput, tag, {200: Throughput}),
            Endpoint("GET", f"{PATH}/latency", self.latency, tag, {200: Latency}),
            Endpoint("GET", f"{PATH}/workflows", self.workflows, tag, {200: WorkflowRanking}),
            Endpoint("GET", f"{PATH}/nodes", self.nodes, tag, {200: NodeRanking}),
            Endpoint("GET", f"{PATH}/lag", self.lag, tag, {200: Backlog}),
        ]

    async def overview(self, query: WindowQuery) -> Outcome:
        """Count executions by how they ended."""
        window = query.window()
        row = await self._statistics.overview(window)
        return Outcome(Overview(window.since, window.until, **_figures(row)))

    async def throughput(self, query: SeriesQuery) -> Outcome:
        """Count executions over time."""
        seconds, at, rows = await self._series(query)
        names = ("executions", "success", "error", "cancelled")
        columns = {name: [int(rows[each][name]) if each in rows else 0 for each in at] for name in names}
        return Outcome(Throughput(seconds, at, **columns))

    async def latency(self, query: SeriesQuery) -> Outcome:
        """Say how long executions took, over time."""
        seconds, at, rows = await self._series(query)
        columns = [[rows[each]["p"][place] if each in rows else None for each in at] for place in range(3)]
        return Outcome(Latency(seconds, at, *columns))

    async def workflows(self, query: RankingQuery) -> Outcome:
        """Rank workflows by how much they do."""
        rows = await self._statistics.workflows(query.window(), query.limit)
        return Outcome(WorkflowRanking([WorkflowFigures(row["workflow"], **_figures(row)) for row in rows]))

    async def nodes(self, query: NodeQuery) -> Outcome:
        """Rank nodes by how slow they are, how often they fail or how much they do."""
        rows = await self._statistics.nodes(query.window(), query.order, query.limit)
        return Outcome(NodeRanking([_node(row) for row in rows]))

    async def lag(self) -> Outcome:
        """Say how far the engine is behind."""
        return Outcome(self._backlog())

    async def _series(self, query: SeriesQuery) -> tuple[int, list[int], dict[int, dict[str, Any]]]:
        window = query.window()
        seconds = query.seconds(window)
        rows = {int(row["at"]): row for row in await self._statistics.series(window, seconds)}
        step = seconds * 1000
        return seconds, list(range(window.since // step * step, window.until, step)), rows


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    counts = {name: int(row[name]) for name in ("executions", "running", "success", "error", "cancelled")}
    return {**counts, "took": _percentiles(row["p"])}


def _percentiles(values: Sequence[float | None]) -> Percentiles:
    return Percentiles(*values)


def _node(row: dict[str, Any]) -> NodeFigures:
    error = msgspec.json.decode(row["last"], type=ErrorInfo) if row["last"] else None
    names = (row["workflow"], row["node"], row["type"], int(row["runs"]), int(row["failed"]))
    return NodeFigures(*names, _percentiles(row["p"]), float(row["total"]), error)


def backlog_of(collectors: Iterable[Collector]) -> Backlog:
    """Read the backlog from the figures that `/metrics` shows."""
    found = Backlog()
    for sample in (sample for each in collectors for metric in each.collect() for sample in metric.samples):
        if sample.name == "millrace_lag":
            found.lags.append(Lag(sample.labels["group"], sample.labels["topic"], int(sample.value)))
        elif sample.name == "millrace_oldest_task_seconds":
            found.oldest_task_seconds = sample.value
    return found
