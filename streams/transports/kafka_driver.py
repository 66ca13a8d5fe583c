"""Kafka driver: Faust's consumer on a Kafka cluster.

Flow: group gives partitions → **consumer** fetches → Faust's streams → agents; commits go back to the group.

Faust's own driver (aiokafka in a thread of its own) is not used: it names every partition in every fetch, hops between
threads for every batch, and knows nothing of leases. Group membership is aiokafka's, see kafka_group.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.assignor.client_assignment import ClientAssignment
from faust.transport import base
from faust.types import TP, ConsumerMessage

from schemas.errors import OperationalError
from schemas.identifiers import murmur2
from streams.transports.commit import ContiguousCommit
from streams.transports.faust_driver import Producer
from streams.transports.kafka_fetcher import Fetcher
from streams.transports.kafka_group import Member, Parts
from streams.transports.kafka_link import EARLIEST, LATEST
from streams.transports.kafka_log import KafkaLog
from streams.transports.kafka_reading import starts

_FETCH = 2000
_DRAIN_SHARE = 0.4  # of the time in which a member must join again
_DRAIN_PATIENCE = 1.0
_RETRY_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Bounds(ContiguousCommit):
    """What Faust asks about topics and partitions."""

    _log: KafkaLog
    _fetcher: Fetcher | None

    def highwater(self, tp: TP) -> int:
        """Give the offset after the last record, as the last fetch told it."""
        return self._fetcher.highs.get(self._log.part(*tp), 0) if self._fetcher is not None else 0

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        """Give the offsets after the last records."""
        return await self._offsets(partitions, LATEST)

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        """Give the lowest offsets that are kept."""
        return await self._offsets(partitions, EARLIEST)

    def topic_partitions(self, topic: str) -> int | None:
        """Give the number of partitions of a topic, None where there is no such topic."""
        return self._log.partitions if topic in self._log.topics else None

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        """Say where a key lives."""
        if partition is not None:
            return partition
        return (murmur2(key) & 0x7FFFFFFF) % self._log.partitions if key is not None else 0

    async def create_topic(self, topic: str, partitions: int, replication: int, **options: Any) -> None:
        """Do nothing: topics are made before the app starts."""

    async def _offsets(self, partitions: Iterable[TP], at: int) -> dict[TP, int]:
        parts = {self._log.part(*tp): tp for tp in partitions}
        return {parts[part]: offset for part, offset in (await self._log.link.offsets(parts, at)).items()}


class Consumer(Bounds):
    """A member of the engine's group."""

    RebalanceListener: ClassVar[Any] = None
    consumer_stopped_errors: ClassVar[tuple[type[BaseException], ...]] = (OperationalError,)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._log: KafkaLog = self.transport.broker
        self._tps: dict[TopicPartition, TP] = {}
        self._starts: dict[TP, int] = {}
        self._fetcher: Fetcher | None = None
        self._member: Member | None = None

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Join the group; the topics are known once and for all."""
        if self._member is not None:
            return
        wire = [self._log.names.wire(topic) for topic in topics]
        await self._log.link.locate(wire)
        self._member = Member(
            self._log.link.address,
            self._log.client_id,
            self.app.conf.id,
            self._log.settings.session_timeout,
            revoked=self._revoked,
            assigned=self._assigned,
            failed=self._failed,
        )
        await self._member.join(wire)

    @property
    def coordinator(self) -> int | None:
        """Say which broker coordinates the engine's group, None where that is not known now."""
        return self._member.coordinator if self._member is not None else None

    def lease(self, generation: int) -> Callable[[], bool]:
        """Give what tells whether this member may act for its partitions of a generation."""
        member = self._member
        return lambda: member is not None and member.alive(generation)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish what can be finished, end the leases, let what was sent land, then commit: only then others begin."""
        if revoked and self.flow_active:
            await self.drain(self._log.settings.session_timeout * _DRAIN_SHARE, _DRAIN_PATIENCE)
        if self.revoking is not None:
            await self.revoking(revoked)
        await self._log.flush()
        await super().on_partitions_revoked(revoked)

    async def on_stop(self) -> None:
        """Commit, leave the group."""
        await super().on_stop()
        self._fetch({})
        if self._member is not None:
            await self._member.leave()

    def wake_fetcher(self) -> None:
        """Let a waiting fetch look again."""
        super().wake_fetcher()
        if self._fetcher is not None:
            self._fetcher.poke()

    async def reseek(self) -> None:
        """Do nothing: what was fetched came from a fetcher that ended with its assignment."""

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Begin to fetch where the group has come to, at the earliest record where it has not been."""
        member = self._member
        generation = self.app.consumer_generation_id
        while member is not None and generation == self.app.consumer_generation_id and not self.should_stop:
            tps = self._tps
            try:
                positions = await starts(self._log.link, member, set(tps))
            except (KafkaError, OperationalError) as bad:
                logger.warning("cannot read what was committed; trying again", extra={"reason": str(bad)})
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if tps is not self._tps:
                break  # others are ours by now, and whoever gave them to us asks where they begin
            self._starts = {tps[part]: at for part, at in positions.items()}
            self._draining = False
            self._fetch(positions)
            return self._starts
        return {}

    async def _seek(self, partition: TP, offset: int) -> None:
        if self._starts.get(partition) != offset:
            self._starts[partition] = offset
            self._fetch({self._log.part(*tp): at for tp, at in self._starts.items()})

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Seek; there is nothing to wait for."""
        for tp, offset in partitions.items():
            await self.seek(tp, offset)

    async def seek_to_beginning(self, *partitions: TP) -> None:
        """Go to the earliest records."""
        for tp, offset in (await self.earliest_offsets(*partitions)).items():
            await self.seek(tp, offset)

    async def position(self, tp: TP) -> int | None:
        """Give the next offset to be read."""
        return self._read_offset[tp] or self._starts.get(tp)

    def assignment(self) -> set[TP]:
        """Give the partitions of this worker."""
        return set(self._tps.values())

    def _fetch(self, positions: Mapping[TopicPartition, int]) -> None:
        if self._fetcher is not None:
            self._fetcher.close()
        self._fetcher = Fetcher(self._log.link, self._log.lane("worker"), positions) if positions else None

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Mapping[TP, list[Any]]:
        fetcher, tps = self._fetcher, self._tps
        if fetcher is None:
            await asyncio.sleep(_RETRY_SECONDS)
            return {}
        allowed = None if active_partitions is None else lambda part: tps[part] in active_partitions
        found = fetcher.take(_FETCH, allowed)
        if not found:
            await fetcher.wait(timeout)
            found = fetcher.take(_FETCH, allowed)
        return {tps[part]: records for part, records, _ in found if records}

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        key, value = record.key, record.value
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            record.offset,
            record.timestamp / 1000,
            record.timestamp_type,
            record.headers,
            key,
            value,
            None,
            0 if key is None else len(key),
            0 if value is None else len(value),
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        member = self._member
        mine = {self._log.part(*tp): at for tp, at in offsets.items() if tp in self.ledgers}
        return member is not None and await member.commit(mine)

    async def _revoked(self, parts: Parts) -> None:
        self.app.on_rebalance_start()
        await self.on_partitions_revoked({self._tps[part] for part in parts & self._tps.keys()})
        self._fetch({})

    async def _assigned(self, parts: Parts, generation: int) -> None:
        app = self.app
        local = self._log.names.local
        self._tps = {part: TP(local(part.topic), part.partition) for part in parts}
        taken = set(self._tps.values())
        actives: dict[str, list[int]] = {}
        for tp in sorted(taken):
            actives.setdefault(tp.topic, []).append(tp.partition)
        assignor = app.assignor
        assignor._assignment = ClientAssignment(actives=actives, standbys={})
        assignor._active_tps, assignor._standby_tps = taken, set()
        assignor._topic_groups = dict.fromkeys(actives, 0)
        app.consumer_generation_id = generation
        await self.on_partitions_assigned(taken, generation)

    def _failed(self, reason: BaseException) -> None:
        self.add_future(self.crash(reason))

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)


class Transport(base.Transport):
    """Faust's way to one cluster."""

    Consumer: ClassVar[type] = Consumer
    Producer: ClassVar[type] = Producer
    default_port = 0
    driver_version = "millrace"

    def __init__(self, broker: KafkaLog, url: Any, app: Any) -> None:
        super().__init__(url, app)
        self.broker = broker
