"""History on a real embedded ClickHouse: what is written is read once, in order, and only in permitted ways.

Flow: streams.stores.history → **test**.
"""

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from ops.clickhouse import migrations
from schemas.errors import ErrorInfo
from schemas.events import (
    Event,
    EventFrame,
    ExecutionFinished,
    ExecutionStarted,
    NodeFinished,
    NodeRetried,
    envelope,
)
from schemas.identifiers import new_execution_id
from schemas.item import Source
from schemas.task import DeadLetter, Task
from streams.codecs import encode
from streams.stores.attempts import attempts
from streams.stores.history import History
from streams.stores.history_engine import DATED
from streams.stores.history_filter import DAY_MS, Within, stretches
from streams.stores.history_rows import COLUMNS
from streams.stores.protocol import HistorySettings

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = int(time.time() * 1000)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def history(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[History]:
    url = f"chdb://{tmp_path_factory.mktemp('history')}"
    opened = History(HistorySettings(url=url, days=3), migrations())
    await opened.start()
    yield opened
    await opened.close()


async def test_end_wins_over_start_in_any_order(history: History) -> None:
    first, second = _started("w-order"), _started("w-order")
    ends = [_finished(first), _finished(second, status="error", error=ErrorInfo("boom"))]

    await history.write([_frame(first)])
    await history.write([_frame(ends[1]), _frame(ends[0])])
    await history.write([_frame(second)])

    listed = await history.executions(workflow="w-order")
    assert {row["id"]: row["status"] for row in listed} == {first.execution: "success", second.execution: "error"}
    assert await history.executions(workflow="w-order", status="running") == []
    assert await history.execution(second.execution) == {
        "id": second.execution,
        "workflow": "w-order",
        "version": "v",
        "status": "error",
        "mode": "webhook",
        "startedAt": second.at,
        "finishedAt": second.at + 7,
        "node": "Last",
        "runs": 2,
        "error": {"message": "boom"},
    }


async def test_running_execution_has_no_end(history: History) -> None:
    event = _started("w-running")

    await history.write([_frame(event)])

    (row,) = await history.executions(workflow="w-running", status="running")
    assert (row["id"], row["status"], row["finishedAt"], row["error"]) == (event.execution, "running", None, None)


async def test_unknown_execution_is_none_and_has_no_runs(history: History) -> None:
    assert await history.execution("never was") is None
    assert await history.node_runs("never was") == []


async def test_repeated_writes_change_nothing(history: History) -> None:
    started = _started("w-twice")
    frame = _frame(started, _run(started, seq=0), _run(started, node="B", seq=1), _finished(started))

    for _ in range(3):
        await history.write([frame, frame])

    assert len(await history.executions(workflow="w-twice")) == 1
    assert [run["node"] for run in await history.node_runs(started.execution)] == ["A", "B"]
    counted = await history.query(
        "SELECT event_type, count() FROM events WHERE aggregate_id = {id:String} GROUP BY 1 ORDER BY 1",
        {"id": started.execution},
    )
    assert counted.rows == [["execution.finished", 1], ["execution.started", 1], ["node.finished", 2]]


async def test_events_have_their_public_form(history: History) -> None:
    started = _started("w-envelope", node='say "hi"')
    retried = NodeRetried(started.execution, "w-envelope", "v", NOW, "A", 1, 2, NOW + 5, ErrorInfo("no answer"))
    run = _run(started, node="A \\ 'b'", run=3, attempt=2, error=ErrorInfo("x"), sources=[Source("S", 1, 2), None])
    finished = _finished(started)
    await history.write([_frame(started, retried, run, finished)])

    found = await history.query(
        "SELECT event_id, event_type, aggregate_id, aggregate_type, toUnixTimestamp64Milli(timestamp), user_id, "
        "payload, correlation_id, causation_id, version FROM events WHERE aggregate_id = {id:String}",
        {"id": started.execution},
    )

    by_type = {row[1]: row for row in found.rows}
    for event in (started, retried, run, finished):
        expected = envelope(event)
        row = by_type[expected["eventType"]]
        payload = msgspec.json.decode(row[6])
        expected["payload"].pop("outputs", None)
        assert {key: payload[key] for key in expected["payload"]} == expected["payload"]
        assert [*row[:6], *row[7:]] == [
            expected["eventId"],
            expected["eventType"],
            expected["aggregateId"],
            expected["aggregateType"],
            expected["timestamp"],
            expected["userId"],
            expected["metadata"]["correlationId"],
            expected["metadata"]["causationId"],
            expected["metadata"]["version"],
        ]


async def test_node_runs_come_in_order_with_everything_they_had(history: History) -> None:
    started = _started("w-runs")
    error = ErrorInfo("bad", kind="NodeError", node="B", detail={"line": 3})
    runs = [
        _run(started, node="B", seq=1, run=1, status="error", error=error, sources=[Source("A", 1), None]),
        _run(started, node="A", seq=0, duration_us=2_500, attempt=2, counts=[1, 0], now=7),
    ]

    await history.write([_frame(*runs)])

    last, first = runs
    assert await history.node_runs(started.execution) == [
        {
            "node": "A", "type": "set", "run": 0, "seq": 0, "status": "success", "startedAt": first.at - 2,
            "durationUs": 2_500, "attempt": 2, "counts": [1, 0], "outputs": [[{"json": {"n": 1}}]], "blob": None,
            "sources": [], "error": None, "now": 7,
        },
        {
            "node": "B", "type": "set", "run": 1, "seq": 1, "status": "error", "startedAt": last.at,
            "durationUs": 0, "attempt": 0, "counts": [1], "outputs": [[{"json": {"n": 1}}]], "blob": None,
            "sources": [["A", 1, 0], None],
            "error": {"message": "bad", "kind": "NodeError", "node": "B", "detail": {"line": 3}}, "now": 0,
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    "outputs",
    [
        pytest.param([], id="none"),
        pytest.param([[], []], id="empty outputs"),
        pytest.param([[{"json": {"t": 'a "quote", a \\ and a \n line end'}}]], id="escapes"),
        pytest.param([[{"json": {"t": "žluťoučký 🦊 \u2028 \x00"}}]], id="unicode and zero"),
        pytest.param([[{"json": {"n": 2**53 + 1, "f": 1e-300, "b": None}}]], id="numbers"),
        pytest.param([[{"json": {"a": [[[[[{}]]]]], "": {"]": "["}}}]], id="nested brackets"),
        pytest.param([[{"json": {"t": "x" * 60_000}}]], id="almost 64 KB"),
    ],
)
async def test_outputs_come_back_as_they_went(history: History, outputs: list[object]) -> None:
    started = _started("w-outputs")

    await history.write([_frame(_run(started, outputs=msgspec.Raw(msgspec.json.encode(outputs))))])

    (run,) = await history.node_runs(started.execution)
    assert run["outputs"] == outputs


async def test_large_outputs_stay_a_reference(history: History) -> None:
    started = _started("w-blob")

    await history.write([_frame(_run(started, blob="ab" * 32, outputs=msgspec.Raw(b"[]")))])

    (run,) = await history.node_runs(started.execution)
    assert (run["outputs"], run["blob"], run["counts"]) == (None, "ab" * 32, [1])


async def test_a_single_run_is_found_and_the_last_of_each_node(history: History) -> None:
    started = _started("w-single")

    await history.write([_frame(*(_run(started, node=node, run=run, seq=run) for node in "AB" for run in range(3)))])

    found = await history.node_run(started.execution, "B", 1)
    assert found is not None
    assert (found["node"], found["run"]) == ("B", 1)
    assert await history.node_run(started.execution, "B", 3) is None
    last = await history.last_runs(started.execution)
    assert sorted((run["node"], run["run"]) for run in last) == [("A", 2), ("B", 2)]


async def test_attempts_come_in_order(history: History) -> None:
    started = _started("w-attempts")
    facts = (started.execution, "w-attempts", "v", NOW, "A", 1)

    await history.write([_frame(*(NodeRetried(*facts, at, NOW + at, ErrorInfo(f"try {at}")) for at in (1, 0)))])

    found = await attempts(history, started.execution, "A", 1)
    assert [(one["attempt"], one["at"], one["due"], one["error"]["message"]) for one in found] == [
        (0, NOW, NOW, "try 0"),
        (1, NOW, NOW + 1, "try 1"),
    ]
    assert await attempts(history, started.execution, "A", 0) == []


@pytest.mark.parametrize("size", [1, 4, 25, 1000])
async def test_pages_list_every_execution_once_newest_first(history: History, size: int) -> None:
    workflow = f"w-pages-{size}"
    # Some share a millisecond, all have a start and an end in different parts, some came twice.
    starts = [_started(workflow, at=NOW - number // 3) for number in range(25)]
    await history.write([_frame(*starts)])
    await history.write([_frame(*(_finished(each) for each in starts))])
    await history.write([_frame(*(_finished(each) for each in starts[:7]))])

    seen: list[tuple[int, str]] = []
    before: tuple[int, str] | None = None
    while page := await history.executions(workflow=workflow, before=before, limit=size):
        assert {row["status"] for row in page} == {"success"}
        assert len(page) <= size
        seen += [(row["startedAt"], row["id"]) for row in page]
        before = seen[-1]

    assert seen == sorted(((each.at, each.execution) for each in starts), reverse=True)


@pytest.mark.parametrize("size", [1, 2, 3, 10])
async def test_pages_go_on_into_days_before(history: History, size: int) -> None:
    hours = (0, 5, 23, 24, 25, 47, 60)
    starts = [_started(f"w-days-{size}", at=NOW - each * 3_600_000) for each in hours]
    await history.write([_frame(*starts, *(_finished(each) for each in starts[::2]))])

    seen: list[str] = []
    before: tuple[int, str] | None = None
    while page := await history.executions(workflow=f"w-days-{size}", before=before, limit=size):
        seen += [row["id"] for row in page]
        before = (page[-1]["startedAt"], page[-1]["id"])

    assert seen == [each.execution for each in starts]


STRETCHES = [
    pytest.param(Within(), None, [NOW - DAY_MS, NOW - 8 * DAY_MS, None], id="the newest"),
    pytest.param(Within(until=9), None, [9 - DAY_MS, 9 - 8 * DAY_MS, None], id="until a moment"),
    pytest.param(Within(), (7, "x"), [7 - DAY_MS, 7 - 8 * DAY_MS, None], id="a later page"),
    pytest.param(Within(since=5), (7, "x"), [5], id="since a moment"),
]


@pytest.mark.parametrize(("within", "before", "expected"), STRETCHES)
async def test_the_last_day_is_searched_first(
    within: Within, before: tuple[int, str] | None, expected: list[int | None]
) -> None:
    assert [each.since for each in stretches(within, before, NOW)] == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(None, {"ok", "bad", "stopped", "alive"}, id="any"),
        pytest.param("success", {"ok"}, id="success"),
        pytest.param("error", {"bad"}, id="error"),
        pytest.param("cancelled", {"stopped"}, id="cancelled"),
        pytest.param("running", {"alive"}, id="running, not those that ended in another part"),
        pytest.param("waiting", set(), id="waiting"),
    ],
)
async def test_lists_by_status(history: History, status: str | None, expected: set[str]) -> None:
    workflow = f"w-status-{status}"
    ends = {"ok": "success", "bad": "error", "stopped": "cancelled", "alive": None}
    started = {name: _started(workflow) for name in ends}
    await history.write([_frame(*started.values())])
    await history.write([_frame(*(_finished(started[name], status=end) for name, end in ends.items() if end))])  # type: ignore[arg-type]

    rows = await history.executions(workflow=workflow, status=status)  # type: ignore[arg-type]

    names = {event.execution: name for name, event in started.items()}
    assert {names[row["id"]] for row in rows} == expected


async def test_running_ones_are_found_behind_many_that_ended(history: History) -> None:
    alive = _started("w-behind", at=NOW - 10)
    ended = [_started("w-behind") for _ in range(20)]
    await history.write([_frame(alive, *ended)])
    await history.write([_frame(*(_finished(each) for each in ended))])

    rows = await history.executions(workflow="w-behind", status="running", limit=2)

    assert [row["id"] for row in rows] == [alive.execution]


async def test_refuses_only_what_does_not_decode(history: History) -> None:
    good = [_started("w-refused"), _started("w-refused")]
    frames = [b"", _frame(good[0]), b"\x9cM\x01\x00{}", encode(good[0]), _frame(good[1])]

    refused = await history.write(frames)

    assert [each.position for each in refused] == [0, 2, 3]
    assert all(each.reason for each in refused)
    assert len(await history.executions(workflow="w-refused")) == 2


async def test_one_record_that_cannot_be_inserted_does_not_keep_others_out(history: History) -> None:
    good = _started("w-poison")
    poison = _run(good, run=-1, node="no such run")

    refused = await history.write([_frame(poison), _frame(good)])

    assert [each.position for each in refused] == [0]
    assert "DB::Exception" not in refused[0].reason
    assert len(await history.executions(workflow="w-poison")) == 1


async def test_dead_letters_are_kept_once(history: History) -> None:
    task = Task("e-dead", "w-dead", "v", "A", NOW)
    letters = [
        DeadLetter("millrace.node.set", 1, 42, "undecodable", NOW, raw=b"\xff\x00junk"),
        DeadLetter("millrace.node.set", 1, 43, "killed the worker", NOW, task=task),
    ]

    for _ in range(2):
        assert await history.bury([encode(letter) for letter in letters]) == []

    found = await history.query(
        "SELECT offset, reason, raw, execution, node, task FROM dead_letters FINAL ORDER BY offset"
    )
    assert found.rows[0] == [42, "undecodable", "\\xff\x00junk", "", "", ""]
    assert found.rows[1][:5] == [43, "killed the worker", "", "e-dead", "A"]
    assert msgspec.json.decode(found.rows[1][5], type=Task) == task


async def test_every_table_forgets_after_the_days_of_the_settings(history: History) -> None:
    for table in DATED:
        ddl = (await history.query(f"SHOW CREATE TABLE {table}")).rows[0][0]

        assert "+ toIntervalDay(3)" in ddl
        assert "ttl_only_drop_parts = 1" in ddl
        assert "PARTITION BY toDate(" in ddl


async def test_rows_and_tables_have_the_same_columns(history: History) -> None:
    for table, columns in COLUMNS.items():
        described = await history.query(f"DESCRIBE TABLE {table}")

        assert [row[0] for row in described.rows] == list(columns)


async def test_migrations_are_recorded(history: History) -> None:
    found = await history.query("SELECT name FROM migrations ORDER BY name")

    assert [row[0] for row in found.rows] == [migration.name for migration in migrations()]


async def test_writes_and_reads_at_once(history: History) -> None:
    starts = [_started("w-parallel") for _ in range(40)]

    await asyncio.gather(*(history.write([_frame(each)]) for each in starts), *(history.executions() for _ in range(5)))

    assert len(await history.executions(workflow="w-parallel", status="running", limit=100)) == 40


def _frame(*events: Event) -> bytes:
    return encode(EventFrame(list(events)))


def _started(workflow: str, *, at: int = NOW, node: str = "Webhook") -> ExecutionStarted:
    return ExecutionStarted(new_execution_id(at), workflow, "v", at, node, "webhook")


def _finished(started: ExecutionStarted, **changes: object) -> ExecutionFinished:
    event = ExecutionFinished(
        started.execution, started.workflow, "v", started.at + 7, started.at, mode="webhook", node="Last", runs=2
    )
    return msgspec.structs.replace(event, **changes)


def _run(started: ExecutionStarted, **changes: object) -> NodeFinished:
    event = NodeFinished(
        started.execution, started.workflow, "v", started.at + 3, "A", "set", counts=[1],
        outputs=msgspec.Raw(b'[[{"json":{"n":1}}]]'),
    )  # fmt: skip
    return msgspec.structs.replace(event, **changes)
