"""Parking: records that wait for long become rows of the table `parked`, so that their partition goes on.

Flow: admission's open batches → **parking** → row durable → record acknowledged; row → batch again after a restart.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from functools import partial

from agents.batches import Batch, lowest, unparked
from agents.persisting import persist
from agents.pressing import Stock
from agents.settings import WorkerSettings
from schemas.errors import Revoked, UserError
from schemas.failpoints import failpoint
from streams.app import Streams
from streams.topics import PARKED

log = logging.getLogger(__name__)
TICK_SECONDS = 0.25
FULL_SECONDS = 0.02


class Parking:
    """Looks after batches whose records are not acknowledged.

    Starts that need a hold of one name are parked in the order in which they came: a row never stands for a later one
    while an earlier one is in no row.
    """

    def __init__(self, streams: Streams, settings: WorkerSettings) -> None:
        self._streams = streams
        self._table = streams.table(PARKED)
        self._hold_seconds = settings.hold_seconds
        self.stock = Stock(settings.tenant_bytes, settings.parked_bytes)
        self._open: dict[str, Batch] = {}
        self._named: dict[str, dict[str, Batch]] = {}
        self._last: dict[str, Batch] = {}
        self._parked: dict[int, dict[str, Batch]] = {}
        self._full: set[str] = set()
        self._tick: asyncio.TimerHandle | None = None
        self.writing: set[asyncio.Task[None]] = set()
        self.closed = False

    def row(self, batch: Batch) -> bytes | None:
        """Give the row that stands for a batch, if any does."""
        row: bytes | None = self._table.get(batch.key)
        return row

    def watch(self, batch: Batch) -> None:
        """Look after a batch that has just come."""
        self._open[batch.key] = batch
        if batch.hold is not None:
            self._named.setdefault(batch.hold.name, {})[batch.key] = batch

    def full(self, topic: str, full: bool) -> None:
        """Learn whether an agent can take no more records: what it has is parked soon then."""
        (self._full.add if full else self._full.discard)(topic)
        if full:
            self.wind(FULL_SECONDS)

    def own(self, partition: int) -> list[Batch]:
        """Give what is parked in a partition that was just recovered, in the order in which it came."""
        kept = self._parked[partition] = {}
        owner = self._streams.owner(partition)
        if owner is not None:
            kept.update((key, unparked(row, owner)) for key, row in self._table.rows(partition))
        for batch in kept.values():
            self.stock.add(batch.lane.tenant, batch.size)
        return sorted(kept.values(), key=lambda batch: (batch.topic, batch.offset, batch.index))

    def lose(self, partitions: Iterable[int]) -> None:
        """Forget rows that somebody else has now."""
        for partition in partitions:
            for batch in self._parked.pop(partition, {}).values():
                self.stock.add(batch.lane.tenant, -batch.size)

    def forget(self, gone: Callable[[Batch], bool]) -> None:
        """Look no more after batches that match."""
        for batch in [batch for batch in self._open.values() if gone(batch)]:
            self._close(batch)

    def held(self, partition: int) -> dict[str, int]:
        """Give the lowest offset of each topic that is parked."""
        return lowest(self._parked.get(partition, {}).values())

    async def done(self, batch: Batch) -> None:
        """All tasks of a batch are done: its record may be acknowledged, or its row go."""
        if batch.parking and not batch.parked:
            return  # whoever parks it finds it done
        self._close(batch)
        if batch.parked:
            await self._drop(batch)
        batch.settle()

    def begin(self, batch: Batch) -> None:
        """Park a batch, and before it what must not stand behind it."""
        named = self._named.get(batch.hold.name, {}) if batch.hold is not None else {}
        while batch.key in named:
            first = next(iter(named.values()))
            del named[first.key]
            self._begin(first)
        self._begin(batch)

    def _begin(self, batch: Batch) -> None:
        if batch.parking or batch.settled.done():
            return
        batch.parking = True
        before = None
        if batch.hold is not None:
            before, self._last[batch.hold.name] = self._last.get(batch.hold.name), batch
        writing = asyncio.create_task(self._park(batch, before))
        self.writing.add(writing)
        writing.add_done_callback(self.writing.discard)

    async def _park(self, batch: Batch, before: Batch | None) -> None:
        """Write the row that stands for a batch, and let its record be acknowledged."""
        if before is not None:
            await asyncio.wait([before.settled])
        owner, row = batch.owner, batch.row()
        failpoint("parking.put")
        try:
            await persist(owner, partial(self._table.put, owner, batch.key, row))
        except Revoked as gone:
            batch.fail(gone)
            return
        except UserError as bad:  # it is held instead
            log.warning("a record cannot be parked", extra={"topic": batch.topic, "reason": bad.message})
            batch.parking = False
            if not batch.open:
                await self.done(batch)
            return
        failpoint("parking.parked")
        self._close(batch)
        if (kept := self._parked.get(batch.partition)) is not None:
            kept[batch.key] = batch
            batch.size = len(row)
            self.stock.add(batch.lane.tenant, batch.size)
        batch.stow()
        if not batch.open:
            await self._drop(batch)

    async def _drop(self, batch: Batch) -> None:
        failpoint("parking.drop")
        try:
            await persist(batch.owner, partial(self._table.drop, batch.owner, batch.key))
        except Revoked:
            return
        if self._parked.get(batch.partition, {}).pop(batch.key, None) is not None:
            self.stock.add(batch.lane.tenant, -batch.size)

    def _close(self, batch: Batch) -> None:
        self._open.pop(batch.key, None)
        if batch.hold is None:
            return
        name = batch.hold.name
        if (named := self._named.get(name)) is not None:
            named.pop(batch.key, None)
            if not named:
                del self._named[name]
        if self._last.get(name) is batch:
            del self._last[name]

    def wind(self, seconds: float = TICK_SECONDS) -> None:
        """Look after a while at what is still open; nothing ticks where nothing is."""
        if not self._open or self.closed:
            return
        loop = asyncio.get_running_loop()
        if self._tick is not None:
            if self._tick.when() <= loop.time() + seconds:
                return
            self._tick.cancel()
        self._tick = loop.call_later(seconds, self._look)

    def _look(self) -> None:
        self._tick = None
        now = time.monotonic()
        for batch in list(self._open.values()):
            patience = FULL_SECONDS if batch.topic in self._full else self._hold_seconds
            if now - batch.arrived >= patience:
                self.begin(batch)
        self.wind(FULL_SECONDS if self._full else TICK_SECONDS)
