"""Logs that die: after so many records nothing more is written and nothing committed, as if the process were killed.

Flow: log ← **mortal** ← streams of a doomed worker; another worker then goes on with the same log.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.errors import OperationalError
from streams.app import Streams
from streams.settings import StreamSettings
from streams.topics import Topic
from streams.transports.broker import Broker
from streams.transports.kafka_log import KafkaLog


class Budget:
    """How many records may still be sent; ``dead`` when one too many was asked for."""

    def __init__(self, records: int) -> None:
        self._left = records
        self.dead = asyncio.Event()

    def spend(self) -> None:
        """Take one record's worth. Raises OperationalError where nothing is left."""
        if self._left <= 0 or self.dead.is_set():
            self.dead.set()
            raise OperationalError("killed")
        self._left -= 1


class Mortal:
    """Wraps a broker; ``budget`` records may be sent, and no commit after that (or none at all) counts.

    With ``lag_seconds`` a record takes that long to be durable: what was done before it is committed meanwhile.
    """

    def __init__(self, broker: Broker, budget: int, *, commits: bool, lag_seconds: float = 0.0) -> None:
        self._broker = broker
        self._budget = Budget(budget)
        self._commits = commits
        self._lag_seconds = lag_seconds
        self.dead = self._budget.dead

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)

    def send(self, *args: Any, **kwargs: Any) -> asyncio.Future[int]:
        self._budget.spend()
        sent = self._broker.send(*args, **kwargs)
        return asyncio.ensure_future(self._late(sent)) if self._lag_seconds else sent

    async def _late(self, sent: asyncio.Future[int]) -> int:
        offset = await sent
        await asyncio.sleep(self._lag_seconds)
        return offset

    async def commit(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
        if self._commits and not self.dead.is_set():
            await self._broker.commit(group, offsets)


class MortalKafka(KafkaLog):
    """The same on Kafka. It leaves its group when it is dead, so that the next need not wait for its session's end."""

    def __init__(self, settings: StreamSettings, topics: Sequence[Topic], budget: int, *, commits: bool) -> None:
        super().__init__(settings, topics)
        self._budget = Budget(budget)
        self._commits = commits
        self.dead = self._budget.dead

    def send(self, *args: Any, **kwargs: Any) -> asyncio.Future[int]:
        self._budget.spend()
        return super().send(*args, **kwargs)

    def doom(self, streams: Streams) -> None:
        """Let nothing be committed by the worker on this log once it is dead."""
        consumer = streams.app.consumer
        commit = consumer._commit

        async def mortally(offsets: Any) -> bool:
            return self.dead.is_set() or not self._commits or bool(await commit(offsets))

        consumer._commit = mortally
