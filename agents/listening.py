"""Listening: active workflows' stream triggers, each followed by the worker that owns it.

Flow: catalog view (active versions), partitions → **listening** → trigger's `listen` → sources → start frames.
"""

import asyncio
import logging
from typing import NamedTuple

from agents.sources import Sources, live_sources
from schemas.errors import DefectError, MillraceError, Revoked
from streams.ingest import Target
from streams.stores.views import CatalogView
from streams.tables import Owner

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


class _Following(NamedTuple):
    target: Target
    owner: Owner
    task: asyncio.Task[None]


class Listening:
    """Follows sources as workflows are activated, changed and deactivated, and as partitions come and go.

    One that fails is followed again after a pause, from where it had got to.
    """

    def __init__(self, view: CatalogView, sources: Sources) -> None:
        self._view = view
        self._sources = sources
        self._following: dict[str, _Following] = {}

    async def reconcile(self) -> None:
        """Make what is followed agree with what is active and ours; the view must be up to date."""
        wanted = {key: target for key, target, source in live_sources(self._view) if not source.times}
        for key, following in list(self._following.items()):
            same = key in wanted and wanted[key].version == following.target.version
            if not same or self._sources.owner(key) is not following.owner:
                await self._end([key])
        for key, target in wanted.items():
            owner = self._sources.owner(key)
            if owner is not None and key not in self._following:
                task = asyncio.create_task(self._follow(owner, key, target), name=f"listen {key}")
                self._following[key] = _Following(target, owner, task)

    def lose(self, partitions: set[int]) -> None:
        """Stop following for partitions that went."""
        for key, following in list(self._following.items()):
            if self._sources.partition(key) in partitions:
                following.task.cancel()

    async def stop(self) -> None:
        """Stop following; what was heard is in the log."""
        await self._end(list(self._following))

    async def _end(self, keys: list[str]) -> None:
        tasks = [self._following.pop(key).task for key in keys]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, owner: Owner, key: str, target: Target) -> None:
        pause = PAUSE_SECONDS
        while True:
            try:
                await self._sources.finish(owner, key, target)
                node_type = (await self._sources.node(target)).type
                if node_type is None or node_type.listen is None:
                    raise DefectError("a trigger without times cannot be listened to", node=target.node)
                async for heard in node_type.listen(**await self._sources.arguments(node_type.listen, key, target)):
                    await self._sources.begin(owner, key, target, heard)
                    pause = PAUSE_SECONDS
            except Revoked:
                return
            except Exception as bad:
                reason = bad.message if isinstance(bad, MillraceError) else repr(bad)
                log.warning(
                    "a trigger cannot listen",
                    extra={"workflow": target.workflow, "node": target.node, "reason": reason, "pause": pause},
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            else:
                return  # this version has nothing more to hear
