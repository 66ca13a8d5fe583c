"""Pressure: refuses starts of tenants for whom too much waits already.

Flow: topic `pressure` ← workers; ingress, API → **pressure** → 429 or 503, with when to try again.
"""

import time
from collections.abc import Callable

from gateway.following import Following
from gateway.problems import HttpProblem, refuse
from schemas.pressure import Pressure
from streams.codecs import decode
from streams.topics import PRESSURE
from streams.transports.protocol import Log

FORGET_SECONDS = 5.0
RETRY_AFTER = "5"


class Pressures:
    """What each worker said last; it says so again every second as long as it is full."""

    def __init__(self, log: Log, now: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._now = now
        self._said: dict[str, tuple[Pressure, float]] = {}
        self._following: Following | None = None

    async def start(self) -> None:
        """Begin to hear."""
        self._following = Following(await self._log.reader(PRESSURE, [0], "latest"), self.hear)

    async def stop(self) -> None:
        """Hear no more."""
        if self._following is not None:
            self._following.cancel()
            await self._following.ended()

    def hear(self, value: bytes) -> None:
        """Take what a worker says."""
        said = decode(value, Pressure)
        if said.tenants or said.whole:
            self._said[said.worker] = said, self._now()
        else:
            self._said.pop(said.worker, None)

    def admit(self, tenant: str) -> None:
        """Raise a problem where a start of that tenant would only wait."""
        if not self._said:
            return
        now = self._now()
        self._said = {name: said for name, said in self._said.items() if now - said[1] < FORGET_SECONDS}
        for said, _ in self._said.values():
            if said.whole:
                raise _full("Overloaded", "too much waits already", "all of it has to be worked on first")
            if tenant in said.tenants:
                raise _full(
                    "TooMany", f'too much of tenant "{tenant}" waits already', "other tenants are not concerned"
                )


def _full(kind: str, detail: str, hint: str) -> HttpProblem:
    hint = f"nothing of this request was kept; send it again later: {hint}"
    return refuse(kind, detail, hint=hint, headers=[("Retry-After", RETRY_AFTER)])
