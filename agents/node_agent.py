"""Node agents: one factory; for every node type in the registry one Faust agent on its topic.

Flow: `node.<type>` → **node agent** → engine → outbox durable → acknowledge.
A frame is a transport unit, never a failure unit: each task has its own outcome.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from agents.admission import Admission, Carry, Sorted
from agents.batches import Batch, Place
from agents.dead_letters import DeadLetters
from agents.early import Early
from agents.engine import Engine
from agents.flushing import Flushing
from agents.marks import Marks
from agents.outbox import Outbox
from agents.persisting import persist
from agents.settings import WorkerSettings
from agents.state import Mark, Row
from agents.suspects import Suspects
from agents.timers import Timers
from nodes.sdk.context import Blobs
from schemas.errors import DefectError, MillraceError, Revoked, UserError
from schemas.failpoints import failpoint
from schemas.task import ControlFrame, Frame, Task
from streams import codecs
from streams.app import Streams
from streams.frames import Gatherer
from streams.tables import Owner
from streams.topics import CONTROL, node_topic

log = logging.getLogger(__name__)
YIELD_EVERY = 32


class NodeAgents:
    """Makes the agents and holds what they share. ``route`` says which version a task runs."""

    def __init__(
        self,
        streams: Streams,
        engine: Engine,
        timers: Timers,
        marks: Marks,
        gatherer: Gatherer,
        blobs: Blobs,
        letters: DeadLetters,
        settings: WorkerSettings,
    ) -> None:
        self._streams = streams
        self._engine = engine
        self._timers = timers
        self._marks = marks
        self._gatherer = gatherer
        self._blobs = blobs
        self._letters = letters
        self._limit = settings.frames_in_flight
        carry = Carry(self._apart, self._quickly, self._write)
        self.admission = Admission(streams, carry, engine.under_way, settings)
        self._early = Early(streams, lambda execution: engine.row(execution) is not None, self.admission.parking.held)
        self._suspects = Suspects(streams.settings.data)
        self.route: Callable[[Task], Task] = _as_it_is
        self._flushing = Flushing(self._flush)
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = asyncio.Event()

    def attach(self, type_name: str) -> None:
        """Make the agent of one node type."""
        self._agent(node_topic(type_name), f"node_{type_name}", self._frame)

    def attach_control(self) -> None:
        """Make the agent of what is asked of executions."""
        self._agent(CONTROL, "control", self._control)

    def own(self, partitions: set[int]) -> None:
        """Take records again, and go on with what is kept of partitions that were just recovered."""
        self.admission.own(partitions)
        self._open.set()

    async def drain(self, seconds: float, patience: float) -> None:
        """Take nothing more, and give what runs some time; the rest comes again.

        At most ``seconds``, and no longer than ``patience`` after something was finished last.
        """
        self._open.clear()
        left, end = self.admission.close() | self._tasks, time.monotonic() + seconds
        while left and (wait := min(patience, end - time.monotonic())) > 0:
            done, left = await asyncio.wait(left, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                return

    def _agent(self, topic: str, name: str, handle: Any) -> None:
        room = asyncio.Semaphore(self._limit)

        async def agent(stream: Any) -> None:
            async for event in stream.noack().events():
                self.admission.parking.full(topic, room.locked())
                await room.acquire()
                self.admission.parking.full(topic, False)
                await self._open.wait()
                task = asyncio.create_task(self._one(event, handle))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                task.add_done_callback(lambda _: room.release())

        agent.__name__ = name
        self._streams.app.agent(self._streams.topic(topic), name=name)(agent)

    async def _one(self, event: Any, handle: Any) -> None:
        """Handle one record and acknowledge it; one that is not ours any more is left for its new owner."""
        message = event.message
        owner = self._streams.owner(message.partition)
        if owner is None or owner.generation != message.generation_id:
            return
        failpoint("record.taken")
        try:
            try:
                await handle(message, owner)
            except Revoked:
                raise
            except Exception as bad:
                if not isinstance(bad, MillraceError):
                    log.exception("record failed", extra={"topic": message.topic, "offset": message.offset})
                await persist(owner, partial(self._letters.raw, message, bad))
            owner.check()
        except Revoked:
            return
        failpoint("record.handled")
        event.ack()
        failpoint("record.acknowledged")

    async def _frame(self, message: Any, owner: Owner) -> None:
        frame = codecs.decode(message.value, Frame)
        tasks: Sorted = {}
        for task in map(self.route, frame.tasks):
            lane = self._engine.quick(task)
            place = Place("quick", lane) if lane is not None else await self._engine.place(task, frame.catalog)
            tasks.setdefault(place, []).append(task)
        if not self.admission.shared(message, tasks):  # by several tenants: else quick ones hold up nobody
            together = self._outbox(message.partition, owner, frame.catalog)
            quick = [task for place in list(tasks) if place.kind == "quick" for task in tasks.pop(place)]
            await self._run(message, quick, together)
            await self._write(message, quick, together)
        if tasks:
            await self.admission.enter(message, owner, frame.catalog, tasks)

    async def _quickly(self, batch: Batch, tasks: list[Task]) -> Outbox:
        outbox = self._outbox(batch.partition, batch.owner, batch.catalog)
        await self._run(batch, tasks, outbox)
        return outbox

    async def _run(self, message: Any, tasks: list[Task], outbox: Outbox) -> None:
        for at, task in enumerate(tasks, 1):
            await self._task(task, outbox, message)
            if at % YIELD_EVERY == 0:
                await asyncio.sleep(0)

    async def _write(self, message: Any, tasks: list[Task], outbox: Outbox) -> None:
        try:
            await self._flush(outbox)
        except Revoked:
            raise
        except Exception as bad:
            log.exception("executions cannot be written", extra={"topic": message.topic, "offset": message.offset})
            for task in tasks:
                await persist(outbox.owner, partial(self._letters.task, message, task, bad))

    async def _apart(self, batch: Batch, task: Task) -> None:
        outbox = self._outbox(batch.partition, batch.owner, batch.catalog)
        await self._task(task, outbox, batch)
        try:
            await self._refusing(batch, task, outbox)
        except Revoked:
            raise
        except Exception as bad:
            log.exception("task failed", extra={"execution": task.execution, "node": task.node})
            await persist(batch.owner, partial(self._letters.task, batch, task, bad))

    async def _refusing(self, batch: Batch, task: Task, outbox: Outbox) -> None:
        try:
            await self._flushing.flush(outbox)
        except UserError as bad:
            # What cannot be stored is the error of the node that made it.
            outbox = self._outbox(batch.partition, batch.owner, batch.catalog)
            bad.message = f"the state of the execution cannot be stored: {bad.message}"
            await self._engine.refuse(task, bad, outbox)
            await self._flushing.flush(outbox)

    async def _task(self, task: Task, outbox: Outbox, message: Any) -> None:
        if self._suspects.culprit(task):
            await self._condemn(task, outbox, message)
            return
        slot = await self._suspects.enter(task)
        try:
            await self._engine.handle(task, outbox)
        except Revoked:
            raise
        except Exception as bad:
            self._engine.abandon(task.execution)
            if not isinstance(bad, MillraceError):
                log.exception("task failed", extra={"execution": task.execution, "node": task.node})
            await persist(outbox.owner, partial(self._letters.task, message, task, bad))
        finally:
            self._suspects.leave(task, slot)

    async def _condemn(self, task: Task, outbox: Outbox, message: Any) -> None:
        """Keep a task that kills the process as a dead letter, and end its execution."""
        bad = DefectError("the process died again and again while this ran, and at last while nothing else did")
        log.error("a task that kills the process", extra={"execution": task.execution, "node": task.node})
        await persist(outbox.owner, partial(self._letters.task, message, task, bad))
        await self._engine.refuse(task, bad, outbox)

    async def _control(self, message: Any, owner: Owner) -> None:
        frame = codecs.decode(message.value, ControlFrame)
        outbox = self._outbox(message.partition, owner, -1)
        for control in frame.controls:
            if control.ask == "cancel" and not await self._early.met(control.execution, message.partition):
                outbox.controls.append(control)
                continue
            await self._engine.control(control, outbox)
        failpoint("control.handled")
        await self._flush(outbox)

    async def _flush(self, outbox: Outbox) -> None:
        rows: dict[str, Row] = await persist(outbox.owner, partial(outbox.flush, self._engine))
        self._engine.settle(rows)
        for execution, row in rows.items():
            if isinstance(row, Mark):
                self._marks.add(outbox.partition, execution, row.origin)
                self.admission.ended(execution)
        for key, timer in outbox.timers.items():
            if timer is not None:
                self._timers.add(outbox.partition, key, timer)

    def _outbox(self, partition: int, owner: Owner, catalog: int) -> Outbox:
        return Outbox(self._streams, self._gatherer, self._blobs, partition, owner, catalog)


def _as_it_is(task: Task) -> Task:
    return task
