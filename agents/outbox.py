"""The outbox: what one call wants written, and the order in which it becomes durable.

Flow: engine collects → **outbox** → events, rows, then tasks and timers, then replies → acknowledge the source.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Protocol

from msgspec import structs

from agents.state import Row
from agents.timers import Timer
from nodes.sdk.context import Blobs
from schemas.events import Event, EventFrame
from schemas.failpoints import failpoint
from schemas.task import Control, ControlFrame, Reply, ReplyFrame, Task
from streams import codecs
from streams.app import Streams
from streams.frames import Gatherer
from streams.tables import Owner
from streams.topics import CONTROL, EVENTS, REPLIES

EVENTS_BYTES = 400 * 1024
REPLY_BYTES = 400 * 1024


class Desk(Protocol):
    """What an outbox asks of the engine: the newest rows, and the events that belong to them.

    A row may hold the progress of several calls, so the events of all of them go out with whichever writes it first.
    """

    def row(self, execution: str) -> Row | None:
        """Give the newest row of an execution."""
        ...

    def take_events(self, execution: str) -> list[Event]:
        """Give the events that are not sent yet; they are the caller's to send."""
        ...

    def sent(self, execution: str) -> "list[asyncio.Future[int]]":
        """Give the list of what was sent for an execution and may not be durable yet; the caller adds to it."""
        ...


@dataclass(slots=True)
class Outbox:
    """Collects the writes of one call for one partition; ``flush`` makes them durable in a safe order.

    ``rows`` names executions whose newest row is to be written. ``early`` replies depend on nothing durable.
    Events go with the row, never after it: a repeated task whose row says "done" could not make them again.
    """

    streams: Streams
    gatherer: Gatherer
    blobs: Blobs
    partition: int
    owner: Owner
    catalog: int
    events: list[Event] = field(default_factory=list)
    rows: set[str] = field(default_factory=set)
    tasks: list[tuple[str, Task]] = field(default_factory=list)
    timers: dict[str, Timer | None] = field(default_factory=dict)
    controls: list[Control] = field(default_factory=list)
    replies: list[tuple[int, Reply]] = field(default_factory=list)
    early: list[tuple[int, Reply]] = field(default_factory=list)
    journaled: list[str] = field(default_factory=list)

    async def flush(self, desk: Desk) -> dict[str, Row]:
        """Write everything and return, when it is durable, the rows that were put.

        Raises Revoked where the partition is no longer ours.
        """
        self.owner.check()
        failpoint("outbox.events")
        if self.early:
            await self._send_replies(self.early)
        for execution in self.rows:
            self.events += desk.take_events(execution)
        written = self._send_events()
        for execution in self.rows:
            sent = desk.sent(execution)
            sent += written
            written = [*written, *(future for future in sent if not future.done() and future not in written)]
        if written and not self.streams.ordered:
            await asyncio.gather(*written)
        rows = {execution: row for execution in self.rows if (row := desk.row(execution)) is not None}
        failpoint("outbox.rows")
        table = self.streams.table("executions")
        put = [table.put(self.owner, execution, row) for execution, row in rows.items()]
        if put and not self.streams.ordered:
            await asyncio.gather(*put)
            self.owner.check()
        failpoint("outbox.emit")
        emitted = [*written, *put]
        try:
            for one in self._emissions():
                emitted.append(one)
        except BaseException:
            _abandon(emitted)  # what is sent already is sent again with the rest
            raise
        failpoint("outbox.replies")
        if self.replies:
            await asyncio.gather(*put)  # who is answered may rely on it
            await self._send_replies(self.replies)
        if len(emitted) == 1:
            await emitted[0]
        elif emitted:
            await asyncio.gather(*emitted)
        failpoint("outbox.durable")
        return rows

    def _emissions(self) -> "Iterator[asyncio.Future[int]]":
        """Send what follows the rows: it is safe to send it again, and nothing of it may come before them."""
        for key, timer in self.timers.items():
            yield self._put_timer(key, timer)
        for topic, task in self.tasks:
            yield self.gatherer.add(topic, self.partition, task, self.catalog, self.owner)
        for control in self.controls:
            yield self._send_control(control)
        for name in self.journaled:
            yield self.streams.table("results").drop(self.owner, name)

    def _send_events(self) -> "list[asyncio.Future[int]]":
        sent = []
        start = size = 0
        for at, event in enumerate(self.events):
            weight = len(getattr(event, "outputs", b"")) + 400
            if size and size + weight > EVENTS_BYTES:
                sent.append(self._send_frame(self.events[start:at]))
                start, size = at, 0
            size += weight
        if size:
            sent.append(self._send_frame(self.events[start:]))
        return sent

    def _send_frame(self, events: list[Event]) -> "asyncio.Future[int]":
        self.owner.check()
        return self.streams.log.send(EVENTS, self.partition, codecs.encode(EventFrame(events)))

    def _put_timer(self, key: str, timer: Timer | None) -> "asyncio.Future[int]":
        table = self.streams.table("timers")
        return table.drop(self.owner, key) if timer is None else table.put(self.owner, key, timer)

    def _send_control(self, control: Control) -> "asyncio.Future[int]":
        # One record each: what a call gives back may be as large as a frame. All live in this partition.
        return self.streams.log.send(CONTROL, self.partition, codecs.encode(ControlFrame([control])))

    async def _send_replies(self, replies: list[tuple[int, Reply]]) -> None:
        together: dict[int, list[Reply]] = defaultdict(list)
        sizes: dict[int, int] = defaultdict(int)
        for partition, reply in replies:
            if len(reply.body) > REPLY_BYTES:
                reply = structs.replace(reply, body=b"", blob=await self.blobs.put(reply.body))
            if sizes[partition] + len(reply.body) > REPLY_BYTES:
                self._send_reply_frame(partition, together.pop(partition))
                sizes[partition] = 0
            together[partition].append(reply)
            sizes[partition] += len(reply.body) + 200
        for partition, frame in together.items():
            self._send_reply_frame(partition, frame)

    def _send_reply_frame(self, partition: int, replies: list[Reply]) -> None:
        # Nobody waits for a reply's durability: a gateway that dies forgets its clients as well.
        self.streams.log.send(REPLIES, partition, codecs.encode(ReplyFrame(replies)))


_GATHERED = [each.name for each in fields(Outbox) if each.default_factory is not MISSING]


def join(outboxes: Sequence[Outbox]) -> Outbox:
    """Give one outbox with all that several of one partition have."""
    if len(outboxes) == 1:
        return outboxes[0]
    first = outboxes[0]
    catalog = max(each.catalog for each in outboxes)
    joined = Outbox(first.streams, first.gatherer, first.blobs, first.partition, first.owner, catalog)
    for name in _GATHERED:
        whole = getattr(joined, name)
        gather = whole.extend if isinstance(whole, list) else whole.update
        for each in outboxes:
            gather(getattr(each, name))
    return joined


def _abandon(futures: "list[asyncio.Future[int]]") -> None:
    """Let futures that nobody awaits fail without a word."""
    for future in futures:
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
