"""Timers: a stop ends them, whatever wakes them in the same moment; a clock that is set back keeps nobody waiting.

Flow: timers → changed and stopped at once → **here**.
"""

import asyncio
from typing import Any

import pytest

from agents.timers import Timer, Timers
from agents.worker import row_codecs
from streams.app import build_app
from streams.settings import StreamSettings
from streams.tables import Owner
from streams.topics import all_topics
from streams.transports.broker import Broker

HOUR = 3_600_000
TOPICS = all_topics([])


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


def row(due: int, span: int = 0) -> Timer:
    return Timer(due, "task", "w", "v", "Nap", "e", span=span)


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_clock_that_is_set_back_prolongs_no_while_and_hurries_no_moment(restarts: bool) -> None:
    streams = build_app(StreamSettings(broker="memory://", partitions=1), [], row_codecs(), broker=Broker(TOPICS, 1))
    streams._owners[0] = Owner(0, 1)
    fired: list[str] = []
    clock = [10 * HOUR]

    async def fire(owner: Owner, key: str, timer: Timer) -> None:
        fired.append(key)

    def timers() -> Timers:
        made = Timers(streams, lambda: clock[0], fire)
        made.own({0})
        return made

    table = streams.table("timers")
    await table.put(Owner(0, 1), "while", row(10 * HOUR + 5000, span=5000))
    await table.put(Owner(0, 1), "moment", row(10 * HOUR + 5000))
    one = timers()
    for hour, seconds in ((10, 0), (7, 0), (7, 4), (7, 6), (9, 0), (10, 6)):
        before = len(fired)
        clock[0] = hour * HOUR + seconds * 1000
        if restarts and (hour, seconds) == (7, 0):
            one = timers()
        await one.fire_due()
        assert fired[before:] == {(7, 6): ["while"], (10, 6): ["moment"]}.get((hour, seconds), [])
