"""Writing starts: durable when told so, written again where the log refuses, never past a fence."""

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec
import pytest

from schemas.errors import OperationalError, Overloaded, Revoked, UserError
from schemas.identifiers import partition_of
from schemas.item import Item
from streams.ingest import INLINE_BYTES, RAW_MAX, Fence, Ingest, Opening, send_start, start_id
from streams.settings import StreamSettings
from streams.topics import TRIGGERS
from streams.transports.broker import Broker
from streams.transports.embedded import open_broker
from streams.transports.protocol import Record
from tests.streams.ingested import PARTITIONS, TARGET, TOPICS, Blobs, Starts, forever, given_away

RECORD = Record("orders", 3, 42, b"k", b'{"n":1}', (("a", b"b"),), 5)


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    broker = open_broker(StreamSettings(partitions=PARTITIONS), TOPICS)
    yield broker
    await broker.close()


def ingest(log: Broker, blobs: Blobs | None = None) -> Ingest:
    return Ingest(log, (blobs or Blobs()).put, PARTITIONS)


def opening(number: int, text: str = "") -> Opening:
    items = [Item({"n": number, "text": text})]
    return Opening(TARGET, start_id(("w", number), PARTITIONS), str(number), items, RECORD, len(text))


async def test_a_start_is_on_the_log_when_it_was_begun(broker: Broker) -> None:
    await ingest(broker).begin([opening(number) for number in range(300)], forever())

    starts = await Starts(broker).until(300)
    assert sorted(each["n"] for [each] in starts.json) == list(range(300))
    first = starts.tasks[0]
    assert (first.workflow, first.version, first.node) == ("w", "v1", "Start")
    assert first.start is not None
    assert (first.start.mode, first.start.keep_seconds) == ("trigger", 86_400)
    assert starts.partitions == {name: partition_of(name, PARTITIONS) for name in starts.partitions}


async def test_large_items_go_by_reference(broker: Broker) -> None:
    blobs = Blobs()

    await ingest(broker, blobs).begin([opening(1, "x" * INLINE_BYTES), opening(2, "x" * 100)], forever())

    starts = await Starts(broker).until(2)
    [large] = [task.start for task in starts.tasks if task.start and task.start.blob]
    assert large.items is None
    assert msgspec.json.decode(blobs.kept[large.blob or ""]) == [{"json": {"n": 1, "text": "x" * INLINE_BYTES}}]
    assert [each["n"] for items in starts.json for each in items] == [2]


class Moody(Broker):
    """A log that refuses some writes, then takes them."""

    refusals: list[Exception] = []

    def send(self, *args, **more):  # type: ignore[no-untyped-def]
        if self.refusals:
            raise self.refusals.pop()
        return super().send(*args, **more)


REFUSALS = [
    pytest.param([OperationalError("away")], 0, id="the log is away"),
    pytest.param([Overloaded("full"), Overloaded("full")], 0, id="the log is full"),
    pytest.param([UserError("too large")], 1, id="what the log will never take is buried"),
]


@pytest.mark.parametrize(("refusals", "buried"), REFUSALS)
async def test_what_the_log_refuses_is_written_again(refusals: list[Exception], buried: int) -> None:
    broker = Moody(TOPICS, PARTITIONS)
    broker.refusals = list(refusals)

    await ingest(broker).begin([opening(1)], forever())

    starts = await Starts(broker).until(1 - buried, buried)
    assert [letter.reason for letter in starts.letters] == ["too large"] * buried
    await broker.close()


async def test_nothing_is_written_of_records_that_were_given_away(broker: Broker) -> None:
    with pytest.raises(OperationalError):
        await ingest(broker).begin([opening(1)], given_away())

    assert (await Starts(broker).settle()).tasks == []


async def test_a_fence_asks_for_a_new_proof_when_the_old_one_is_too_old() -> None:
    proofs: list[float] = []

    async def prove() -> None:
        proofs.append(time.monotonic())

    fence = Fence(3600, prove)

    (await fence.renew()).check()
    (await fence.renew()).check()
    assert len(proofs) == 1

    fence.proved(time.monotonic() - 2000)  # more than half of it is over
    (await fence.renew()).check()
    assert len(proofs) == 2


async def test_a_lease_ends_with_its_proof() -> None:
    fence = forever()
    lease = await fence.renew()
    fence.proved(time.monotonic() - 3601)

    with pytest.raises(Revoked):
        lease.check()


async def test_a_buried_record_keeps_what_it_was(broker: Broker) -> None:
    record = msgspec.structs.replace(RECORD, value=b"x" * (RAW_MAX + 1))

    await ingest(broker).bury(record, UserError("the value is not JSON"), TARGET)

    [letter] = (await Starts(broker).until(0, 1)).letters
    assert (letter.topic, letter.partition, letter.offset, letter.reason) == ("orders", 3, 42, "the value is not JSON")
    assert letter.headers == [("a", b"b")]
    assert letter.raw == b"x" * RAW_MAX
    assert letter.task is not None
    assert (letter.task.workflow, letter.task.node) == ("w", "Start")


def test_an_id_is_a_digest_of_where_the_record_was():
    one = start_id(("w", "Start", "cluster", "orders", 3, 42), PARTITIONS)

    assert one == start_id(("w", "Start", "cluster", "orders", 3, 42), PARTITIONS)
    assert one != start_id(("w", "Start", "cluster", "orders", 3, 43), PARTITIONS)


@pytest.mark.parametrize("partitions", [1, 8, 24])
def test_ids_with_a_home_live_there(partitions: int):
    ids = [start_id(("w", offset), partitions, "customer-7") for offset in range(50)]

    assert {partition_of(each, partitions) for each in ids} == {partition_of("customer-7", partitions)}
    assert len(set(ids)) == 50


async def test_a_start_can_be_sent_as_producers_do(broker: Broker) -> None:
    await asyncio.gather(
        send_start(broker, "w", {"n": 1}, partitions=PARTITIONS, key="k-1"),
        send_start(broker, "w", b"[1, 2]", partitions=PARTITIONS),
    )

    reader = await broker.reader(TRIGGERS, range(PARTITIONS), "earliest")
    found = sorted((record.value, record.headers) for record in await reader.read(10, 1.0))
    assert found == [
        (b"[1, 2]", (("workflow", b"w"),)),
        (b'{"n":1}', (("workflow", b"w"), ("idempotency-key", b"k-1"))),
    ]
