"""A broker that makes topics when a client asks: the trigger asks where its option says so, and only there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient

from ops.kafka.cluster import LocalKafka
from ops.kafka.runtime import Runtime
from streams.app import Streams, build_app
from tests.kafka.feeding import Source
from tests.kafka.test_ingesting import SETTINGS, TYPES, drawn, ingesting, published, until
from tests.streams.ingested import Starts

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
async def streams() -> AsyncIterator[Streams]:
    """Streams on a log in memory."""
    streams = build_app(SETTINGS, TYPES)
    yield streams
    await streams.log.close()  # type: ignore[attr-defined]


async def test_the_trigger_has_its_topic_made_where_its_option_says_so(
    kafka_runtime: Runtime, tmp_path: Path, streams: Streams
) -> None:
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
