"""Flushing: outboxes of one partition go out together, and one that cannot be stored holds up no other."""

import asyncio
from dataclasses import fields
from typing import Any

import pytest

from agents.flushing import Flushing
from agents.outbox import Outbox, join
from schemas.errors import Revoked, UserError
from schemas.events import Event, ExecutionFinished
from streams.tables import Owner

OWNER = Owner(0, 1)
NOTHING: Any = None


def outbox(name: str, catalog: int = 1) -> Outbox:
    """Give what a call for an execution has to write."""
    return Outbox(NOTHING, NOTHING, NOTHING, 0, OWNER, catalog, rows={name})


def event(execution: str) -> Event:
    return ExecutionFinished(execution, "w", "v", 1, 0)


class Log:
    """Takes outboxes, one at a time, when it is told to; what it knows of as too large it does not."""

    def __init__(self, failure: Exception | None = None, large: str = "") -> None:
        self.taken: list[set[str]] = []
        self.events: list[Event] = []
        self.goes_on = asyncio.Semaphore(0)
        self._failure = failure
        self._large = large

    async def flush(self, outbox: Outbox) -> None:
        """Write events, then rows, as an outbox does: what the engine has to tell is told once."""
        self.taken.append(set(outbox.rows))
        await self.goes_on.acquire()
        if not any(each.execution in outbox.rows for each in self.events + outbox.events):
            outbox.events += [event(name) for name in sorted(outbox.rows)]
        if self._failure is not None:
            raise self._failure
        if self._large in outbox.rows:
            raise UserError("the row is too large")
        self.events += outbox.events


async def flushed(log: Log, *outboxes: Outbox) -> list[BaseException | None]:
    """Flush the first, the others while that is under way; give what came of each."""
    flushing = Flushing(log.flush)
    running = [asyncio.create_task(flushing.flush(outboxes[0]))]
    await asyncio.sleep(0.01)
    running += [asyncio.create_task(flushing.flush(each)) for each in outboxes[1:]]
    await asyncio.sleep(0.01)
    for _ in range(10):
        log.goes_on.release()
    return list(await asyncio.gather(*running, return_exceptions=True))


async def test_what_comes_during_a_flush_goes_together_in_the_next() -> None:
    log = Log()

    found = await flushed(log, *map(outbox, "abc"))

    assert found == [None] * 3
    assert log.taken == [{"a"}, {"b", "c"}]


async def test_plans_of_different_ages_do_not_mix() -> None:
    log = Log()

    await flushed(log, outbox("a"), outbox("b"), outbox("c", catalog=2))

    assert sorted(map(sorted, log.taken)) == [["a"], ["b"], ["c"]]


async def test_what_cannot_be_stored_fails_alone_and_costs_no_event() -> None:
    log = Log(large="b")

    first, large, small = await flushed(log, *map(outbox, "abc"))

    assert (first, small) == (None, None)
    assert isinstance(large, UserError)
    assert log.taken == [{"a"}, {"b", "c"}, {"b"}, {"c"}]
    assert [each.execution for each in log.events] == ["a", "c"]


async def test_a_lost_partition_is_told_to_all() -> None:
    found = await flushed(Log(Revoked("gone")), *map(outbox, "abc"))

    assert [type(each) for each in found] == [Revoked] * 3


@pytest.mark.parametrize("name", [each.name for each in fields(Outbox)][6:])
def test_joined_outboxes_have_all_that_each_had(name: str) -> None:
    one, two = outbox("a"), outbox("b")
    empty = type(getattr(one, name))
    given: Any = ({"a": 1}, {"b": 2}) if empty is dict else (empty("a"), empty("b"))
    setattr(one, name, given[0])
    setattr(two, name, given[1])

    joined = getattr(join([one, two]), name)

    assert joined == (given[0] + given[1] if isinstance(given[0], list) else given[0] | given[1])
    assert getattr(one, name) == given[0]


async def test_who_is_cancelled_takes_no_further_turn() -> None:
    log = Log()
    flushing = Flushing(log.flush)
    first = asyncio.create_task(flushing.flush(outbox("a")))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(flushing.flush(outbox("b")))
    await asyncio.sleep(0.01)

    turns = list(flushing._turns.values())
    for turn in turns:
        turn.cancel()
    async with asyncio.timeout(10):
        await asyncio.gather(*turns, return_exceptions=True)
    second.cancel()
    outcomes = await asyncio.gather(first, second, return_exceptions=True)

    assert [turn.cancelled() for turn in turns] == [True]
    assert log.taken == [{"a"}], "what waited was not begun"
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2
