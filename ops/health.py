"""Health of a worker: alive, ready and figures, on a port of its own.

Flow: checks, collectors → **health** (ASGI) → supervisors, Prometheus.
A gateway has the same pages on its own port, made from the same checks and collectors.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

CHECK_SECONDS = 5.0
JSON = "application/json"

Check = tuple[str, Callable[[], Awaitable[object]]]
"""A name, and a function that raises (or gives False) where the thing is not ready."""

logger = logging.getLogger(__name__)


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
            found = dict(await asyncio.gather(*map(_run, self._checks)))
            ready = all(text == "ok" for text in found.values())
            return 200 if ready else 503, JSON, json.dumps({"ready": ready, "checks": found}).encode()
        if path == "/metrics":
            return 200, CONTENT_TYPE_LATEST, generate_latest(self._registry)
        return 404, JSON, b'{"pages":["/health","/ready","/metrics"]}'


async def _run(check: Check) -> tuple[str, str]:
    name, ask = check
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            good = await ask()
    except Exception:
        logger.warning("readiness check failed", extra={"check": name}, exc_info=True)
        return name, "failed"
    return name, "failed" if good is False else "ok"
