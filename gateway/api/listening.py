"""Listening: hold the test addresses of a draft and hear what their requests do.

Flow: `POST /api/v1/workflows/{workflow}/listen` → **listening** → JSON lines, or server-sent events.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import StreamingResponse

from gateway.endpoints import Endpoint
from gateway.forwarded import origin_of
from gateway.listening import Listening
from gateway.reading import Catalog
from gateway.settings import GatewaySettings
from schemas.errors import UserError

IDLE_SECONDS = 15.0
"""How often a client that hears nothing is sent a blank line, so that no proxy takes it for dead."""
LINES, EVENTS = "application/x-ndjson", "text/event-stream"


class ListeningResource:
    """The resource."""

    def __init__(self, catalog: Catalog, listening: Listening, settings: GatewaySettings) -> None:
        self._catalog = catalog
        self._listening = listening
        self._settings = settings

    def endpoints(self) -> list[Endpoint]:
        """Declare the operation."""
        path = "/api/v1/workflows/{workflow}/listen"
        return [Endpoint("POST", path, self.listen, "workflows", {200: LINES}, (404,))]

    async def listen(self, workflow: str, request: Request) -> StreamingResponse:
        """Open the test URLs of a workflow's draft for as long as this answer is read.

        The first line names the URLs; each test request gives a line with its execution, and one per event of it.
        """
        found = self._catalog.workflow(workflow)
        draft = self._catalog.version(found.id, found.draft)
        if not draft.routes:
            raise UserError(f'workflow "{found.name}" has no webhook to listen to', hint="add a Webhook node")
        base = origin_of(request.scope, dict(request.headers), self._settings).url
        events = EVENTS in request.headers.get("accept", "")

        async def lines() -> AsyncIterator[bytes]:
            listener = await self._listening.open(draft, found.name)
            try:
                paths = {target.route.path.strip("/") for target in listener.targets}
                yield _line({"listening": [f"{base}/w-test/{path}" for path in sorted(paths)]}, events)
                async for line in listener.lines(IDLE_SECONDS):
                    yield b"\n" if line is None else _line(line, events)
            finally:
                # Nothing may be awaited here: the client's going cancels every wait of this answer.
                self._listening.close(listener)

        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(lines(), media_type=EVENTS if events else LINES, headers=headers)


def _line(value: Any, events: bool) -> bytes:
    text = msgspec.json.encode(value)
    return b"data: " + text + b"\n\n" if events else text + b"\n"
