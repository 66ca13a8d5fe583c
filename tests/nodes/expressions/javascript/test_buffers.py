"""Tests of Buffer, btoa and atob in code by what Node.js gives, and of code that would do harm with them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope
from schemas.errors import NodeError, UserError
from schemas.item import Item

CASES = json.loads(Path(__file__).with_name("buffers.json").read_text())
SCOPE = Scope(inputs=[[Item(json={})]], now=1_710_000_000_000, zone="UTC", seed="s")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[JavaScriptPool]:
    made = JavaScriptPool()
    yield made
    await made.close()


async def run(pool: JavaScriptPool, code: str) -> Any:
    return await pool.run_code(code, SCOPE, per_item=False)


@pytest.mark.asyncio(loop_scope="module")
async def test_gives_what_node_gives(pool: JavaScriptPool) -> None:
    calls = ", ".join(f"() => {code}" for code, _ in CASES)
    tried = "(call) => { try { return call() ?? null } catch { return {throws: true} } }"

    found = await run(pool, f"return [{calls}].map({tried})")

    assert [[code, value] for (code, _), value in zip(CASES, found, strict=True)] == CASES


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "code",
    [
        pytest.param("return Buffer.alloc(1e12)", id="more than there is"),
        pytest.param("const kept = []; for (;;) kept.push(Buffer.alloc(1e7, 1))", id="by and by"),
        pytest.param("return Buffer.alloc(3e7).toString('hex').repeat(20)", id="as text"),
    ],
)
async def test_a_memory_bomb_is_refused(pool: JavaScriptPool, code: str) -> None:
    with pytest.raises(UserError):
        await run(pool, code)

    assert await run(pool, "return Buffer.alloc(2).length") == 2


@pytest.mark.asyncio(loop_scope="module")
async def test_what_code_does_to_buffers_ends_with_it(pool: JavaScriptPool) -> None:
    await run(
        pool,
        "Buffer.from = Buffer.prototype.toString = () => 'x'; Object.prototype.leak = 1;"
        " Uint8Array.prototype.leak = 1; Buffer = 'mine'; return []",
    )

    assert await run(pool, "return [Buffer.from('hi').toString('hex'), String({}.leak)]") == ["6869", "undefined"]


@pytest.mark.asyncio(loop_scope="module")
async def test_buffers_lead_to_nothing_outside(pool: JavaScriptPool) -> None:
    code = "return Buffer.from.constructor('return [typeof process, typeof require, typeof fetch, typeof LATER]')()"

    assert await run(pool, code) == ["undefined"] * 4


@pytest.mark.asyncio(loop_scope="module")
async def test_an_error_within_buffers_has_the_line_of_the_code(pool: JavaScriptPool) -> None:
    with pytest.raises(NodeError, match=r"Unknown encoding: no \[line 2\]"):
        await run(pool, "\nreturn Buffer.from('a', 'no')")
