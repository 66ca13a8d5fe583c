"""Workflows that read and write topics of a real Kafka: activated, published anew, deactivated, by one worker."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from agents.capabilities import build_capabilities
from agents.ingesting import Ingesting
from agents.settings import WorkerSettings
from agents.worker import build_worker, row_codecs
from nodes.data.kafka import kafka
from nodes.data.kafka_client import RealKafka
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.flow.no_op import no_op
from nodes.sdk import Registry
from nodes.sdk.harness import FakeCredentials
from nodes.triggers.kafka_trigger import kafka_trigger
from ops.kafka.cluster import LocalKafka
from ops.kafka.runtime import Runtime
from schemas.commands import (
    ActivateWorkflow,
    Change,
    CreateWorkflow,
    DeactivateWorkflow,
    PublishWorkflow,
    UpdateWorkflow,
)
from schemas.events import EventFrame, ExecutionFinished
from schemas.vault import CreateCredential
from streams import codecs
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.stores.blobs import open_blobs
from streams.topics import EVENTS
from tests.agents.catalogs import Catalog
from tests.kafka.feeding import SESSION_MS, Source
from tests.nodes.data.registries import AVRO, ORDER, avro, registry
from tests.nodes.graphs import box, graph
from tests.streams.ingested import Blobs, Starts

pytestmark = pytest.mark.timeout(60)

REGISTRY = Registry([kafka_trigger, kafka, no_op])
TYPES = [each.name for each in REGISTRY]
SETTINGS = StreamSettings(partitions=2, commit_interval=0.02)


@pytest.fixture
def source(kafka: str, topic_prefix: str) -> Source:
    return Source(kafka, topic_prefix)


@pytest.fixture
async def streams() -> AsyncIterator[Streams]:
    """Streams on a log in memory; what starts them, if anything, stops them."""
    streams = build_app(SETTINGS, TYPES, row_codecs())
    yield streams
    await streams.log.close()  # type: ignore[attr-defined]


def drawn(source: Source, topic: str, to: str = "", **params: Any) -> dict[str, Any]:
    """Draw a workflow that reads a topic, and sends what it reads to another."""
    given: dict[str, Any] = {"topic": topic, "groupId": f"{topic}.group", "brokers": source.broker}
    given["options"] = {"jsonParseMessage": True, "sessionTimeout": SESSION_MS} | params.pop("options", {})
    sends = box("Out", "kafka", parameters={"topic": to, "brokers": source.broker, "sendInputData": False,
                                            "message": "={{ $json.message.n * 2 }}"})  # fmt: skip
    after = sends if to else box("Out", "noOp")
    return graph(box("In", "n8n-nodes-base.kafkaTrigger", parameters=given | params), after, edges="In>Out")


@asynccontextmanager
async def ingesting(streams: Streams, catalog: Catalog, credentials: Any = None) -> AsyncIterator[Ingesting]:
    """Have subscriptions read, and nothing run."""
    kafka = RealKafka()
    found = Ingesting(streams, catalog.view, Blobs(), lambda _: credentials or FakeCredentials(), kafka)  # type: ignore[arg-type]
    found.start()
    try:
        yield found
    finally:
        await found.stop()
        await kafka.close()


async def until(holds: Callable[[], object]) -> None:
    while not holds():  # noqa: ASYNC110 nobody tells
        await asyncio.sleep(0.02)


def published(workflow: dict[str, Any], *before: Change) -> Catalog:
    catalog = Catalog(REGISTRY)
    for change in before:
        catalog.body(change)
    catalog.body(CreateWorkflow("w", workflow))
    catalog.body(ActivateWorkflow("w"))
    return catalog


async def test_an_active_workflow_is_started_by_records(streams: Streams, source: Source) -> None:
    topic = source.topic()
    source.send(topic, [{"n": number} for number in range(50)])
    starts = Starts(streams.log, "kafkaTrigger", 2)

    async with ingesting(streams, published(drawn(source, topic))):
        await starts.until(50)

    assert sorted(item["message"]["n"] for [item] in starts.json) == list(range(50))
    assert {(task.workflow, task.node) for task in starts.tasks} == {("w", "In")}


async def test_another_version_is_started_and_the_consumer_stays(streams: Streams, source: Source) -> None:
    topic = source.topic(partitions=1)
    workflow = drawn(source, topic)
    catalog, starts = published(workflow), Starts(streams.log, "kafkaTrigger", 2)

    async with ingesting(streams, catalog) as found:
        source.send(topic, [{"n": 1}])
        await starts.until(1)
        running = found._running["w", "In"]
        feed, before = running.feed, running.target.version
        catalog.body(UpdateWorkflow("w", workflow | {"settings": {"executionOrder": "v1"}}))
        catalog.body(PublishWorkflow("w"))
        await until(lambda: running.target.version != before)
        source.send(topic, [{"n": 2}])
        await starts.until(2)
        stayed = found._running["w", "In"].feed is feed

    versions = [task.version for task in starts.tasks]
    known = catalog.view.workflow("w")
    assert stayed
    assert known is not None
    assert versions[0] != versions[1] == known.published


async def test_another_topic_is_another_subscription(streams: Streams, source: Source) -> None:
    first, second = source.topic("first"), source.topic("second")
    source.send(first, [{"n": 1}])
    source.send(second, [{"n": 2}])
    catalog, starts = published(drawn(source, first)), Starts(streams.log, "kafkaTrigger", 2)

    async with ingesting(streams, catalog):
        await starts.until(1)
        catalog.body(UpdateWorkflow("w", drawn(source, second)))
        catalog.body(PublishWorkflow("w"))
        await starts.until(2)

    assert [item["message"]["n"] for [item] in starts.json] == [1, 2]


async def test_an_inactive_workflow_reads_nothing_and_goes_on_where_it_was(streams: Streams, source: Source) -> None:
    topic = source.topic(partitions=1)
    source.send(topic, [{"n": 1}])
    catalog, starts = published(drawn(source, topic)), Starts(streams.log, "kafkaTrigger", 2)

    async with ingesting(streams, catalog) as found:
        await starts.until(1)
        catalog.body(DeactivateWorkflow("w"))
        await until(lambda: not found._running)
        source.send(topic, [{"n": 2}])
        await starts.settle()
        before = len(starts.tasks)
        catalog.body(ActivateWorkflow("w"))
        await starts.until(2)

    assert before == 1
    assert len(starts.tasks) == 2


async def test_a_missing_credential_is_told_and_waited_for(streams: Streams, source: Source) -> None:
    workflow = drawn(source, source.topic(), brokers="")
    workflow["nodes"][0]["credentials"] = {"kafka": {"id": "1", "name": "Ours"}}

    # It was there when the workflow was published, and is gone since.
    async with ingesting(streams, published(workflow, CreateCredential("1", "Ours", "kafka", "seal"))) as found:
        await until(found.troubles)

        assert found.troubles() == {("w", "In"): 'no credential of type "kafka"'}


@pytest.mark.timeout(90)
async def test_the_trigger_has_its_topic_made_where_its_option_says_so(
    kafka_runtime: Runtime, tmp_path: Path, streams: Streams
) -> None:
    """A broker that makes topics does so only for who asks."""
    willing = {"auto.create.topics.enable": "true"}
    async with LocalKafka(tmp_path / "kafka", kafka_runtime, quick=True, settings=willing) as broker:
        source, admin = Source(broker.bootstrap, ""), AdminClient({"bootstrap.servers": broker.bootstrap})

        def known() -> set[str]:
            return {"made", "missed"} & admin.list_topics(timeout=10).topics.keys()

        async with ingesting(streams, published(drawn(source, "missed"))) as found:
            await until(found.troubles)
            told = found.troubles()
            before = known()
        eager = drawn(source, "made", options={"allowAutoTopicCreation": True})
        async with ingesting(streams, published(eager)):
            await until(lambda: known() - before)
            source.send("made", [{"n": 1}])
            starts = await Starts(streams.log, "kafkaTrigger", 2).until(1)

    assert "missed" in told["w", "In"]
    assert before == set()
    assert [item["message"]["n"] for [item] in starts.json] == [1]


async def test_values_are_read_by_their_registry(streams: Streams, source: Source) -> None:
    """Poison is buried; while the registry is away everything waits."""
    topic = source.topic(partitions=1)
    with registry() as known:
        number = known.add("orders-value", "AVRO", AVRO)
        source.send(topic, [avro(number, ORDER | {"id": at}) for at in range(3)] + [b"no frame", avro(99, ORDER)])
        known.status = 503
        workflow = drawn(source, topic, useSchemaRegistry=True, schemaRegistryUrl=known.url)
        starts = Starts(streams.log, "kafkaTrigger", 2)
        async with ingesting(streams, published(workflow)) as found:
            await until(found.troubles)
            nothing = (await starts.settle()).tasks == []
            known.status = 200
            await starts.until(3, 2)

    assert nothing
    assert sorted(item["message"]["id"] for [item] in starts.json) == [0, 1, 2]
    assert sorted(letter.offset for letter in starts.letters) == [3, 4]


async def test_records_go_through_a_workflow_to_another_topic(streams: Streams, source: Source) -> None:
    """The whole worker: every record ends in one execution, and one record of the other topic."""
    topic, to = source.topic("in"), source.topic("out", 1)
    source.send(topic, [{"n": number} for number in range(500)])
    catalog = published(drawn(source, topic, to))
    capabilities, pool = build_capabilities(), JavaScriptPool()
    worker = build_worker(
        streams, REGISTRY, catalog.view, capabilities=capabilities, pool=pool, blobs=open_blobs("memory://"),
        settings=WorkerSettings(),
    )  # fmt: skip
    await streams.start()
    await worker.start()
    try:
        ended = await finished(streams, 500)
    finally:
        await worker.stop()
        await streams.stop()
        await pool.close()
        await capabilities.close()

    assert set(ended.values()) == {"success"}
    sent = await asyncio.to_thread(values, source, to, 500)
    assert Counter(sent) == Counter(b"%d" % (number * 2) for number in range(500))


async def finished(streams: Streams, count: int) -> dict[str, str]:
    """Wait for the ends of executions."""
    reader = await streams.log.reader(EVENTS, range(2), "earliest")
    found: dict[str, str] = {}
    while len(found) < count:
        for record in await reader.read():
            events = codecs.decode(record.value or b"", EventFrame).events
            found |= {each.execution: each.status for each in events if isinstance(each, ExecutionFinished)}
    return found


def values(source: Source, topic: str, count: int) -> list[Any]:
    """Read so many records of a topic, and any that are behind them."""
    consumer = Consumer({"bootstrap.servers": source.broker, "group.id": "nobody"})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found = [message.value() for message in consumer.consume(count, 20)]
    found += [message.value() for message in consumer.consume(10, 0.2)]
    consumer.close()
    return found
