"""Arrivals: a request read whole, within bounds, and made an item.

Flow: HTTP request → **arrival** → start task.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
from starlette.types import Message, Receive, Scope

from gateway.bodies import binary_parts, parse_body, parse_query
from gateway.problems import HttpProblem, refuse
from gateway.routing import Match, Target
from gateway.settings import GatewaySettings
from nodes.sdk.context import Blobs
from schemas.clock import now_ms
from schemas.errors import Overloaded, UserError
from schemas.item import Item

_INLINE_BODY = 32 * 1024
"""A body up to this size cannot make items that are too large to travel: nobody needs to measure it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """The items a request gives, or the blob that has them; ``at`` is epoch ms."""

    items: list[Item] | None
    blob: str | None
    at: int


class Doorkeeper:
    """Bounds what is in work at once: requests, and bytes of their bodies."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.settings = settings
        self.visits = 0
        self.held = 0
        self.closed = False
        self._emptied: asyncio.Event | None = None

    @contextmanager
    def visit(self) -> Iterator[None]:
        """Count a request in work; raise Overloaded where there are too many or the gateway stops."""
        if self.closed:
            raise Overloaded("the gateway is about to stop")
        if self.visits >= self.settings.max_waiting:
            raise Overloaded(f"{self.visits} requests are in work already")
        self.visits += 1
        try:
            yield
        finally:
            self.visits -= 1
            if self._emptied is not None and not self.visits:
                self._emptied.set()

    async def empty(self) -> None:
        """Wait until no request is in work."""
        if self.visits:
            self._emptied = asyncio.Event()
            await self._emptied.wait()

    async def read(self, scope: Scope, receive: Receive, headers: dict[str, str]) -> bytes:
        """Read a body; raise 413, 408 or Overloaded where it is too large, too slow or one too many."""
        if (length := headers.get("content-length", "0")).isdigit() and int(length) > self.settings.body_limit:
            raise self._too_large()
        message = await receive()
        if not message.get("more_body"):
            body: bytes = message.get("body", b"")
            if len(body) > self.settings.body_limit:
                raise self._too_large()
            return body
        try:
            async with asyncio.timeout(self.settings.body_timeout_seconds):
                return await self._read_on(message, receive)
        except TimeoutError:
            raise refuse("BadRequest", "the body did not arrive in time", field="body") from None

    async def _read_on(self, message: Message, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        try:
            while True:
                if message["type"] == "http.disconnect":
                    raise refuse("BadRequest", "the client left before its body was complete", field="body")
                part = message.get("body", b"")
                parts.append(part)
                size += len(part)
                self.held += len(part)
                if size > self.settings.body_limit:
                    raise self._too_large()
                if self.held > self.settings.pending_bytes:
                    raise Overloaded("too many large bodies are arriving at once")
                if not message.get("more_body"):
                    return b"".join(parts)
                message = await receive()
        finally:
            self.held -= size

    def _too_large(self) -> HttpProblem:
        limit = self.settings.body_limit
        return refuse(
            "TooLarge",
            f"the body is larger than {limit} bytes",
            field="body",
            hint="send large files to a store and their address to the webhook",
        )


async def read_item(
    scope: Scope,
    receive: Receive,
    headers: dict[str, str],
    found: Match,
    url: str,
    shown_mode: str,
    keeper: Doorkeeper,
) -> tuple[Item, int]:
    """Read a request into an item, and say how long its body was; what is wrong with it names workflow and node."""
    raw = await keeper.read(scope, receive, headers)
    return await item_of(raw, scope, headers, found, url, shown_mode), len(raw)


async def item_of(raw: bytes, scope: Scope, headers: dict[str, str], found: Match, url: str, shown_mode: str) -> Item:
    """Make an item of a request whose body was read, as its route's options say."""
    target = found.target
    assert target is not None  # noqa: S101
    try:
        body = await parse_body(raw, headers.get("content-type", ""), target.route.options)
        query = parse_query(scope["query_string"].decode("latin-1")) if scope["query_string"] else {}
    except UserError as bad:
        raise _refused(bad, target) from None
    item = Item(
        {
            "headers": headers,
            "params": found.params,
            "query": query,
            "body": body.value,
            "webhookUrl": url + scope["path"],
            "executionMode": shown_mode,
        }
    )
    if body.files:
        item.binary = binary_parts(body.files)
    return item


async def packed(item: Item, size: int, keeper: Doorkeeper, blobs: Blobs) -> Arrival:
    """Make what travels of an item that came with a body of so many bytes: itself, or a reference where it is large."""
    at = now_ms()
    if size <= _INLINE_BODY and not item.binary:
        return Arrival([item], None, at)
    encoded = msgspec.json.encode([item])
    if len(encoded) <= keeper.settings.inline_bytes:
        return Arrival([item], None, at)
    return Arrival(None, await blobs.put(encoded), at)


def _refused(bad: UserError, target: Target) -> HttpProblem:
    return refuse(
        "BadRequest",
        f'workflow "{target.workflow_name}", node "{target.route.node}": {bad.message}',
        workflow=target.workflow,
        node=target.route.node,
        field=bad.field,
        hint=bad.hint,
    )
