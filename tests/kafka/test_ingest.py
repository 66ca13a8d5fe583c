"""Topics of a real Kafka start executions: each record once, whatever stops, is killed or cannot be decoded."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from confluent_kafka import Producer

from schemas.identifiers import partition_of
from streams.ingest import Ingest
from streams.ingest_topic import PublicTopic
from streams.settings import StreamSettings
from streams.topics import TRIGGERS
from streams.transports.broker import Broker
from streams.transports.embedded import open_broker
from streams.transports.kafka_log import KafkaLog
from streams.transports.kafka_topics import prepare
from tests.conformance.transports import kafka_settings
from tests.kafka.feeding import Source, running, victim
from tests.streams.ingested import PARTITIONS, TOPICS, Blobs, Starts, view_of, workflow

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
async def log() -> AsyncIterator[Broker]:
    """A log of ours in this process, which takes what comes from elsewhere."""
    broker = open_broker(StreamSettings(partitions=PARTITIONS), TOPICS)
    yield broker
    await broker.close()


@pytest.fixture
def source(kafka: str, topic_prefix: str) -> Source:
    return Source(kafka, topic_prefix)


@pytest.fixture
async def theirs(kafka: str, topic_prefix: str) -> AsyncIterator[KafkaLog]:
    """A log of ours on the real broker."""
    settings = kafka_settings(kafka, f"{topic_prefix}ours.")
    await prepare(settings, TOPICS)
    log = KafkaLog(settings, TOPICS)
    yield log
    await log.close()


def numbers(starts: Starts) -> Counter[int]:
    """Count how often each record was in an execution."""
    return Counter(each["message"]["n"] for items in starts.json for each in items)


def seen(starts: Starts) -> set[int]:
    """Say which records were in a start, be it a repeated one."""
    return {item.json["message"]["n"] for task in starts.tasks if task.start for item in task.start.items or []}


async def test_each_record_starts_one_execution_while_the_ingest_comes_and_goes(log: Broker, source: Source) -> None:
    topic = source.topic()
    settings = source.settings(topic)
    await asyncio.to_thread(source.send, topic, ({"n": number} for number in range(10_000)))
    starts, chance = Starts(log), random.Random(4)

    for crash in (True, False, True, True):
        async with running(settings, log, crash=crash):
            wanted = len(starts.executions) + chance.randrange(200, 2000)
            await starts.until(wanted)
    async with running(settings, log), running(settings, log):
        await starts.until(10_000)
    await starts.settle()

    assert numbers(starts) == Counter(range(10_000))
    assert len(starts.executions) == 10_000
    assert starts.repeated_alike()
    assert starts.letters == []


async def test_what_was_begun_and_committed_comes_no_more(log: Broker, source: Source) -> None:
    topic = source.topic()
    settings = source.settings(topic)
    source.send(topic, [{"n": number} for number in range(100)])
    async with running(settings, log):
        await Starts(log).until(100)
    source.send(topic, [{"n": 100}])
    async with running(settings, log):
        starts = await Starts(log).until(101)

    assert len(starts.tasks) == 101


async def test_batches_are_cut_alike_after_a_kill(theirs: KafkaLog, source: Source) -> None:
    """The first reader cuts by time, as records come; the second finds the same records, and many more behind them."""
    topic = source.topic(partitions=2)
    settings = source.settings(topic, batch=40, wait_seconds=0.05)
    starts, chance = Starts(theirs), random.Random(5)
    sent = 0

    async with victim(theirs.settings, settings) as process:
        while process.returncode is None:
            count = chance.randrange(1, 10)
            await asyncio.to_thread(source.send, topic, [{"n": number} for number in range(sent, sent + count)])
            sent += count
            await starts.read()
    source.send(topic, [{"n": number} for number in range(sent, sent + 500)])
    async with running(settings, theirs):
        while len(seen(starts)) < sent + 500:
            await starts.read()
        await starts.settle()

    assert numbers(starts) == Counter(range(sent + 500))
    assert starts.repeated_alike()
    assert len(starts.tasks) > len(starts.executions), "some were begun again"
    assert {len(items) for items in starts.json} > {40}


async def test_poison_is_buried_and_blocks_nothing(log: Broker, source: Source) -> None:
    topic = source.topic(partitions=1)
    source.send(topic, [{"n": 0}, b"{", {"n": 2}, b"\xff", {"n": 4}], headers=[("trace", b"t-1")])

    async with running(source.settings(topic), log):
        starts = await Starts(log).until(3, 2)

    assert numbers(starts) == Counter([0, 2, 4])
    assert [(letter.topic, letter.offset, letter.raw) for letter in starts.letters] == [
        (topic, 1, b"{"),
        (topic, 3, b"\xff"),
    ]
    assert all("not JSON" in letter.reason for letter in starts.letters)
    assert {tuple(letter.headers) for letter in starts.letters} == {(("trace", b"t-1"),)}


async def test_poison_leaves_the_rest_of_its_batch(log: Broker, source: Source) -> None:
    topic = source.topic(partitions=1)
    source.send(topic, [{"n": 0}, b"{", {"n": 2}, b"{", b"{", b"{"])

    async with running(source.settings(topic, batch=3, wait_seconds=5.0), log):
        starts = await Starts(log).until(1, 4)
        await starts.settle()

    assert [[each["message"]["n"] for each in items] for items in starts.json] == [[0, 2]]


async def test_a_group_that_begins_at_the_end_stays_where_it_began(log: Broker, source: Source) -> None:
    """It reads nothing in its first life; what comes before its second is not passed over."""
    topic = source.topic(partitions=1)
    source.send(topic, [{"n": 0}])
    settings = source.settings(topic, start="latest")
    starts = Starts(log)

    async with running(settings, log) as feed:
        while not await joined(source, settings):  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.05)
        assert feed.trouble is None
    source.send(topic, [{"n": 1}])
    async with running(settings, log):
        await starts.until(1)

    assert numbers(starts) == Counter([1])


async def joined(source: Source, settings: Any) -> bool:
    """Say whether a group has committed something."""
    from confluent_kafka import Consumer, TopicPartition

    asking = Consumer({"bootstrap.servers": source.broker, "group.id": settings.config["group.id"]})
    [found] = await asyncio.to_thread(asking.committed, [TopicPartition(settings.topics[0], 0)], 5)
    asking.close()
    return bool(found.offset >= 0)


async def test_members_of_a_group_share_the_work(log: Broker, source: Source) -> None:
    topic = source.topic(partitions=4)
    settings = source.settings(topic)
    other = open_broker(StreamSettings(partitions=PARTITIONS), TOPICS)
    here, there = Starts(log), Starts(other)

    async with running(settings, log):
        async with running(settings, other):
            sent = 0
            while not (here.tasks and there.tasks):
                source.send(topic, [{"n": number} for number in range(sent, sent + 20)])
                sent += 20
                await asyncio.gather(here.read(), there.read())
            while len(here.executions) + len(there.executions) < sent:
                await asyncio.gather(here.read(), there.read())
        source.send(topic, [{"n": number} for number in range(sent, sent + 100)])
        while len(here.executions) + len(there.executions) < sent + 100:
            await asyncio.gather(here.read(), there.read())

    assert numbers(here).keys() | numbers(there).keys() == set(range(sent + 100))
    await other.close()


async def test_records_of_a_key_begin_in_their_order(log: Broker, source: Source) -> None:
    topic = source.topic(partitions=2)
    for number in range(200):
        source.send(topic, [{"n": number}], key=f"customer-{number % 5}")

    async with running(source.settings(topic, order="key"), log):
        starts = await Starts(log).until(200)

    for customer in range(5):
        key = f"customer-{customer}"
        mine = [task for task in starts.executions.values() if task.start and task.start.items[0].json["key"] == key]  # type: ignore[index]
        given = [task.start.items[0].json["message"]["n"] for task in mine if task.start and task.start.items]
        assert given == sorted(given)
        assert {starts.partitions[task.execution] for task in mine} == {partition_of(key, PARTITIONS)}


async def test_a_topic_that_was_made_anew_is_another_one(log: Broker, source: Source) -> None:
    """Its offsets begin again at 0; they are other records."""
    starts = Starts(log)
    for number in (1, 2):
        topic = source.topic(partitions=1)
        source.send(topic, [{"n": number}])
        async with running(source.settings(topic), log):
            await starts.until(number)
        source.drop(topic)
        await asyncio.sleep(0.5)

    assert numbers(starts) == Counter([1, 2])


async def test_a_topic_that_is_not_there_yet_is_waited_for(log: Broker, source: Source, topic_prefix: str) -> None:
    settings = source.settings(f"{topic_prefix}late")

    async with running(settings, log) as feed:
        while feed.trouble is None:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.02)
        trouble = feed.trouble
        source.send(source.topic("late"), [{"n": 1}])
        starts = await Starts(log).until(1)

    assert "late" in trouble
    assert numbers(starts) == Counter([1])


async def test_any_producer_starts_workflows_through_the_public_topic(theirs: KafkaLog, kafka: str) -> None:
    """Two readers share it, one of them leaves; records of a stranger are buried."""
    view, starts = view_of(*workflow()), Starts(theirs)
    readers = [PublicTopic(theirs, view, Ingest(theirs, Blobs().put, PARTITIONS), 6.0) for _ in range(2)]
    producer = Producer({"bootstrap.servers": kafka})
    topic = theirs.names.wire(TRIGGERS)
    for number in range(1000):
        headers: list[tuple[str, str | bytes | None]] = [("workflow", "w")]
        if number % 2:
            headers.append(("idempotency-key", str(number)))
        for _ in range(1 + number % 2):
            producer.produce(topic, f'{{"n": {number}}}', headers=headers)
    producer.produce(topic, b"{", headers=[("workflow", "w")])
    assert producer.flush(20) == 0

    readers[0].start()
    await starts.until(100)
    readers[1].start()
    await readers[0].stop()
    await starts.until(1000, 1)
    await readers[1].stop()

    found = Counter(each["n"] for items in starts.json for each in items)
    assert found == Counter(range(1000))
    assert len({letter.offset for letter in starts.letters}) == 1
