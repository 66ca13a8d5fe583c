"""Embedded: opens the log that lives in this process.

Flow: settings → **embedded** → broker, in memory or on SQLite.
"""

from collections.abc import Sequence

from schemas.errors import UserError
from streams.settings import StreamSettings
from streams.topics import Topic
from streams.transports.broker import Broker


def open_broker(settings: StreamSettings, topics: Sequence[Topic]) -> Broker:
    """Open the log of the settings; raise UserError where its URL means nothing to us."""
    scheme, _, _rest = settings.broker.partition("://")
    limits = {"cache_bytes": settings.cache_bytes, "pending_bytes": settings.pending_bytes}
    if scheme == "memory":
        return Broker(topics, settings.partitions, **limits)
    raise UserError(
        f'could not open the log "{settings.broker}": unknown scheme "{scheme}"',
        hint="use sqlite:///path or memory://",
    )
