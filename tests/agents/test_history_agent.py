"""The history agent on a real log and a real history: everything arrives once, nothing blocks.

Flow: agents.history_agent → **test**.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from agents.history_agent import GROUP, HistoryAgent
from ops.clickhouse import migrations
from schemas.events import EventFrame, ExecutionFinished, ExecutionStarted
from schemas.identifiers import new_execution_id
from schemas.task import DeadLetter
from streams.codecs import encode
from streams.settings import StreamSettings
from streams.stores.history import History
from streams.stores.protocol import HistorySettings
from streams.topics import DEAD_LETTERS, EVENTS, all_topics
from streams.transports.broker import Broker
from streams.transports.embedded import open_broker
from streams.transports.kafka_log import KafkaLog
from streams.transports.kafka_topics import lag, prepare
from streams.transports.protocol import Log
from tests.conformance.transports import KAFKA, kafka_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = int(time.time() * 1000)
PARTITIONS = 8
TOPICS = all_topics([])


@pytest.fixture(scope="module", params=["memory", KAFKA])
def kind(request: pytest.FixtureRequest) -> str:
    """A kind of log; each has a history of its own."""
    return str(request.param)


@pytest.fixture
def settings(kind: str, request: pytest.FixtureRequest) -> StreamSettings:
    """An empty log."""
    if kind != KAFKA:
        return StreamSettings(broker="memory://", partitions=PARTITIONS)
    kafka, prefix = request.getfixturevalue("kafka"), request.getfixturevalue("topic_prefix")
    return kafka_settings(kafka, prefix, partitions=PARTITIONS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def history(kind: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[History]:
    opened = History(HistorySettings(url=f"chdb://{tmp_path_factory.mktemp('history')}"), migrations())
    await opened.start()
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def log(settings: StreamSettings) -> AsyncIterator[Broker | KafkaLog]:
    opened: Broker | KafkaLog
    if settings.broker.startswith("kafka"):
        opened = KafkaLog(await prepare(settings, TOPICS), TOPICS)
    else:
        opened = open_broker(settings, TOPICS)
    yield opened
    await opened.close()


async def test_folds_events_of_all_partitions_and_commits_them(
    log: Log, history: History, settings: StreamSettings
) -> None:
    async with _agent(log, history):
        await asyncio.gather(*(log.send(EVENTS, number % 8, _execution("w-fold")) for number in range(40)))

        await _until(lambda: _count(history, "w-fold"), 40)

    assert await _uncommitted(log, settings) == 0


async def test_goes_on_where_it_stopped(log: Log, history: History) -> None:
    async with _agent(log, history):
        await log.send(EVENTS, 0, _execution("w-resume"))
        await _until(lambda: _count(history, "w-resume"), 1)
    await log.send(EVENTS, 0, _execution("w-resume"))

    async with _agent(log, history):
        await _until(lambda: _count(history, "w-resume"), 2)


async def test_stop_writes_what_was_read(log: Log, history: History, settings: StreamSettings) -> None:
    async with _agent(log, history, linger_seconds=60):
        await log.send(EVENTS, 0, _execution("w-stop"))
        await asyncio.sleep(0.05)

    assert await _count(history, "w-stop") == 1 - await _uncommitted(log, settings)


async def test_undecodable_record_goes_to_dead_letters_and_blocks_nothing(log: Log, history: History) -> None:
    async with _agent(log, history):
        await log.send(EVENTS, 3, _execution("w-dead"))
        offset = await log.send(EVENTS, 3, b"no record of ours \xff")
        await log.send(EVENTS, 3, _execution("w-dead"))

        await _until(lambda: _count(history, "w-dead"), 2)
        await _until(lambda: _letters(history, EVENTS), 1)

    found = await history.query(
        "SELECT partition, offset, raw, reason FROM dead_letters FINAL WHERE topic = {topic:String}", {"topic": EVENTS}
    )
    assert found.rows[0][:3] == [3, offset, "no record of ours \\xff"]
    assert "could not decode" in found.rows[0][3]


async def test_dead_letter_that_does_not_decode_is_kept_and_not_sent_again(log: Log, history: History) -> None:
    async with _agent(log, history):
        await log.send(DEAD_LETTERS, 1, b"junk")
        await log.send(DEAD_LETTERS, 1, encode(DeadLetter("millrace.node.set", 1, 7, "why", NOW, raw=b"x")))

        await _until(lambda: _letters(history, DEAD_LETTERS), 1)
        await _until(lambda: _letters(history, "millrace.node.set"), 1)

    assert (await log.ends(DEAD_LETTERS))[1] == 2


async def test_nothing_is_lost_where_the_history_dies_meanwhile(
    log: Log, history: History, settings: StreamSettings
) -> None:
    async with _agent(log, history):
        for number in range(30):
            await log.send(EVENTS, number % 8, _execution("w-killed"))
            if number == 10:
                assert history.pid is not None
                os.kill(history.pid, signal.SIGKILL)
            await asyncio.sleep(0.002)

        await _until(lambda: _count(history, "w-killed"), 30)

    assert await _uncommitted(log, settings) == 0


@asynccontextmanager
async def _agent(log: Log, history: History, linger_seconds: float = 0.01) -> AsyncIterator[None]:
    agent = HistoryAgent(log, history, linger_seconds)
    await agent.start()
    try:
        yield
    finally:
        await agent.stop()


def _execution(workflow: str) -> bytes:
    execution = new_execution_id(NOW)
    started = ExecutionStarted(execution, workflow, "v", NOW, "A")
    return encode(EventFrame([started, ExecutionFinished(execution, workflow, "v", NOW + 1, NOW)]))


async def _count(history: History, workflow: str) -> int:
    return len(await history.executions(workflow=workflow, limit=100))


async def _letters(history: History, topic: str) -> int:
    found = await history.query("SELECT count() FROM dead_letters FINAL WHERE topic = {topic:String}", {"topic": topic})
    return int(found.rows[0][0])


async def _until(count: Callable[[], Awaitable[int]], expected: int) -> None:
    async with asyncio.timeout(30):
        while await count() != expected:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.02)


async def _uncommitted(log: Log, settings: StreamSettings) -> int:
    """Count the records that the agent has not committed."""
    if settings.broker.startswith("kafka"):
        return sum(row.end - row.committed for row in await lag(settings, TOPICS))
    reader = await log.group([EVENTS, DEAD_LETTERS], GROUP)
    records = await reader.read(1000, 0)
    await reader.close()
    return len(records)
