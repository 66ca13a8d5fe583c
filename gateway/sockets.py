"""Sockets: WebSocket routes that know who asks before they do anything, in bounded numbers.

Flow: browser → **socket** (token, then the route's own talk) → live channel, collaboration.

A browser can send no header with a WebSocket, so the token is in the first message, ``{"token": "…", …}``; clients that
can send ``Authorization`` may. Every end is told: a message ``{"problem": …}`` and a close code of 4000 + its status.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from gateway.auth import Key
from gateway.problems import HttpProblem, http_problem, refuse
from schemas.errors import MillraceError, Overloaded

T = TypeVar("T")

FIRST_SECONDS = 10.0
CLOSE_BASE = 4000
GOING_AWAY = 1001

logger = logging.getLogger(__name__)

Talk = Callable[[WebSocket, dict[str, Any]], Awaitable[None]]
"""What a route does with a caller who may ask: the socket, and the first message without its token."""


@dataclass(frozen=True, slots=True)
class Socket:
    """One WebSocket of the API; ``talk`` returns or raises when it is over."""

    path: str
    talk: Talk
    tag: str


class Sockets:
    """All WebSockets of this gateway, at most ``limit`` at once."""

    def __init__(self, key: Key, limit: int) -> None:
        self._key = key
        self._limit = limit
        self._talking: set[asyncio.Task[None]] = set()
        self._closed = False

    def __len__(self) -> int:
        """Count those that are open."""
        return len(self._talking)

    def routes(self, sockets: Sequence[Socket]) -> list[WebSocketRoute]:
        """Make the Starlette routes; no WebSocket is served but through here."""
        return [WebSocketRoute(socket.path, self._route(socket)) for socket in sockets]

    def end(self) -> None:
        """Let every client go, and admit no more."""
        self._closed = True
        for task in self._talking:
            task.cancel()

    def _route(self, route: Socket) -> Callable[[WebSocket], Awaitable[None]]:
        async def serve(socket: WebSocket) -> None:
            await socket.accept()
            task = asyncio.create_task(self._serve(route, socket))
            self._talking.add(task)
            try:
                await asyncio.wait({task})
            finally:
                self._talking.discard(task)
                task.cancel()
            if task.cancelled():
                await _close(socket, GOING_AWAY)

        return serve

    async def _serve(self, route: Socket, socket: WebSocket) -> None:
        try:
            first = await self._admit(socket)
            await route.talk(socket, first)
            await _close(socket, 1000)
        except WebSocketDisconnect:
            return
        except Exception as error:
            if not isinstance(error, (HttpProblem, MillraceError)):
                logger.error("a socket failed", extra={"path": socket.url.path}, exc_info=error)
            problem = http_problem(error).problem
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await socket.send_text(msgspec.json.encode({"problem": problem}).decode())
            await _close(socket, CLOSE_BASE + problem.status)

    async def _admit(self, socket: WebSocket) -> dict[str, Any]:
        """Hear the first message and check its token."""
        if self._closed or len(self._talking) > self._limit:
            raise Overloaded("this gateway has as many open sockets as it may have")
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                first = read_message(await socket.receive_text(), dict[str, Any])
        except TimeoutError:
            raise refuse("TimedOut", f"no first message came within {FIRST_SECONDS:g} seconds") from None
        except KeyError:
            raise refuse("BadRequest", "the first message is not a text") from None
        token = first.pop("token", None)
        if not (isinstance(token, str) and self._key.fits(token.encode())) and not self._key.borne(socket.scope):
            raise refuse(
                "Unauthorized",
                "this needs a valid token",
                hint='send {"token": "…"} as the first message of the socket',
            )
        return first


def read_message(text: str, type_: type[T]) -> T:
    """Read a JSON message of a client; raise a problem that says what is wrong with it."""
    try:
        return msgspec.json.decode(text, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError) as bad:
        raise refuse("BadRequest", f"a message cannot be read: {bad}") from None


async def _close(socket: WebSocket, code: int) -> None:
    if socket.application_state is not WebSocketState.DISCONNECTED:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(code)
