"""The embedded log: durability, bounds, its disk and its failures."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.errors import DefectError, OperationalError, Overloaded, UserError
from streams.settings import StreamSettings
from streams.topics import Topic
from streams.transports.batch import Batch
from streams.transports.broker import Broker
from streams.transports.embedded import open_broker
from streams.transports.protocol import Record
from streams.transports.sqlite import SqliteStorage

PLAIN = Topic("plain")
BRIEF = Topic("brief", retention_seconds=0)
QUEUE = Topic("queue", truncate=True)
ROWS = Topic("rows", cleanup="compact", retention_seconds=0)
MARKED = Topic("marked", cleanup="compact", retention_seconds=3600)
LIVE = Topic("live", ephemeral=True)
TOPICS = [PLAIN, BRIEF, QUEUE, ROWS, MARKED, LIVE]


class GatedStorage(SqliteStorage):
    """A disk that writes when the test lets it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gate = threading.Event()
        self.batches: list[int] = []

    def write(self, batch: Batch) -> None:
        self.gate.wait(10)
        self.batches.append(len(batch.records))
        super().write(batch)


class TracedStorage(SqliteStorage):
    """A disk that keeps what it was told, and can say how SQLite goes about it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.told: list[str] = []
        self._db.set_trace_callback(self.told.append)

    def scans(self) -> list[str]:
        """Give the steps in which a whole table is read."""
        self._db.set_trace_callback(None)
        tables = [name for (name,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        plans = [self._db.execute(f"EXPLAIN QUERY PLAN {told}").fetchall() for told in self.told]
        steps = [str(step[3]).split(" USING ")[0] for plan in plans for step in plan]
        return [step for step in steps if step in {f"SCAN {name}" for name in tables}]


class BrokenStorage(SqliteStorage):
    """A disk that cannot be written."""

    def write(self, batch: Batch) -> None:
        raise sqlite3.DatabaseError("broken")


def on_disk(folder: Path, **limits: int) -> Broker:
    return Broker(TOPICS, 2, SqliteStorage(folder / "log.db"), **limits)


def sizes_in(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir()}


async def read(broker: Broker, topic: str, count: int, start: int = 0) -> list[Record]:
    reader = await broker.reader(topic, [0], {0: start})
    found: list[Record] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            found += await reader.read(200)
    await reader.close()
    return found


async def test_a_record_is_seen_only_when_it_is_durable(tmp_path: Path) -> None:
    storage = GatedStorage(tmp_path / "log.db")
    broker = Broker(TOPICS, 2, storage)
    reader = await broker.reader("plain", [0], "earliest")
    future = broker.send("plain", 0, b"x")

    early = await reader.read(10, 0.05)
    done_early = future.done()
    storage.gate.set()
    late = await reader.read(10, 5)
    await broker.close()

    assert (early, done_early) == ([], False)
    assert [record.value for record in late] == [b"x"]
    assert future.result() == 0


async def test_records_gather_while_a_batch_is_written(tmp_path: Path) -> None:
    storage = GatedStorage(tmp_path / "log.db")
    broker = Broker(TOPICS, 2, storage)
    futures = [broker.send("plain", 0, b"first")]
    await asyncio.sleep(0.01)
    futures += [broker.send("plain", n % 2, b"%d" % n) for n in range(100)]
    storage.gate.set()
    await asyncio.gather(*futures)
    await broker.close()

    assert storage.batches == [1, 100]


async def test_too_much_that_waits_is_refused(tmp_path: Path) -> None:
    storage = GatedStorage(tmp_path / "log.db")
    broker = Broker(TOPICS, 2, storage, pending_bytes=1 << 20)
    first = broker.send("plain", 0, b"x" * 600_000)

    with pytest.raises(Overloaded):
        broker.send("plain", 0, b"y" * 600_000)
    storage.gate.set()
    await first
    second = await broker.send("plain", 0, b"y" * 600_000)
    await broker.close()

    assert second == 1


async def test_a_backlog_is_read_from_the_disk(tmp_path: Path) -> None:
    broker = on_disk(tmp_path, cache_bytes=100_000)
    await asyncio.gather(*(broker.send("plain", 0, b"%d" % n + b"." * 1000) for n in range(2000)))

    found = await read(broker, "plain", 2000)
    later = await read(broker, "plain", 500, 1500)
    await broker.close()

    assert [record.offset for record in found] == list(range(2000))
    assert [int(record.value.rstrip(b".")) for record in found if record.value] == list(range(2000))
    assert [record.offset for record in later] == list(range(1500, 2000))
    assert broker._cached <= 100_000


async def test_a_reader_of_a_backlog_meets_the_tail(tmp_path: Path) -> None:
    broker = on_disk(tmp_path)
    await asyncio.gather(*(broker.send("plain", 0, b"x") for _ in range(300)))
    await broker.close()

    broker = on_disk(tmp_path)
    reader = await broker.reader("plain", [0], "earliest")
    offsets = [record.offset for record in await reader.read(100)]
    broker.send("plain", 0, b"y")
    async with asyncio.timeout(5):
        while len(offsets) < 301:
            offsets += [record.offset for record in await reader.read(100)]
    await broker.close()

    assert offsets == list(range(301))


async def test_what_a_memory_log_keeps_of_ephemeral_topics_is_bounded() -> None:
    broker = Broker(TOPICS, 2, cache_bytes=100_000)
    for n in range(1000):
        await broker.send("live", 0, b"x" * 1000)
        if n == 0:
            await broker.send("plain", 0, b"stays")

    kept = await (await broker.reader("live", [0], "earliest")).read(2000)
    plain = await read(broker, "plain", 1)
    await broker.close()

    assert kept[-1].offset == 999
    assert len(kept) < 100
    assert plain[0].value == b"stays"


async def test_what_must_stay_pushes_out_nothing() -> None:
    broker = Broker(TOPICS, 2, cache_bytes=100_000)
    for _ in range(300):
        await broker.send("plain", 0, b"x" * 1000)
    await broker.send("live", 0, b"reply")

    found = await read(broker, "live", 1)
    await broker.close()

    assert found[0].value == b"reply"


@pytest.mark.parametrize("disk", [pytest.param(False, id="memory"), pytest.param(True, id="sqlite")])
async def test_old_records_expire(tmp_path: Path, disk: bool) -> None:
    broker = on_disk(tmp_path) if disk else Broker(TOPICS, 2)
    await asyncio.gather(*(broker.send("brief", 0, b"x") for _ in range(10)))
    await asyncio.sleep(0.005)
    await broker.tidy()
    await broker.send("brief", 0, b"y")

    found = await (await broker.reader("brief", [0], "earliest")).read()
    await broker.close()

    assert [(record.offset, record.value) for record in found] == [(10, b"y")]


@pytest.mark.parametrize(
    ("topic", "kept"),
    [
        pytest.param("rows", [(b"a", b"2")], id="a removed key is gone"),
        pytest.param("marked", [(b"a", b"2"), (b"b", None)], id="its mark stays for a while"),
    ],
)
async def test_compaction_is_there_after_a_restart(
    tmp_path: Path, topic: str, kept: list[tuple[bytes, bytes | None]]
) -> None:
    broker = on_disk(tmp_path)
    for key, value in ((b"a", b"1"), (b"b", b"1"), (b"a", b"2"), (b"b", None)):
        await broker.send(topic, 0, value, key=key)
    await broker.close()

    broker = on_disk(tmp_path)
    found = await read(broker, topic, len(kept))
    ends = await broker.ends(topic)
    await broker.close()

    assert [(record.key, record.value) for record in found] == kept
    assert ends == {0: 4, 1: 0}


async def test_writing_and_cleaning_read_no_table_from_end_to_end(tmp_path: Path) -> None:
    storage = TracedStorage(tmp_path / "log.db")
    broker = Broker(TOPICS, 2, storage)
    group = await broker.group(["queue"], "g")
    storage.told.clear()  # what an open reads
    for topic, key in (("rows", b"a"), ("rows", b"b"), ("marked", b"a"), ("queue", None)):
        await broker.send(topic, 0, b"1", key=key)
    await asyncio.gather(*[broker.send(topic, 0, None, key=b"a") for topic in ("rows", "marked")])
    await group.commit({("queue", 0): 1})

    await broker.tidy()
    scans = storage.scans()
    await broker.close()

    assert any(told.startswith("DELETE FROM kept") for told in storage.told)
    assert scans == []


async def test_ephemeral_records_go_with_the_process(tmp_path: Path) -> None:
    broker = on_disk(tmp_path)
    group = await broker.group(["live"], "g")
    await broker.send("live", 0, b"x")
    await group.commit({("live", 0): 1})
    await broker.close()

    broker = on_disk(tmp_path)
    ends = await broker.ends("live")
    group = await broker.group(["live"], "g")
    await broker.send("live", 0, b"y")
    found = await group.read()
    await broker.close()

    assert ends == {0: 0, 1: 0}
    assert [record.value for record in found] == [b"y"]


async def test_a_group_has_one_member(tmp_path: Path) -> None:
    broker = Broker(TOPICS, 2)
    first = await broker.group(["plain"], "g")

    with pytest.raises(OperationalError, match="has a member already"):
        await broker.group(["plain"], "g")
    await first.close()
    await (await broker.group(["plain"], "g")).close()
    await broker.close()


async def test_a_broken_disk_is_everybodys_error(tmp_path: Path) -> None:
    broker = Broker(TOPICS, 2, BrokenStorage(tmp_path / "log.db"))
    futures = [broker.send("plain", 0, b"x"), broker.send("plain", 0, b"y")]

    answers = await asyncio.gather(*futures, return_exceptions=True)
    with pytest.raises(OperationalError, match="has failed"):
        broker.send("plain", 0, b"z")
    await broker.close()

    assert [str(answer) for answer in answers] == ["could not write the log: broken"] * 2


@pytest.mark.parametrize(
    ("act", "kind", "message"),
    [
        pytest.param(lambda b: b.send("nowhere", 0, b""), DefectError, "no partition 0 of topic", id="unknown topic"),
        pytest.param(lambda b: b.send("plain", 2, b""), DefectError, "no partition 2", id="unknown partition"),
        pytest.param(lambda b: b.send("rows", 0, b""), DefectError, "needs a key", id="row without a key"),
        pytest.param(lambda b: b.send("plain", 0, b"x" * (1 << 20)), UserError, "too large", id="too large"),
    ],
)
async def test_what_cannot_be_sent_is_refused(
    act: Callable[[Broker], object], kind: type[Exception], message: str
) -> None:
    broker = Broker(TOPICS, 2)

    with pytest.raises(kind, match=message):
        act(broker)
    await broker.close()


async def test_a_closed_log_takes_nothing(tmp_path: Path) -> None:
    broker = on_disk(tmp_path)
    last = broker.send("plain", 0, b"x")
    await broker.close()

    assert last.result() == 0
    with pytest.raises(OperationalError, match="closed"):
        broker.send("plain", 0, b"y")


async def test_a_file_is_opened_once(tmp_path: Path) -> None:
    broker = on_disk(tmp_path)

    with pytest.raises(UserError, match="in use by another process"):
        on_disk(tmp_path)
    await broker.close()
    await on_disk(tmp_path).close()


async def test_the_number_of_partitions_is_fixed(tmp_path: Path) -> None:
    await on_disk(tmp_path).close()
    settings = StreamSettings(broker=f"sqlite:///{tmp_path / 'log.db'}", partitions=3)

    with pytest.raises(UserError, match="has 2 partitions, not 3"):
        open_broker(settings, TOPICS)
    await on_disk(tmp_path).close()


async def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    await on_disk(tmp_path).close()
    with sqlite3.connect(tmp_path / "log.db") as db:
        db.execute("PRAGMA user_version=99")
    db.close()

    with pytest.raises(UserError, match="newer release"):
        on_disk(tmp_path)


async def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"hello" * 1000)

    with pytest.raises(OperationalError, match="could not open the log"):
        on_disk(tmp_path)


@pytest.mark.parametrize("url", ["sqlite://", "kafkaesque://x", "memory"])
def test_a_strange_url_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="could not open the log"):
        open_broker(StreamSettings(broker=url), TOPICS)


async def test_a_new_topic_joins_an_old_log(tmp_path: Path) -> None:
    broker = on_disk(tmp_path)
    await broker.send("plain", 0, b"x")
    await broker.close()

    broker = Broker([*TOPICS, Topic("new")], 2, SqliteStorage(tmp_path / "log.db"))
    offset = await broker.send("new", 1, b"y")
    old = await read(broker, "plain", 1)
    await broker.close()

    assert offset == 0
    assert old[0].value == b"x"


async def test_the_write_ahead_log_stays_bounded(tmp_path: Path) -> None:
    broker = on_disk(tmp_path, cache_bytes=1 << 20)
    group = await broker.group(["queue"], "g")
    for round_ in range(8):
        await asyncio.gather(*(broker.send("queue", 0, bytes(100_000)) for _ in range(100)))
        await group.commit({("queue", 0): 100 * (round_ + 1)})
        await broker.tidy()
    sizes = sizes_in(tmp_path)
    await broker.close()

    assert sizes["log.db-wal"] < 40_000_000
    assert sizes["log.db"] < 40_000_000
