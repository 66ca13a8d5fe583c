"""The past: how long lists, filters and statistics take over millions of executions.

Flow: rows made by ClickHouse itself (a process of its own) → history → **past** → report.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from ops.bench.load import quantile
from ops.clickhouse import migrations
from streams.stores.history import History
from streams.stores.history_engine import Engine
from streams.stores.history_filter import Within
from streams.stores.history_wire import Configure
from streams.stores.protocol import HistorySettings
from streams.stores.statistics import Statistics, Window

GOALS: Final = {
    "past: a page of the list, p95, ms": "< 300",
    "past: a page of one workflow, p95, ms": "< 300",
    "past: a page of what failed, p95, ms": "< 300",
    "past: a page of what failed of one workflow, p95, ms": "< 300",
    "past: a page of a week ago, p95, ms": "< 300",
    "past: statistics of an hour, p95, ms": "< 300",
    "past: statistics of a day, p95, ms": "",
    "past: statistics of a week, p95, ms": "",
}
DAYS, WORKFLOWS, FAILED_EACH = 10, 50, 33
TIMES = 12
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FILL = """
INSERT INTO executions
SELECT concat('past-', toString(number)), concat('flow-', toString(cityHash64(number) % {workflows})), 'v1',
    if(number % {failed} = 0, 'error', 'success'), 2, 'webhook',
    fromUnixTimestamp64Milli(toInt64({now} - intDiv(number * {span}, {rows})), 'UTC') AS began,
    began + toIntervalMillisecond(1 + cityHash64(number, 1) % 900), 'End', 4,
    if(number % {failed} = 0, '{{"message":"the warehouse does not answer","node":"Stock"}}', '')
FROM numbers({rows})
"""


def measure_past(folder: Path, rows: int) -> dict[str, float]:
    """Fill a history with so many executions of ten days and ask it; what GOALS names, in ms."""
    now = int(time.time() * 1000)
    subprocess.run([sys.executable, "-m", "ops.bench.past", str(folder), str(rows), str(now)], check=True)
    return dict(zip(GOALS, asyncio.run(_ask(folder, now)), strict=True))


async def _ask(folder: Path, now: int) -> list[float]:
    history = History(HistorySettings(url=f"chdb://{folder}", query_seconds=60.0), migrations())
    await history.start()
    statistics = Statistics(history)
    found = []
    try:
        await history.executions(limit=1)
        for ask in _questions(history, statistics, now):
            times = []
            for _ in range(TIMES):
                began = time.perf_counter()
                await ask()
                times.append((time.perf_counter() - began) * 1000)
            found.append(quantile(sorted(times), 0.95))
    finally:
        await history.close()
    return found


def _questions(history: History, statistics: Statistics, now: int) -> list[Callable[[], Awaitable[Any]]]:
    week = Within(since=now - 7 * DAY_MS, until=now - 7 * DAY_MS + HOUR_MS)

    def figures(span: int) -> Callable[[], Awaitable[Any]]:
        return lambda: statistics.overview(Window(now - span, now))

    return [
        lambda: history.executions(limit=50),
        lambda: history.executions("flow-7", limit=50),
        lambda: history.executions(status="error", limit=50),
        lambda: history.executions("flow-7", "error", limit=50),
        lambda: history.executions(limit=50, within=week),
        figures(HOUR_MS),
        figures(DAY_MS),
        figures(7 * DAY_MS),
    ]


def fill(folder: Path, rows: int, now: int) -> None:
    """Make the rows. The embedded engine has one owner, so this is the work of a process that ends."""
    steps = [(step.name, step.sql) for step in migrations()]
    engine = Engine(Configure(f"chdb://{folder}", "all", 30, 1500, 2, 60.0, steps))
    text = FILL.format(workflows=WORKFLOWS, failed=FAILED_EACH, now=now, span=DAYS * DAY_MS, rows=rows)
    engine.writer.command(text, settings={"max_partitions_per_insert_block": 0})
    engine.close()


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
