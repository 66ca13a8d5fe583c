"""Tests of what Code nodes know from Node.js and the web beside Buffer: text as bytes, intervals, the console.

Flow: code → pool → V8 → **here**.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope
from nodes.sdk import Item


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[JavaScriptPool]:
    made = JavaScriptPool()
    yield made
    await made.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param("new TextDecoder().decode(new TextEncoder().encode('aé😀'))", "aé😀", id="text as bytes and back"),
        pytest.param(
            "new TextDecoder().decode(new Uint8Array([239, 187, 191, 97, 255]))", "a\ufffd", id="bytes of no text"
        ),
        pytest.param(
            "await new Promise(done => { let n = 0; const t = setInterval(() => { if (++n > 2) { clearInterval(t);"
            " done(n) } }, 5) })",
            3,
            id="intervals",
        ),
        pytest.param(
            "[console.table([1]), console.time('x')].length + (global === globalThis)", 3, id="all of console"
        ),
    ],
)
async def test_code_knows(pool: JavaScriptPool, code: str, value: Any) -> None:
    scope = Scope(inputs=[[Item(json={})]])

    assert await pool.run_code(f"return {code}", scope, per_item=False) == value
