"""The history's process: killed, orphaned, refused, started again; nothing is lost.

Flow: streams.stores.history_link, history_process, history_engine → **test**.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ops.clickhouse import migrations
from schemas.errors import OperationalError
from schemas.events import EventFrame, ExecutionFinished, ExecutionStarted, NodeFinished
from schemas.identifiers import new_execution_id
from streams.codecs import encode
from streams.stores.history import History
from streams.stores.history_engine import statements
from streams.stores.history_link import Link
from streams.stores.history_wire import Configure
from streams.stores.protocol import HistorySettings, Migration

NOW = int(time.time() * 1000)
ROOT = Path(__file__).parents[3]
PARENT = """
import asyncio, sys
from streams.stores.history import History
from streams.stores.protocol import HistorySettings, Migration

async def main():
    history = History(HistorySettings(url=sys.argv[1]), [])
    await history.start()
    await history.query("SELECT 1")
    print(history.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""

MORTAL = """
import socket, sys
sys.path.insert(0, sys.argv[1])
from streams.stores.history_wire import Ready, Write, Written, pack, read_request

connection = socket.socket(fileno=int(sys.argv[2]))
read_request(connection)
connection.sendall(pack(Ready("1")))
while isinstance(request := read_request(connection), Write):
    if b"deadly" in request.records:
        break
    connection.sendall(pack(Written(request.id, [])))
"""


async def test_killed_in_the_midst_of_writes_it_loses_nothing(data: Path) -> None:
    async with _opened(data) as history:
        await history.executions()
        frames = [[_execution(number * 10 + each) for each in range(10)] for number in range(60)]
        writes = [asyncio.create_task(history.write(batch)) for batch in frames]
        pids = set()
        for _ in range(2):
            await asyncio.sleep(0.02)
            pids.add(_kill(history))
            await _ready(history)

        assert [await write for write in writes] == [[]] * 60
        found = await history.query("SELECT uniqExact(id), count() FROM executions FINAL")
        assert found.rows == [[600, 600]]
        assert history.pid not in pids


async def test_query_of_a_killed_process_fails_and_the_next_one_is_answered(data: Path) -> None:
    async with _opened(data) as history:
        await history.executions()
        slow = asyncio.create_task(history.query("SELECT sum(number) FROM numbers(1000000000000)"))
        await asyncio.sleep(0.05)
        _kill(history)

        with pytest.raises(OperationalError, match="started again"):
            await slow
        assert (await history.query("SELECT 1")).rows == [[1]]


async def test_no_process_is_left_behind_a_killed_parent(data: Path) -> None:
    arguments = [sys.executable, "-c", PARENT, f"chdb://{data}"]
    parent = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert _alive(child)

    parent.kill()
    await parent.wait()

    for _ in range(500):
        if not _alive(child):
            break
        await asyncio.sleep(0.02)
    assert not _alive(child)


async def test_record_that_kills_the_process_is_found_and_refused() -> None:
    link = Link(Configure("", "all", 1, 128, 1, 1.0, []), 1 << 20, MORTAL)
    await link.start()
    try:
        refused = await link.write("events", [b"a", b"b", b"c", b"deadly", b"e"])
        after = await link.write("events", [b"f"])
    finally:
        await link.close()

    assert [each.position for each in refused] == [3]
    assert "died 3 times" in refused[0].reason
    assert after == []


async def test_write_before_it_is_ready_and_close_at_once_still_stores(data: Path) -> None:
    async with _opened(data) as history:
        assert history.problem == "history is starting"
        writing = asyncio.create_task(history.write([_execution(1)]))
        await asyncio.sleep(0)

    assert await writing == []
    async with _opened(data) as history:
        assert len(await history.executions()) == 1


async def test_second_owner_is_refused_until_the_first_is_gone(data: Path) -> None:
    async with _opened(data) as first:
        await first.executions()
        async with _opened(data, query_seconds=0.1) as second:
            for _ in range(500):
                if "in use" in (second.problem or ""):
                    break
                await asyncio.sleep(0.02)
            assert second.problem == f'history "{data}" is in use by another process'

            await first.close()

            assert await second.executions() == []


async def test_history_of_a_newer_release_is_refused(data: Path) -> None:
    newer = [*migrations(), Migration("9999_later", "CREATE TABLE later (a Int8) ENGINE = MergeTree ORDER BY a;")]
    async with _opened(data, steps=newer) as history:
        await history.executions()

    async with _opened(data) as history:
        for _ in range(500):
            if "newer" in (history.problem or ""):
                break
            await asyncio.sleep(0.02)
        assert history.problem == 'history was made by a newer release: it has migration "9999_later"'


async def test_other_days_of_the_settings_are_taken_over(data: Path) -> None:
    for days in (14, 5):
        async with _opened(data, days=days) as history:
            ddl = (await history.query("SHOW CREATE TABLE node_runs")).rows[0][0]
            assert f"toIntervalDay({days})" in ddl


async def test_what_is_older_than_the_days_goes(data: Path) -> None:
    async with _opened(data, days=2) as history:
        await history.write([_execution(1, at=NOW - 5 * 86_400_000), _execution(2)])

        for _ in range(500):
            if len(found := await history.executions()) == 1:
                break
            await asyncio.sleep(0.02)
        assert [row["startedAt"] for row in found] == [NOW]


async def test_errors_only_forgets_what_ended_well_later(data: Path) -> None:
    started, finished = _halves("success"), _halves("error")
    async with _opened(data, keep="errors") as history:
        for first, _ in (started, finished):
            await history.write([first])
        for _, last in (started, finished):
            await history.write([last])

    async with _opened(data) as history:
        assert [row["status"] for row in await history.executions()] == ["error"]
        assert (await history.query("SELECT count() FROM node_runs")).rows == [[1]]
        assert (await history.query("SELECT DISTINCT event_type FROM events ORDER BY 1")).rows == [
            ["execution.finished"],
            ["execution.started"],
            ["node.finished"],
        ]


async def test_folder_is_private_and_nothing_incoming_stays(data: Path) -> None:
    async with _opened(data) as history:
        await history.write([_execution(1)])

    assert _mode(data) == 0o700
    assert _entries(data / "incoming") == []


async def test_closed_history_takes_nothing(data: Path) -> None:
    async with _opened(data) as history:
        await history.executions()

    with pytest.raises(OperationalError, match="closed"):
        await history.write([_execution(1)])


def test_migration_is_split_at_line_ends() -> None:
    sql = "-- one; not two\nSELECT ';' AS a;\n\n  -- note\nSELECT\n  2;\n"

    assert statements(sql) == ["SELECT ';' AS a", "SELECT\n  2"]


@asynccontextmanager
async def _opened(folder: Path, *, steps: Sequence[Migration] | None = None, **settings: Any) -> AsyncIterator[History]:
    history = History(HistorySettings(url=f"chdb://{folder}", **settings), migrations() if steps is None else steps)
    await history.start()
    try:
        yield history
    finally:
        await history.close()


def _execution(number: int, at: int = NOW) -> bytes:
    execution = new_execution_id(at)
    run = NodeFinished(execution, "w", "v", at, "A", "set", seq=number)
    return encode(
        EventFrame(
            [ExecutionStarted(execution, "w", "v", at, "A"), run, ExecutionFinished(execution, "w", "v", at + 1, at)]
        )
    )


def _halves(status: Any) -> tuple[bytes, bytes]:
    execution = new_execution_id(NOW)
    first = [ExecutionStarted(execution, "w", "v", NOW, "A"), NodeFinished(execution, "w", "v", NOW, "A", "set")]
    return (
        encode(EventFrame(list(first))),
        encode(EventFrame([ExecutionFinished(execution, "w", "v", NOW, NOW, status)])),
    )


def _kill(history: History) -> int:
    assert history.pid is not None
    os.kill(history.pid, signal.SIGKILL)
    return history.pid


async def _ready(history: History) -> None:
    killed = history.pid
    for _ in range(500):
        if history.pid != killed and history.problem is None:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("history did not start again")


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _entries(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
