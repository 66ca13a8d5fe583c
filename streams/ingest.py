"""Ingest: records of topics become start tasks; a record counts as read when its start is durable.

Flow: public topic, subscriptions → **ingest** → frames on node topics; what cannot start → dead letters.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from schemas.clock import now_ms
from schemas.errors import MillraceError, OperationalError, Overloaded, Revoked
from schemas.failpoints import failpoint
from schemas.identifiers import ExecutionId, digest_id, digest_ids, id_beside, new_id, partition_of
from schemas.item import Items
from schemas.task import DeadLetter, Origin, Start, Task
from streams.codecs import encode
from streams.frames import Gatherer
from streams.tables import Owner
from streams.topics import DEAD_LETTERS, TRIGGERS, node_topic
from streams.transports.protocol import Log, Record

WORKFLOW_HEADER = "workflow"
KEY_HEADER = "idempotency-key"
KEEP_SECONDS = 86_400
INLINE_BYTES = 256 << 10
RAW_MAX = 256 << 10
FENCE = 0.3
"""How long a commit proves that records are ours, as a part of the session."""
_SURELY_INLINE = 4 << 10
_PENDING_BYTES = 16 << 20
_RETRY_SECONDS = 0.1
_RETRY_SECONDS_MAX = 5.0

Keep = Callable[[bytes], Awaitable[str]]
"""Puts bytes that are too large to travel into the blob store, and gives their id."""

_encode = msgspec.json.Encoder().encode

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """What a record starts: the trigger node of a workflow's version; ``catalog`` is the offset that its plan needs."""

    workflow: str
    version: str
    node: str
    type: str
    catalog: int


class Opening(NamedTuple):
    """A start to be written, and the record it comes from (of a batch, the first); ``weight`` is its size in bytes.

    Its mark goes when its ``origin`` has been passed, or after a day where it has none.
    """

    target: Target
    execution: ExecutionId
    key: str
    items: Items
    record: Record
    weight: int
    origin: Origin | None = None


Homes = Callable[[Target, Items], str | None]


class Fence:
    """Proof that records are still ours: a commit that the group took, at most ``seconds`` ago.

    A process that was stopped for a while (SIGSTOP, a laptop's lid) wakes up with records that others have handled
    since. It learns of that here, before any of their starts enters the log.
    """

    def __init__(self, seconds: float, prove: Callable[[], Awaitable[None]]) -> None:
        self._seconds = seconds
        self._prove = prove
        self._until = 0.0
        self._lease = Owner(-1, -1, lambda: time.monotonic() < self._until)

    def proved(self, began: float) -> None:
        """Note that the group took a commit that was sent at ``began`` (monotonic)."""
        self._until = began + self._seconds

    async def renew(self) -> Owner:
        """Give a lease that holds for a while. Raises OperationalError where the group has given the records away."""
        if time.monotonic() > self._until - self._seconds / 2:
            began = time.monotonic()
            await self._prove()
            self.proved(began)
        return self._lease


class Ingest:
    """Writes starts and dead letters. Each reader has one of its own.

    ``homes`` names the key whose partition a start has to live in, None where any will do.
    """

    def __init__(self, log: Log, keep: Keep, partitions: int, homes: Homes = lambda *_: None) -> None:
        self.partitions = partitions
        self.homes = homes
        self._log = log
        self._keep = keep
        self._gatherer = Gatherer(log, pending_bytes=_PENDING_BYTES)

    async def begin(self, openings: Sequence[Opening], fence: Fence) -> None:
        """Write starts; returns when all of them are durable. Raises Revoked where their records are not ours any more.

        One that was written before, and comes again, has the same execution id and starts nothing.
        """
        failpoint("ingest.begin")
        waiting = [(opening, await self._start(opening)) for opening in openings]
        pause = _RETRY_SECONDS
        while waiting:
            left = await self._write(waiting, await fence.renew())
            if len(left) == len(waiting):
                await asyncio.sleep(pause)
                pause = min(pause * 2, _RETRY_SECONDS_MAX)
            waiting = left
        failpoint("ingest.written")

    async def bury(self, record: Record, error: MillraceError, target: Target | None = None) -> None:
        """Keep a record that starts nothing with its reason; returns when that is durable."""
        where = f"{record.topic}/{record.partition}/{record.offset}"
        partition = partition_of(where, self.partitions)
        letter = DeadLetter(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=error.message,
            at=now_ms(),
            raw=(record.value or b"")[:RAW_MAX],
            headers=[(name, value[:RAW_MAX]) for name, value in record.headers],
        )
        if target is not None:
            letter.task = Task(digest_id(where), target.workflow, target.version, target.node, now_ms())
        logger.warning("record went to dead letters", extra={"record": where, "reason": error.message})
        await self._log.send(DEAD_LETTERS, partition, encode(letter))

    async def _start(self, opening: Opening) -> Task:
        target = opening.target
        keep = KEEP_SECONDS if opening.origin is None else 0
        start = Start(opening.items, mode="trigger", key=opening.key, keep_seconds=keep, origin=opening.origin)
        if opening.weight > _SURELY_INLINE and len(data := _encode(opening.items)) > INLINE_BYTES:
            start.items, start.blob = None, await self._keep(data)
        return Task(opening.execution, target.workflow, target.version, target.node, now_ms(), start=start)

    async def _write(self, waiting: list[tuple[Opening, Task]], lease: Owner) -> list[tuple[Opening, Task]]:
        """Write what the log takes now; give what it did not take."""
        sent: list[asyncio.Future[int]] = []
        for opening, task in waiting:
            target = opening.target
            partition = partition_of(task.execution, self.partitions)
            try:
                sent.append(self._gatherer.add(node_topic(target.type), partition, task, target.catalog, lease))
            except Overloaded:
                break
        left = waiting[len(sent) :]
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
        for (opening, task), outcome in zip(waiting, outcomes, strict=False):
            if isinstance(outcome, int):
                continue
            if isinstance(outcome, OperationalError) and not isinstance(outcome, Revoked):
                logger.warning("the log refused starts; trying again", extra={"reason": outcome.message})
                left.append((opening, task))
            elif isinstance(outcome, MillraceError) and not isinstance(outcome, Revoked):
                await self.bury(opening.record, outcome, opening.target)
            else:
                raise outcome
        return left


def start_id(parts: Sequence[object], partitions: int, home: str | None = None) -> ExecutionId:
    """Name the execution that a record starts; where ``home`` is given, one that lives in the partition of that key."""
    ids = digest_ids(*parts)
    return next(ids) if home is None else id_beside(home, ids, partitions)


def source_name(*parts: object) -> str:
    """Name a partition that is read, shortly: every mark of its starts has it."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def send_start(
    log: Log, workflow: str, value: Any, *, partitions: int, key: str | None = None
) -> "asyncio.Future[int]":
    """Append a start of a workflow to the public topic, as outside producers do; the future gives its offset.

    ``value`` is JSON, as a value or as bytes; a ``key`` makes repetitions harmless.
    """
    data = value if isinstance(value, bytes) else _encode(value)
    headers = [(WORKFLOW_HEADER, workflow.encode())] + ([(KEY_HEADER, key.encode())] if key is not None else [])
    return log.send(TRIGGERS, partition_of(key or new_id(), partitions), data, headers=headers)
