"""Flushing: what tasks of one partition did apart goes out together, as soon as what went before is durable.

Flow: outboxes of tasks that ran apart → **flushing** → one outbox → log.
"""

import asyncio
from collections.abc import Awaitable, Callable

from agents.outbox import Outbox, join
from schemas.errors import UserError
from streams.tables import Owner

Turn = tuple[Owner, int]


class Flushing:
    """Takes turns: while a flush of a partition is under way, the outboxes that come gather for the next one."""

    def __init__(self, flush: Callable[[Outbox], Awaitable[None]]) -> None:
        self._flush = flush
        self._waiting: dict[Turn, list[tuple[Outbox, asyncio.Future[None]]]] = {}
        self._turns: dict[Turn, asyncio.Task[None]] = {}

    async def flush(self, outbox: Outbox) -> None:
        """Return when everything in it is durable; raises what kept it from that."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        turn = outbox.owner, outbox.catalog
        self._waiting.setdefault(turn, []).append((outbox, done))
        if turn not in self._turns:
            self._turns[turn] = asyncio.create_task(self._take(turn))
        await done

    async def _take(self, turn: Turn) -> None:
        while waiting := self._waiting.pop(turn, None):
            await self._together(waiting)
        del self._turns[turn]

    async def _together(self, waiting: list[tuple[Outbox, "asyncio.Future[None]"]]) -> None:
        outboxes = [outbox for outbox, _ in waiting]
        outbox = join(outboxes)
        own = len(outbox.events)
        try:
            await self._flush(outbox)
        except UserError as bad:
            if len(waiting) > 1:  # one of them cannot be stored; the others can
                told = outbox.events[own:]  # by the engine, which tells once
                for each in outboxes:
                    each.events += [event for event in told if event.execution in each.rows]
                for one in waiting:
                    await self._together([one])
                return
            failure: BaseException | None = bad
        except BaseException as bad:
            failure = bad
        else:
            failure = None
        for _, done in waiting:
            if done.done():
                continue
            if failure is None:
                done.set_result(None)
            else:
                done.set_exception(failure)
        if isinstance(failure, asyncio.CancelledError):
            raise failure  # who is cancelled takes no further turn
