"""The law of every transport's plain face: order, durability, resumption, truncation."""

import asyncio
from collections import defaultdict

import pytest

from schemas.errors import UserError
from streams.topics import CONTROL, EVENTS, REPLIES
from streams.transports.protocol import Record
from tests.conformance.transports import PARTITIONS, Installation, read_all, take

ALL = range(PARTITIONS)


async def test_records_keep_the_order_of_their_partition(installation: Installation) -> None:
    streams = installation.worker()
    sent = [streams.log.send(EVENTS, n % PARTITIONS, b"%d" % n) for n in range(400)]
    offsets = await asyncio.gather(*sent)

    by_partition: dict[int, list[Record]] = defaultdict(list)
    for record in await read_all(streams.log, EVENTS, 400):
        by_partition[record.partition].append(record)
    await streams.stop()

    assert offsets == [n // PARTITIONS for n in range(400)]
    for partition, records in by_partition.items():
        assert [record.offset for record in records] == list(range(100))
        assert [record.value for record in records] == [b"%d" % n for n in range(partition, 400, PARTITIONS)]


async def test_a_record_is_given_back_as_it_was(installation: Installation) -> None:
    streams = installation.worker()
    await streams.log.send(EVENTS, 2, b"v", key=b"k", headers=[("workflow", b"w1")])

    (record,) = await read_all(streams.log, EVENTS, 1)
    await streams.stop()

    assert (record.topic, record.partition, record.offset) == (EVENTS, 2, 0)
    assert (record.key, record.value, record.headers) == (b"k", b"v", (("workflow", b"w1"),))
    assert record.at > 1_600_000_000_000


async def test_a_reader_from_the_end_gets_only_what_comes(installation: Installation) -> None:
    streams = installation.worker()
    await streams.log.send(EVENTS, 0, b"before")
    reader = await streams.log.reader(EVENTS, [0], "latest")
    await streams.log.send(EVENTS, 0, b"after")

    found = await reader.read()
    position = dict(reader.position)
    await streams.stop()

    assert [record.value for record in found] == [b"after"]
    assert position == {0: 2}


async def test_a_reader_begins_where_it_is_told(installation: Installation) -> None:
    streams = installation.worker()
    await asyncio.gather(*(streams.log.send(EVENTS, 1, b"%d" % n) for n in range(10)))

    found = await read_all(streams.log, EVENTS, 3, {0: 0, 1: 7, 2: 0, 3: 0})
    ends = await streams.log.ends(EVENTS)
    await streams.stop()

    assert [record.value for record in found] == [b"7", b"8", b"9"]
    assert ends == {0: 0, 1: 10, 2: 0, 3: 0}


async def test_a_reader_waits_no_longer_than_told(installation: Installation) -> None:
    streams = installation.worker()
    reader = await streams.log.reader(EVENTS, [0], "earliest")

    found = await reader.read(10, 0.01)
    await streams.stop()

    assert found == []


async def test_a_record_over_the_limit_is_refused_before_it_is_sent(installation: Installation) -> None:
    streams = installation.worker()

    with pytest.raises(UserError, match="too large"):
        streams.log.send(EVENTS, 0, b"x" * (1 << 20))
    offset = await streams.log.send(EVENTS, 0, b"y")
    await streams.stop()

    assert offset == 0


async def test_a_group_resumes_from_its_commit(installation: Installation) -> None:
    streams = installation.worker()
    group = await streams.log.group([EVENTS], "history")
    await asyncio.gather(*(streams.log.send(EVENTS, 0, b"%d" % n) for n in range(5)))
    first = await take(group, 5)
    await group.commit({(EVENTS, 0): 3})
    await group.close()
    await streams.stop()

    streams = installation.worker()
    group = await streams.log.group([EVENTS], "history")
    again = await take(group, 2)
    await group.close()
    await streams.stop()

    assert [record.value for record in first] == [b"0", b"1", b"2", b"3", b"4"]
    assert [record.value for record in again] == [b"3", b"4"]


async def test_an_ephemeral_topic_is_durable_at_once(installation: Installation) -> None:
    streams = installation.worker()
    reader = await streams.log.reader(REPLIES, ALL, "latest")

    offset = await streams.log.send(REPLIES, 1, b"reply")
    found = await reader.read()
    await streams.stop()

    assert offset == 0
    assert [record.value for record in found] == [b"reply"]


async def test_nothing_is_truncated_that_a_group_has_not_committed(installation: Installation) -> None:
    streams = installation.worker()
    ahead = await streams.log.group([CONTROL], "ahead")
    behind = await streams.log.group([CONTROL], "behind")
    await asyncio.gather(*(streams.log.send(CONTROL, 0, b"%d" % n) for n in range(100)))
    await ahead.commit({(CONTROL, 0): 90})
    await behind.commit({(CONTROL, 0): 40})
    await installation.tidy(streams)
    await ahead.close()
    await behind.close()

    kept = await read_all(streams.log, CONTROL, 60)
    await streams.stop()
    streams = installation.worker()
    offset = await streams.log.send(CONTROL, 0, b"next")
    again = await read_all(streams.log, CONTROL, 61)
    await streams.stop()

    assert [record.offset for record in kept] == list(range(40, 100))
    assert offset == 100
    assert [record.offset for record in again] == list(range(40, 101))


async def test_offsets_go_on_where_everything_was_truncated(installation: Installation) -> None:
    streams = installation.worker()
    group = await streams.log.group([CONTROL], "one")
    await asyncio.gather(*(streams.log.send(CONTROL, 0, b"x") for _ in range(10)))
    await group.commit({(CONTROL, 0): 10})
    await installation.tidy(streams)
    await group.close()
    await streams.stop()

    streams = installation.worker()
    offset = await streams.log.send(CONTROL, 0, b"y")
    group = await streams.log.group([CONTROL], "one")
    found = await take(group, 1)
    await group.close()
    await streams.stop()

    assert offset == 10
    assert [(record.offset, record.value) for record in found] == [(10, b"y")]
