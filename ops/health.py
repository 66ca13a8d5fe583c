"""Health of a worker: alive, ready and figures, on a port of its own.

Flow: checks, collectors → **health** (ASGI) → supervisors, Prometheus.
A gateway has the same pages on its own port, made from the same checks and collectors.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from streams.readiness import Check, asked, ready

JSON = "application/json"


class Health:
    """An ASGI application of three pages."""

    def __init__(self, checks: Sequence[Check], collectors: Iterable[Collector]) -> None:
        self._checks = checks
        self._registry = CollectorRegistry(auto_describe=False)
        for collector in collectors:
            self._registry.register(collector)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        status, kind, body = await self._page(scope["path"])
        headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})

    async def _page(self, path: str) -> tuple[int, str, bytes]:
        if path == "/health":
            return 200, JSON, b'{"status":"ok"}'
        if path == "/ready":
            found = await asked(self._checks)
            body = json.dumps({"ready": ready(found), "checks": found}).encode()
            return 200 if ready(found) else 503, JSON, body
        if path == "/metrics":
            return 200, CONTENT_TYPE_LATEST, generate_latest(self._registry)
        return 404, JSON, b'{"pages":["/health","/ready","/metrics"]}'
