"""Topics on a real broker: made once, checked at every start, and named where they differ.

Flow: settings → **kafka_topics** → cluster.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.clock import follow, shift
from schemas.errors import OperationalError, UserError
from streams.app import build_app
from streams.settings import StreamSettings
from streams.topics import EVENTS, all_topics, node_topic
from streams.transports import kafka_topics
from tests.conformance.transports import kafka_settings
from tests.kafka.team import listen, log_of, owned

TOPICS = all_topics(["begin"])


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> StreamSettings:
    """An installation of a test's own."""
    return kafka_settings(kafka, topic_prefix)


async def administer(settings: StreamSettings, method: str, *args: Any) -> Any:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.broker.removeprefix("kafka://"))
    await admin.start()
    try:
        return await getattr(admin, method)(*args)
    finally:
        await admin.close()


async def differs(settings: StreamSettings) -> list[kafka_topics.Difference]:
    """Wait until a change can be seen."""
    async with asyncio.timeout(10):
        while not (found := await kafka_topics.check(settings, TOPICS)):  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.05)
    return found


async def test_topics_are_made_as_wanted_and_then_left_alone(settings: StreamSettings) -> None:
    missing = await kafka_topics.check(settings, TOPICS)
    await asyncio.gather(*(kafka_topics.prepare(settings, TOPICS) for _ in range(2)))
    states = {
        state.name.removeprefix(settings.prefix): state for state in await kafka_topics.describe(settings, TOPICS)
    }

    assert [each.what for each in missing] == ["existence"] * len(TOPICS)
    assert await kafka_topics.check(settings, TOPICS) == []
    assert await kafka_topics.create(settings, TOPICS) == []
    assert {state.partitions for state in states.values()} == {4}
    assert states["catalog"].config["cleanup.policy"] == "compact"
    assert states["node.begin"].config["retention.ms"] == str(7 * 86_400_000)
    assert states["replies"].config["retention.ms"] == "60000"


async def test_the_cluster_says_how_many_partitions_there_are(settings: StreamSettings) -> None:
    await kafka_topics.prepare(settings, TOPICS)
    other = settings.model_copy(update={"partitions": 24})

    found = await kafka_topics.prepare(other, all_topics(["begin", "later"]))
    streams = build_app(other, ["begin"])
    listen(streams)
    with pytest.raises(UserError, match="has 4 partitions, not 24"):
        await streams.start()
    await streams.stop()

    assert found.partitions == 4
    assert {state.partitions for state in await kafka_topics.describe(found, all_topics(["later"]))} == {4}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        pytest.param("partitions", r'events" has partitions 6, not 4', id="partitions"),
        pytest.param("cleanup", r'events" has cleanup.policy compact, not delete', id="cleanup"),
        pytest.param("size", r'events" has max.message.bytes 1000, not 1200000', id="size of records"),
        pytest.param("replication", r'node.begin" has replication 1, not 3', id="replication"),
    ],
)
async def test_what_differs_is_named(settings: StreamSettings, change: str, text: str) -> None:
    await kafka_topics.prepare(settings, TOPICS)
    events = f"{settings.prefix}events"
    config = {"cleanup": {"cleanup.policy": "compact"}, "size": {"max.message.bytes": "1000"}}
    if change == "partitions":
        await administer(settings, "create_partitions", {events: NewPartitions(6)})
    elif change in config:
        resource = ConfigResource(ConfigResourceType.TOPIC, events, config[change])
        await administer(settings, "alter_configs", [resource])
    else:
        settings = settings.model_copy(update={"replication": 3})
    await differs(settings)

    with pytest.raises(UserError, match=text):
        await kafka_topics.prepare(settings, TOPICS)


async def test_what_an_operator_tuned_is_told_and_no_trouble(settings: StreamSettings) -> None:
    await kafka_topics.prepare(settings, TOPICS)
    tuned = {"retention.ms": "1000", "max.message.bytes": "5000000", "message.timestamp.type": "LogAppendTime"}
    resource = ConfigResource(ConfigResourceType.TOPIC, f"{settings.prefix}events", tuned)
    await administer(settings, "alter_configs", [resource])
    found = await differs(settings)
    await kafka_topics.prepare(settings, TOPICS)

    assert [(each.what, each.found, each.serious) for each in found] == [("retention.ms", "1000", False)]


async def test_lag_is_what_was_not_committed(settings: StreamSettings) -> None:
    async with log_of(settings) as log:
        group = await log.group([EVENTS], "history")
        await asyncio.gather(*(log.send(EVENTS, 1, b"x") for _ in range(7)))
        await group.commit({(EVENTS, 1): 5})
        await group.close()
        rows = await kafka_topics.lag(settings, TOPICS)

    assert rows == [kafka_topics.Lag(f"{settings.prefix}history", f"{settings.prefix}events", 1, 5, 7)]


async def test_what_nobody_ever_committed_is_behind_as_well(settings: StreamSettings) -> None:
    async with log_of(settings) as log:
        await asyncio.gather(*(log.send(node_topic("begin"), 2, b"x") for _ in range(3)))
        rows = await kafka_topics.lag(settings, TOPICS)

    assert rows == [kafka_topics.Lag(settings.app_id, f"{settings.prefix}node.begin", 2, 0, 3)]


async def test_a_worker_of_another_release_is_refused(settings: StreamSettings) -> None:
    old, new = build_app(settings, ["begin"]), build_app(settings, ["begin", "added"])
    listen(old)
    listen(new)
    listen(new, node_topic("added"))
    failed: list[BaseException] = []
    new.on_failed(failed.append)
    await old.start()

    with pytest.raises(OperationalError, match="could not start"):
        await new.start()
    await new.stop()
    async with asyncio.timeout(10):
        while owned(old) != {0, 1, 2, 3}:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.05)
    await old.stop()

    assert "it reads " + f"{settings.prefix}node.added" in str(failed[0])


async def test_a_cluster_that_is_away_is_named() -> None:
    settings = kafka_settings("127.0.0.1:1", "x-")

    with pytest.raises(OperationalError, match=r"127\.0\.0\.1:1"):
        await kafka_topics.prepare(settings, TOPICS)


async def test_a_strange_topic_of_the_same_prefix_is_no_trouble(settings: StreamSettings) -> None:
    await administer(settings, "create_topics", [NewTopic(f"{settings.prefix}strange", 1, 1)])
    async with log_of(settings) as log:
        offset = await log.send(EVENTS, 3, b"x")

    assert offset == 0
    assert log.part(EVENTS, 3) == TopicPartition(f"{settings.prefix}events", 3)


async def test_a_clock_that_is_ahead_of_the_brokers_keeps_nobody_from_writing(
    settings: StreamSettings, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    shift(clock, 5 * 3_600_000)
    follow(clock)
    try:
        async with log_of(settings) as log:
            offset = await log.send(EVENTS, 0, b"from the future")
    finally:
        follow(None)

    assert offset == 0
