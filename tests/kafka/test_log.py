"""The log on real brokers, where they differ from an embedded log: they move, fall silent, and have holes.

Flow: sender → brokers that come and go → fetchers.
"""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from ops.kafka.cluster import LocalKafka
from schemas.errors import DefectError, OperationalError, Overloaded
from streams.settings import StreamSettings
from streams.topics import CATALOG, EVENTS, REPLIES, TRIGGERS
from streams.transports.kafka_log import RECORD_MAX, KafkaLog
from tests.conformance.transports import kafka_settings, read_all
from tests.kafka.team import TOPICS, Hand, Ledger, feed, log_of

pytestmark = pytest.mark.timeout(120)
ALL = range(4)


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> StreamSettings:
    """An installation of a test's own."""
    return kafka_settings(kafka, topic_prefix)


@pytest.fixture
async def log(settings: StreamSettings) -> AsyncIterator[KafkaLog]:
    """A log with its topics."""
    async with log_of(settings) as made:
        yield made


async def test_the_largest_record_that_is_taken_passes(log: KafkaLog) -> None:
    value = b"x" * (RECORD_MAX - 128)
    await asyncio.gather(*(log.send(EVENTS, 0, value) for _ in range(3)))

    found = await read_all(log, EVENTS, 3)

    assert [record.value for record in found] == [value] * 3


async def test_too_much_at_once_is_refused_and_later_taken(settings: StreamSettings) -> None:
    async with log_of(settings.model_copy(update={"pending_bytes": 1 << 20})) as log:
        sent = [log.send(EVENTS, n % 4, b"x" * 100_000) for n in range(10)]
        with pytest.raises(Overloaded):
            log.send(EVENTS, 0, b"x" * 100_000)
        offsets = await asyncio.gather(*sent)
        offset = await log.send(EVENTS, 0, b"y")

    assert sorted(offsets) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]
    assert offset == 3


async def test_a_record_that_cannot_be_written_fails_in_time() -> None:
    log = KafkaLog(kafka_settings("127.0.0.1:1", "x-"), TOPICS)
    began = time.monotonic()

    outcomes = await asyncio.gather(*(log.send(EVENTS, n % 4, b"x") for n in range(8)), return_exceptions=True)
    took = time.monotonic() - began
    with pytest.raises(OperationalError, match="could not reach"):
        await log.ends(EVENTS)
    await log.close()

    assert [type(outcome) for outcome in outcomes] == [OperationalError] * 8
    assert took < 6.0, "no longer than a session"
    with pytest.raises(OperationalError, match="closed"):
        log.send(EVENTS, 0, b"x")


@pytest.mark.parametrize(
    ("topic", "partition"), [pytest.param("millrace.other", 0, id="topic"), pytest.param(EVENTS, 4, id="partition")]
)
async def test_what_does_not_exist_is_our_mistake(log: KafkaLog, topic: str, partition: int) -> None:
    with pytest.raises(DefectError, match="no partition"):
        log.send(topic, partition, b"x")
    with pytest.raises(DefectError, match="no partition"):
        await log.reader(topic, [partition], "earliest")


async def test_a_compacted_topic_takes_no_record_without_a_key(log: KafkaLog) -> None:
    with pytest.raises(DefectError, match="needs a key"):
        log.send(CATALOG, 0, b"x")


async def test_a_reader_comes_to_an_end_that_is_no_record(log: KafkaLog, kafka: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=log.names.prefix)
    async with producer, producer.transaction():
        await producer.send(log.part(EVENTS, 0).topic, b"x", partition=0)
    reader = await log.reader(EVENTS, [0], "earliest")

    async with asyncio.timeout(10):
        found = await reader.read()
        while reader.position[0] < 2:
            found += await reader.read(wait_seconds=0.1)

    assert [record.value for record in found] == [b"x"]
    assert await log.ends(EVENTS) == {0: 2, 1: 0, 2: 0, 3: 0}


@pytest.mark.parametrize("compression", ["gzip", "snappy", "lz4", "zstd"])
async def test_what_others_compressed_is_read(log: KafkaLog, kafka: str, compression: str) -> None:
    values = [b"%d" % n * 50 for n in range(100)]
    async with AIOKafkaProducer(bootstrap_servers=kafka, compression_type=compression) as producer:
        await asyncio.gather(*[await producer.send(log.part(TRIGGERS, 1).topic, v, partition=1) for v in values])

    found = await read_all(log, TRIGGERS, 100)

    assert [record.value for record in found] == values


async def test_a_reader_goes_on_where_records_were_taken_away_from_it(log: KafkaLog, kafka: str) -> None:
    await asyncio.gather(*(log.send(EVENTS, 2, b"%d" % n) for n in range(10)))
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.delete_records({log.part(EVENTS, 2): RecordsToDelete(7)})
    await admin.close()

    found = await read_all(log, EVENTS, 3, {0: 0, 1: 0, 2: 1, 3: 0})

    assert [record.value for record in found] == [b"7", b"8", b"9"]


