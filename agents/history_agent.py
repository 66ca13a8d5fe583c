"""The history agent: folds events and dead letters into the history, in batches.

Flow: topics `events`, `dead-letters` → **history agent** → History (ClickHouse).
A plain group reader, not a Faust agent: records go on as raw bytes, and nothing of it touches the hot loop but moving
them. A record is committed when it is in the history, or named in a dead letter.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Sequence

from schemas.errors import MillraceError
from schemas.failpoints import failpoint
from schemas.task import DeadLetter
from streams.app import Streams
from streams.codecs import encode
from streams.stores.history import History
from streams.stores.protocol import Refused
from streams.topics import DEAD_LETTERS, EVENTS
from streams.transports.protocol import GroupReader, Log, Record

logger = logging.getLogger(__name__)

GROUP = "history"
BATCH_RECORDS = 4000
BATCH_BYTES = 8 << 20
READ_RECORDS = 200
READ_WAIT_SECONDS = 5.0
RETRY_SECONDS = 1.0
RAW_MAX = 256 << 10


class HistoryAgent:
    """Reads as a group member of its own; at any time one batch is being written while the next one gathers."""

    def __init__(self, log: Log, history: History, linger_seconds: float) -> None:
        self._log = log
        self._history = history
        self._linger_seconds = linger_seconds
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to read."""
        self._task = asyncio.create_task(self._run(), name="history-agent")

    async def stop(self) -> None:
        """Write what was read, commit it and leave the group."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                reader = await self._log.group([EVENTS, DEAD_LETTERS], GROUP)
                try:
                    await self._fold(reader)
                finally:
                    await reader.close()
            except Exception:  # the log's or the history's trouble passes; what was not committed comes again
                logger.warning("history agent starts again", exc_info=True)
                await self._pause(RETRY_SECONDS)

    async def _fold(self, reader: GroupReader) -> None:
        writing: asyncio.Task[None] | None = None
        try:
            while not self._stopping.is_set():
                batch = await self._gather(reader)
                if writing is not None:
                    await writing
                writing = asyncio.create_task(self._write(reader, batch)) if batch else None
        finally:
            if writing is not None:
                await writing

    async def _gather(self, reader: GroupReader) -> list[Record]:
        """Read a batch: full, or as old as the linger allows."""
        batch = await self._read(reader, READ_WAIT_SECONDS)
        if not batch:
            return batch
        size = _bytes(batch)
        deadline = time.monotonic() + self._linger_seconds
        while size < BATCH_BYTES and len(batch) < BATCH_RECORDS:
            more = await self._read(reader, 0)
            if not more:
                left = deadline - time.monotonic()
                if left <= 0 or self._stopping.is_set():
                    break
                # Sleeping and then reading what came wakes the loop twice a batch; a waiting read, at every append.
                await self._pause(left)
                continue
            batch += more
            size += _bytes(more)
        return batch

    async def _read(self, reader: GroupReader, wait_seconds: float) -> list[Record]:
        if not wait_seconds:
            return await reader.read(READ_RECORDS, 0)
        reading = asyncio.create_task(reader.read(READ_RECORDS, wait_seconds))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([reading, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                reading.cancel()
                await asyncio.wait([reading])
            return [] if reading.cancelled() else reading.result()
        finally:
            stopping.cancel()

    async def _write(self, reader: GroupReader, batch: list[Record]) -> None:
        events = [record for record in batch if record.topic == EVENTS]
        letters = [record for record in batch if record.topic == DEAD_LETTERS]
        failpoint("history.write")
        await self._events(events)
        await self._letters(letters)
        failpoint("history.written")
        await reader.commit(_next_offsets(batch))
        failpoint("history.committed")

    async def _events(self, records: list[Record]) -> None:
        refused = await self._insert(records, dead=False)
        sent = [
            self._log.send(DEAD_LETTERS, record.partition, encode(dead_letter(record, reason)), key=record.key)
            for record, reason in refused
        ]
        if sent:
            logger.warning("event records went to dead letters", extra={"records": len(sent)})
            await asyncio.gather(*sent)

    async def _letters(self, records: list[Record]) -> None:
        refused = await self._insert(records, dead=True)
        if not refused:
            return
        # A dead letter that does not decode is not sent to dead letters again: it is kept in the history as it is.
        again = await self._history.bury([encode(dead_letter(record, reason)) for record, reason in refused])
        for refusal in again:
            logger.error("dead letter lost", extra={"offset": refused[refusal.position][0].offset})

    async def _insert(self, records: Sequence[Record], *, dead: bool) -> list[tuple[Record, str]]:
        """Write until it succeeds; give what history cannot take."""
        kept = [record for record in records if record.value is not None]
        if not kept:
            return []
        values = [record.value or b"" for record in kept]
        while True:
            try:
                refused: list[Refused] = await (self._history.bury if dead else self._history.write)(values)
                return [(kept[refusal.position], refusal.reason) for refusal in refused]
            except MillraceError:
                if self._stopping.is_set():
                    raise
                logger.warning("history did not take a batch, it will be tried again", exc_info=True)
                await self._pause(RETRY_SECONDS)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def attach_history(streams: Streams, history: History, *, linger_seconds: float = 0.5) -> HistoryAgent:
    """Make the agent that folds the log into the history; start it when both are open, stop it before either closes.

    ``linger_seconds`` is how long a record may wait for others: what happened is in the history a little later.
    """
    return HistoryAgent(streams.log, history, linger_seconds)


def dead_letter(record: Record, reason: str) -> DeadLetter:
    """Name a record that could not be read; its bytes are cut at 256 KB (the topic has them whole)."""
    raw = (record.value or b"")[:RAW_MAX]
    return DeadLetter(record.topic, record.partition, record.offset, reason, record.at, raw)


def _bytes(records: Iterable[Record]) -> int:
    return sum(len(record.value or b"") for record in records)


def _next_offsets(records: Iterable[Record]) -> dict[tuple[str, int], int]:
    return {(record.topic, record.partition): record.offset + 1 for record in records}
