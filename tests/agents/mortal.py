"""A log that dies: after so many records nothing more is written and nothing committed, as if the process were killed.

Flow: broker ← **mortal** ← streams of a doomed worker; another worker then goes on with the same broker.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from schemas.errors import OperationalError
from streams.transports.broker import Broker


class Mortal:
    """Wraps a broker; ``budget`` records may be sent, and no commit after that (or none at all) counts."""

    def __init__(self, broker: Broker, budget: int, *, commits: bool) -> None:
        self._broker = broker
        self._budget = budget
        self._commits = commits
        self.dead = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)

    def send(self, *args: Any, **kwargs: Any) -> asyncio.Future[int]:
        if self._budget <= 0:
            self.dead.set()
            raise OperationalError("killed")
        self._budget -= 1
        return self._broker.send(*args, **kwargs)

    async def commit(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
        if self._commits and not self.dead.is_set():
            await self._broker.commit(group, offsets)
