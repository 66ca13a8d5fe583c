"""Tests of code: what a sandbox gave, as items."""

from dataclasses import dataclass
from typing import Any

import pytest

from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED
from nodes.sdk import Item, Paired
from nodes.sdk.harness import Harness, outputs
from nodes.transform.code import code
from schemas.errors import NodeError


@dataclass
class Gives:
    """A sandbox that gives what it was told to."""

    found: Any

    async def javascript(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        return self.found


async def run(found: Any, mode: str = "runOnceForAllItems", **more: Any) -> list[Item]:
    harness = Harness(code, sandbox=Gives(found))
    return outputs(await harness.run({"mode": mode}, [[Item(json={}), Item(json={})]], **more))[0]


@pytest.mark.parametrize(
    ("found", "items"),
    [
        pytest.param([{"a": 1}], [Item({"a": 1})], id="bare objects"),
        pytest.param({"a": 1}, [Item({"a": 1})], id="one object"),
        pytest.param([{"json": {"a": 1}, "pairedItem": 1}], [Item({"a": 1}, paired=1)], id="items"),
        pytest.param(
            [{"json": {}, "pairedItem": {"item": 1, "input": 0}}], [Item({}, paired=Paired(item=1))], id="paired"
        ),
        pytest.param([{"json": {}, "pairedItem": [0, 1]}], [Item({}, paired=[0, 1])], id="paired with several"),
        pytest.param([], [], id="nothing"),
        pytest.param(None, [], id="null"),
        pytest.param([{"binary": {"f": {"data": "YQ=="}}}], [Item({}, {"f": {"data": "YQ=="}})], id="a file alone"),
        pytest.param([{"binary": {"a": 1}, "b": 1}], [Item({"binary": {"a": 1}, "b": 1})], id="a field named binary"),
    ],
)
async def test_all_items_at_once(found: Any, items: list[Item]) -> None:
    assert await run(found) == items


@pytest.mark.parametrize(
    ("found", "text"),
    [
        pytest.param(UNDEFINED, "does not return items", id="nothing returned"),
        pytest.param([1], "does not return items", id="numbers"),
        pytest.param([{"json": 1}], '"json" is not an object', id="json that is no object"),
        pytest.param([{"json": {}, "colour": 1}], 'unknown item property "colour"', id="another property"),
    ],
)
async def test_what_is_no_item(found: Any, text: str) -> None:
    with pytest.raises(NodeError, match=text):
        await run(found)


async def test_each_item_pairs_with_its_own_and_null_drops_it() -> None:
    made = await run([{"a": 1}, None], "runOnceForEachItem")

    assert made == [Item({"a": 1}, paired=0)]


async def test_each_failing_item_is_one_error_item() -> None:
    made = await run([NodeError("boom"), {"json": {"a": 1}}], "runOnceForEachItem", continue_on_fail=True)

    assert [item.json for item in made] == [{"error": "boom"}, {"a": 1}]


@pytest.mark.parametrize(
    "found",
    [
        pytest.param([{"a": 1}, 5], id="what is no item"),
        pytest.param([NodeError("not here", detail={"whole": True})], id="what may not be asked"),
    ],
)
async def test_what_fails_the_node_is_no_error_item(found: Any) -> None:
    with pytest.raises(NodeError):
        await run(found, "runOnceForEachItem", continue_on_fail=True)
