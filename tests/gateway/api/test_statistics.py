"""Statistics on a real embedded ClickHouse: what the figures say, over which time, within which bounds.

Flow: events → history → gateway → **here**.
"""

import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.api.statistics import NodeQuery, RankingQuery, SeriesQuery, StatisticsResource, WindowQuery, backlog_of
from gateway.problems import HttpProblem
from ops.clickhouse import migrations
from schemas.errors import ErrorInfo
from schemas.events import EventFrame, ExecutionFinished, ExecutionStarted, NodeFinished
from schemas.identifiers import new_execution_id
from streams.codecs import encode
from streams.stores.history import History
from streams.stores.history_filter import Within
from streams.stores.protocol import HistorySettings
from streams.stores.statistics import Statistics

pytestmark = pytest.mark.asyncio(loop_scope="module")

MINUTE = 60_000
START = (int(time.time()) // 60 - 10) * MINUTE
ERROR = ErrorInfo("Boom, said the server", node="Call")


def run(workflow: str, at: int, took: int, *, failed: bool = False, ended: bool = True, items: str = "[]") -> list[Any]:
    ids = {"execution": new_execution_id(), "workflow": workflow, "version": "v"}
    status, error = ("error", ERROR) if failed else ("success", None)
    node = NodeFinished(**ids, at=at + took, node="Call", node_type="httpRequest", status=status, error=error)
    node.duration_us, node.outputs = took * 1000, msgspec.Raw(items.encode())
    start = ExecutionStarted(**ids, at=at, node="Hook", mode="webhook")
    end = ExecutionFinished(**ids, at=at + took, started=at, status=status, mode="webhook", runs=1, error=error)
    return [start, node, end] if ended else [start]


RUNS = [
    run("w", START, 10),
    run("w", START + 1, 20, failed=True),
    run("w", START + 2 * MINUTE, 1000, items='[[{"json":{"name":"Grace Hopper"}}]]'),
    run("w", START + 2 * MINUTE + 1, 0, ended=False),
    run("other", START, 5),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def history(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[History]:
    opened = History(HistorySettings(url=f"chdb://{tmp_path_factory.mktemp('history')}", days=3), migrations())
    await opened.start()
    frames = [encode(EventFrame(events)) for events in RUNS]
    await opened.write(frames)
    await opened.write(frames)  # a repetition changes no figure
    yield opened
    await opened.close()


@pytest.fixture
def resource(history: History) -> StatisticsResource:
    return StatisticsResource(Statistics(history), lambda: backlog_of([]))


def asked(model: Any, **more: Any) -> Any:
    return model(**{"from": START, "to": START + 3 * MINUTE, **more})


async def test_overview_counts_each_execution_once(resource) -> None:
    found = (await resource.overview(asked(WindowQuery, workflow="w"))).body

    assert (found.executions, found.running, found.success, found.error) == (4, 1, 2, 1)
    assert found.took.p50 == pytest.approx(20, abs=10)


async def test_an_empty_window_has_no_percentiles(resource) -> None:
    found = (await resource.overview(WindowQuery(**{"from": 1, "to": 2}))).body

    assert (found.executions, found.took.p50, found.took.p99) == (0, None, None)


async def test_throughput_has_every_stretch(resource) -> None:
    found = (await resource.throughput(asked(SeriesQuery, bucket=60, workflow="w"))).body

    assert found.at == [START, START + MINUTE, START + 2 * MINUTE]
    assert (found.executions, found.success, found.error) == ([2, 0, 2], [1, 0, 1], [1, 0, 0])


async def test_latency_is_null_where_nothing_ended(resource) -> None:
    found = (await resource.latency(asked(SeriesQuery, bucket=60, workflow="w"))).body

    assert [value is None for value in found.p95] == [False, True, False]
    assert found.p99[2] == pytest.approx(1000)


async def test_workflows_are_ranked_by_what_they_do(resource) -> None:
    found = (await resource.workflows(asked(RankingQuery))).body.data

    assert [(each.workflow, each.executions) for each in found] == [("w", 4), ("other", 1)]


@pytest.mark.parametrize("order", ["slowest", "failing", "busiest"])
async def test_nodes_are_ranked(resource, order: str) -> None:
    first, second = (await resource.nodes(asked(NodeQuery, order=order))).body.data

    assert (first.workflow, first.node, first.type, first.runs, first.failed) == ("w", "Call", "httpRequest", 3, 1)
    assert first.last_error == ERROR
    assert first.took.p99 == pytest.approx(1000, rel=0.1)
    assert (second.workflow, second.failed, second.last_error) == ("other", 0, None)


REFUSED = [
    pytest.param({"from": START, "to": START}, id="no time at all"),
    pytest.param({"from": START + 1, "to": START}, id="backwards"),
    pytest.param({"from": 0, "to": START}, id="too long"),
    pytest.param({"bucket": 1, "to": START + 60 * MINUTE}, id="too fine"),
]


@pytest.mark.parametrize("query", REFUSED)
async def test_unbounded_questions_are_refused(resource, query: dict[str, int]) -> None:
    with pytest.raises(HttpProblem) as refused:
        await resource.throughput(asked(SeriesQuery, **query))

    assert refused.value.problem.status == 400


class Figures(Collector):
    def collect(self):
        behind = GaugeMetricFamily("millrace_lag", "x", labels=["group", "topic"])
        behind.add_metric(("engine", "millrace.node.set"), 3)
        yield behind
        yield GaugeMetricFamily("millrace_oldest_task_seconds", "x", value=1.5)


async def test_lag_is_what_the_metrics_say() -> None:
    found = backlog_of([Figures()])

    assert [(each.group, each.topic, each.behind) for each in found.lags] == [("engine", "millrace.node.set", 3)]
    assert found.oldest_task_seconds == 1.5


FILTERS = [
    pytest.param(Within(), 5, id="none"),
    pytest.param(Within(since=START + MINUTE), 2, id="since"),
    pytest.param(Within(until=START + 1), 2, id="until"),
    pytest.param(Within(node="Call"), 4, id="ran a node"),
    pytest.param(Within(node="Nobody"), 0, id="ran no such node"),
    pytest.param(Within(text="grace hopper"), 1, id="text in an output"),
    pytest.param(Within(text="BOOM"), 1, id="text in an error"),
    pytest.param(Within(text="o'brien"), 0, id="text with a quote"),
    pytest.param(Within(text=RUNS[4][0].execution), 1, id="an id"),
    pytest.param(Within(since=START + MINUTE, node="Call", text="grace"), 1, id="all at once"),
]


@pytest.mark.parametrize(("within", "expected"), FILTERS)
async def test_executions_are_found(history: History, within: Within, expected: int) -> None:
    assert len(await history.executions(within=within)) == expected


async def test_what_is_found_comes_page_by_page(history: History) -> None:
    within, seen, before = Within(node="Call"), [], None
    while page := await history.executions(before=before, limit=1, within=within):
        seen += [row["id"] for row in page]
        before = (page[-1]["startedAt"], page[-1]["id"])

    assert len(seen) == len(set(seen)) == 4
