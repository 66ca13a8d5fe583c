"""Waiting: requests that wait for a reply from the log, matched by request number.

Flow: ingress, publishing → **waiting** ← replies reader.
"""

import asyncio
import itertools

from starlette.types import Receive

from gateway.problems import refuse
from schemas.failpoints import failpoint
from schemas.task import Reply, ReplyTo

WATCH_AFTER = 1.0
"""Seconds until a waiting request is watched for its client's going; short waits need no such task."""

Waiter = asyncio.Future[Reply | None]


class Waiting:
    """Who waits for which answer; a reply to nobody is dropped (its client left, or it came twice)."""

    def __init__(self, boot: str, partition: int) -> None:
        self.boot = boot
        self._partition = partition
        self._numbers = itertools.count(1)
        self._waiters: dict[int, Waiter] = {}

    def __len__(self) -> int:
        """Count who waits."""
        return len(self._waiters)

    def open(self) -> tuple[ReplyTo, Waiter]:
        """Take a number; ``close`` gives it back."""
        number = next(self._numbers)
        waiter: Waiter = asyncio.get_running_loop().create_future()
        self._waiters[number] = waiter
        return ReplyTo(self.boot, self._partition, number), waiter

    def close(self, to: ReplyTo) -> None:
        """Forget a number."""
        self._waiters.pop(to.request, None)

    def deliver(self, reply: Reply) -> None:
        """Hand a reply to who waits for it."""
        if reply.boot != self.boot:
            return
        waiter = self._waiters.pop(reply.request, None)
        if waiter is not None and not waiter.done():
            failpoint("gateway.reply")
            waiter.set_result(reply)

    def end(self) -> None:
        """Tell everybody who still waits that this gateway stops."""
        for waiter in self._waiters.values():
            if not waiter.done():
                waiter.set_exception(refuse("OperationalError", "the gateway stops before the answer came"))


async def wait_or_leave(waiter: Waiter, receive: Receive, timeout_seconds: float) -> Reply | None:
    """Wait for a reply; None where the client went away. Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    watching: list[asyncio.Task[None]] = []
    grace = min(WATCH_AFTER, timeout_seconds)

    def watch() -> None:
        watching.append(loop.create_task(_watch(waiter, receive, timeout_seconds - grace)))

    timer = loop.call_later(grace, watch)
    try:
        return await waiter
    finally:
        timer.cancel()
        for task in watching:
            task.cancel()


async def _watch(waiter: Waiter, receive: Receive, timeout_seconds: float) -> None:
    try:
        async with asyncio.timeout(timeout_seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        if not waiter.done():
            waiter.set_exception(TimeoutError())
    else:
        if not waiter.done():
            waiter.set_result(None)
