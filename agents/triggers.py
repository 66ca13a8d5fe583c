"""Triggers: schedules, polls and streams of active workflows, kept in step with the catalog and the partitions.

Flow: catalog view, partitions → **triggers** → schedules, polling, listening → start frames.
"""

import asyncio
import logging

from agents.listening import Listening
from agents.polling import Polling
from agents.schedules import Schedules
from agents.settings import WorkerSettings
from agents.sources import Sources, live_sources
from agents.timers import Timer, Timers
from schemas.clock import now_ms
from streams.app import Streams
from streams.frames import Gatherer
from streams.stores.views import CatalogView
from streams.tables import Owner
from streams.topics import CATALOG

log = logging.getLogger(__name__)


class Triggers:
    """Everything that starts executions on this worker by itself."""

    def __init__(
        self,
        streams: Streams,
        view: CatalogView,
        timers: Timers,
        gatherer: Gatherer,
        sources: Sources,
        settings: WorkerSettings,
    ) -> None:
        self._streams = streams
        self._view = view
        self._sources = sources
        self._schedules = Schedules(streams, view, timers, gatherer, now_ms, settings)
        self._polling = Polling(streams, view, timers, sources, now_ms)
        self._listening = Listening(view, sources)
        self._reconciling: asyncio.Task[None] | None = None
        self._again = False
        self._forget = view.on_change(self.reconcile)

    def reconcile(self, *_: object) -> None:
        """Make what runs agree with what is active and ours: when the catalog changes or partitions come."""
        self._again = True
        if self._reconciling is None or self._reconciling.done():
            self._reconciling = asyncio.ensure_future(self._reconcile())

    def lose(self, partitions: set[int]) -> None:
        """Stop what belongs to partitions that went."""
        self._polling.lose(partitions)
        self._listening.lose(partitions)

    async def fire(self, owner: Owner, key: str, timer: Timer) -> None:
        """Handle a timer row of a schedule or a poll that is due."""
        await (self._schedules if timer.kind == "schedule" else self._polling).fire(owner, key, timer)

    async def stop(self) -> None:
        """Stop; rows stay, and go on where they are owned next."""
        self._forget()
        if self._reconciling is not None:
            self._reconciling.cancel()
            await asyncio.gather(self._reconciling, return_exceptions=True)
        await asyncio.gather(self._polling.stop(), self._listening.stop())

    async def _reconcile(self) -> None:
        while self._again:
            self._again = False
            try:
                ends = await self._streams.log.ends(CATALOG)
                await self._view.wait(ends.get(0, 0) - 1)  # a view that lags would make triggers look as if gone
                await self._schedules.reconcile()
                await self._polling.reconcile()
                await self._listening.reconcile()
                await self._sources.rest({key for key, _, _ in live_sources(self._view)})
            except Exception:
                log.exception("reconciling triggers failed; trying again")
                await asyncio.sleep(1)
                self._again = True
