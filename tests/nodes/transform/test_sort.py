"""Tests of sort and code with real JavaScript."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope
from nodes.sdk import Item
from nodes.sdk.harness import Harness, outputs
from nodes.transform.code import code
from nodes.transform.sort import sort
from schemas.errors import NodeError

ITEMS = [Item(json={"n": n}) for n in (3, 1, 2)]


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


async def test_code_compares_items(sandbox: Sandboxed) -> None:
    params = {"type": "code", "code": "return a.json.n - b.json.n;"}

    made = outputs(await Harness(sort, sandbox=sandbox).run(params, [ITEMS]))[0]

    assert [(item.json["n"], item.paired) for item in made] == [(1, 1), (2, 2), (3, 0)]


async def test_a_random_order_is_the_same_when_repeated() -> None:
    first, second = [outputs(await Harness(sort).run({"type": "random"}, [ITEMS]))[0] for _ in range(2)]

    assert first == second
    assert sorted(item.json["n"] for item in first) == [1, 2, 3]


ORDERS = [
    pytest.param("ascending", [3, 1, 2], [1, 2, 3], id="numbers"),
    pytest.param("descending", ["bob", "Ada", "Zoë"], ["Zoë", "bob", "Ada"], id="text without regard to case"),
    pytest.param("ascending", ["10", "100", 9], [9, "10", "100"], id="numbers in text beside numbers"),
    pytest.param("ascending", [None, 0, 5], [None, 0, 5], id="null is not less than 0, nor the other way round"),
    pytest.param("descending", [True, False, True], [True, True, False], id="booleans"),
]


@pytest.mark.parametrize(("order", "given", "sorted_"), ORDERS)
async def test_fields_are_compared_as_javascript_does(order: str, given: list[Any], sorted_: list[Any]) -> None:
    params = {"sortFieldsUi": {"sortField": [{"fieldName": "n", "order": order}]}}

    made = outputs(await Harness(sort).run(params, [[Item(json={"n": n}) for n in given]]))[0]

    assert [item.json["n"] for item in made] == sorted_


async def test_text_below_the_top_is_compared_with_its_case() -> None:
    params = {"sortFieldsUi": {"sortField": [{"fieldName": "a.b", "order": "ascending"}]}}
    given = [Item(json={"a": {"b": text}}) for text in ("london", "Paris", "London")]

    made = outputs(await Harness(sort).run(params, [given]))[0]

    assert [item.json["a"]["b"] for item in made] == ["London", "Paris", "london"]


async def test_code_fails_with_its_own_words(sandbox: Sandboxed) -> None:
    with pytest.raises(NodeError, match="boom"):
        await Harness(code, sandbox=sandbox).run({"jsCode": "throw new Error('boom')"}, [ITEMS])


async def test_code_fails_for_one_item_only(sandbox: Sandboxed) -> None:
    params = {
        "mode": "runOnceForEachItem",
        "jsCode": "if ($json.n === 1) throw new Error('one'); return {json: {n: $json.n * 2}};",
    }

    made = outputs(await Harness(code, sandbox=sandbox).run(params, [ITEMS], continue_on_fail=True))[0]

    assert [item.json.get("n") for item in made] == [6, None, 4]
    assert "one" in made[1].json["error"]
