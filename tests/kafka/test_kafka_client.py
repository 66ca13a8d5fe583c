"""Sending to a real Kafka: where records go, what is said of each, and that all tasks share one producer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from nodes.data.kafka import Kafka, kafka
from nodes.data.kafka_client import RealKafka
from nodes.sdk import Item
from nodes.sdk.context import KafkaMessage, KafkaReceipt
from nodes.sdk.harness import Harness
from schemas.errors import NodeError, OperationalError
from schemas.identifiers import partition_of
from tests.kafka.feeding import Source


@pytest.fixture
async def client() -> AsyncIterator[RealKafka]:
    client = RealKafka()
    yield client
    await client.close()


@pytest.fixture
def source(kafka: str, topic_prefix: str) -> Source:
    return Source(kafka, topic_prefix)


def settings(source: Source, **options: Any) -> dict[str, Any]:
    return {"bootstrap.servers": source.broker} | Kafka.model_validate({"options": options}).settings(2)


def read(source: Source, topic: str, partitions: int = 3) -> list[Any]:
    """Read all that is in a topic."""
    consumer = Consumer({"bootstrap.servers": source.broker, "group.id": "nobody", "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, number, 0) for number in range(partitions)])
    found, ended = [], 0
    while ended < partitions:
        for message in consumer.consume(1000, 1.0):
            ended += message.error() is not None
            found += [message] if message.error() is None else []
    consumer.close()
    return found


async def test_the_node_sends_and_says_where(client: RealKafka, source: Source) -> None:
    topic = source.topic()
    params = {"topic": topic, "brokers": source.broker, "useKey": True, "key": "=customer-{{ $json.n % 7 }}"}
    params["headersUi"] = {"headerValues": [{"key": "kind", "value": "order"}]}  # type: ignore[assignment]
    harness = Harness(kafka, kafka=client)  # type: ignore[arg-type]

    results: Any = await harness.run(params, [[Item(json={"n": number}) for number in range(300)]])

    found = {(each.partition(), each.offset()): each for each in await asyncio.to_thread(read, source, topic)}
    assert len(found) == 300
    for number, item in enumerate(results):
        message = found[item.json["partition"], item.json["offset"]]
        assert message.value() == b'{"n":%d}' % number
        assert message.key() == b"customer-%d" % (number % 7)
        assert message.partition() == partition_of(f"customer-{number % 7}", 3)
        assert message.headers() == [("kind", b"order"), ("millrace-task", b"harness/kafka/0/%d" % number)]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_any_compression_can_be_read(client: RealKafka, source: Source, codec: str) -> None:
    topic = source.topic(partitions=1)

    receipts = await client.send(settings(source, compression=codec), [KafkaMessage(topic, b"x" * 5000)] * 20)

    assert receipts == [KafkaReceipt(topic, 0, at) for at in range(20)]
    assert {each.value() for each in await asyncio.to_thread(read, source, topic, 1)} == {b"x" * 5000}


async def test_without_acknowledgement_no_offset_is_known(client: RealKafka, source: Source) -> None:
    topic = source.topic(partitions=1)

    receipts = await client.send(settings(source, acks=False), [KafkaMessage(topic, b"x")])

    assert receipts == [KafkaReceipt(topic, 0, None)]


async def test_tasks_that_send_at_once_share_a_producer(client: RealKafka, source: Source) -> None:
    topic = source.topic()
    how = settings(source)

    sent = await asyncio.gather(*(client.send(how, [KafkaMessage(topic, b"%d" % at)] * 2) for at in range(200)))

    assert (
        len({(each.partition, each.offset) for task in sent for each in task if isinstance(each, KafkaReceipt)}) == 400
    )
    assert len(client._producers) == 1


async def test_each_record_has_its_own_outcome(client: RealKafka, source: Source) -> None:
    topic = source.topic(partitions=1)
    messages = [KafkaMessage(topic, b"a"), KafkaMessage(topic, b"x" * 2_000_000), KafkaMessage(topic, b"b")]

    first, large, last = await client.send(settings(source), messages)

    assert (first, last) == (KafkaReceipt(topic, 0, 0), KafkaReceipt(topic, 0, 1))
    assert isinstance(large, NodeError)


async def test_an_unknown_topic_is_the_nodes_fault(client: RealKafka, source: Source, topic_prefix: str) -> None:
    how = settings(source) | {"topic.metadata.propagation.max.ms": 100, "allow.auto.create.topics": False}

    [outcome] = await client.send(how, [KafkaMessage(f"{topic_prefix}nowhere", b"x")])

    assert isinstance(outcome, NodeError)
    assert outcome.hint


async def test_a_cluster_that_is_away_may_come_back(client: RealKafka) -> None:
    how = Kafka.model_validate({"options": {"timeout": 300}}).settings(2)

    [outcome] = await client.send(how | {"bootstrap.servers": "127.0.0.1:1"}, [KafkaMessage("t", b"x")])

    assert isinstance(outcome, OperationalError)


async def test_settings_that_mean_nothing_are_refused(client: RealKafka) -> None:
    with pytest.raises(NodeError, match="compression"):
        await client.send({"bootstrap.servers": "b:1", "compression.type": "rar"}, [KafkaMessage("t", b"x")])
