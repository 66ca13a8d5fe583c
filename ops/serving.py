"""Serving: one listening socket, and a web server on the loop that everything else runs on.

Flow: wiring → **serving** → uvicorn → gateway.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

from schemas.errors import ConflictError, UserError

BACKLOG = 2048
SOCKET_BYTES = 1 << 20
"""Largest message that a WebSocket may send us."""


class Server(uvicorn.Server):
    """Uvicorn without signal handlers of its own: the process decides what stops when.

    ``opened`` is set once it serves.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.opened = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so."""
        await super().startup(sockets)
        self.opened.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Take the address before anything else starts; raise ConflictError where somebody has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
        held.listen(BACKLOG)  # two sockets may be bound to one port, but only one may listen
    except OSError as bad:
        held.close()
        if bad.errno == errno.EADDRINUSE:
            raise ConflictError(
                f"port {port} on {host} is in use", hint="stop what uses it, or set MILLRACE_PORT to another"
            ) from None
        raise UserError(f"cannot listen on {host}:{port}: {bad.strerror or bad}", hint="see MILLRACE_HOST") from None
    return held


@contextlib.asynccontextmanager
async def serving(app: Any, held: socket.socket, drain_seconds: float) -> AsyncIterator[None]:
    """Serve an ASGI application for a while; at the end requests under way are finished."""
    server = _make_server(app, drain_seconds)
    task = asyncio.create_task(server.serve(sockets=[held]))
    opened = asyncio.create_task(server.opened.wait())
    try:
        await asyncio.wait({opened, task}, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        if task.done():
            await task
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)


def _make_server(app: Any, drain_seconds: float) -> Server:
    config = uvicorn.Config(
        app,
        loop="none",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=SOCKET_BYTES,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(drain_seconds),
    )
    return Server(config)
