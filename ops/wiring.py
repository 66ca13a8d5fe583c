"""Wiring: the one place where all parts meet.

Flow: settings, data folder → **wiring** → log, stores, worker, gateway, on one event loop.
"""

import asyncio
import contextlib
from importlib.metadata import version
from pathlib import Path

from agents.capabilities import build_capabilities
from agents.catalog_agent import attach_catalog
from agents.history_agent import HistoryAgent, attach_history
from agents.settings import WorkerSettings
from agents.worker import Worker, build_worker, row_codecs
from gateway.app import Gateway, build_gateway
from gateway.settings import GatewaySettings
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.sdk.registry import Registry, discover
from ops.clickhouse import migrations
from ops.settings import Settings
from schemas.errors import UserError
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.stores.blobs import open_blobs
from streams.stores.history import History
from streams.stores.protocol import HistorySettings
from streams.stores.views import CatalogView

PARTITIONS = 2
WATCH_SECONDS = 1.0


class Millrace:
    """Everything of one installation in one process; ``start`` and ``stop`` on the loop that it runs on.

    It stops in the reverse order of its start: the door first, the stores last.
    """

    def __init__(self, settings: Settings, folder: Path, token: str) -> None:
        self.settings = settings
        self.folder = folder
        self.registry: Registry = discover()
        self.streams: Streams = build_app(
            stream_settings(settings, folder), [each.name for each in self.registry], row_codecs()
        )
        self.view = CatalogView(folder / "catalog.sqlite")
        self.history = History(history_settings(settings, folder), migrations())
        self.blobs = open_blobs(settings.blobs or (folder / "blobs").as_uri())
        self.pool = JavaScriptPool(children=settings.javascript_children)
        self.capabilities = build_capabilities(settings.folders)
        self.worker: Worker = build_worker(
            self.streams,
            self.registry,
            self.view,
            capabilities=self.capabilities,
            pool=self.pool,
            blobs=self.blobs,
            settings=WorkerSettings(chaining=settings.chaining, timezone=settings.timezone),
        )
        attach_catalog(self.streams, self.registry, self.view, zone=settings.timezone)
        self.recorder: HistoryAgent = attach_history(self.streams, self.history)
        self.gateway: Gateway = build_gateway(
            gateway_settings(settings, token),
            self.streams.log,
            self.view,
            self.history,
            self.registry,
            self.blobs,
            checks=[("engine", self._engine_runs), ("start", self._started)],
        )
        self.started = False  # whoever starts it says when the start is complete
        self._stack = contextlib.AsyncExitStack()

    async def start(self) -> None:
        """Start all parts; returns when requests may come."""
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """Finish what is in work and stop all parts."""
        await self._stack.aclose()

    async def ended(self) -> None:
        """Return when the engine has crashed, which nothing in this process can mend."""
        while await self._engine_runs():  # noqa: ASYNC110 Faust tells nobody
            await asyncio.sleep(WATCH_SECONDS)

    async def _engine_runs(self) -> bool:
        return not self.streams.app.crashed

    async def _started(self) -> bool:
        return self.started

    async def _start(self) -> None:
        stack = self._stack
        stack.callback(self.view.close)
        stack.push_async_callback(self.blobs.close)
        stack.push_async_callback(self.pool.close)
        stack.push_async_callback(self.capabilities.close)
        stack.push_async_callback(self.history.close)
        await self.history.start()
        stack.push_async_callback(self.streams.stop)
        following = asyncio.create_task(self.view.follow(self.streams.log))
        stack.push_async_callback(_cancelled, following)
        await self.streams.start()
        stack.push_async_callback(self.worker.stop)
        await self.worker.start()
        stack.push_async_callback(self.recorder.stop)
        await self.recorder.start()
        stack.push_async_callback(self.gateway.stop)
        await self.gateway.start()


def stream_settings(settings: Settings, folder: Path) -> StreamSettings:
    """Say where the log is; raise UserError for a broker that this release does not speak to."""
    broker = settings.broker or f"sqlite:///{folder / 'log.sqlite'}"
    if broker.partition("://")[0] not in {"sqlite", "memory"}:
        raise UserError(
            f'the broker "{broker.partition("@")[2] or broker}" cannot be used yet',
            field="MILLRACE_BROKER",
            hint="leave it out: the log then lives in the data folder",
        )
    return StreamSettings(broker=broker, partitions=PARTITIONS, data=folder)


def history_settings(settings: Settings, folder: Path) -> HistorySettings:
    """Say where the history is and what it keeps."""
    keep = f"sample:{settings.history_sample:g}" if settings.history_keep == "sample" else settings.history_keep
    url = settings.clickhouse or f"chdb://{folder / 'history'}"
    return HistorySettings(url=url, keep=keep, days=settings.history_days)


def gateway_settings(settings: Settings, token: str) -> GatewaySettings:
    """Give the gateway its part."""
    return GatewaySettings.model_validate(
        {
            "token": token,
            "version": version("millrace"),
            "partitions": PARTITIONS,
            "public_url": settings.url,
            "trust_forwarded": settings.trust_forwarded,
            "body_limit": settings.body_limit,
        }
    )


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
