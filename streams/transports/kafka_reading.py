"""Reading: the plain readers of a Kafka log, with a group and without.

Flow: fetcher → **reading** → tables, views, gateway, history.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import OperationalError
from streams.transports.kafka_fetcher import Fetcher
from streams.transports.kafka_group import Member, Parts
from streams.transports.kafka_link import EARLIEST, Link, Names
from streams.transports.protocol import Record

_JOIN_SECONDS = 30.0

logger = logging.getLogger(__name__)


def records_of(part: TopicPartition, topic: str, found: list[Any]) -> list[Record]:
    """Make our records of aiokafka's."""
    number = part.partition
    return [
        Record(topic, number, each.offset, each.key, each.value, tuple(each.headers), each.timestamp) for each in found
    ]


class KafkaReader:
    """Reads chosen partitions of one topic without a group."""

    def __init__(self, fetcher: Fetcher, topic: str, position: dict[int, int]) -> None:
        self.position = position
        self._fetcher = fetcher
        self._topic = topic

    async def read(self, limit: int = 500, wait_seconds: float = 1.0) -> list[Record]:
        """Give what is there, at least one record unless the wait ran out."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_seconds
        while True:
            records: list[Record] = []
            for part, found, following in self._fetcher.take(limit):
                self.position[part.partition] = following
                records += records_of(part, self._topic, found)
            left = deadline - loop.time()
            if records or left <= 0 or self._fetcher.closed:
                return records
            await self._fetcher.wait(left)

    async def close(self) -> None:
        """Stop reading."""
        self._fetcher.close()


class KafkaGroupReader:
    """Reads topics as one of the members of a group; partitions come and go with the others."""

    def __init__(self, link: Link, names: Names, group: str, client_id: str, session_seconds: float) -> None:
        self._link = link
        self._names = names
        self._fetcher: Fetcher | None = None
        self._failure: BaseException | None = None
        self._changed = asyncio.Event()
        self._lanes = 0
        self._member = Member(
            link.address,
            client_id,
            group,
            session_seconds,
            revoked=self._revoked,
            assigned=self._assigned,
            failed=self._failed,
        )

    async def join(self, topics: list[str]) -> None:
        """Join; returns when the group has given this member its share."""
        await self._member.join(topics)
        try:
            async with asyncio.timeout(_JOIN_SECONDS):
                while self._fetcher is None and self._failure is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            self._failure = OperationalError(f'could not join the group "{self._member.group}"')
        if self._failure is not None:
            await self.close()
            raise self._failure

    async def read(self, limit: int = 500, wait_seconds: float = 1.0) -> list[Record]:
        """Give what is there, at least one record unless the wait ran out."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_seconds
        while True:
            if self._failure is not None:
                raise self._failure
            fetcher = self._fetcher
            records: list[Record] = []
            for part, found, _ in fetcher.take(limit) if fetcher is not None else ():
                records += records_of(part, self._names.local(part.topic), found)
            left = deadline - loop.time()
            if records or left <= 0:
                return records
            await self._wait(fetcher, left)

    async def commit(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Say which offsets (next to read) need not come again. Raises OperationalError where they were given away."""
        wanted = {TopicPartition(self._names.wire(topic), number): at for (topic, number), at in offsets.items()}
        if not wanted.keys() <= self._member.parts or not await self._member.commit(wanted):
            raise OperationalError(f'could not commit for the group "{self._member.group}"')

    async def close(self) -> None:
        """Leave the group without a commit."""
        if self._fetcher is not None:
            self._fetcher.close()
        await self._member.leave()

    async def _wait(self, fetcher: Fetcher | None, seconds: float) -> None:
        if fetcher is not None:
            await fetcher.wait(seconds)
            return
        self._changed.clear()
        timer = asyncio.get_running_loop().call_later(seconds, self._changed.set)
        try:
            await self._changed.wait()
        finally:
            timer.cancel()

    async def _revoked(self, _: Parts) -> None:
        if self._fetcher is not None:
            self._fetcher.close()
            self._fetcher = None

    async def _assigned(self, parts: Parts, _: int) -> None:
        try:
            positions = await starts(self._link, self._member, parts)
        except (KafkaError, OperationalError) as bad:
            logger.warning("joining the group again", extra={"group": self._member.group, "reason": str(bad)})
            self._member.join_again()
            return
        self._lanes += 1
        self._fetcher = Fetcher(self._link, f"group {id(self)} {self._lanes}", positions)
        self._changed.set()

    def _failed(self, reason: BaseException) -> None:
        self._failure = reason
        self._changed.set()
        if self._fetcher is not None:
            self._fetcher.poke()


async def starts(link: Link, member: Member, parts: Parts) -> dict[TopicPartition, int]:
    """Say where a member begins: where the group has come to, at the earliest record where it has not been."""
    committed = await member.committed(parts)
    fresh = parts - committed.keys()
    return {**committed, **(await link.offsets(fresh, EARLIEST) if fresh else {})}
