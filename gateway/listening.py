"""Listening: test addresses that live while a client listens, and what happens to their requests.

Flow: `POST /workflows/{id}/listen` → **listener** → `/w-test/…` → draft's execution → events → listener.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from gateway.routing import RouteTable, prepare
from gateway.tail import Tail
from schemas.commands import VersionSnapshot
from schemas.events import Event, ExecutionFinished, envelope
from schemas.identifiers import new_id
from streams.topics import node_topic

MAX_LINES = 10_000


class Listener:
    """One client that listens to the webhooks of one draft; a queue of lines for it, None at the end."""

    def __init__(self, draft: VersionSnapshot, name: str) -> None:
        self.id = new_id()
        self.targets = [
            prepare(
                route,
                workflow=draft.workflow,
                name=name,
                version=draft.id,
                topic=node_topic(route.type),
                listen=self.id,
            )
            for route in draft.routes
        ]
        self._executions: set[str] = set()
        self._lines: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def lines(self, idle_seconds: float) -> AsyncIterator[dict[str, Any] | None]:
        """Give lines as they come; None where nothing came for a while."""
        while True:
            try:
                async with asyncio.timeout(idle_seconds):
                    line = await self._lines.get()
            except TimeoutError:
                yield None
                continue
            if line is None:
                return
            yield line

    def started(self, execution: str) -> None:
        """Tell of an execution."""
        self._executions.add(execution)
        self._put({"execution": execution})

    def hear(self, events: Sequence[Event]) -> None:
        """Tell of those events that are of an execution that this listener's requests made."""
        for event in events:
            if event.execution not in self._executions:
                continue
            if isinstance(event, ExecutionFinished):
                self._executions.discard(event.execution)
            self._put(envelope(event))

    def end(self) -> None:
        """Let the client go."""
        self._lines.put_nowait(None)

    def _put(self, line: dict[str, Any]) -> None:
        # A client that does not read is let go rather than remembered without bound.
        if self._lines.qsize() < MAX_LINES:
            self._lines.put_nowait(line)
        elif self._lines.qsize() == MAX_LINES:
            self._lines.put_nowait(None)


class Listening:
    """All listeners of this gateway, and the table of their routes; of two at one path the later one counts."""

    def __init__(self, tail: Tail) -> None:
        self._tail = tail
        self._listeners: dict[str, Listener] = {}
        self._closed = False
        self.routes = RouteTable()

    async def open(self, draft: VersionSnapshot, name: str) -> Listener:
        """Open the test addresses of a draft until ``close``."""
        listener = Listener(draft, name)
        await self._tail.add(listener.hear)
        self._listeners[listener.id] = listener
        self._compile()
        if self._closed:
            listener.end()
        return listener

    def close(self, listener: Listener) -> None:
        """Close them."""
        self._listeners.pop(listener.id, None)
        self._compile()
        self._tail.remove(listener.hear)

    def started(self, listener: str, execution: str) -> None:
        """Hear of an execution that a test request is about to start."""
        if listener in self._listeners:
            self._listeners[listener].started(execution)

    def end(self) -> None:
        """Let every client go, and every later one at once."""
        self._closed = True
        for listener in self._listeners.values():
            listener.end()

    def _compile(self) -> None:
        self.routes = RouteTable(target for listener in self._listeners.values() for target in listener.targets)
