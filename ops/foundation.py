"""The foundation: what every process of an installation has, whatever its role.

Flow: settings, data folder → **foundation** (registry, catalog view, blobs, history) → gateway part, worker part.
"""

import asyncio
import contextlib
import logging
from pathlib import Path

from nodes.data.addresses import AddressGuard
from nodes.data.http_client import RealHttp
from nodes.sdk.registry import Registry, discover
from ops.clickhouse import migrations
from ops.keys import open_keyring
from ops.roles import Role
from ops.settings import Settings
from ops.wiring import history_settings, records_history, stream_settings, tables_url, topics_of, view_path
from streams.settings import StreamSettings
from streams.stores.blobs import open_blobs
from streams.stores.data_tables import NoTables, open_tables
from streams.stores.history import History
from streams.stores.protocol import Blobs, DataTables
from streams.stores.views import CatalogView
from streams.transports.kafka_topics import prepare
from streams.transports.protocol import Log

log = logging.getLogger(__name__)


class Foundation:
    """Made by ``lay``; the stack of the process closes it."""

    def __init__(
        self, settings: Settings, folder: Path, stream: StreamSettings, registry: Registry, role: Role
    ) -> None:
        self.settings = settings
        self.folder = folder
        self.stream = stream
        self.registry = registry
        self.role = role
        self.view = CatalogView(view_path(stream, folder))
        self.blobs: Blobs = open_blobs(settings.blobs or (folder / "blobs").as_uri())
        self.keyring = open_keyring(settings, folder, alone=not self.kafka)
        url = tables_url(settings, folder)
        self.tables: DataTables = open_tables(url) if url else NoTables()
        self.http = RealHttp(AddressGuard(settings.http_allow))
        self.records = records_history(settings, role)
        self.history = History(history_settings(settings, folder), migrations())

    @property
    def kafka(self) -> bool:
        """Say whether the log is a cluster."""
        return self.stream.broker.startswith("kafka")

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Let the stack close what is open, and start the history where this process reads or writes it."""
        stack.callback(self.view.close)
        stack.push_async_callback(self.blobs.close)
        stack.push_async_callback(self.http.close)
        stack.push_async_callback(self.tables.close)
        if self.role.door or self.records:
            stack.push_async_callback(self.history.close)
            await self.history.start()

    def follow(self, log: Log, stack: contextlib.AsyncExitStack) -> None:
        """Fold the catalog until the stack ends it."""
        following = asyncio.create_task(self.view.follow(log), name="catalog view")
        stack.push_async_callback(_cancelled, following)


async def lay(settings: Settings, folder: Path, role: Role) -> Foundation:
    """Lay the foundation of a process; on Kafka its topics are there when this returns.

    Raises UserError where the cluster is not as it must be, OperationalError where it does not answer.
    """
    registry = discover()
    stream = stream_settings(settings, folder)
    if stream.broker.startswith("kafka"):
        stream = await prepare(stream, topics_of(registry))
    return Foundation(settings, folder, stream, registry, role)


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
