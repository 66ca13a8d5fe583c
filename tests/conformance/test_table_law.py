"""The law of tables on every transport: recovery, leases, compaction."""

import asyncio
from typing import Any

import pytest

from schemas.errors import Revoked
from streams.tables import RowCodec
from streams.topics import CATALOG, EXECUTIONS, TABLES, node_topic, table_topic
from streams.transports.protocol import Log
from tests.conformance.transports import PARTITIONS, Installation, listen, read_all, until

ALPHA, BETA = node_topic("alpha"), node_topic("beta")
ALL = range(PARTITIONS)


async def test_tables_come_back(installation: Installation) -> None:
    decoded: list[bytes] = []

    def decode(data: bytes) -> str:
        decoded.append(data)
        return data.decode()

    codecs = {EXECUTIONS: RowCodec(encode=str.encode, decode=decode)}
    streams = installation.worker(codecs)
    listen(streams, BETA)
    await streams.start()
    table = streams.table(EXECUTIONS)
    for partition in ALL:
        owner = streams.owner(partition)
        assert owner is not None
        table.put(owner, f"kept-{partition}", "old")
        table.put(owner, f"kept-{partition}", "new")
        table.put(owner, f"gone-{partition}", "x")
        await table.drop(owner, f"gone-{partition}")
    before = {partition: dict(table.rows(partition)) for partition in ALL}
    await streams.stop()

    streams = installation.worker(codecs)
    listen(streams, BETA)
    await streams.start()
    table = streams.table(EXECUTIONS)
    eager = list(decoded)
    after = {partition: dict(table.rows(partition)) for partition in ALL}
    await streams.stop()

    assert before == after == {partition: {f"kept-{partition}": "new"} for partition in ALL}
    assert eager == []
    assert len(decoded) == PARTITIONS


async def test_tables_are_there_when_partitions_are_given_and_gone_after(installation: Installation) -> None:
    streams = installation.worker()
    listen(streams, BETA)
    await streams.start()
    owner = streams.owner(3)
    assert owner is not None
    await streams.table(EXECUTIONS).put(owner, "k", b"v")
    await streams.stop()

    told: list[tuple[str, set[int], bytes | None]] = []
    streams = installation.worker()
    listen(streams, BETA)
    table = streams.table(EXECUTIONS)
    streams.on_assigned(lambda partitions: told.append(("assigned", partitions, table.get("k"))))
    streams.on_revoked(lambda partitions: told.append(("revoked", partitions, table.get("k"))))
    await streams.start()
    owner = streams.owner(3)
    assert owner is not None
    owner.check()
    await streams.stop()

    assert told == [("assigned", set(ALL), b"v"), ("revoked", set(ALL), b"v")]
    assert table.get("k") is None
    with pytest.raises(Revoked):
        table.put(owner, "k", b"w")


async def test_streams_begin_after_tables_are_recovered(installation: Installation) -> None:
    streams = installation.worker()
    listen(streams, BETA)
    await streams.start()
    owner = streams.owner(0)
    assert owner is not None
    await asyncio.gather(*(streams.table(EXECUTIONS).put(owner, f"k{n}", b"v") for n in range(2000)))
    await streams.log.send(ALPHA, 0, b"x")
    await streams.stop()

    streams = installation.worker()
    listen(streams, BETA)
    seen: list[int] = []

    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            seen.append(streams.table(EXECUTIONS).count(0))
            event.ack()

    streams.app.agent(streams.topic(ALPHA))(agent)
    await streams.start()
    await until(lambda: bool(seen))
    await streams.stop()

    assert seen == [2000]


async def test_a_compacted_topic_keeps_the_last_record_of_a_key(installation: Installation) -> None:
    streams = installation.worker()
    topic = table_topic("timers")
    for n in range(500):
        streams.log.send(topic, 0, b"%d" % n, key=b"key-%d" % (n % 5))
    await streams.log.send(topic, 0, None, key=b"key-0")
    await installation.tidy(streams)
    await streams.stop()

    streams = installation.worker()
    found = await compacted(streams.log, topic, at_once=installation.compacts)
    ends = await streams.log.ends(topic)
    await streams.stop()

    assert found == {b"key-%d" % n: b"%d" % (495 + n) for n in range(1, 5)}
    assert ends[0] == 501


async def compacted(log: Log, topic: str, *, at_once: bool) -> dict[bytes | None, bytes | None]:
    reader = await log.reader(topic, [0], "earliest")
    ends = await log.ends(topic)
    found: dict[bytes | None, bytes | None] = {}
    count = 0
    while reader.position[0] < ends[0]:
        for record in await reader.read():
            count += 1
            found[record.key] = record.value
    await reader.close()
    assert count == len(found) or not at_once, "superseded records are gone"
    return {key: value for key, value in found.items() if value is not None}


async def test_the_catalog_table_is_the_catalog_topic(installation: Installation) -> None:
    streams = installation.worker({"catalog": RowCodec(encode=bytes, decode=bytes)})
    listen(streams, BETA)
    await streams.start()
    owner = streams.owner(0)
    assert owner is not None
    await streams.table("catalog").put(owner, "w1", b"snapshot")

    (record,) = await read_all(streams.log, CATALOG, 1)
    await streams.stop()

    assert (record.partition, record.key, record.value) == (0, b"w1", b"snapshot")


async def test_every_table_has_a_topic(installation: Installation) -> None:
    streams = installation.worker()

    ends = {name: await streams.log.ends(table_topic(name)) for name in TABLES}
    await streams.stop()

    assert all(set(found) == set(ALL) for found in ends.values())
