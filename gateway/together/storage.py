"""Storage: the records of documents, read and written by key.

Flow: rooms ⇄ **storage** ⇄ topic `collaboration`, blobs.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import NamedTuple

from nodes.sdk.context import Blobs
from schemas.collaboration import Edit
from schemas.errors import OperationalError
from schemas.identifiers import new_id, partition_of
from streams.codecs import Undecodable, decode, encode
from streams.topics import COLLABORATION
from streams.transports.protocol import Log, Reader, Record

INLINE_BYTES = 256 << 10
CATCH_UP_SECONDS = 10.0
PAUSE_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Kept(NamedTuple):
    """A record as rooms fold it."""

    key: str
    update: bytes
    origin: str
    covers: list[str]


Fold = Callable[[Kept], None]


class Storage:
    """Follows the partition of each open document from its earliest record on; records of others are passed over."""

    def __init__(self, log: Log, blobs: Blobs, partitions: int) -> None:
        self._log = log
        self._blobs = blobs
        self._partitions = partitions
        self._boot = new_id()
        self._numbers = itertools.count()
        self._following: dict[str, _Followed] = {}

    async def follow(self, workflow: str, fold: Fold) -> None:
        """Fold every record of a workflow, past and future; returns when the past is folded."""
        partition = partition_of(workflow, self._partitions)
        reader = await self._log.reader(COLLABORATION, [partition], "earliest")
        followed = self._following[workflow] = _Followed(reader, partition)
        followed.task = asyncio.create_task(self._read(workflow, followed, fold))
        await self.caught_up(workflow)

    async def leave(self, workflow: str) -> None:
        """Follow a workflow no more."""
        followed = self._following.pop(workflow, None)
        if followed is not None:
            if followed.task is not None:
                followed.task.cancel()
                await asyncio.gather(followed.task, return_exceptions=True)
            await followed.reader.close()

    async def put(self, workflow: str, update: bytes, origin: str, covers: list[str] | None = None) -> None:
        """Write an update; it is durable when this returns."""
        edit = Edit(workflow, update, origin=origin, covers=covers or [])
        if len(update) > INLINE_BYTES:
            edit.update, edit.blob = b"", await self._blobs.put(update)
        await self._send(workflow, f"{workflow}/{self._boot}-{next(self._numbers)}", encode(edit))

    async def cover(self, workflow: str, update: bytes, keys: list[str]) -> None:
        """Write an update that contains what stands under keys, then remove these."""
        await self.put(workflow, update, "", keys)
        for key in keys:
            await self._send(workflow, key, None)

    async def caught_up(self, workflow: str) -> None:
        """Wait until everything that is durable now is folded. Raises OperationalError where that takes too long."""
        followed = self._following[workflow]
        end = await self._end(followed.partition)
        followed.waiting += 1
        try:
            async with asyncio.timeout(CATCH_UP_SECONDS):
                while followed.folded < end:
                    followed.moved.clear()
                    await followed.moved.wait()
        except TimeoutError:
            raise OperationalError("the document cannot be read to its end now", hint="try again") from None
        finally:
            followed.waiting -= 1

    async def _send(self, workflow: str, key: str, value: bytes | None) -> None:
        partition = partition_of(workflow, self._partitions)
        await self._log.send(COLLABORATION, partition, value, key=key.encode())

    async def _read(self, workflow: str, followed: "_Followed", fold: Fold) -> None:
        prefix = f"{workflow}/".encode()
        while True:
            try:
                # What was last may have been compacted away; then nothing comes, and whoever waits has waited enough.
                end = await self._end(followed.partition) if followed.waiting else 0
                records = await followed.reader.read()
            except OperationalError as bad:
                logger.warning("a document lost its reader", extra={"workflow": workflow, "reason": bad.message})
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            for record in records:
                if record.value is not None and (record.key or b"").startswith(prefix):
                    await self._fold(record, fold)
            reached = followed.reader.position.get(followed.partition, 0)
            followed.folded = max(followed.folded, reached, 0 if records else end)
            followed.moved.set()

    async def _end(self, partition: int) -> int:
        return (await self._log.ends(COLLABORATION)).get(partition, 0)

    async def _fold(self, record: Record, fold: Fold) -> None:
        try:
            edit = decode(record.value or b"", Edit)
            update = edit.update if edit.blob is None else await self._blobs.get(edit.blob)
            fold(Kept((record.key or b"").decode(), update, edit.origin, edit.covers))
        except (Undecodable, ValueError, KeyError) as bad:
            where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
            logger.warning("an edit was passed over: %s", bad, extra=where)


class _Followed:
    """One document that is being followed; ``folded`` is the offset after the last record folded."""

    def __init__(self, reader: Reader, partition: int) -> None:
        self.reader = reader
        self.partition = partition
        self.task: asyncio.Task[None] | None = None
        self.folded = 0
        self.waiting = 0
        self.moved = asyncio.Event()
