"""Readiness: what a process must reach before work can be done on it, asked all at once.

Flow: log, history, tables → checks → **readiness** → health pages of gateway and worker.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

CHECK_SECONDS = 5.0

Check = tuple[str, Callable[[], Awaitable[object]]]
"""A name, and a function that raises (or gives False) where the thing is not ready."""

logger = logging.getLogger(__name__)


async def asked(checks: Iterable[Check]) -> dict[str, str]:
    """Ask all checks, at most `CHECK_SECONDS` long; give ``ok`` or ``failed`` for each name."""
    return dict(await asyncio.gather(*map(_run, checks)))


def ready(found: dict[str, str]) -> bool:
    """Say whether no check failed."""
    return all(text == "ok" for text in found.values())


async def _run(check: Check) -> tuple[str, str]:
    name, ask = check
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            good = await ask()
    except Exception:
        # Why it fails is for the log: the pages are open to everybody.
        logger.warning("readiness check failed", extra={"check": name}, exc_info=True)
        return name, "failed"
    return name, "failed" if good is False else "ok"
