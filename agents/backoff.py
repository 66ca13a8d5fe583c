"""Backoff: how long a failed node waits for its next attempt. Pure: a repetition waits as long.

Flow: node's settings → **backoff** → retrying → timer.
"""

from dataclasses import dataclass
from random import Random

from schemas.workflow import Node

DEFAULT_TRIES = 3
DEFAULT_WAIT_MS = 1000
WAIT_MS_MAX = 5000
ASKED_MS_MAX = 300_000


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often a node is tried in all, and the waits in between: ``wait_ms``, times ``growth`` each time.

    ``jitter`` is the part of a wait that chance takes off; ``limit_ms`` bounds each, also what a target asks for.
    """

    tries: int = 1
    wait_ms: int = 0
    growth: float = 1.0
    limit_ms: int = ASKED_MS_MAX
    jitter: float = 0.0

    def after(self, attempt: int, seed: str, asked_seconds: float | None = None) -> int:
        """Give the wait in ms after an attempt, from 0; ``asked_seconds`` is the least that the target asked for."""
        wait = float(self.wait_ms)
        for _ in range(attempt):
            if wait >= self.limit_ms or self.growth <= 1.0:
                break
            wait *= self.growth
        wait = min(wait, self.limit_ms)
        if self.jitter:
            wait *= 1 - self.jitter * Random(f"{seed}/{attempt}").random()  # noqa: S311 it spreads load, it hides nothing
        if asked_seconds is not None:
            wait = max(wait, min(asked_seconds * 1000, self.limit_ms))
        return round(wait)


def backoff_of(node: Node) -> Backoff:
    """Read a node's settings: our ``retry``, else n8n's ``retryOnFail`` with its bounds."""
    if (ours := node.retry) is not None:
        growth = 2.0 if ours.backoff == "exponential" else 1.0
        return Backoff(ours.max_tries, ours.delay, growth, ours.max_delay, ours.jitter)
    if not node.retry_on_fail:
        return Backoff()
    tries = min(max(node.max_tries or DEFAULT_TRIES, 2), 5)
    return Backoff(tries, min(max(node.wait_between_tries or DEFAULT_WAIT_MS, 0), WAIT_MS_MAX))
