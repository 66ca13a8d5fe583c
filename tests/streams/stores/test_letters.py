"""The dead letters of a real history: filters, pages, and a letter as it was."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ops.clickhouse import migrations
from schemas.item import Item
from schemas.task import DeadLetter, Start, Task
from streams.codecs import encode
from streams.stores.history import History
from streams.stores.letters import Letter, LetterFilter, LetterKey, letter_of, listing, single
from streams.stores.protocol import HistorySettings

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = int(time.time() * 1000)
TASK = Task("e1", "w1", "v1", "Hook", NOW, start=Start([Item({"n": 1}, paired=0)], mode="webhook", key="k"))
LETTERS = [
    DeadLetter("t", 0, 1, "garbage", NOW, raw=b"not \xff ours"),
    DeadLetter("t", 0, 2, "no version", NOW, task=TASK),
    DeadLetter("t", 0, 2, "no version", NOW, task=Task("e2", "w1", "v1", "Post", NOW, run=3)),
    DeadLetter("t", 1, 1, "No Record", NOW + 1, raw=b"{}", task=Task("e3", "w2", "v1", "Hook", NOW)),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def history(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[History]:
    opened = History(HistorySettings(url=f"chdb://{tmp_path_factory.mktemp('history')}", days=3), migrations())
    await opened.start()
    await opened.bury([encode(letter) for letter in [*LETTERS, *LETTERS]])
    yield opened
    await opened.close()


async def page(
    history: History, wanted: LetterFilter, before: tuple[int, LetterKey] | None = None, limit: int = 10
) -> list[Letter]:
    return [letter_of(row) for row in (await history.query(*listing(wanted, before, limit))).rows]


@pytest.mark.parametrize(
    ("wanted", "offsets"),
    [
        pytest.param(LetterFilter(), [(1, 1), (0, 2), (0, 2), (0, 1)], id="all, newest first, each once"),
        pytest.param(LetterFilter(workflow="w1"), [(0, 2), (0, 2)], id="workflow"),
        pytest.param(LetterFilter(workflow="w1", node="Post"), [(0, 2)], id="workflow and node"),
        pytest.param(LetterFilter(reason="no record"), [(1, 1)], id="reason, in any case"),
        pytest.param(LetterFilter(since=NOW + 1), [(1, 1)], id="from"),
        pytest.param(LetterFilter(until=NOW + 1, workflow="w2"), [], id="to"),
    ],
)
async def test_filters(history: History, wanted: LetterFilter, offsets: list[tuple[int, int]]) -> None:
    found = await page(history, wanted)

    assert [(letter.key.partition, letter.key.offset) for letter in found] == offsets


async def test_pages_of_one_give_every_letter_once(history: History) -> None:
    whole, found = await page(history, LetterFilter()), list[Letter]()
    while one := await page(history, LetterFilter(), (found[-1].at, found[-1].key) if found else None, 1):
        found += one

    assert found == whole
    assert len(found) == 4


async def test_a_letter_comes_back_as_it_was(history: History) -> None:
    garbage, start, pointer, record = [
        letter_of((await history.query(*single(letter.key))).rows[0])
        for letter in sorted(await page(history, LetterFilter()), key=lambda one: (one.at, one.key))
    ]

    assert (garbage.of_record, garbage.raw, garbage.task) == (True, "not \\xff ours", None)
    assert (start.of_record, start.task) == (False, TASK)
    assert pointer.task is not None
    assert (pointer.key.run, pointer.task.start) == (3, None)
    assert (record.of_record, record.raw, record.workflow, record.key.node) == (True, "{}", "w2", "Hook")
