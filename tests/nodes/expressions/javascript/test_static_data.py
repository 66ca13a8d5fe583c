"""Static data in code: both parts are seen, and what the code leaves comes back.

Flow: scope → **V8** → what was left.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope, Static
from schemas.errors import ExpressionError, NodeError
from schemas.item import Item


async def unused(_: Mapping[str, Any]) -> None:
    """Stand where nobody keeps anything."""


@pytest.fixture
async def pool() -> AsyncIterator[JavaScriptPool]:
    made = JavaScriptPool()
    yield made
    await made.close()


def scope(**seen: Any) -> Scope:
    return Scope([[Item({"n": 1}), Item({"n": 2})]], static=Static({"global": {}, "node": {}, **seen}, unused))


@pytest.mark.parametrize(
    ("code", "per_item", "left"),
    [
        pytest.param(
            "const d = $getWorkflowStaticData('global'); d.n = (d.n ?? 0) + 1; return items;",
            False,
            {"global": {"n": 6}, "node": {"m": 1}},
            id="the global part",
        ),
        pytest.param(
            "$getWorkflowStaticData('node').m += 1; return $input.item;",
            True,
            {"global": {"n": 5}, "node": {"m": 3}},
            id="the node's, once for each item",
        ),
        pytest.param("$getWorkflowStaticData('global'); return [];", False, None, id="looked at and left alone"),
        pytest.param("return [];", False, None, id="not asked for"),
    ],
)
async def test_what_code_leaves(pool: JavaScriptPool, code: str, per_item: bool, left: object) -> None:
    given = scope(**{"global": {"n": 5}, "node": {"m": 1}})

    await pool.run_code(code, given, per_item=per_item)

    assert given.static is not None
    assert given.static.left == left


@pytest.mark.parametrize(
    ("code", "text"),
    [
        pytest.param("$getWorkflowStaticData('all')", "takes 'global' or 'node'", id="another part"),
        pytest.param("const d = $getWorkflowStaticData('node'); d.d = d; return []", "circular", id="no JSON"),
    ],
)
async def test_what_cannot_be_kept_fails(pool: JavaScriptPool, code: str, text: str) -> None:
    with pytest.raises(NodeError, match=text):
        await pool.run_code(code, scope(), per_item=False)


async def test_secrets_are_told_to_be_nowhere(pool: JavaScriptPool) -> None:
    [[found]] = await pool.evaluate(["={{ (() => { 'use strict'; return $secrets.a })() }}"], scope(), [0])

    assert isinstance(found, ExpressionError)
    assert "no secrets for expressions" in found.message
