"""Health: alive, ready, and figures.

Flow: checks, meters → **health** → supervisors, Prometheus.
"""

from collections.abc import Sequence

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from gateway.endpoints import Endpoint, Outcome
from gateway.meters import Meters
from streams.readiness import Check, asked, ready


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
        found = await asked(self._checks)
        return Outcome(Readiness(ready(found), found), 200 if ready(found) else 503)

    async def metrics(self) -> Response:
        """Give all figures in Prometheus' text format."""
        return Response(self._meters.text(), media_type=CONTENT_TYPE_LATEST)
