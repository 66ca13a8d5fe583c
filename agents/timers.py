"""Timers: what is due when, folded from the `timers` table; firing only makes a task.

Flow: Sleep actions, schedules and polls → `timers` rows → **heap per owned partition** → due tasks.
A row goes when its due task has been handled, not when it was sent. A clock that is set back keeps nobody waiting: what
was to last a while lasts that long from then on, and schedules and polls find their next time anew.
"""

import asyncio
import contextlib
import heapq
import logging
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from typing import Literal

import msgspec

from schemas.errors import Revoked
from schemas.failpoints import failpoint
from streams.app import Streams
from streams.tables import Owner

log = logging.getLogger(__name__)
IDLE_SECONDS = 30.0
RETRY_SECONDS = 1.0
AT_ONCE = 256
NOTICED_MS = 1000


class Timer(msgspec.Struct, omit_defaults=True):
    """One row: when (epoch ms), and for whom. A schedule's timer has its rule's number in ``run``.

    ``span`` is how long before that it was set, in ms; 0 where it is a moment of the calendar, and no while.
    """

    due: int
    kind: Literal["task", "schedule", "poll", "deadline"]
    workflow: str
    version: str
    node: str
    execution: str = ""
    run: int = 0
    attempt: int = 0
    why: str = ""
    catalog: int = -1
    span: int = 0

    def ahead(self, now: int) -> bool:
        """Say whether it was set at a time that is yet to come: the clock was set back since."""
        return self.span > 0 and now < self.due - self.span

    def when(self, now: int) -> int:
        """Give the time at which it fires."""
        return now + self.span if self.kind in {"task", "deadline"} and self.ahead(now) else self.due


Entry = tuple[int, int, str]
Fire = Callable[[Owner, str, Timer], Awaitable[None]]


class Timers:
    """Wakes at the next due time of any owned partition and hands due rows to ``fire``; polls nothing.

    ``set_back`` is called when the clock was set back. A heap has when each row fires, its due time and its key.
    ``hurry`` makes every timer due at once (a private clock), but no execution's last moment.
    """

    def __init__(
        self,
        streams: Streams,
        now: Callable[[], int],
        fire: Fire,
        set_back: Callable[[], None] = lambda: None,
        *,
        hurry: bool = False,
    ) -> None:
        self._streams = streams
        self._now = now
        self._fire = fire
        self._set_back = set_back
        self._last = now()
        self._hurry = hurry
        self._heaps: dict[int, list[Entry]] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to fire."""
        self._task = asyncio.create_task(self._loop(), name="timers")

    async def stop(self) -> None:
        """Stop firing; rows stay."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def own(self, partitions: set[int]) -> None:
        """Build the heaps of partitions whose rows were just recovered."""
        table, now = self._streams.table("timers"), self._now()
        for partition in partitions:
            heap = [(timer.when(now), timer.due, key) for key, timer in table.rows(partition)]
            heapq.heapify(heap)
            self._heaps[partition] = heap
        self._changed.set()

    def lose(self, partitions: set[int]) -> None:
        """Forget partitions that went."""
        for partition in partitions:
            self._heaps.pop(partition, None)

    def add(self, partition: int, key: str, timer: Timer) -> None:
        """Note a row that was put."""
        if partition in self._heaps:
            heapq.heappush(self._heaps[partition], (timer.when(self._now()), timer.due, key))
            self._changed.set()

    async def _loop(self) -> None:
        while True:
            self._changed.clear()
            try:
                wait = await self.fire_due()
            except Exception:
                log.exception("timers failed; trying again")
                wait = RETRY_SECONDS
            # Not wait_for: on Python 3.11 it may swallow a cancellation, and then a stop never ends.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._changed.wait()

    async def fire_due(self) -> float:
        """Fire what is due, some at once; give the seconds until there may be more to do."""
        now = self._now()
        self._heed(now)
        taken = list(islice(self._take_due(now), AT_ONCE))
        if taken:
            failpoint("timers.fire")
        fired = [self._fire(owner, key, timer) for _, owner, key, timer in taken]
        outcomes = await asyncio.gather(*fired, return_exceptions=True)
        if taken:
            failpoint("timers.fired")
        wait = IDLE_SECONDS if len(taken) < AT_ONCE else 0.0
        for (heap, _, key, timer), outcome in zip(taken, outcomes, strict=True):
            if outcome is not None:
                # It stays due; where its partition went, so did this heap.
                heapq.heappush(heap, (now, timer.due, key))
                wait = min(wait, RETRY_SECONDS)
                if not isinstance(outcome, Revoked):
                    log.warning("a timer failed; it fires again", exc_info=outcome)
        ahead = [(heap[0][0] - now) / 1000 for heap in self._heaps.values() if heap and heap[0][0] > now]
        return max(min([wait, *ahead]), 0.001)

    def _heed(self, now: int) -> None:
        """Notice that the clock was set back."""
        if now < self._last - NOTICED_MS:
            log.warning("the clock was set back", extra={"seconds": (self._last - now) / 1000})
            self.own(set(self._heaps))
            self._set_back()
        self._last = now

    def _take_due(self, now: int) -> Iterator[tuple[list[Entry], Owner, str, Timer]]:
        table = self._streams.table("timers")
        for partition, heap in list(self._heaps.items()):
            while heap and (self._hurry or heap[0][0] <= now):
                _, due, key = heapq.heappop(heap)
                timer = table.get(key)
                owner = self._streams.owner(partition)
                if self._hurry and timer is not None and timer.kind == "deadline":
                    continue
                if timer is not None and timer.due == due and owner is not None:
                    yield heap, owner, key, timer
