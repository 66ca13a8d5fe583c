"""Embedded: opens the log that lives in this process.

Flow: settings → **embedded** → broker, in memory or on SQLite.
"""

from collections.abc import Sequence
from pathlib import Path

from schemas.errors import UserError
from streams.settings import StreamSettings
from streams.topics import Topic
from streams.transports.broker import Broker
from streams.transports.sqlite import SqliteStorage


def open_broker(settings: StreamSettings, topics: Sequence[Topic]) -> Broker:
    """Open the log of the settings; raise UserError where its URL means nothing to us."""
    scheme, found, rest = settings.broker.partition("://")
    storage: SqliteStorage | None = None
    if scheme == "sqlite" and rest:
        storage = SqliteStorage(_path(rest))
    elif scheme != "memory" or not found:
        raise UserError(
            f'could not open the log "{settings.broker}"',
            hint="use sqlite:///relative, sqlite:////absolute, memory:// or kafka://host:port",
        )
    try:
        return Broker(
            topics,
            settings.partitions,
            storage,
            cache_bytes=settings.cache_bytes,
            pending_bytes=settings.pending_bytes,
        )
    except BaseException:
        if storage is not None:
            storage.close()
        raise


def _path(rest: str) -> Path:
    """Read a path as SQLAlchemy does: three slashes for a relative one, four for an absolute one."""
    return Path(rest.removeprefix("/"))
