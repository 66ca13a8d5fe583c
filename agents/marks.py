"""Marks: finished executions are remembered until no copy of their tasks can come any more.

Flow: ended executions → **epochs per partition** → marks dropped.
An epoch closes with the end offsets of all node topics of its partition, and its marks go when the committed offset
of each has passed them, two session timeouts later, and not before their own least time. A mark whose start was read
from a topic stays, however long, until that record is known to be committed and so is never read again: later starts
from there tell it. What is left of a topic that falls silent is what was read last.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from agents.state import Mark, Row
from schemas.clock import now_ms
from schemas.errors import Revoked
from schemas.failpoints import failpoint
from schemas.task import Origin
from streams.app import Streams

log = logging.getLogger(__name__)
EPOCH_SECONDS = 15.0


@dataclass(slots=True)
class _Epoch:
    keys: list[str]
    ends: dict[str, int]
    closed_at: float
    passed: dict[str, int]


class Marks:
    """Sweeps the marks of owned partitions. ``held`` gives the lowest offsets that are parked: committed, not done."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self.held: Callable[[int], dict[str, int]] = lambda _: {}
        self._open: dict[int, set[str]] = {}
        self._closed: dict[int, list[_Epoch]] = {}
        self._passed: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._loop(), name="marks")

    async def stop(self) -> None:
        """Stop; marks stay."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def own(self, partitions: set[int]) -> None:
        """Take up the marks of partitions that were just recovered."""
        table = self._streams.table("executions")
        for partition in partitions:
            self._closed[partition] = []
            self._open[partition] = set()
            for key, row in table.rows(partition):
                if isinstance(row, Mark):
                    self.add(partition, key, row.origin)

    def lose(self, partitions: set[int]) -> None:
        """Forget partitions that went."""
        for partition in partitions:
            self._open.pop(partition, None)
            self._closed.pop(partition, None)

    def add(self, partition: int, execution: str, origin: Origin | None = None) -> None:
        """Note a mark that was put, and what its start tells of where it was read."""
        if origin is not None:
            self._passed[origin.source] = max(self._passed.get(origin.source, 0), origin.passed)
        if partition in self._open:
            self._open[partition].add(execution)

    async def sweep(self, session_seconds: float) -> int:
        """Close the open epochs and drop what is past; give how many marks went."""
        dropped = 0
        closing = {partition: keys for partition, keys in self._open.items() if keys}
        self._open.update((partition, set()) for partition in closing)
        passed = dict(self._passed)  # copies of what was passed by now lie below the ends as well
        try:
            await self._streams.survey()  # copies of their tasks that were sent until now lie below the ends it finds
        except BaseException:
            for partition, keys in closing.items():
                self._open.get(partition, set()).update(keys)
            raise
        for partition in list(self._open):
            progress = self._streams.progress(partition)
            if found := closing.get(partition):
                ends = {topic: end for topic, (_, end) in progress.items()}
                self._closed[partition].append(_Epoch(list(found), ends, time.monotonic(), passed))
            held = self.held(partition)
            committed = {topic: min(offset, held.get(topic, offset)) for topic, (offset, _) in progress.items()}
            try:
                await self._forget_effects(partition)
                dropped += await self._drop(partition, committed, 2 * session_seconds)
            except Revoked:
                continue
        return dropped

    async def _forget_effects(self, partition: int) -> None:
        """Drop what a crash left in the journal of effects whose executions have ended."""
        owner = self._streams.owner(partition)
        if owner is None:
            return
        journal, executions = self._streams.table("results"), self._streams.table("executions")
        left = [key for key, _ in journal.rows(partition) if ended(executions.get(key.partition("/")[0]))]
        await asyncio.gather(*[journal.drop(owner, key) for key in left])

    async def _drop(self, partition: int, committed: dict[str, int], wait_seconds: float) -> int:
        owner = self._streams.owner(partition)
        if owner is None:
            return 0
        table = self._streams.table("executions")
        now = now_ms()
        kept, waits = [], []
        for epoch in self._closed[partition]:
            fresh = time.monotonic() - epoch.closed_at < wait_seconds
            if fresh or any(committed.get(topic, 0) < end for topic, end in epoch.ends.items()):
                kept.append(epoch)
                continue
            stay = []
            for key in epoch.keys:
                row = table.get(key)
                if not isinstance(row, Mark):
                    continue
                if row.origin is not None and not _passed(row.origin, epoch):
                    self._open[partition].add(key)  # what passes it will be known in a later epoch
                elif row.until > now:
                    stay.append(key)
                else:
                    waits.append(table.drop(owner, key))
            if stay:
                kept.append(_Epoch(stay, epoch.ends, epoch.closed_at, epoch.passed))
        self._closed[partition] = kept
        if waits:
            failpoint("marks.drop")
            await asyncio.gather(*waits)
        return len(waits)

    async def _loop(self) -> None:
        while True:
            await asyncio.sleep(EPOCH_SECONDS)
            try:
                await self.sweep(self._streams.settings.session_timeout)
            except Exception:
                log.exception("sweeping marks failed; trying again")


def ended(row: Row | None) -> bool:
    """Say whether nothing of an execution with this row goes on."""
    return row is None or isinstance(row, Mark)


def _passed(origin: Origin, epoch: _Epoch) -> bool:
    return epoch.passed.get(origin.source, 0) > origin.offset
