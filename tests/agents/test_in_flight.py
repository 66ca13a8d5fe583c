"""Runs in flight: a copy of a running task attaches to it, and takes over where that one is given up.

Flow: two copies of one task → **here**: which of them works.
"""

import asyncio

import pytest

from agents import persisting
from agents.actions import Finished
from agents.in_flight import InFlight
from agents.outbox import Outbox
from agents.state import Activation
from schemas.errors import OperationalError, Revoked
from streams.tables import RAW, Owner, Table
from streams.topics import all_topics, table_topic
from streams.transports.broker import Broker
from tests.agents.simulation import plan_of
from tests.agents.toys import TOYS, workflow


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


class Refusing:
    """A log that takes nothing for a while."""

    def __init__(self, log: Broker, refusals: int) -> None:
        self._log = log
        self.left = refusals

    def send(self, topic: str, partition: int, value: bytes | None, key: bytes | None = None) -> "asyncio.Future[int]":
        if self.left:
            self.left -= 1
            refused: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            refused.set_exception(OperationalError("could not write in time"))
            return refused
        return self._log.send(topic, partition, value, key=key)


async def test_an_effect_waits_for_a_log_that_does_not_take_its_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persisting, "RETRY_SECONDS", 0.001)
    broker = Broker(all_topics(["noOp"]), 1)
    log = Refusing(broker, 3)
    flights = InFlight(Table("results", log, RAW))
    plan = plan_of(workflow({"S": "begin", "U": "effect"}, ["S > U"]), TOYS)
    outbox = Outbox(None, None, None, 0, Owner(0, 1), -1)  # type: ignore[arg-type]
    made: list[int] = []

    async def work() -> Finished:
        made.append(log.left)
        return Finished("U", 0, [])

    outcome = await flights.effect(plan.nodes["U"], "x", Activation("U", [], []), outbox, work)
    ends = await broker.ends(table_topic("results"))
    await broker.close()

    assert (outcome, made) == (Finished("U", 0, []), [0])
    assert (outbox.journaled, ends) == (["x/U/0/0"], {0: 1})
