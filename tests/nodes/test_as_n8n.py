"""Tests of nodes by what n8n 2.41 gave for the same parameters, as data; dates in the zone of New York.

A row is type, version, parameters, inputs, what n8n gave, and how the node is run beside that. "fails" says that the
node failed; {"error": "…"} stands for an item with an error, in whatever words.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope
from nodes.sdk import Item, discover
from nodes.sdk.harness import Harness, outputs
from schemas.errors import UserError

TYPES = {one.name: one for one in discover()}
TABLES = sorted(Path(__file__).with_name("as_n8n").glob("*.json"))
CASES = [
    pytest.param(*case[:5], dict(*case[5:]), id=f"{table.stem}-{at}")
    for table in TABLES
    for at, case in enumerate(json.loads(table.read_text()))
]


ANY_ERROR = {"error": "…"}


class Pooled:
    """A sandbox of one pool."""

    def __init__(self, pool: JavaScriptPool) -> None:
        self._pool = pool

    async def javascript(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        return await self._pool.run_code(code, scope, per_item=per_item)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Pooled]:
    pool = JavaScriptPool()
    yield Pooled(pool)
    await pool.close()


def alike(made: dict[str, Any], gives: dict[str, Any]) -> bool:
    return list(made) == ["error"] if gives == ANY_ERROR else made == gives


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("name", "version", "params", "given", "gives", "more"), CASES)
async def test_gives_what_n8n_gives(
    name: str,
    version: float,
    params: dict[str, Any],
    given: list[list[dict[str, Any]]],
    gives: Any,
    more: dict[str, Any],
    sandbox: Pooled,
) -> None:
    inputs = [[Item(json=one) for one in each] for each in given]
    harness = Harness(TYPES[name], sandbox=sandbox)

    async def made() -> list[list[dict[str, Any]]]:
        result = await harness.run(params, inputs, version=version, timezone="America/New_York", **more)
        return [[item.json for item in each] for each in outputs(result)]

    if gives == "fails":
        with pytest.raises(UserError):
            await made()
    else:
        found = await made()
        assert len(found) == len(gives)
        for ours, theirs in zip(found, gives, strict=True):
            assert [theirs[at] if alike(one, theirs[at]) else one for at, one in enumerate(ours)] == theirs
