"""Live: the events of now over a WebSocket.

Flow: `WS /api/v1/live` → **live** → Live → client.

The client's messages are subscriptions (``workflow``, ``execution``, ``rate``, ``since``), the first with the token;
each takes the place of the one before. The server's are beats: sampled ``events`` as they come and, four times a
second while something happens, exact ``counts`` per workflow and node with the ``offsets`` at which to resume.
"""

import asyncio
from typing import Any

import msgspec
from starlette.websockets import WebSocket

from gateway.live import Live, Subscription, Watcher
from gateway.problems import refuse
from gateway.reading import Catalog
from gateway.sockets import Socket, read_message

RATE_MAX = 2_000.0
MESSAGE_SECONDS = 0.02
"""The least time between two messages to a client, so that many events travel in one."""


class LiveResource:
    """The resource."""

    def __init__(self, catalog: Catalog, live: Live) -> None:
        self._catalog = catalog
        self._live = live

    def sockets(self) -> list[Socket]:
        """Declare the socket."""
        return [Socket("/api/v1/live", self.watch, "live")]

    async def watch(self, socket: WebSocket, first: dict[str, Any]) -> None:
        """Send what happens until the client goes."""
        subscription = self._checked(msgspec.json.encode(first).decode())
        while True:
            watcher = await self._live.open(subscription)
            try:
                subscription = await self._talk(socket, watcher)
            finally:
                self._live.close(watcher)

    async def _talk(self, socket: WebSocket, watcher: Watcher) -> Subscription:
        """Send until the client asks for something else; give that."""
        asking = asyncio.create_task(socket.receive_text())
        sending = asyncio.create_task(_send(socket, watcher))
        try:
            await asyncio.wait({asking, sending}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                await sending
            return self._checked(await asking)
        finally:
            for task in (asking, sending):
                task.cancel()
            await asyncio.gather(asking, sending, return_exceptions=True)

    def _checked(self, text: str) -> Subscription:
        subscription = read_message(text, Subscription)
        if not 0 < subscription.rate <= RATE_MAX:
            raise refuse("BadRequest", f"a rate is over 0 and at most {RATE_MAX:g} events a second", field="rate")
        if subscription.workflow is not None:
            self._catalog.workflow(subscription.workflow)
        return subscription


async def _send(socket: WebSocket, watcher: Watcher) -> None:
    while True:
        await watcher.news.wait()
        beat = watcher.take()
        if beat is not None:
            await socket.send_text(msgspec.json.encode(beat).decode())
        await asyncio.sleep(MESSAGE_SECONDS)
