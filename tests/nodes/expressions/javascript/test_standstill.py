"""Time that passes while the process stands still is not counted against the code.

Flow: a call under way, a standstill longer than its limit → **pool** → its value all the same.
"""

import asyncio
import os
import signal
import time

import pytest

from nodes.expressions.javascript import pool as pools
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope
from schemas.errors import UserError
from schemas.item import Item

LIMIT = 0.5
GRACE = 0.2
LONGER = LIMIT + 3 * GRACE
BUSY = "let n = 0; for (let i = 0; i < 5e7; i++) n += i % 7; return [{json: {n: n > 0}}]"


@pytest.fixture
async def pool(monkeypatch):
    monkeypatch.setattr(pools, "GRACE_SECONDS", GRACE)
    made = JavaScriptPool(timeout_seconds=LIMIT)
    await made.run_code("return []", scope(), per_item=False)
    yield made
    await made.close()


def scope() -> Scope:
    return Scope(inputs=[[Item(json={})]], now=1_710_000_000_000, zone="UTC", seed="s")


async def test_a_parent_that_stood_still_asks_again(pool):
    call = asyncio.ensure_future(pool.run_code(BUSY, scope(), per_item=False))
    await asyncio.sleep(0.01)
    time.sleep(LONGER)  # noqa: ASYNC251 - as a stopped process: its loop does not run

    assert await call == [{"json": {"n": True}}]


async def test_both_that_stood_still_ask_again(pool):
    (child,) = pool._all
    call = asyncio.ensure_future(pool.run_code(BUSY, scope(), per_item=False))
    await asyncio.sleep(0.01)
    os.kill(child.process.pid, signal.SIGSTOP)
    time.sleep(LONGER)  # noqa: ASYNC251 - as above
    os.kill(child.process.pid, signal.SIGCONT)

    assert await call == [{"json": {"n": True}}]


async def test_a_loop_without_end_is_not_saved_by_a_standstill(pool):
    call = asyncio.ensure_future(pool.run_code("while (true) {}", scope(), per_item=False))
    await asyncio.sleep(0.01)
    time.sleep(LONGER)  # noqa: ASYNC251 - as above

    with pytest.raises(UserError, match="took longer"):
        await call