async def test_a_reader_that_waits_holds_back_nobody(log: KafkaLog) -> None:
    slow = await log.reader(EVENTS, ALL, "earliest")
    fast = await log.reader(EVENTS, ALL, "earliest")
    value = b"x" * 100_000
    for _ in range(40):
        await asyncio.gather(*(log.send(EVENTS, number, value) for number in ALL))
    count = 0
    async with asyncio.timeout(20):
        while count < 160:
            count += len(await fast.read())
        late = [record for _ in range(160) for record in await slow.read(1)]

    assert {number: sum(r.partition == number for r in late) for number in ALL} == dict.fromkeys(ALL, 40)
    assert all(record.value == value for record in late)


async def test_group_members_share_partitions_and_take_over(log: KafkaLog) -> None:
    first = await log.group([EVENTS, REPLIES], "pair")
    second = await log.group([EVENTS, REPLIES], "pair")
    await asyncio.gather(*(log.send(EVENTS, n % 4, b"%d" % n) for n in range(40)))
    got: list[set[tuple[int, int]]] = [set(), set()]
    async with asyncio.timeout(20):
        while len(got[0]) < 20 or len(got[1]) < 20:
            for mine, reader in zip(got, (first, second), strict=True):
                mine |= {(record.partition, record.offset) for record in await reader.read(wait_seconds=0.1)}
        await first.close()
        taken: set[tuple[int, int]] = set()
        while len(taken) < 40:
            taken |= {(record.partition, record.offset) for record in await second.read(wait_seconds=0.1)}
        with pytest.raises(OperationalError, match="could not commit"):
            await first.commit({(EVENTS, 0): 1})
    await second.close()

    assert [{partition for partition, _ in mine} for mine in got] in ([{0, 1}, {2, 3}], [{2, 3}, {0, 1}])
    assert taken == got[0] | got[1]


async def test_every_write_is_there_once_when_a_broker_dies(kafka_cluster: LocalKafka) -> None:
    settings = kafka_settings(kafka_cluster.bootstrap, "dies-", session_timeout=10.0)
    async with log_of(settings) as log:
        reading = asyncio.create_task(read_all_at_last(log))
        sent: dict[bytes, asyncio.Future[int]] = {}
        for n in range(300):
            value = b"%d" % n
            sent[value] = log.send(EVENTS, n % 4, value)
            if n == 100:
                await asyncio.gather(*sent.values())
                await kafka_cluster.kill_broker(log.link.leader(log.part(EVENTS, 0)))
            await asyncio.sleep(0.002)
        outcomes = dict(zip(sent, await asyncio.gather(*sent.values(), return_exceptions=True), strict=True))
        await log.send(EVENTS, 0, b"last")
        seen = await asyncio.wait_for(reading, 20)

    written = {value: outcome for value, outcome in outcomes.items() if isinstance(outcome, int)}
    for partition in ALL:
        mine = [(offset, value) for offset, value in seen[partition] if value != b"last"]
        assert [offset for offset, _ in mine] == sorted(offset for offset, _ in mine)
        durable = [value for value in written if int(value) % 4 == partition]
        assert [value for _, value in mine if value in written] == durable, "each once, in order"
        assert all(written[value] == offset for offset, value in mine if value in written)
    assert len(written) > 200


async def read_all_at_last(log: KafkaLog) -> dict[int, list[tuple[int, bytes]]]:
    """Read until the record "last", then to the ends."""
    reader = await log.reader(EVENTS, ALL, "earliest")
    seen: dict[int, list[tuple[int, bytes]]] = {number: [] for number in ALL}
    ends: dict[int, int] | None = None
    while ends is None or any(reader.position[number] < end for number, end in ends.items()):
        for record in await reader.read(wait_seconds=0.2):
            seen[record.partition].append((record.offset, record.value or b""))
            if record.value == b"last":
                ends = await log.ends(EVENTS)
    return seen


async def test_work_goes_on_when_the_groups_broker_dies_and_comes_back(kafka_cluster: LocalKafka) -> None:
    settings = kafka_settings(kafka_cluster.bootstrap, "goes-on-")
    async with log_of(settings) as log, Hand(settings) as hand, Hand(settings):
        ledger = Ledger(log)
        ids = await feed(log, 100)
        coordinator = hand.streams.app.consumer.coordinator
        await kafka_cluster.kill_broker(coordinator)
        ids += await patiently(log, 50)
        await kafka_cluster.start_broker(coordinator)
        ids += await patiently(log, 50)
        await ledger.until_ended(ids)

    ledger.verify(ids, more=True)


async def patiently(log: KafkaLog, count: int) -> list[str]:
    """Feed one by one, as gateways do; what was refused is not counted, though it may have been written."""
    ids: list[str] = []
    while len(ids) < count:
        try:
            ids += await feed(log, 1)
        except OperationalError:
            await asyncio.sleep(0.1)
    return ids
