"""Sender: puts records on a Kafka cluster, in order per partition and each once.

Flow: log → **sender** → one request at a time to each broker → futures of offsets.

While a request is on its way everything that comes for that broker gathers, over all partitions; then it goes in one
piece. A record that has waited ``delivery_seconds`` is given up and never sent: a lease that was good when it came ends
only later than that (see kafka_group), so nothing of a worker that was frozen reaches the log after its partition went.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import InitProducerIdRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from schemas.clock import now_ms
from schemas.errors import MillraceError, OperationalError, Overloaded, UserError
from schemas.failpoints import failpoint
from streams.transports.kafka_link import RETRY_SECONDS, Link

LANE = "send"
BATCH_BYTES = 1_100_000
REQUEST_BYTES = 4 << 20
_OVERHEAD = 128
_WARN_SECONDS = 5.0
_MESSAGE_TOO_LARGE = 10
_DUPLICATE_SEQUENCE = 46
_FORGOTTEN = {45, 47, 59}  # out of order, invalid epoch, unknown producer: the broker does not know this producer
_SEQUENCES = 1 << 31

logger = logging.getLogger(__name__)

Identity = tuple[int, int]
"""What a broker knows a producer by: id and epoch."""


class _Waiting:
    """A record on its way."""

    __slots__ = ("at", "entered", "future", "headers", "key", "size", "value")

    def __init__(
        self,
        value: bytes | None,
        key: bytes | None,
        headers: Sequence[tuple[str, bytes]],
        future: "asyncio.Future[int]",
    ) -> None:
        self.value = value
        self.key = key
        self.headers = list(headers)
        self.future = future
        self.size = _OVERHEAD + len(value or b"") + len(key or b"")
        self.at = now_ms()
        self.entered = time.monotonic()  # the loop's own clock stands still while the process does


class _Lane:
    """What goes to one partition: a batch that is being sent, then those that wait.

    A batch keeps its bytes until it is settled: sent again it has the same sequence, and the broker keeps it once.
    """

    __slots__ = ("batch", "data", "flying", "identity", "part", "queue", "sequence")

    def __init__(self, part: TopicPartition) -> None:
        self.part = part
        self.queue: deque[_Waiting] = deque()
        self.batch: list[_Waiting] = []
        self.data = b""
        self.flying = False
        self.identity: Identity | None = None
        self.sequence = 0

    def fill(self, identity: Identity) -> None:
        """Make a batch of what waits."""
        if self.identity is None:
            self.identity, self.sequence = identity, 0
        builder = DefaultRecordBatchBuilder(2, 0, 0, *self.identity, self.sequence, BATCH_BYTES)
        queue, batch = self.queue, self.batch
        while queue:
            record = queue[0]
            if builder.append(len(batch), record.at, record.key, record.value, record.headers) is None:
                break
            batch.append(queue.popleft())
        self.data = bytes(builder.build())
        self.sequence = (self.sequence + len(batch)) % _SEQUENCES

    def forget(self) -> None:
        """Begin anew as another producer, with what was not settled."""
        self.queue.extendleft(reversed(self.batch))
        self.batch = []
        self.identity = None


class Sender:
    """The producing half of a Kafka log. Topics are the cluster's names here."""

    def __init__(self, link: Link, pending_bytes: int, delivery_seconds: float) -> None:
        self.ends: dict[TopicPartition, int] = {}
        self._link = link
        self._pending_bytes = pending_bytes
        self._delivery_seconds = delivery_seconds
        self._size = 0
        self._lanes: dict[TopicPartition, _Lane] = {}
        self._ready: dict[_Lane, None] = {}
        self._busy: set[int] = set()
        self._identity: Identity | None = None
        self._scheduled = False
        self._warned = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._preparing: asyncio.Task[None] | None = None
        self._closed = False

    def send(
        self, part: TopicPartition, value: bytes | None, key: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> "asyncio.Future[int]":
        """Send a record; raises Overloaded where too much waits."""
        if self._closed:
            raise OperationalError("the log is closed")
        loop = asyncio.get_running_loop()
        record = _Waiting(value, key, headers, loop.create_future())
        if self._size + record.size > self._pending_bytes:
            raise Overloaded("too much waits to become durable")
        self._size += record.size
        lane = self._lanes.get(part)
        if lane is None:
            lane = self._lanes[part] = _Lane(part)
        lane.queue.append(record)
        if not lane.flying:
            self._ready[lane] = None
            self._schedule()
        return record.future

    async def flush(self) -> None:
        """Wait until what was sent so far is settled, well or not."""
        waiting = [record.future for lane in self._lanes.values() for record in (*lane.batch, *lane.queue)]
        if waiting:
            await asyncio.wait(waiting)

    async def close(self) -> None:
        """Send what waits, as long as that may take, and stop."""
        if self._closed:
            return
        self._closed = True
        await self.flush()
        tasks = [*self._tasks, *([self._preparing] if self._preparing is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._dispatch)

    def _dispatch(self) -> None:
        self._scheduled = False
        by_node: dict[int, list[_Lane]] = {}
        homeless = False
        for lane in self._ready:
            node = self._link.leader(lane.part)
            if node is None:
                homeless = True
            elif node not in self._busy:
                by_node.setdefault(node, []).append(lane)
        if (homeless or self._identity is None) and self._ready:
            self._prepare()
        if self._identity is not None:
            for node, lanes in by_node.items():
                self._busy.add(node)
                task = asyncio.create_task(self._deliver(node, lanes))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _prepare(self) -> None:
        if self._preparing is None or self._preparing.done():
            self._preparing = asyncio.create_task(self._get_ready())

    async def _get_ready(self) -> None:
        """Find out who leads what, and become known as a producer; what waits too long meanwhile is given up."""
        while self._ready:
            try:
                homeless = {lane.part.topic for lane in self._ready if self._link.leader(lane.part) is None}
                if homeless:
                    await self._link.locate(homeless)
                if self._identity is None:
                    answer = await self._link.ask_any(InitProducerIdRequest(None, 0), LANE)
                    if answer.error_code == 0:
                        self._identity = (answer.producer_id, answer.producer_epoch)
            except (KafkaError, OperationalError) as bad:
                self._warn("cannot write to Kafka now", bad)
            self._schedule()
            for lane in list(self._ready):
                self._expire(lane)
            if self._identity is not None and all(self._link.leader(lane.part) is not None for lane in self._ready):
                return
            await asyncio.sleep(RETRY_SECONDS)
            await self._link.refresh()

    async def _deliver(self, node: int, lanes: list[_Lane]) -> None:
        """Send one request with all that waits for a broker."""
        sent = self._fill(lanes)
        try:
            if sent and await self._exchange(node, sent):
                await self._link.refresh()
                await asyncio.sleep(RETRY_SECONDS)
        except Exception:  # it would stop every write to this broker; its records are given up when their time is up
            logger.exception("could not write to Kafka")
            await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._busy.discard(node)
            for lane in sent.values():
                lane.flying = False
                if lane.batch or lane.queue:
                    self._ready[lane] = None
            if self._ready:
                self._schedule()

    def _fill(self, lanes: list[_Lane]) -> dict[TopicPartition, _Lane]:
        sent: dict[TopicPartition, _Lane] = {}
        size = 0
        for lane in lanes:
            if size > REQUEST_BYTES:
                break
            self._expire(lane)
            if not lane.batch and lane.queue and self._identity is not None:
                lane.fill(self._identity)
            if lane.batch:
                self._ready.pop(lane, None)
                lane.flying = True
                sent[lane.part] = lane
                size += len(lane.data)
        return sent

    async def _exchange(self, node: int, sent: dict[TopicPartition, _Lane]) -> bool:
        """Send batches and settle them; say whether something failed and may go well later."""
        topics: dict[str, list[tuple[int, bytes]]] = {}
        for part, lane in sent.items():
            topics.setdefault(part.topic, []).append((part.partition, lane.data))
        request = ProduceRequest(None, -1, int(self._delivery_seconds * 1000), list(topics.items()))
        failpoint("kafka.produce")
        try:
            answer = await self._link.ask(node, request, LANE)
        except KafkaError as bad:
            self._warn("Kafka did not answer a write; sending it again", bad)
            return True
        failpoint("kafka.produced")
        again = False
        for topic, parts in answer.topics:
            for number, error, base, *_ in parts:
                again |= self._settle(sent[TopicPartition(topic, number)], error, base)
        return again

    def _settle(self, lane: _Lane, error: int, base: int) -> bool:
        if error in (0, _DUPLICATE_SEQUENCE):
            batch, lane.batch = lane.batch, []
            for at, record in enumerate(batch, base):
                self._size -= record.size
                if not record.future.done():
                    record.future.set_result(at)
            self.ends[lane.part] = max(self.ends.get(lane.part, 0), base + len(batch))
            return False
        if error in _FORGOTTEN:
            self._identity = None if self._identity == lane.identity else self._identity
            lane.forget()
            return True
        kind = for_code(error)
        if kind.retriable:
            return True
        reason: MillraceError = OperationalError(f'Kafka refused a write to "{lane.part.topic}": {kind.description}')
        if error == _MESSAGE_TOO_LARGE:
            hint = "raise the topic's max.message.bytes; millrace topics check says what it should be"
            reason = UserError(f'a record is too large for topic "{lane.part.topic}"', hint=hint)
        self._give_up(lane, reason)
        return False

    def _expire(self, lane: _Lane) -> None:
        """Give up what came too long ago; what came after it may go on."""
        late = time.monotonic() - self._delivery_seconds
        reason = OperationalError(f'could not write to "{lane.part.topic}" within {self._delivery_seconds:g} seconds')
        if lane.batch and lane.batch[0].entered < late:
            self._give_up(lane, reason)
        while lane.queue and lane.queue[0].entered < late:
            self._fail(lane.queue.popleft(), reason)
        if not lane.batch and not lane.queue:
            self._ready.pop(lane, None)

    def _give_up(self, lane: _Lane, reason: MillraceError) -> None:
        """Fail a batch; nobody knows whether the broker has it, so what follows needs another identity."""
        logger.warning("records were not written", extra={"topic": lane.part.topic, "reason": reason.message})
        batch, lane.batch = lane.batch, []
        self._identity = None if self._identity == lane.identity else self._identity
        lane.identity = None
        for record in batch:
            self._fail(record, reason)

    def _warn(self, text: str, reason: BaseException) -> None:
        """Say what is wrong, now and then."""
        if time.monotonic() - self._warned > _WARN_SECONDS:
            self._warned = time.monotonic()
            logger.warning(text, extra={"reason": str(reason)})

    def _fail(self, record: _Waiting, reason: MillraceError) -> None:
        self._size -= record.size
        if not record.future.done():
            record.future.set_exception(reason)
            record.future.exception()  # whoever waits gets it; that nobody waits is no news
