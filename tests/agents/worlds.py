"""Worlds: a log that outlives its workers, of each kind, and workers on it that die after so many records.

Flow: fixture `world` → **worlds** → test: life of a doomed worker, life of the next, events.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

from agents.worker import Worker
from schemas.events import Event, EventFrame, ExecutionFinished
from schemas.task import Reply, ReplyFrame
from streams import codecs
from streams.app import Streams
from streams.settings import StreamSettings
from streams.topics import EVENTS, REPLIES, all_topics
from streams.transports.broker import Broker
from streams.transports.kafka_log import KafkaLog
from streams.transports.kafka_topics import prepare
from streams.transports.protocol import Log
from tests.agents.mortal import Mortal, MortalKafka

COMMITS = {"never": (False, 0.0), "as it goes": (True, 0.0), "before the next record is durable": (True, 0.006)}
"""Whether a doomed worker's commits count, and how late a record is durable (seconds; in memory alone)."""
HASTE_SECONDS = 0.002
Build = Callable[[Any, StreamSettings], tuple[Streams, Worker]]
LOOK_SECONDS = 0.005
PATIENCE_SECONDS = 60


class World:
    """An installation's log. ``renew`` hides all that was written before: what comes then is a new story."""

    log: Log
    commits, lag_seconds = COMMITS["as it goes"]

    def __init__(self, settings: StreamSettings, node_types: Collection[str]) -> None:
        self.settings = settings
        self.topics = all_topics(sorted(set(node_types)))

    def commit(self, when: str) -> None:
        """Say when what doomed workers did is committed: a key of ``COMMITS``."""
        self.commits, self.lag_seconds = COMMITS[when]
        if self.lag_seconds:
            self.settings = self.settings.model_copy(update={"commit_interval": HASTE_SECONDS})

    async def renew(self) -> None:
        """Begin a new story."""
        raise NotImplementedError

    def mortal(self, budget: int) -> Any:
        """Give a log that dies after so many records."""
        raise NotImplementedError

    def lasting(self) -> Any:
        """Give a log that does not die."""
        raise NotImplementedError

    async def close(self) -> None:
        """End everything."""
        raise NotImplementedError

    async def records(self, topic: str) -> list[bytes]:
        """Give what the story has of a topic so far."""
        reader = await self.log.reader(topic, range(self.settings.partitions), self._since(topic))
        ends = await self.log.ends(topic)
        found: list[bytes] = []
        while any(reader.position[part] < ends[part] for part in reader.position):
            found += [record.value for record in await reader.read(wait_seconds=0.05) if record.value is not None]
        await reader.close()
        return found

    async def events(self) -> list[Event]:
        """Give the story's events, repeated ones too."""
        return [event for data in await self.records(EVENTS) for event in codecs.decode(data, EventFrame).events]

    async def replies(self) -> list[Reply]:
        """Give the story's answers."""
        return [reply for data in await self.records(REPLIES) for reply in codecs.decode(data, ReplyFrame).replies]

    async def until_ended(self, count: int, dead: asyncio.Event | None = None) -> bool:
        """Wait until so many executions have ended, or the worker has died; say whether they ended."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                ended = {e.execution for e in await self.events() if isinstance(e, ExecutionFinished)}
                if len(ended) >= count:
                    return True
                if dead is not None and dead.is_set():
                    return False
                await asyncio.sleep(LOOK_SECONDS)

    @asynccontextmanager
    async def life(self, build: Build, budget: int | None = None) -> AsyncIterator[tuple[Streams, asyncio.Event]]:
        """Have a worker: one that dies after ``budget`` records, or at the latest when this ends, or one that stops."""
        log = self.lasting() if budget is None else self.mortal(budget)
        streams, worker = build(log, self.settings)
        if isinstance(log, MortalKafka):
            log.doom(streams)
        await streams.start()
        await worker.start()
        try:
            yield streams, log.dead if budget is not None else asyncio.Event()
        finally:
            if budget is not None:
                log.dead.set()
            await worker.stop()
            await (streams.stop() if budget is None else streams.app.stop())
            if isinstance(log, KafkaLog):
                await log.close()

    def _since(self, topic: str) -> Any:
        return "earliest"


class InMemory(World):
    """A broker in memory; a new one for each story."""

    async def renew(self) -> None:
        if hasattr(self, "log"):
            await self.close()
        self.log = Broker(self.topics, self.settings.partitions)

    def mortal(self, budget: int) -> Any:
        return Mortal(self.log, budget, commits=self.commits, lag_seconds=self.lag_seconds)  # type: ignore[arg-type]

    def lasting(self) -> Any:
        return self.log

    async def close(self) -> None:
        await self.log.close()  # type: ignore[attr-defined]


class OnKafka(World):
    """Topics of a real Kafka; the stories lie one after the other in them."""

    def __init__(self, settings: StreamSettings, node_types: Collection[str]) -> None:
        super().__init__(settings, node_types)
        self._begun: dict[str, dict[int, int]] = {}

    async def renew(self) -> None:
        if not hasattr(self, "log"):
            await prepare(self.settings, self.topics)
            self.log = KafkaLog(self.settings, self.topics)
        self._begun = {topic: await self.log.ends(topic) for topic in (EVENTS, REPLIES)}

    def mortal(self, budget: int) -> Any:
        return MortalKafka(self.settings, self.topics, budget, commits=self.commits)

    def lasting(self) -> Any:
        return KafkaLog(self.settings, self.topics)

    async def close(self) -> None:
        await self.log.close()  # type: ignore[attr-defined]

    def _since(self, topic: str) -> Any:
        return self._begun[topic]


def world_of(settings: StreamSettings, node_types: Sequence[str]) -> World:
    """Give the world that settings ask for."""
    kind = OnKafka if settings.broker.startswith("kafka:") else InMemory
    return kind(settings, node_types)


@asynccontextmanager
async def opened(settings: StreamSettings, node_types: Sequence[str]) -> AsyncIterator[World]:
    """Have an empty world for a while."""
    made = world_of(settings, node_types)
    await made.renew()
    try:
        yield made
    finally:
        await made.close()
