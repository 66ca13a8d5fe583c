"""Suspects: tasks that ran when the process died are counted, run alone at last, and are buried if that kills again.

Flow: processes that end without a word → notes in a folder → **here**.
"""

import asyncio
import json
from pathlib import Path

import pytest

from agents import suspects as suspects_module
from agents.settings import WorkerSettings
from agents.suspects import Suspects
from agents.worker import Worker, row_codecs
from schemas.events import ExecutionFinished
from schemas.identifiers import new_execution_id
from schemas.task import DeadLetter, Task
from streams import codecs
from streams.app import build_app
from streams.topics import DEAD_LETTERS
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.test_recovery import SETTINGS, TYPES, OnePlan, events_of, new_broker, send, start, until_ended
from tests.agents.toys import TOYS, workflow


def task(name: str) -> Task:
    return Task(name, "w", "v", "N", 1)


async def die_with(folder: Path, *running: str, done: str = "") -> None:
    """Live a life that ends while these run."""
    suspects = Suspects(folder)
    for name in running:
        await suspects.enter(task(name))
    if done:
        suspects.leave(task(done), await suspects.enter(task(done)))


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suspects_module, "CALM_SECONDS", 0.1)


async def test_who_died_alone_twice_runs_again_only_where_the_process_lives_for_a_while_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspects_module, "CALM_SECONDS", 60.0)
    for _ in range(4):
        await die_with(tmp_path, "innocent")
    for _ in range(5):  # something else kills the process each time, soon after its start
        suspects = Suspects(tmp_path)
        held = asyncio.create_task(suspects.enter(task("innocent")))
        suspects.leave(task("other"), await suspects.enter(task("other")))
        await asyncio.sleep(0.01)
        assert not held.done()
        held.cancel()

    assert not Suspects(tmp_path).culprit(task("innocent"))


async def test_whoever_ran_at_five_deaths_and_at_the_last_three_alone_is_the_culprit(tmp_path: Path) -> None:
    await die_with(tmp_path, "bad", "good")
    await die_with(tmp_path, "good", "bad", done="other")
    await die_with(tmp_path, "bad")
    await die_with(tmp_path, "bad")
    before = Suspects(tmp_path)
    await before.enter(task("bad"))
    last = Suspects(tmp_path)

    assert not before.culprit(task("bad")), "it may have been chance"
    assert last.culprit(task("bad"))
    assert not last.culprit(task("good"))
    assert not last.culprit(task("other"))


async def test_a_suspect_runs_alone_and_is_none_any_more_when_it_is_done(tmp_path: Path) -> None:
    for _ in range(2):
        await die_with(tmp_path, "suspect")
    suspects = Suspects(tmp_path)
    first = await suspects.enter(task("first"))
    lonely = asyncio.create_task(suspects.enter(task("suspect")))
    await asyncio.sleep(0)
    second = asyncio.create_task(suspects.enter(task("second")))
    await asyncio.sleep(0.01)
    waiting = not lonely.done(), not second.done()
    suspects.leave(task("first"), first)
    slot = await lonely
    await asyncio.sleep(0.01)
    alone = not second.done()
    suspects.leave(task("suspect"), slot)
    await second
    told = json.loads((tmp_path / "suspects.json").read_text())

    assert waiting == (True, True)
    assert alone
    assert told == {"deaths": {}, "alone": {}}


async def test_notes_that_were_written_halfway_are_forgotten(tmp_path: Path) -> None:
    (tmp_path / "suspects.json").write_text('{"deaths": {"a"')
    (tmp_path / "running").write_bytes(b"\x01" * 7)

    assert not Suspects(tmp_path).culprit(task("a"))


async def test_a_culprit_becomes_a_dead_letter_and_its_execution_ends(tmp_path: Path) -> None:
    broker, bad, good = new_broker(), new_execution_id(), new_execution_id()
    for _ in range(5):
        suspects = Suspects(tmp_path)
        await suspects.enter(start(bad))
    streams = build_app(SETTINGS.model_copy(update={"data": tmp_path}), TYPES, row_codecs(), broker=broker)
    plans = OnePlan(workflow({"S": "begin", "P": "pass"}, ["S > P"]))
    worker = Worker(streams, TOYS, plans, Calm(), MemoryBlobs(), None, WorkerSettings(drain_seconds=0))
    await streams.start()
    await worker.start()
    await send(broker, start(bad), start(good))
    await until_ended(broker, 2)
    ends = {event.execution: event for event in await events_of(broker) if isinstance(event, ExecutionFinished)}
    reader = await broker.reader(DEAD_LETTERS, [0], "earliest")
    letters = [codecs.decode(record.value or b"", DeadLetter) for record in await reader.read()]
    await worker.stop()
    await streams.stop()
    await broker.close()

    assert (ends[bad].status, ends[good].status) == ("error", "success")
    assert [letter.task.execution for letter in letters if letter.task is not None] == [bad]
    assert "died" in letters[0].reason
