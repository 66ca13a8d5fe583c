"""Persisting: a write that the log has to take is tried until it does: nothing is lost, what needs it waits.

Flow: node agents, parking, effects → **persisting** → log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from schemas.errors import OperationalError, Revoked
from streams.tables import Owner

log = logging.getLogger(__name__)
T = TypeVar("T")
RETRY_SECONDS = 0.25
RETRY_SECONDS_MAX = 5.0


async def persist(owner: Owner, write: Callable[[], Awaitable[T]]) -> T:
    """Write until the log takes it: one that is full or away holds source records back. Raises Revoked."""
    pause = RETRY_SECONDS
    while True:
        owner.check()
        try:
            return await write()
        except Revoked:
            raise
        except OperationalError as bad:
            log.warning("the log refused a write; trying again", extra={"reason": bad.message})
            await asyncio.sleep(pause)
            pause = min(pause * 2, RETRY_SECONDS_MAX)
