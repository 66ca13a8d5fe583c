"""Admission: which tasks of the records that came may run, and when.

Flow: node agent's frames → **admission** (holds, paces, then a rota for each kind of place) → one task → engine.
A record is acknowledged when its tasks are done, or are parked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Iterator
from itertools import count
from typing import Any, NamedTuple

from agents.batches import Batch, Kind, Place
from agents.holds import Holds
from agents.outbox import Outbox
from agents.paces import Paces
from agents.parking import Parking
from agents.rota import Lane, Room, Rota
from agents.settings import WorkerSettings
from agents.state import State
from schemas.errors import Revoked
from schemas.identifiers import partition_of, task_id
from schemas.task import Task
from streams.app import Streams
from streams.tables import Owner
from streams.topics import EXECUTIONS

Sorted = dict[Place, list[Task]]
QUICK = Room(2, 2, 2)
"""So many records have their quick executions run at a time: those of other tenants wait for one of them at most."""
RECENT_SECONDS = 10.0
READ_AHEAD = 8
READ_SECONDS = 0.1
"""Where several tenants share a backlog, so many records are read before the next one's quick executions run: who is
behind a flood is found soon. It takes no longer than that in any case."""
_NEXT = "the tasks wait for whoever has their partition next"


class Carry(NamedTuple):
    """Who carries out what is let in: a task by itself; or many quick ones, whose outbox is written apart from that."""

    one: Callable[[Batch, Task], Awaitable[None]]
    run: Callable[[Batch, list[Task]], Awaitable[Outbox]]
    write: Callable[[Batch, list[Task], Outbox], Awaitable[None]]


class Crowd(NamedTuple):
    """What a tenant has on a worker: tasks that wait for a place, tasks that have one, bytes that are parked."""

    waiting: int
    running: int
    parked_bytes: int


class Admission:
    """Lets tasks run as there is room.

    ``carry`` carries them out; ``under_way`` says whether an execution goes on after the call that began it.
    """

    def __init__(
        self, streams: Streams, carry: Carry, under_way: Callable[[str], bool], settings: WorkerSettings
    ) -> None:
        self._streams = streams
        self._carry = carry
        self._under_way = under_way
        self._begin_below = settings.begin_below
        self._crowd = settings.crowd
        turns = Room(settings.turns, settings.turns, settings.turns)
        slots = Room(settings.slots, settings.tenant_slots, settings.workflow_slots)
        self._starts: Rota[Batch] = Rota(turns, settings.tenant_weights)
        self._turns: Rota[Batch] = Rota(turns, settings.tenant_weights)
        self._slots: Rota[Batch] = Rota(slots, settings.tenant_weights)
        self._quick: Rota[Batch] = Rota(QUICK, settings.tenant_weights)
        self._rotas: dict[Kind, Rota[Batch]] = {
            "start": self._starts,
            "turn": self._turns,
            "slot": self._slots,
            "quick": self._quick,
        }
        self._seen: dict[str, float] = {}
        self._backlog: set[tuple[str, int]] = set()
        self._unread = 0
        self._reading: asyncio.TimerHandle | None = None
        self._holds = Holds()
        self._paces = Paces()
        self._beat: asyncio.TimerHandle | None = None
        self.parking = Parking(streams, settings)
        self._owned: set[int] = set()
        self._running: set[asyncio.Task[None]] = set()

    def shared(self, message: Any, tasks: Sorted) -> bool:
        """Learn whose a record's tasks are; say whether several tenants had something to do here lately."""
        now, where = time.monotonic(), (message.topic, message.partition)
        self._seen |= {place.lane.tenant: now for place in tasks}
        if len(self._seen) > 1:
            self._seen = {tenant: at for tenant, at in self._seen.items() if now - at < RECENT_SECONDS}
        shared = len(self._seen) > 1
        (self._backlog.add if shared and self._streams.more(message) else self._backlog.discard)(where)
        self._unread = max(0, self._unread - 1) if self._backlog else 0
        return shared

    async def enter(self, message: Any, owner: Owner, catalog: int, tasks: Sorted) -> None:
        """Return when the tasks of a record are done or parked; raises Revoked where they are somebody else's now."""
        if self.parking.closed:
            raise Revoked(_NEXT)
        owner.check()
        batches = []
        for batch in _batches(message, owner, catalog, tasks):
            if self.parking.row(batch) is None:  # else the record comes again, and they wait already
                self.parking.watch(batch)
                self._queue(batch)
                batches.append(batch)
        self._pump()
        for batch in batches:
            if batch.waiting and self._crowded(batch):
                self.parking.begin(batch)
        self.parking.wind()
        if batches:
            await asyncio.wait([batch.settled for batch in batches])
            for batch in batches:
                batch.settled.result()

    def ended(self, execution: str) -> None:
        """Learn that an execution is over, and that this is durable."""
        if ready := self._holds.free(execution):
            self._join(ready)
            self._pump()

    def own(self, partitions: Collection[int]) -> None:
        """Take up what is under way and what is parked in partitions that were just recovered."""
        self.parking.closed = False
        self._owned |= set(partitions)
        self._paces.own(self._owned, self._streams.settings.partitions)
        for partition in partitions:
            for execution, row in self._streams.table(EXECUTIONS).rows(partition):
                if isinstance(row, State) and row.hold is not None:
                    self._holds.take(row.hold, execution)
            for batch in self.parking.own(partition):
                self._queue(batch)
        self._join(self._paces.due())  # what is ours may have grown
        asyncio.get_running_loop().call_soon(self._pump)

    def lose(self, partitions: set[int]) -> None:
        """Forget the tasks of partitions that went; their new owner has them."""
        number = self._streams.settings.partitions
        self._forget(lambda batch: batch.partition in partitions, lambda held: partition_of(held, number) in partitions)
        self.parking.lose(partitions)
        self._owned -= partitions
        self._backlog = {where for where in self._backlog if where[1] not in partitions}
        self._paces.own(self._owned, number)

    def crowds(self) -> dict[str, Crowd]:
        """Give what each tenant has here."""
        found: dict[str, Crowd] = {tenant: Crowd(0, 0, size) for tenant, size in self.parking.stock.sizes().items()}
        for rota in self._rotas.values():
            for tenant, waiting, running in rota.counts():
                known = found.get(tenant, Crowd(0, 0, 0))
                found[tenant] = Crowd(known.waiting + waiting, known.running + running, known.parked_bytes)
        return found

    def close(self) -> set[asyncio.Task[None]]:
        """Let nothing more begin until partitions are owned anew; give what runs."""
        self.parking.closed = True
        self._forget(lambda _: True, lambda _: False)
        return self._running | self.parking.writing

    def _forget(self, gone: Callable[[Batch], bool], executions: Callable[[str], bool]) -> None:
        waiting = [batch for rota in self._rotas.values() for batch in rota.remove(gone)]
        waiting += [*self._holds.forget(gone, executions), *self._paces.forget(gone)]
        for batch in waiting:
            batch.fail(Revoked(_NEXT))
        self.parking.forget(gone)

    def _queue(self, batch: Batch) -> None:
        if batch.pace is not None:
            self._join(self._paces.enter(batch))
            self._keep_time()
        else:
            self._join([batch] if batch.hold is None else self._holds.enter(batch))

    def _keep_time(self) -> None:
        """Wake when the next task that keeps a pace may begin."""
        wait = self._paces.wait()
        if self._beat is None and wait is not None and not self.parking.closed:
            self._beat = asyncio.get_running_loop().call_later(wait, self._on_beat)

    def _on_beat(self) -> None:
        self._beat = None
        self._join(self._paces.due())
        self._keep_time()
        self._pump()

    def _join(self, batches: Iterable[Batch]) -> None:
        for batch in batches:
            self._rotas[batch.kind].add(batch)

    def _reads(self) -> bool:
        """Say whether further records are read first."""
        if self._unread and self._reading is None:
            self._reading = asyncio.get_running_loop().call_later(READ_SECONDS, self._on_read)
        return self._unread > 0

    def _on_read(self) -> None:
        self._reading, self._unread = None, 0
        self._pump()

    def _crowded(self, batch: Batch) -> bool:
        held_back = batch.kind == "start" and not self._may_begin(batch.lane)
        return held_back or self._rotas[batch.kind].waiting(batch.lane) > self._crowd

    def _may_begin(self, lane: Lane) -> bool:
        return self._slots.waiting(lane) + self._paces.waiting[lane] < self._begin_below

    def _pump(self) -> None:
        """Let tasks run while there is room for any."""
        if self.parking.closed:
            return
        while not self._reads() and (batch := self._quick.take()) is not None:
            self._unread = READ_AHEAD if self._backlog else 0
            self._begin(self._run_quick(batch, batch.give_all(self._row(batch))))
        while (batch := self._slots.take()) is not None:
            self._grant(self._slots, batch)
        while (batch := self._turns.take()) is not None:
            self._grant(self._turns, batch)
        while (batch := self._starts.take(self._may_begin)) is not None:
            self._grant(self._starts, batch)

    def _grant(self, rota: Rota[Batch], batch: Batch) -> None:
        number, task = batch.give(self._row(batch))
        self._begin(self._run(rota, batch, number, task))

    def _row(self, batch: Batch) -> bytes | None:
        return self.parking.row(batch) if batch.parked else None

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        running = asyncio.create_task(work)
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _run_quick(self, batch: Batch, given: list[tuple[int, Task]]) -> None:
        tasks = [task for _, task in given]
        try:
            try:
                outbox = await self._carry.run(batch, tasks)
            finally:
                self._quick.done(batch.lane)  # whoever only waits for the log has no turn
                self._pump()
            await self._carry.write(batch, tasks, outbox)
        except Revoked as gone:
            batch.fail(gone)
            return
        for number, _ in given:
            if batch.take_back(number):
                await self.parking.done(batch)

    async def _run(self, rota: Rota[Batch], batch: Batch, number: int, task: Task) -> None:
        try:
            await self._carry.one(batch, task)
        except Revoked as gone:
            batch.fail(gone)
        else:
            if batch.hold is not None and not self._under_way(batch.tag):
                self.ended(batch.tag)
            if batch.take_back(number):
                await self.parking.done(batch)
        finally:
            rota.done(batch.lane)
            if batch.pace is not None:
                self._join(self._paces.done(batch))
                self._keep_time()
            self._pump()


def _batches(message: Any, owner: Owner, catalog: int, tasks: Sorted) -> Iterator[Batch]:
    """Sort a record's tasks into batches: one that needs a hold or keeps a pace makes one of its own."""
    where, index = (message.topic, message.offset), count()
    for place, some in tasks.items():
        if place.hold is None and place.pace is None:
            yield Batch(place, where, owner, catalog, some)
            continue
        for task in some:
            tag = (
                task.execution
                if place.pace is None
                else f"{task_id(task.execution, task.node, task.run)}/{task.attempt}"
            )
            yield Batch(place, where, owner, catalog, [task], tag, next(index))
