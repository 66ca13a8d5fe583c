"""Health: alive, ready, and figures.

Flow: checks, meters → **health** → supervisors, Prometheus.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from gateway.endpoints import Endpoint, Outcome
from gateway.meters import Meters

CHECK_SECONDS = 5.0

Check = tuple[str, Callable[[], Awaitable[object]]]
"""A name, and a function that raises (or gives False) where the thing is not ready."""

logger = logging.getLogger(__name__)


class Alive(msgspec.Struct):
    """The process answers."""

    status: str
    version: str


class Readiness(msgspec.Struct):
    """Whether work can be done, and which checks say so."""

    ready: bool
    checks: dict[str, str]


class Health:
    """The resource."""

    def __init__(self, version: str, checks: Sequence[Check], meters: Meters) -> None:
        self._version = version
        self._checks = checks
        self._meters = meters

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        figures = {200: "text/plain; version=1.0.0; charset=utf-8"}
        return [
            Endpoint("GET", "/health", self.alive, "health", {200: Alive}, open=True),
            Endpoint("GET", "/ready", self.ready, "health", {200: Readiness, 503: Readiness}, open=True),
            Endpoint("GET", "/metrics", self.metrics, "health", figures),
        ]

    async def alive(self) -> Outcome:
        """Say that the process answers."""
        return Outcome(Alive("ok", self._version))

    async def ready(self) -> Outcome:
        """Say whether work can be done."""
        found = dict(await asyncio.gather(*(_run(check) for check in self._checks)))
        ready = all(text == "ok" for text in found.values())
        return Outcome(Readiness(ready, found), 200 if ready else 503)

    async def metrics(self) -> Response:
        """Give all figures in Prometheus' text format."""
        return Response(self._meters.text(), media_type=CONTENT_TYPE_LATEST)


async def _run(check: Check) -> tuple[str, str]:
    name, ask = check
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            good = await ask()
    except Exception:
        # Why it fails is for the log: this page is open to everybody.
        logger.warning("readiness check failed", extra={"check": name}, exc_info=True)
        return name, "failed"
    return name, "failed" if good is False else "ok"
