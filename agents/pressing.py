"""Pressing: tells the doors for whom too much waits here.

Flow: parking's counts → **pressing** → topic `pressure` → gateways refuse, with when to try again.
"""

import asyncio
import logging

from schemas.errors import MillraceError
from schemas.identifiers import new_id
from schemas.pressure import Pressure
from streams import codecs
from streams.app import Streams
from streams.topics import PRESSURE

log = logging.getLogger(__name__)
REPEAT_SECONDS = 1.0


class Stock:
    """Counts what is parked, in bytes by tenant. Who was full is so until a tenth of its part is free again."""

    def __init__(self, tenant_bytes: int, all_bytes: int) -> None:
        self._tenant_bytes = tenant_bytes
        self._all_bytes = all_bytes
        self._sizes: dict[str, int] = {}
        self._all = 0
        self.full: set[str] = set()
        self.whole = False
        self.changed = asyncio.Event()

    def add(self, tenant: str, size: int) -> None:
        """Count a row that was parked, or (below zero) that went."""
        self._all += size
        held = self._sizes[tenant] = self._sizes.get(tenant, 0) + size
        if not held:
            del self._sizes[tenant]
        full = _full(held, self._tenant_bytes, tenant in self.full)
        whole = _full(self._all, self._all_bytes, self.whole)
        if full != (tenant in self.full) or whole != self.whole:
            (self.full.add if full else self.full.discard)(tenant)
            self.whole = whole
            self.changed.set()

    def sizes(self) -> dict[str, int]:
        """Give the bytes that are parked, by tenant."""
        return dict(self._sizes)


def _full(held: int, most: int, before: bool) -> bool:
    return held > (most * 0.9 if before else most)


class Pressing:
    """Says what is full: at once, and again as long as it is; says nothing while nothing is."""

    def __init__(self, streams: Streams, stock: Stock) -> None:
        self._streams = streams
        self._stock = stock
        self._worker = new_id()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="pressing")

    async def stop(self) -> None:
        """Say no more; gateways forget what is not said again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        stock = self._stock
        while True:
            await stock.changed.wait()
            stock.changed.clear()
            try:
                said = Pressure(self._worker, sorted(stock.full), stock.whole)
                await self._streams.log.send(PRESSURE, 0, codecs.encode(said))
            except MillraceError as bad:
                log.warning("cannot say what is full", extra={"reason": bad.message})
            await asyncio.sleep(REPEAT_SECONDS)
            if stock.full or stock.whole:
                stock.changed.set()
