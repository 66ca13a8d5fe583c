"""The public topic: JSON with a workflow's id starts that workflow; what cannot is buried with its reason."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from schemas.commands import snapshot_key
from schemas.errors import UserError
from schemas.identifiers import digest_id
from schemas.item import Item
from streams import codecs
from streams.ingest import Ingest, send_start
from streams.ingest_topic import GROUP, PublicTopic, items_of
from streams.settings import StreamSettings
from streams.stores.views import CatalogView
from streams.topics import CATALOG, TRIGGERS
from streams.transports.broker import Broker
from streams.transports.embedded import open_broker
from streams.transports.protocol import Log
from tests.streams.ingested import PARTITIONS, TOPICS, Blobs, Starts, view_of, workflow


@pytest.fixture(params=["memory", "sqlite"])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'log.db'}"
    broker = open_broker(StreamSettings(broker=url, partitions=PARTITIONS), TOPICS)
    yield broker
    await broker.close()


@asynccontextmanager
async def reading(log: Log, view: CatalogView) -> AsyncIterator[None]:
    """Have the topic read for a while."""
    topic = PublicTopic(log, view, Ingest(log, Blobs().put, PARTITIONS), 10.0)
    topic.start()
    try:
        yield
    finally:
        await topic.stop()


async def send(log: Log, value: bytes, *headers: tuple[str, str], partition: int = 0) -> int:
    return await log.send(TRIGGERS, partition, value, headers=[(name, text.encode()) for name, text in headers])


VALUES = [
    pytest.param(b'{"a": 1}', [{"a": 1}], id="an object"),
    pytest.param(b'[{"a": 1}, 2]', [{"a": 1}, {"value": 2}], id="a list"),
    pytest.param(b'"text"', [{"value": "text"}], id="a text"),
    pytest.param(b"null", [{"value": None}], id="null"),
    pytest.param(b"[]", [], id="an empty list"),
]


@pytest.mark.parametrize(("value", "items"), VALUES)
def test_any_json_is_items(value: bytes, items: list[dict[str, Any]]):
    assert items_of(value) == [Item(each) for each in items]


NO_JSON = {"none": None, "empty": b"", "cut off": b"{", "no text": b"\xff", "too deep": b"[" * 5000}


@pytest.mark.parametrize("value", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_refused(value: bytes | None):
    with pytest.raises(UserError):
        items_of(value)


async def test_a_record_starts_its_workflow(broker: Broker) -> None:
    offset = await send(broker, b'{"n": 1}', ("workflow", "w"), partition=2)

    async with reading(broker, view_of(*workflow())):
        starts = await Starts(broker).until(1)

    [task] = starts.tasks
    assert starts.json == [[{"n": 1}]]
    assert task.execution == digest_id("w", "Start", "log", TRIGGERS, 2, offset)
    assert task.start is not None
    assert task.start.key is not None


async def test_a_key_starts_one_execution_however_often_it_comes(broker: Broker) -> None:
    async with reading(broker, view_of(*workflow())):
        for partition in range(PARTITIONS):
            await send(broker, b"{}", ("workflow", "w"), ("idempotency-key", "k-1"), partition=partition)
        starts = await Starts(broker).until(1)
        while len(starts.tasks) < PARTITIONS:
            await starts.read()

    assert list(starts.executions) == [digest_id("w", "Start", "k-1")]


POISON = [
    pytest.param(b"{", [("workflow", "w")], "not json", id="no JSON"),
    pytest.param(b"{}", [], 'no header "workflow"', id="no workflow"),
    pytest.param(b"{}", [("workflow", "nobody")], 'no workflow "nobody"', id="an unknown workflow"),
    pytest.param(b"{}", [("workflow", "idle")], "not active", id="an inactive workflow"),
    pytest.param(b"{}", [("workflow", "gone")], 'no workflow "gone"', id="a deleted workflow"),
]


@pytest.mark.parametrize(("value", "headers", "reason"), POISON)
async def test_poison_is_buried_and_blocks_nothing(
    broker: Broker, value: bytes, headers: Sequence[tuple[str, str]], reason: str
) -> None:
    view = view_of(*workflow(), *workflow("idle", active=False, published=None), *workflow("gone", deleted=True))
    await send(broker, value, *headers)
    await send(broker, b'{"n": 2}', ("workflow", "w"))

    async with reading(broker, view), following(broker, view):
        starts = await Starts(broker).until(1, 1)

    [letter] = starts.letters
    assert reason in letter.reason
    assert (letter.topic, letter.offset, letter.raw) == (TRIGGERS, 0, value)
    assert letter.headers == [(name, text.encode()) for name, text in headers]
    assert starts.json == [[{"n": 2}]]


@asynccontextmanager
async def following(log: Log, view: CatalogView) -> AsyncIterator[None]:
    """Have a view follow the catalog; what it knows already was on the log before."""
    for _ in range(view.position):
        await log.send(CATALOG, 0, None, key=b"none")
    task = asyncio.create_task(view.follow(log))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_workflow_that_was_made_just_now_is_known(broker: Broker) -> None:
    """The view lags: the record comes before the view has read of its workflow."""
    view = CatalogView()
    await send_start(broker, "w", {"n": 1}, partitions=PARTITIONS)

    async with reading(broker, view):
        for snapshot in workflow():
            await broker.send(CATALOG, 0, codecs.encode(snapshot), key=snapshot_key(snapshot).encode())
        async with following(broker, view):
            starts = await Starts(broker).until(1)

    assert starts.letters == []


async def test_what_was_begun_is_read_no_more(broker: Broker) -> None:
    view = view_of(*workflow())
    async with reading(broker, view):
        await send_start(broker, "w", {"n": 1}, partitions=PARTITIONS)
        await Starts(broker).until(1)
    async with reading(broker, view):
        await send_start(broker, "w", {"n": 2}, partitions=PARTITIONS)
        starts = await Starts(broker).until(2)

    assert len(starts.tasks) == 2
    reader = await broker.group([TRIGGERS], GROUP)
    assert await reader.read(10, 0.05) == []
