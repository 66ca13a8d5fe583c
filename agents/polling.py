"""Polling: active workflows' poll triggers, asked at their times by the worker that owns them.

Flow: catalog view (active versions) → **polling** → timers → trigger's `poll` → sources → start frames.
"""

import asyncio
import logging
from collections.abc import Callable

from agents.sources import Sources, live_sources
from agents.timers import Timer, Timers
from nodes.triggers.recurrence import next_fire
from schemas.errors import DefectError, MillraceError, Revoked
from schemas.trigger import Source
from streams.app import Streams
from streams.ingest import Target
from streams.stores.views import CatalogView
from streams.tables import Owner
from streams.topics import TIMERS

log = logging.getLogger(__name__)
LONGEST_SECONDS = 300.0


class Polling:
    """Keeps one timer row per poll trigger whose partition is ours; a new one is asked at once, to know where it is.

    A poll runs beside the timers, never twice at a time; the next time is set when it has ended.
    """

    def __init__(
        self, streams: Streams, view: CatalogView, timers: Timers, sources: Sources, now: Callable[[], int]
    ) -> None:
        self._streams = streams
        self._view = view
        self._timers = timers
        self._sources = sources
        self._now = now
        self._wanted: dict[str, tuple[Target, Source]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    async def reconcile(self) -> None:
        """Make the rows agree with what is active; the view must be up to date."""
        live = live_sources(self._view)
        self._wanted = {key: (target, source) for key, target, source in live if source.times}
        table = self._streams.table(TIMERS)
        for partition in range(self._streams.settings.partitions):
            owner = self._streams.owner(partition)
            if owner is None:
                continue
            for key, timer in list(table.rows(partition)):
                if timer.kind == "poll" and key not in self._wanted:
                    await table.drop(owner, key)
        for key, (_, source) in self._wanted.items():
            owner = self._sources.owner(key)
            if owner is None or key in self._running:
                continue
            known = table.get(key)
            if known is None:
                await self._set(owner, key, self._now())
            elif (sooner := self._next(source)) < known.due:
                await self._set(owner, key, sooner)

    async def fire(self, owner: Owner, key: str, timer: Timer) -> None:
        """Ask a source whose time has come; returns at once."""
        if key not in self._wanted:
            await self._streams.table(TIMERS).drop(owner, key)
        elif key not in self._running:
            self._running[key] = asyncio.create_task(self._ask(owner, key), name=f"poll {key}")

    def lose(self, partitions: set[int]) -> None:
        """Give up what is asked for partitions that went."""
        for key, task in self._running.items():
            if self._sources.partition(key) in partitions:
                task.cancel()

    async def stop(self) -> None:
        """Give up what is asked; it is asked again at the next start."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _ask(self, owner: Owner, key: str) -> None:
        target, source = self._wanted[key]
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await self._poll(owner, key, target)
        except Revoked:
            return
        except Exception as bad:
            reason = bad.message if isinstance(bad, MillraceError) else repr(bad)
            log.warning("a poll failed", extra={"workflow": target.workflow, "node": target.node, "reason": reason})
        finally:
            del self._running[key]
        await self._set(owner, key, self._next(source))

    async def _poll(self, owner: Owner, key: str, target: Target) -> None:
        await self._sources.finish(owner, key, target)
        node_type = (await self._sources.node(target)).type
        if node_type is None or node_type.poll is None:
            raise DefectError("a trigger with times cannot be asked", node=target.node)
        heard = await node_type.poll(**await self._sources.arguments(node_type.poll, key, target))
        await self._sources.begin(owner, key, target, heard)

    def _next(self, source: Source) -> int:
        now = self._now()
        return min(next_fire(one, now) for one in source.times)

    async def _set(self, owner: Owner, key: str, due: int) -> None:
        target, _ = self._wanted.get(key) or (None, None)
        if target is None:
            return
        timer = Timer(due, "poll", target.workflow, target.version, target.node, catalog=target.catalog)
        await self._streams.table(TIMERS).put(owner, key, timer)
        self._timers.add(owner.partition, key, timer)
