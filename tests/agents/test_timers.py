"""Timers: a stop ends them, whatever wakes them in the same moment.

Flow: timers → changed and stopped at once → **here**.
"""

import asyncio
from typing import Any

import pytest

from agents.timers import Timers


class NoRows:
    """Streams whose table has no rows."""

    def table(self, name: str) -> "NoRows":
        return self

    def rows(self, partition: int) -> list[Any]:
        return []


async def nothing(*_: Any) -> None:
    return None


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("after", range(4))
async def test_a_stop_ends_also_when_something_changes_just_then(before: int, after: int) -> None:
    timers = Timers(NoRows(), lambda: 0, nothing)
    timers.start()
    timers.own({0})
    for _ in range(before):
        await asyncio.sleep(0)
    timers._changed.set()
    for _ in range(after):
        await asyncio.sleep(0)

    async with asyncio.timeout(10):
        await timers.stop()
