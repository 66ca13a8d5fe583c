"""Streams start, fail and stop in the open; several live side by side."""

import asyncio
import gc
import sqlite3
import weakref
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import DefectError, OperationalError
from streams.app import build_app
from streams.settings import StreamSettings
from streams.topics import EXECUTIONS, all_topics, node_topic
from streams.transports.batch import Batch
from streams.transports.broker import Broker
from streams.transports.sqlite import SqliteStorage
from tests.conformance.transports import listen, until, values

SETTINGS = StreamSettings(partitions=2, commit_interval=0.02)
TYPES = [f"type{n}" for n in range(25)]


async def test_apps_live_side_by_side() -> None:
    pairs = []
    for n in range(3):
        streams = build_app(SETTINGS, ["set"])
        pairs.append((n, streams, listen(streams, node_topic("set"))))
        await streams.start()
    for n, streams, _ in pairs:
        streams.log.send(node_topic("set"), 0, b"%d" % n)
    await until(lambda: all(got for _, _, got in pairs))
    for _, streams, _ in pairs:
        await streams.stop()

    assert [values(got) for _, _, got in pairs] == [[b"0"], [b"1"], [b"2"]]


async def test_what_has_stopped_takes_no_memory() -> None:
    async def lived() -> weakref.ref[Any]:
        streams = build_app(SETTINGS, ["set"])
        listen(streams, node_topic("set"))
        await streams.start()
        await streams.stop()
        return weakref.ref(streams)

    gone = [await lived() for _ in range(3)]
    gc.collect()

    assert [streams() for streams in gone] == [None] * 3


async def test_a_record_goes_through_every_node_type(tmp_path: Path) -> None:
    settings = StreamSettings(broker=f"sqlite:///{tmp_path / 'log.db'}", partitions=2)
    streams = build_app(settings, TYPES)
    arrived = asyncio.Event()

    def attach(here: str, following: str | None) -> None:
        async def agent(stream: Any) -> None:
            async for event in stream.noack().events():
                if following is None:
                    arrived.set()
                else:
                    await streams.log.send(node_topic(following), event.message.partition, event.value)
                event.ack()

        agent.__name__ = f"node_{here}"
        streams.app.agent(streams.topic(node_topic(here)))(agent)

    for here, following in zip(TYPES, [*TYPES[1:], None], strict=True):
        attach(here, following)
    await streams.start()
    streams.log.send(node_topic(TYPES[0]), 1, b"x")
    async with asyncio.timeout(10):
        await arrived.wait()
    await streams.stop()

    assert set(streams.progress(1)) == {node_topic(name) for name in TYPES}


async def test_a_callback_that_fails_fails_the_start() -> None:
    streams = build_app(SETTINGS, ["set"])
    listen(streams, node_topic("set"))

    async def refuse(_: set[int]) -> None:
        raise RuntimeError("no")

    streams.on_assigned(refuse)
    with pytest.raises(OperationalError, match="could not start") as caught:
        await streams.start()
    await streams.stop()

    assert str(caught.value.__cause__) == "no"


async def test_a_log_that_breaks_is_told(tmp_path: Path) -> None:
    class Breaking(SqliteStorage):
        broken = False

        def write(self, batch: Batch) -> None:
            if self.broken:
                raise sqlite3.DatabaseError("broken")
            super().write(batch)

    storage = Breaking(tmp_path / "log.db")
    broker = Broker(all_topics(["set"]), 2, storage)
    streams = build_app(SETTINGS, ["set"], broker=broker)
    got = listen(streams, node_topic("set"), lambda _: False)
    told: list[BaseException] = []
    streams.on_failed(told.append)
    await streams.start()
    await streams.log.send(node_topic("set"), 0, b"x")
    await until(lambda: bool(got))

    storage.broken = True
    got[0].ack()
    await until(lambda: bool(told))
    await streams.stop()
    await broker.close()

    assert [str(reason) for reason in told] == ["could not write the log: broken"]


async def test_streams_that_never_started_stop() -> None:
    streams = build_app(SETTINGS, ["set"])

    await streams.stop()

    with pytest.raises(OperationalError, match="closed"):
        streams.log.send(node_topic("set"), 0, b"x")


async def test_an_unknown_table_is_our_mistake() -> None:
    streams = build_app(SETTINGS, ["set"])

    with pytest.raises(DefectError, match='no table "rows"'):
        streams.table("rows")
    assert streams.table(EXECUTIONS).get("x") is None
    assert streams.owner(0) is None
    await streams.stop()
