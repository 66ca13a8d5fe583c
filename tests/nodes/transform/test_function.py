"""Tests of the older code nodes with real JavaScript."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope
from nodes.sdk import Item, NodeType
from nodes.sdk.harness import Harness, outputs
from nodes.transform.function import function
from nodes.transform.function_item import function_item
from schemas.errors import NodeError

PART = {"data": "YQ==", "mimeType": "text/plain"}
ITEMS = [Item(json={"n": 1}, binary={"data": PART}), Item(json={"n": 2})]


class Sandboxed:
    """The sandbox over a pool of children."""

    def __init__(self, pool: JavaScriptPool) -> None:
        self.pool = pool

    async def javascript(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        return await self.pool.run_code(code, scope, per_item=per_item)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandboxed]:
    pool = JavaScriptPool()
    yield Sandboxed(pool)
    await pool.close()


async def run(node_type: NodeType, code: str, sandbox: Sandboxed) -> list[Item]:
    return outputs(await Harness(node_type, sandbox=sandbox).run({"functionCode": code}, [ITEMS]))[0]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        pytest.param("items[0].json.m = 2; return items;", [{"n": 1, "m": 2}, {"n": 2}], id="changes items"),
        pytest.param("return [{ a: items.length }];", [{"a": 2}], id="bare objects"),
        pytest.param("return { a: getNodeParameter('x', 0, 7) };", [{"a": 7}], id="one object"),
    ],
)
async def test_function(code: str, found: list[Any], sandbox: Sandboxed) -> None:
    assert [item.json for item in await run(function, code, sandbox)] == found


async def test_function_item_sees_the_fields(sandbox: Sandboxed) -> None:
    made = await run(function_item, "item.m = item.n * 2;\nreturn item;", sandbox)

    assert [item.json for item in made] == [{"n": 1, "m": 2}, {"n": 2, "m": 4}]
    assert [item.paired for item in made] == [0, 1]
    assert [item.binary for item in made] == [{"data": PART}, None]


async def test_function_item_sees_all_items_too(sandbox: Sandboxed) -> None:
    made = await run(function_item, "return { all: [items.length, $input.all().length] };", sandbox)

    assert [item.json for item in made] == [{"all": [2, 2]}] * 2


async def test_function_item_changes_binary_parts(sandbox: Sandboxed) -> None:
    made = await run(function_item, "setBinaryData({ copy: getBinaryData().data }); return item;", sandbox)

    assert made[0].binary == {"copy": PART}


@pytest.mark.parametrize(
    ("node_type", "code", "text"),
    [
        pytest.param(function, "\nthrow new Error('no')", r"no \[line 2\]", id="throws"),
        pytest.param(function, "return 1;", "does not return items", id="no items"),
        pytest.param(function_item, "return 1;", "does not return an object", id="no object"),
        pytest.param(function_item, "\nthrow new Error('no')", r"no \[line 2, for item 0\]", id="throws for an item"),
    ],
)
async def test_what_goes_wrong(node_type: NodeType, code: str, text: str, sandbox: Sandboxed) -> None:
    with pytest.raises(NodeError, match=text):
        await run(node_type, code, sandbox)
