"""Admission: which tasks of the records that came may run, and parking for those that hold a partition up.

Flow: node agent's frames → **admission** (a rota for each kind of place) → one task → engine.
A record is acknowledged when its tasks are done, or stand in rows of the table `parked`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from agents.batches import Batch, Kind, lowest, unparked
from agents.rota import Lane, Room, Rota
from agents.settings import WorkerSettings
from schemas.errors import Revoked, UserError
from schemas.failpoints import failpoint
from schemas.task import Task
from streams.app import Streams
from streams.tables import Owner
from streams.topics import PARKED

log = logging.getLogger(__name__)
TICK_SECONDS = 0.25
FULL_SECONDS = 0.02

Carry = Callable[[Batch, Task], Awaitable[None]]
Sorted = dict[tuple[Kind, Lane], list[Task]]


class Admission:
    """Lets tasks run as their lanes have room. ``carry`` carries one out; ``persist`` writes until the log takes it."""

    def __init__(self, streams: Streams, carry: Carry, persist: Any, settings: WorkerSettings) -> None:
        self._streams = streams
        self._table = streams.table(PARKED)
        self._carry = carry
        self._persist = persist
        self._begin_below = settings.begin_below
        self._crowd = settings.crowd
        self._hold_seconds = settings.hold_seconds
        turns = Room(settings.turns, settings.turns, settings.turns)
        slots = Room(settings.slots, settings.tenant_slots, settings.workflow_slots)
        self._starts: Rota[Batch] = Rota(turns, settings.tenant_weights)
        self._turns: Rota[Batch] = Rota(turns, settings.tenant_weights)
        self._slots: Rota[Batch] = Rota(slots, settings.tenant_weights)
        self._rotas: dict[Kind, Rota[Batch]] = {"start": self._starts, "turn": self._turns, "slot": self._slots}
        self._open: dict[str, Batch] = {}
        self._parked: dict[int, dict[str, Batch]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._parkings: set[asyncio.Task[None]] = set()
        self._full: set[str] = set()
        self._tick: asyncio.TimerHandle | None = None
        self._closed = False

    async def enter(self, message: Any, owner: Owner, catalog: int, tasks: Sorted) -> None:
        """Return when the tasks of a record are done or parked; raises Revoked where they are somebody else's now."""
        batches = []
        for (kind, lane), some in tasks.items():
            batch = Batch(lane, kind, (message.topic, message.offset), owner, catalog, some)
            if self._table.get(batch.key) is None:  # else the record comes again, and they wait already
                self._rotas[batch.kind].add(batch)
                self._open[self._name(batch)] = batch
                batches.append(batch)
        self._pump()
        for batch in batches:
            if batch.waiting and self._crowded(batch):
                self._begin_parking(batch)
        self._wind()
        if batches:
            await asyncio.wait([batch.settled for batch in batches])
            for batch in batches:
                batch.settled.result()

    def full(self, topic: str, full: bool) -> None:
        """Learn whether an agent can take no more records: what it has for long is parked then."""
        (self._full.add if full else self._full.discard)(topic)
        if full:
            self._wind(FULL_SECONDS)

    def own(self, partitions: Iterable[int]) -> None:
        """Take up what is parked in partitions that were just recovered."""
        for partition in partitions:
            owner = self._streams.owner(partition)
            if owner is None:
                continue
            kept = self._parked[partition] = {}
            for key, row in self._table.rows(partition):
                batch = kept[key] = unparked(row, owner)
                self._rotas[batch.kind].add(batch)
        asyncio.get_running_loop().call_soon(self._pump)

    def lose(self, partitions: set[int]) -> None:
        """Forget the tasks of partitions that went; their new owner has them."""
        self._forget(lambda batch: batch.partition in partitions)
        for partition in partitions:
            self._parked.pop(partition, None)

    def held(self, partition: int) -> dict[str, int]:
        """Give the lowest offset of each topic that is parked: whatever was committed, it may yet come again."""
        return lowest(self._parked.get(partition, {}).values())

    async def drain(self, seconds: float) -> None:
        """Let nothing more begin, and give what runs some time."""
        self._closed = True
        self._forget(lambda _: True)
        if left := self._running | self._parkings:
            await asyncio.wait(left, timeout=seconds)

    def _forget(self, gone: Callable[[Batch], bool]) -> None:
        waiting = [batch for rota in self._rotas.values() for batch in rota.remove(gone)]
        for batch in waiting:
            batch.fail(Revoked("the tasks wait for whoever has their partition next"))
        self._open = {name: batch for name, batch in self._open.items() if not gone(batch)}

    def _crowded(self, batch: Batch) -> bool:
        held_back = batch.kind == "start" and not self._may_begin(batch.lane)
        return held_back or self._rotas[batch.kind].waiting(batch.lane) > self._crowd

    def _name(self, batch: Batch) -> str:
        return f"{batch.partition}/{batch.key}"

    def _may_begin(self, lane: Lane) -> bool:
        return self._slots.waiting(lane) < self._begin_below

    def _pump(self) -> None:
        """Let tasks run while there is room for any."""
        if self._closed:
            return
        while (batch := self._slots.take()) is not None:
            self._grant(self._slots, batch)
        while (batch := self._turns.take()) is not None:
            self._grant(self._turns, batch)
        while (batch := self._starts.take(self._may_begin)) is not None:
            self._grant(self._starts, batch)

    def _grant(self, rota: Rota[Batch], batch: Batch) -> None:
        number, task = batch.give(self._table.get(batch.key) if batch.parked else None)
        running = asyncio.create_task(self._run(rota, batch, number, task))
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _run(self, rota: Rota[Batch], batch: Batch, number: int, task: Task) -> None:
        try:
            await self._carry(batch, task)
        except Revoked as gone:
            batch.fail(gone)
        else:
            if batch.take_back(number):
                await self._finish(batch)
        finally:
            rota.done(batch.lane)
            self._pump()

    async def _finish(self, batch: Batch) -> None:
        """All tasks of a batch are done: its record may be acknowledged, or its row go."""
        if batch.parking and not batch.parked:
            return  # whoever parks it finds it done
        self._open.pop(self._name(batch), None)
        if batch.parked:
            await self._drop(batch)
        batch.settle()

    async def _drop(self, batch: Batch) -> None:
        failpoint("parking.drop")
        try:
            await self._persist(batch.owner, partial(self._table.drop, batch.owner, batch.key))
        except Revoked:
            return
        self._parked.get(batch.partition, {}).pop(batch.key, None)

    def _begin_parking(self, batch: Batch) -> None:
        if batch.parking or batch.settled.done():
            return
        batch.parking = True
        parking = asyncio.create_task(self._park(batch))
        self._parkings.add(parking)
        parking.add_done_callback(self._parkings.discard)

    async def _park(self, batch: Batch) -> None:
        """Write the row that stands for a batch, and let its record be acknowledged."""
        owner, row = batch.owner, batch.row()
        failpoint("parking.put")
        try:
            await self._persist(owner, partial(self._table.put, owner, batch.key, row))
        except Revoked as gone:
            batch.fail(gone)
            return
        except UserError as bad:  # it is held instead
            log.warning("a record cannot be parked", extra={"topic": batch.topic, "reason": bad.message})
            batch.parking = False
            if not batch.open:
                await self._finish(batch)
            return
        failpoint("parking.parked")
        self._open.pop(self._name(batch), None)
        if (kept := self._parked.get(batch.partition)) is not None:
            kept[batch.key] = batch
        batch.stow()
        if not batch.open:
            await self._drop(batch)

    def _wind(self, seconds: float = TICK_SECONDS) -> None:
        """Look after a while at what is still held; nothing ticks where nothing is."""
        if not self._open or self._closed:
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
        for batch in self._open.values():
            patience = FULL_SECONDS if batch.topic in self._full else self._hold_seconds
            if now - batch.arrived >= patience:
                self._begin_parking(batch)
        self._wind(FULL_SECONDS if self._full else TICK_SECONDS)
