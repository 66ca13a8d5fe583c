"""Workers come, go, are killed and are frozen; every execution ends once, and no frozen one writes after its time.

Flow: team of workers → **here** → events and rows counted.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import pytest
from aiokafka import TopicPartition

from schemas.errors import Revoked
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.tables import Owner
from streams.topics import EXECUTIONS, table_topic
from streams.transports import kafka_driver
from streams.transports.kafka_group import Member, Parts
from streams.transports.kafka_link import Link
from streams.transports.kafka_log import KafkaLog
from streams.transports.kafka_reading import starts
from tests.conformance.transports import kafka_settings
from tests.kafka.team import TYPES, Hand, Ledger, feed, listen, log_of, other, owned, write

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> StreamSettings:
    """An installation of a test's own."""
    return kafka_settings(kafka, topic_prefix)


@pytest.mark.parametrize("chaining", [True, False], ids=["chained", "every edge a hop"])
async def test_workers_join_and_leave_and_nothing_is_lost_or_repeated(settings: StreamSettings, chaining: bool) -> None:
    async with log_of(settings) as log, Hand(settings, chaining=chaining) as first:
        ids = await feed(log, 200)
        async with Hand(settings, chaining=chaining) as second:
            shares = [owned(first.streams), owned(second.streams)]
            ids += await feed(log, 200)
            await first.stop()
            ids += await feed(log, 100)
            ledger = Ledger(log)
            await ledger.until_ended(ids)
            alone = owned(second.streams)

    assert sorted(map(len, shares)) == [2, 2]
    assert shares[0] | shares[1] == alone == {0, 1, 2, 3}
    assert ledger.written == len(ledger.events), "nothing was done twice"
    ledger.verify(ids)


async def test_a_worker_without_partitions_waits_for_one(settings: StreamSettings) -> None:
    alone = settings.model_copy(update={"partitions": 1})
    async with log_of(alone) as log, Hand(alone) as first, Hand(alone) as second:
        before = owned(first.streams), owned(second.streams)
        await first.stop()
        ids = await feed(log, 10)
        ledger = Ledger(log)
        await ledger.until_ended(ids)
        after = owned(second.streams)

    assert (before, after) == (({0}, set()), {0})
    ledger.verify(ids)


async def test_a_killed_workers_executions_end_once(settings: StreamSettings) -> None:
    async with log_of(settings) as log, other("engine", settings) as victim, Hand(settings):
        ledger = Ledger(log)
        ids = await feed(log, 300, per_frame=2)
        while len(ledger.ended) < 50:
            await ledger.read(0.01)
        victim.kill()
        ids += await feed(log, 100)
        await ledger.until_ended(ids)

    ledger.verify(ids)


async def test_a_frozen_worker_writes_nothing_after_another_took_over(settings: StreamSettings) -> None:
    async with log_of(settings) as log, other("write", settings) as frozen:
        await asyncio.sleep(0.5)
        frozen.send_signal(signal.SIGSTOP)
        async with writer(settings) as streams:
            everything = owned(streams)
            await asyncio.sleep(0.5)
            frozen.send_signal(signal.SIGCONT)
            async with asyncio.timeout(30):
                while len(owned(streams)) != 2:  # noqa: ASYNC110 nobody tells that the other one is back
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
        frozen.kill()
        written = await rows_of(log)

    assert everything == {0, 1, 2, 3}
    assert len({writer for rows in written.values() for _, writer in rows}) == 2
    for rows in written.values():
        assert len({generation for generation, _ in rows}) >= 3
        assert rows == sorted(rows, key=lambda row: row[0]), "no row of a generation lies after one of a later one"


async def test_giving_back_during_recovery_leaves_no_dead_lease(settings: StreamSettings) -> None:
    streams = build_app(settings, TYPES)
    listen(streams)
    table = streams.table(EXECUTIONS)
    recover = table.recover

    async def interrupted(partitions: Iterable[int], alive: Callable[[], bool]) -> None:
        await recover(partitions, alive)
        table.recover = recover  # type: ignore[method-assign]
        member = streams.app.consumer._member
        member.join_again()
        while member._leased:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.001)

    table.recover = interrupted  # type: ignore[method-assign]
    await streams.start()
    try:
        async with asyncio.timeout(20):
            while not all(holds(streams.owner(partition)) for partition in range(4)):  # noqa: ASYNC110 nobody tells
                await asyncio.sleep(0.01)
    finally:
        await streams.stop()


async def test_partitions_that_go_while_it_asks_where_they_begin_stop_nobody(
    settings: StreamSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [build_app(settings, TYPES) for _ in range(2)]
    for each in both:
        listen(each)
    first, second = both
    joining: list[asyncio.Task[None]] = []

    async def meanwhile(link: Link, member: Member, parts: Parts) -> dict[TopicPartition, int]:
        found = await starts(link, member, parts)
        monkeypatch.undo()
        joining.append(asyncio.create_task(second.start()))
        while first.app.consumer._tps.keys() >= parts:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.001)
        return found

    monkeypatch.setattr(kafka_driver, "starts", meanwhile)
    starting = asyncio.create_task(first.start())
    try:
        async with asyncio.timeout(30):
            while not all(any(holds(each.owner(at)) for each in both) for at in range(4)):
                assert not first.app.crashed
                await asyncio.sleep(0.01)
            await asyncio.gather(starting, *joining)
    finally:
        for each in both:
            await each.stop()


def holds(owner: Owner | None) -> bool:
    """Say whether a lease may be acted on."""
    try:
        return owner is not None and owner.check() is None
    except Revoked:
        return False


@asynccontextmanager
async def writer(settings: StreamSettings) -> AsyncIterator[Streams]:
    """Have a worker in this process that does nothing but put rows."""
    streams = build_app(settings, TYPES)
    listen(streams)
    await streams.start()
    writing = asyncio.create_task(write(streams))
    try:
        yield streams
    finally:
        writing.cancel()
        await streams.stop()


async def rows_of(log: KafkaLog) -> dict[int, list[tuple[int, int]]]:
    """Read the generation and the writer of all rows that were put, in their order."""
    topic = table_topic(EXECUTIONS)
    ends = await log.ends(topic)
    reader = await log.reader(topic, sorted(ends), "earliest")
    written: dict[int, list[tuple[int, int]]] = {partition: [] for partition in ends}
    while any(reader.position[partition] < end for partition, end in ends.items()):
        for record in await reader.read(10_000):
            generation, name = (record.value or b"").split()
            written[record.partition].append((int(generation), int(name)))
    await reader.close()
    return written
