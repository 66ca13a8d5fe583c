"""Runs in flight: a copy of a running task attaches to it, and takes over where that one is given up.

Flow: two copies of one task → **here**: which of them works.
"""

import asyncio

import pytest

from agents.in_flight import InFlight
from schemas.errors import Revoked
from streams.tables import RAW, Table
from streams.topics import all_topics
from streams.transports.broker import Broker


@pytest.mark.parametrize(
    ("end", "works"),
    [
        pytest.param("well", ["first"], id="the first ends well: the copy has nothing to do"),
        pytest.param("interrupted", ["first", "copy"], id="the first is interrupted: its partition went"),
        pytest.param("revoked", ["first", "copy"], id="the first finds that its lease is over"),
    ],
)
async def test_a_copy_works_only_where_the_first_was_given_up(end: str, works: list[str]) -> None:
    broker = Broker(all_topics(["noOp"]), 1)
    flights = InFlight(Table("results", broker, RAW))
    may_end = asyncio.Event()
    worked: list[str] = []

    async def first() -> None:
        worked.append("first")
        await may_end.wait()
        if end == "revoked":
            raise Revoked("gone")

    async def copy() -> None:
        worked.append("copy")

    runs = [asyncio.create_task(flights.once("x/N/0", work)) for work in (first, copy)]
    await asyncio.sleep(0.01)
    if end == "interrupted":
        flights.stop_where(lambda execution: execution == "x")
    may_end.set()
    await asyncio.gather(*runs, return_exceptions=True)
    await broker.close()

    assert worked == works
