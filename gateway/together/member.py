"""A member: one connection to a room, with what waits to be sent to it.

Flow: room → **member** → WebSocket.
"""

import asyncio

from schemas.identifiers import new_id

WAITING = 2_000
WAITING_BYTES = 16 << 20


class Member:
    """What is put is sent in order; one that does not read is let go and, come back, gets what it missed."""

    def __init__(self) -> None:
        self.id = new_id()
        self.clients: set[int] = set()
        self.lost = False
        self._waiting: asyncio.Queue[bytes | str | None] = asyncio.Queue()
        self._bytes = 0

    def put(self, message: bytes | str) -> None:
        """Let a message be sent: bytes of the Yjs protocol, or a text of ours."""
        if self._waiting.qsize() >= WAITING or self._bytes > WAITING_BYTES:
            self.end()
        elif not self.lost:
            self._bytes += len(message)
            self._waiting.put_nowait(message)

    def end(self) -> None:
        """Let it go."""
        if not self.lost:
            self.lost = True
            self._waiting.put_nowait(None)

    async def next(self) -> bytes | str | None:
        """Give the next message, None at the end."""
        message = await self._waiting.get()
        self._bytes -= len(message or b"")
        return message
