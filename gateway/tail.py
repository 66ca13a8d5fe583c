"""Tail: events as they happen, read once for all who listen, and read again from an offset for who missed some.

Flow: topic `events` → **tail** → listening, live channel.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from gateway.following import Following
from gateway.settings import GatewaySettings
from schemas.events import Event, EventFrame
from streams.codecs import Undecodable, decode
from streams.topics import EVENTS
from streams.transports.protocol import Log, Reader, Record

TOGETHER_SECONDS = 0.02

Listener = Callable[[Sequence[Event]], None]


class Tail:
    """Hands on events as they happen, and reads them only while somebody listens."""

    def __init__(self, log: Log, settings: GatewaySettings) -> None:
        self._log = log
        self._partitions = range(settings.partitions)
        self._listeners: list[Listener] = []
        self._reader: Reader | None = None
        self._following: Following | None = None
        self._lock = asyncio.Lock()

    @property
    def positions(self) -> dict[int, int]:
        """Give the offset after the last record handed on, per partition; empty while nobody listens."""
        return dict(self._reader.position) if self._reader is not None else {}

    async def add(self, listener: Listener) -> None:
        """Hand every event from now on to a listener."""
        async with self._lock:
            if self._following is None:
                self._reader = await self._log.reader(EVENTS, self._partitions, "latest")
                self._following = Following(self._reader, self._take, TOGETHER_SECONDS)
            self._listeners.append(listener)

    def remove(self, listener: Listener) -> None:
        """Stop handing events to a listener."""
        if listener in self._listeners:
            self._listeners.remove(listener)
        if not self._listeners and self._following is not None:
            self._following.cancel()
            self._following = self._reader = None

    async def between(self, since: Mapping[int, int], until: Mapping[int, int]) -> AsyncIterator[Sequence[Event]]:
        """Read again what lies between offsets, frame by frame; what is no longer kept is left out."""
        wanted = {partition: at for partition, at in since.items() if at < until.get(partition, 0)}
        if not wanted:
            return
        reader = await self._log.reader(EVENTS, sorted(wanted), wanted)
        try:
            records = await reader.read()
            while records:
                for record in records:
                    if record.offset < until[record.partition]:
                        yield _events(record)
                behind = any(reader.position[partition] < until[partition] for partition in wanted)
                records = await reader.read() if behind else []
        finally:
            await reader.close()

    def _take(self, value: bytes) -> None:
        events = decode(value, EventFrame).events
        for listener in tuple(self._listeners):
            listener(events)


def _events(record: Record) -> Sequence[Event]:
    try:
        return decode(record.value, EventFrame).events if record.value is not None else ()
    except Undecodable:
        return ()
