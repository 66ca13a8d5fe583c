"""Commit: how records reach agents and what may be committed after them, for every Faust transport.

Flow: transport's consumer fetches → **commit** (delivers, keeps the ledger) → agents acknowledge → commit.

Mix ``ContiguousCommit`` in before a Faust consumer. Against Faust's own ways it
- commits the lowest delivered, unacknowledged offset, or the one after the last delivered (Faust's commits past a
  single unacknowledged head message, and checks nothing where nothing was committed yet);
- ignores acknowledgements of an earlier assignment and those that come while the flow is stopped, since Faust's
  streams acknowledge what they skip;
- holds back what an agent has no room for, instead of waiting for that agent and stopping all others;
- begins at the earliest record where a partition has no committed offset;
- spends no timers while nothing happens.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from faust.transport.base import Consumer
from faust.types import TP
from mode import Service

from schemas.failpoints import failpoint
from streams.delivery import Ledger

Finishing = Callable[[float, float], Awaitable[None]]

_IDLE_SECONDS = 5.0
_YIELD_EVERY = 100


class ContiguousCommit(Consumer):
    """Mixin for a Faust consumer; see the module's text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ledgers: dict[TP, Ledger] = {}
        self.committed: dict[TP, int] = {}
        self.revoking: Callable[[set[TP]], Any] | None = None
        self.finishing: Finishing | None = None
        self._held: dict[TP, deque[Any]] = {}
        self._dirty = asyncio.Event()
        self._nudged = asyncio.Event()
        self._draining = False

    async def perform_seek(self) -> None:
        """Seek to what was committed, and to the earliest record where nothing was."""
        await super().perform_seek()
        self._held.clear()
        acking = {tp for tp in self.assignment() if self.app.topics.acks_enabled_for(tp.topic)}
        known = self._committed_offset
        fresh = [tp for tp in acking if not known.get(tp)]
        if fresh:
            for tp, offset in (await self.earliest_offsets(*fresh)).items():
                await self.seek(tp, offset)
        for tp in acking:
            self.committed[tp] = known.get(tp) or 0
            self.ledgers[tp] = Ledger(self.committed[tp])

    async def reseek(self) -> None:
        """Go back: what was fetched belongs to an assignment that is over."""
        await self.perform_seek()

    def lease(self, generation: int) -> Callable[[], bool] | None:
        """Give what tells whether this worker may act for its partitions; None where nobody else could."""
        return None

    def ack(self, message: Any) -> bool:
        """Take an acknowledgement of this assignment."""
        if message.acked or not self.flow_active or message.generation_id != self.app.consumer_generation_id:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        ledger = self.ledgers.get(message.tp)
        if ledger is None or not ledger.acknowledged(message.offset):
            return False
        self._dirty.set()
        return True

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Commit every partition that has come further; ``topics`` is ignored, all are cheap."""
        self._dirty.clear()
        offsets = {tp: at for tp, ledger in self.ledgers.items() if (at := ledger.position) > self.committed[tp]}
        if not offsets:
            return False
        generation = self.app.consumer_generation_id
        failpoint("offsets.commit")
        done = await self._commit(offsets)
        failpoint("offsets.committed")
        if done and generation == self.app.consumer_generation_id:
            self.committed.update(offsets)
            self._committed_offset.update(offsets)
        return bool(done)

    async def drain(self, seconds: float, patience: float) -> None:
        """Deliver nothing more, let what runs be finished, then commit.

        Takes at most ``seconds``, and no longer than ``patience`` after something was finished last: what waits for
        the world holds nobody up, what is only much is done.
        """
        self._draining = True
        if self.finishing is not None:
            await self.finishing(seconds, patience)
        await self.commit()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Say so before Faust waits for anything, commit once more, then let Faust go on."""
        if self.revoking is not None:
            await self.revoking(revoked)
        if revoked and self.flow_active:
            await self.commit()
        for tp in revoked:
            self.ledgers.pop(tp, None)
            self.committed.pop(tp, None)
            self._held.pop(tp, None)
        await super().on_partitions_revoked(revoked)

    def on_buffer_drop(self, tp: TP) -> None:
        """Deliver again what was held back."""
        super().on_buffer_drop(tp)
        self.wake_fetcher()

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Fetch again from partitions."""
        super().resume_partitions(tps)
        self.wake_fetcher()

    def wake_fetcher(self) -> None:
        """Look again for what can be delivered; a transport whose fetch waits, ends that wait too."""
        self._nudged.set()

    @Service.task
    async def _commit_handler(self) -> None:
        while not self.should_stop:
            await self._dirty.wait()
            await asyncio.sleep(self.commit_interval)
            await self.commit()

    @Service.task
    async def _commit_livelock_detector(self) -> None:
        """Do nothing: it only logs, and looks at every partition twice a second to do so."""

    async def _drain_messages(self, fetcher: Any) -> None:
        """Hand records to agents, in turns between partitions; far cheaper than Faust's loop."""
        stopping = self.consumer_stopped_errors
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                if not self.flow_active:
                    await self.wait(self.can_resume_flow)
                    continue
                generation = self.app.consumer_generation_id
                records = await self._next_records()
                await asyncio.sleep(0)
                if not self.flow_active or generation != self.app.consumer_generation_id:
                    await self.reseek()
                    continue
                await self._deliver(records, generation)
        except stopping:
            if not self.transport.app.should_stop:
                raise

    async def _next_records(self) -> Mapping[TP, Any]:
        held = {tp: records for tp, records in self._held.items() if self._room(tp)}
        for tp in held:
            del self._held[tp]
        if held:
            return held
        active = self._active_partitions.difference(self._held) if self._held else self._active_partitions
        if self._draining or not active:
            self._nudged.clear()
            await self.wait(self._nudged)
            return {}
        found = await self._getmany(active_partitions=active, timeout=_IDLE_SECONDS)
        return {tp: deque(records) for tp, records in found.items()}

    async def _deliver(self, records: Mapping[TP, deque[Any]], generation: int) -> None:
        turns = deque((tp, queue) for tp, queue in records.items() if queue)
        given = 0
        while turns and self.flow_active and self.app.consumer_generation_id == generation:
            tp, queue = turns.popleft()
            if self._draining or not self._room(tp):
                self._held[tp] = queue
                continue
            await self._hand(tp, queue.popleft())
            if queue:
                turns.append((tp, queue))
            given += 1
            if given % _YIELD_EVERY == 0:
                await asyncio.sleep(0)

    async def _hand(self, tp: TP, record: Any) -> None:
        callback = self.app.topics._tp_to_callback.get(tp)
        seen = self._read_offset[tp]
        if callback is None or (seen is not None and record.offset < seen):
            return
        message = self._to_message(tp, record)
        ledger = self.ledgers.get(tp)
        if ledger is not None:
            ledger.delivered(record.offset)
        failpoint("records.deliver")
        await callback(message)
        self._read_offset[tp] = record.offset

    def _room(self, tp: TP) -> bool:
        return not any(channel.queue.full() for channel in self.app.topics._tp_index[tp])
