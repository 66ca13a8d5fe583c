"""Group: a member of a Kafka consumer group, who knows how long it may act for its partitions.

Flow: brokers' coordinator ↔ **group** → Faust driver, group readers; lease → owners.

The lease ends ``DELIVERY`` of the session before the session itself, counted from when the last heartbeat that was
answered was *sent*, and a record may wait no longer than that in the sender. So whatever was allowed by a lease has
left this process, or never will, when the group may give the partition to another. A lease that was found to be over
stays over: the member joins anew and gets its records again.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    InconsistentGroupProtocolError,
    InvalidGroupIdError,
    InvalidSessionTimeoutError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from aiokafka.protocol.group import HeartbeatRequest, SyncGroupRequest
from aiokafka.structs import OffsetAndMetadata

from schemas.errors import OperationalError, UserError
from streams.transports.kafka_assignor import Assignor, Claim
from streams.transports.kafka_link import Address

DELIVERY = 0.4
HEARTBEAT = 0.1
_WATCH_SECONDS = 0.5
_SLACK_SECONDS = 5.0
_REBALANCING = 27
_FATAL = (
    GroupAuthorizationFailedError,
    InconsistentGroupProtocolError,
    InvalidGroupIdError,
    InvalidSessionTimeoutError,
    TopicAuthorizationFailedError,
)

logger = logging.getLogger(__name__)

Parts = set[TopicPartition]


class Member(ConsumerRebalanceListener):
    """One membership. ``revoked`` and ``assigned`` are awaited in the course of a rebalance; ``failed`` ends it all."""

    def __init__(
        self,
        address: Address,
        client_id: str,
        group: str,
        session_seconds: float,
        *,
        revoked: Callable[[Parts], Awaitable[None]],
        assigned: Callable[[Parts, int], Awaitable[None]],
        failed: Callable[[BaseException], None],
    ) -> None:
        self.group = group
        self.parts: Parts = set()
        self._options = {
            **address.options(client_id),
            "request_timeout_ms": int((session_seconds + _SLACK_SECONDS) * 1000),
        }
        self._session_seconds = session_seconds
        self._revoked = revoked
        self._assigned = assigned
        self._failed = failed
        self._assignor = Assignor()
        self._subscription = SubscriptionState()
        self._client: Any = None
        self._coordinator: Any = None
        self._watching: asyncio.Task[None] | None = None
        self._beat = 0.0
        self._leased = False

    @property
    def generation(self) -> int:
        """Give the generation of the group that this member knows of."""
        return int(self._coordinator.generation)

    @property
    def coordinator(self) -> int | None:
        """Say which broker coordinates the group."""
        node: int | None = self._coordinator.coordinator_id
        return node

    async def join(self, topics: Collection[str]) -> None:
        """Begin to be a member; ``assigned`` is called when there is something to say."""
        self._client = AIOKafkaClient(**self._options, metadata_max_age_ms=60_000, connections_max_idle_ms=None)
        try:
            await self._client.bootstrap()
            await self._client.set_topics(topics)
        except KafkaError as bad:
            await self._client.close()
            raise OperationalError("could not reach Kafka", hint="is it running?") from bad
        session_ms = int(self._session_seconds * 1000)
        self._coordinator = GroupCoordinator(
            self._client,
            self._subscription,
            group_id=self.group,
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=int(session_ms * HEARTBEAT),
            rebalance_timeout_ms=session_ms,
            max_poll_interval_ms=2**31 - 1,
            enable_auto_commit=False,
            assignors=[self._assignor],
        )
        self._send = self._coordinator._send_req
        self._coordinator._send_req = self._send_noting_time
        self._subscription.subscribe(set(topics), listener=self)
        self._watching = asyncio.create_task(self._watch())

    async def leave(self) -> None:
        """Leave the group, so that others take over at once."""
        self._leased = False
        self.parts = set()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
            try:
                await self._coordinator.close()
            except KafkaError as bad:
                logger.warning("could not leave the group", extra={"reason": str(bad)})
            await self._client.close()

    def alive(self, generation: int) -> bool:
        """Say whether the lease of a generation holds."""
        if not self._leased or self._coordinator.generation != generation:
            return False
        if time.monotonic() - self._beat < self._session_seconds * (1 - DELIVERY):
            return True
        logger.warning("the lease is over: heartbeats were late", extra={"group": self.group})
        self._leased = False
        self._coordinator.request_rejoin()
        return False

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> bool:
        """Commit offsets; say whether that worked."""
        wanted = {part: OffsetAndMetadata(offset, "") for part, offset in offsets.items()}
        try:
            async with asyncio.timeout(self._session_seconds * DELIVERY):
                await self._coordinator.commit_offsets(None, wanted)
        except (KafkaError, TimeoutError) as bad:
            logger.warning("could not commit; what was done may come again", extra={"reason": str(bad)})
            return False
        return True

    async def committed(self, parts: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Give the committed offsets, of partitions that have one. Raises KafkaError."""
        found = await self._coordinator.fetch_committed_offsets(list(parts))
        return {part: each.offset for part, each in found.items()}

    def join_again(self) -> None:
        """Give everything back and take part in the next sharing."""
        self._coordinator.request_rejoin()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Give back what was ours; called by aiokafka, who waits."""
        try:
            await self._revoked(set(self.parts))
        except Exception as bad:
            self._failed(bad)
        finally:
            self._leased = False

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Take over partitions; called by aiokafka, who waits."""
        self.parts = set(assigned)
        numbers = sorted({part.partition for part in self.parts})
        self._assignor.claim = Claim(self.generation, numbers)
        self._leased = True
        try:
            if self._assignor.refusal:
                raise UserError(
                    f'the other workers of "{self.group}" read other topics: {self._assignor.refusal}',
                    hint="stop the workers of the other release first",
                )
            self._check()
            await self._assigned(set(self.parts), self.generation)
        except Exception as bad:
            self._failed(bad)

    def _check(self) -> None:
        """Make sure that what belongs together is here together."""
        topics: dict[str, set[int]] = {}
        for part in self.parts:
            topics.setdefault(part.topic, set()).add(part.partition)
        if len({frozenset(numbers) for numbers in topics.values()}) > 1:
            raise OperationalError(f'the partitions of group "{self.group}" are split unevenly', hint="see its topics")

    async def _send_noting_time(self, request: Any) -> Any:
        began = time.monotonic()
        answer = await self._send(request)
        good = {0, _REBALANCING} if isinstance(request, HeartbeatRequest) else {0}
        if isinstance(request, HeartbeatRequest | SyncGroupRequest) and answer.error_code in good:
            self._beat = began
        return answer

    async def _watch(self) -> None:
        """See to it that the membership goes on, whatever happens to it."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if self._leased:
                self.alive(self.generation)
            try:
                self._coordinator.check_errors()
            except _FATAL as bad:
                self._failed(UserError(f'Kafka refuses the group "{self.group}": {bad!r}'))
            except KafkaError as bad:
                if self._coordinator._coordination_task.done():
                    self._failed(OperationalError(f'the membership in "{self.group}" broke: {bad!r}'))
                    return
                logger.warning("joining the group again", extra={"group": self.group, "reason": str(bad)})
                self._coordinator.request_rejoin()
