"""Fetcher: brings records of chosen partitions from a Kafka cluster.

Flow: brokers → **fetcher** (one incremental session each) → readers, Faust driver.

With a fetch session a request names only the partitions whose position moved and an answer only those with something
new: a worker on 1,440 partitions pays for the few that are busy. (Neither Faust's driver nor aiokafka's own fetcher
does that: they list every partition in every request.)
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.protocol.api import Request
from aiokafka.protocol.fetch import FetchRequest_v11
from aiokafka.record.memory_records import MemoryRecords

from schemas.errors import OperationalError
from schemas.failpoints import failpoint
from streams.transports.kafka_link import EARLIEST, RETRY_SECONDS, RETRY_SECONDS_MAX, Link

WAIT_MS = 500
HURRY_MS = 20
PART_BYTES = 1 << 20
ANSWER_BYTES = 4 << 20
HELD_BYTES = 1 << 20
BUFFER_BYTES = 32 << 20
_OUT_OF_RANGE = 1
_SESSION_ERRORS = {70, 71}
_EPOCHS = (1 << 31) - 1

logger = logging.getLogger(__name__)

Chunk = tuple[list[Any], int, int]
"""Records, the offset after them, and what they cost in memory."""


class _Fetch(Request[FetchRequest_v11]):
    API_KEY = 1

    def __init__(self, wait_ms: int, session: int, epoch: int, listed: Any, forgotten: Any) -> None:
        self._fields = (-1, wait_ms, 1, ANSWER_BYTES, 0, session, epoch, listed, forgotten, "")

    def build(self, request_struct_class: type[FetchRequest_v11]) -> FetchRequest_v11:
        return request_struct_class(*self._fields)


class _Session:
    """What one broker knows of our wishes: the partitions and positions it was told, and what to tell it next."""

    def __init__(self, node: int) -> None:
        self.node = node
        self.parts: set[TopicPartition] = set()
        self.dirty: set[TopicPartition] = set()
        self.forget: set[TopicPartition] = set()
        self.identity = self.epoch = 0
        self.quiet = False
        self.changed = asyncio.Event()

    def restart(self) -> None:
        """Tell everything again."""
        self.identity = self.epoch = 0
        self.quiet = False
        self.forget.clear()
        self.dirty = set(self.parts)

    def request(self, positions: Mapping[TopicPartition, int], held: set[TopicPartition]) -> _Fetch:
        """Say what changed since the request before."""
        moved = self.dirty - held
        self.forget -= moved  # a broker that is told both forgets
        listed: dict[str, list[tuple[int, int, int, int, int]]] = {}
        for part in moved:
            listed.setdefault(part.topic, []).append((part.partition, -1, positions[part], -1, PART_BYTES))
        forgotten: dict[str, list[int]] = {}
        for part in self.forget if self.epoch else ():
            forgotten.setdefault(part.topic, []).append(part.partition)
        self.dirty &= held
        self.forget.clear()
        wait = HURRY_MS if held & self.parts else WAIT_MS  # a held partition may be wanted again before the answer
        return _Fetch(wait, self.identity, self.epoch, list(listed.items()), list(forgotten.items()))

    def answered(self, identity: int) -> None:
        """Count an answer; a broker that keeps no session for us must be told everything every time."""
        if identity == 0:
            self.restart()
        else:
            self.identity = identity
            self.epoch = self.epoch % _EPOCHS + 1


class Fetcher:
    """Fetches partitions from given positions on, for one assignment; whoever wants other positions makes another.

    ``highs`` has the end of each partition as the last answers told it. Topics are the cluster's names here.
    """

    def __init__(self, link: Link, lane: str, positions: Mapping[TopicPartition, int]) -> None:
        self.highs: dict[TopicPartition, int] = {}
        self.closed = False
        self._link = link
        self._lane = lane
        self._positions = dict(positions)
        self._ready: dict[TopicPartition, deque[Chunk]] = {}
        self._costs: dict[TopicPartition, int] = {}
        self._cost = 0
        self._held: set[TopicPartition] = set()
        self._sessions: dict[int, _Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._seeking: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._unwatch = link.watch(self._place)
        self._place()

    async def wait(self, seconds: float) -> None:
        """Return when something may be there to be taken, or when the time is up."""
        if not self._arrived.is_set() and not self.closed and seconds > 0:
            timer = asyncio.get_running_loop().call_later(seconds, self._arrived.set)
            try:
                await self._arrived.wait()
            finally:
                timer.cancel()
        self._arrived.clear()

    def poke(self) -> None:
        """End this wait or the next one."""
        self._arrived.set()

    def take(
        self, limit: int, allowed: Callable[[TopicPartition], bool] | None = None
    ) -> list[tuple[TopicPartition, list[Any], int]]:
        """Give records per partition, each with the offset after them, in turns between partitions."""
        found = []
        for part in list(self._ready):
            if limit <= 0:
                break
            if allowed is not None and not allowed(part):
                continue
            records, following = self._take(part, limit)
            limit -= len(records)
            found.append((part, records, following))
        return found

    def close(self) -> None:
        """Stop fetching; nothing is given any more."""
        if self.closed:
            return
        self.closed = True
        self._unwatch()
        for task in (*self._tasks, *([self._seeking] if self._seeking is not None else [])):
            task.cancel()
        self._ready.clear()
        self._link.hang_up(self._lane)
        self._arrived.set()

    def _take(self, part: TopicPartition, limit: int) -> tuple[list[Any], int]:
        chunks = self._ready.pop(part)
        records, following, cost = chunks.popleft()
        if len(records) > limit:
            rest = records[limit:]
            chunks.appendleft((rest, following, cost))
            records, following, cost = records[:limit], rest[0].offset, 0
        if chunks:
            self._ready[part] = chunks  # to the end of the queue: partitions take turns
            self._arrived.set()
        if cost:
            self._freed(part, cost)
        return records, following

    def _freed(self, part: TopicPartition, cost: int) -> None:
        self._cost -= cost
        self._costs[part] -= cost
        if self._cost < BUFFER_BYTES:
            self._room.set()
        if part in self._held and self._costs[part] < HELD_BYTES // 2:
            self._held.discard(part)
            self._mark(part)

    def _mark(self, part: TopicPartition) -> None:
        for session in self._sessions.values():
            if part in session.parts:
                session.dirty.add(part)
                session.changed.set()

    def _place(self) -> None:
        """Give every partition to the session of its leader."""
        wanted: dict[int, set[TopicPartition]] = {}
        for part in self._positions:
            node = self._link.leader(part)
            if node is not None:
                wanted.setdefault(node, set()).add(part)
        for node in wanted.keys() - self._sessions.keys():
            session = self._sessions[node] = _Session(node)
            self._spawn(self._run(session))
        placed = 0
        for node, session in self._sessions.items():
            parts = wanted.get(node, set())
            placed += len(parts)
            session.dirty = (session.dirty & parts) | (parts - session.parts)
            session.forget |= session.parts - parts
            session.forget -= parts
            session.parts = parts
            session.changed.set()
        if placed < len(self._positions) and (self._seeking is None or self._seeking.done()):
            self._seeking = asyncio.ensure_future(self._seek_leaders())

    async def _seek_leaders(self) -> None:
        topics = {part.topic for part in self._positions if self._link.leader(part) is None}
        while topics:
            try:
                await self._link.locate(topics)
            except (KafkaError, OperationalError) as bad:
                logger.warning("cannot read from Kafka now", extra={"reason": str(bad)})
            await asyncio.sleep(RETRY_SECONDS)
            await self._link.refresh()
            topics = {part.topic for part in self._positions if self._link.leader(part) is None}

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, session: _Session) -> None:
        pause = RETRY_SECONDS
        while not self.closed:
            if not session.parts:
                session.changed.clear()
                await session.changed.wait()
                session.restart()
            await self._room.wait()
            try:
                await self._fetch(session)
                pause = RETRY_SECONDS
                continue
            except KafkaError as bad:
                if pause == RETRY_SECONDS:  # once a trouble
                    logger.warning("Kafka did not answer a fetch", extra={"reason": str(bad), "broker": session.node})
            except Exception:  # reading would end without a word
                logger.exception("could not read from Kafka")
            session.restart()
            await asyncio.sleep(pause)
            pause = min(pause * 2, RETRY_SECONDS_MAX)
            await self._link.refresh()

    async def _fetch(self, session: _Session) -> None:
        answer = await self._link.ask(session.node, session.request(self._positions, self._held), self._lane)
        failpoint("kafka.fetched")
        if self.closed:
            return  # wait_for of Python 3.11 may swallow a cancellation
        if answer.error_code:
            session.restart()
            if answer.error_code not in _SESSION_ERRORS:
                await asyncio.sleep(RETRY_SECONDS)
            return
        session.answered(answer.session_id)
        anything = trouble = False
        for topic, parts in answer.topics:
            for number, error, high, _, _, _, _, data in parts:
                part = TopicPartition(topic, number)
                if part not in session.parts:
                    continue
                if error:
                    trouble = True
                    self._refused(session, part, error)
                    continue
                self.highs[part] = high
                if data:
                    anything = True
                    self._arrive(session, part, data)
        if not anything and not trouble and not answer.throttle_time_ms:
            self._skip_holes(session)
        session.quiet = not anything
        if trouble:
            await asyncio.sleep(RETRY_SECONDS)
            await self._link.refresh()

    def _arrive(self, session: _Session, part: TopicPartition, data: bytes) -> None:
        position = following = self._positions[part]
        records: list[Any] = []
        memory = MemoryRecords(data)
        while memory.has_next():
            batch = memory.next_batch()
            if not batch.is_control_batch:
                records += [record for record in batch if record.offset >= position]
            following = max(following, batch.next_offset)
        session.dirty.add(part)
        if following > position:
            self._put(part, records, following, len(data))

    def _put(self, part: TopicPartition, records: list[Any], following: int, cost: int) -> None:
        self._positions[part] = following
        self._ready.setdefault(part, deque()).append((records, following, cost))
        self._cost += cost
        self._costs[part] = self._costs.get(part, 0) + cost
        if self._cost >= BUFFER_BYTES:
            self._room.clear()
        if self._costs[part] >= HELD_BYTES:
            self._held.add(part)
            for session in self._sessions.values():
                if part in session.parts:
                    session.forget.add(part)
        self._arrived.set()

    def _skip_holes(self, session: _Session) -> None:
        """Go to the end of partitions that end with records which compaction took away.

        Two answers in a row without a single byte, to a session that has the partition at its position, say so.
        """
        if not session.quiet:
            return
        for part in session.parts - session.dirty - self._held:
            if self._positions[part] < self.highs.get(part, 0):
                self._put(part, [], self.highs[part], 0)
                session.dirty.add(part)

    def _refused(self, session: _Session, part: TopicPartition, error: int) -> None:
        if error == _OUT_OF_RANGE:
            session.forget.add(part)
            self._spawn(self._begin_again(part))
        else:
            session.dirty.add(part)  # its leader moved, or is not ready: metadata tells

    async def _begin_again(self, part: TopicPartition) -> None:
        """Go on with the earliest record: those at the position are gone."""
        while True:
            try:
                self._positions[part] = (await self._link.offsets([part], EARLIEST))[part]
                break
            except (KafkaError, OperationalError):
                await asyncio.sleep(RETRY_SECONDS)
        logger.warning("records were gone before they were read", extra={"topic": part.topic})
        self._mark(part)
