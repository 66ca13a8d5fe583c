"""What earlier executions had: new values pass once, over runs, repetitions and runs at once."""

import asyncio
from typing import Any

import pytest

from nodes.sdk import Item, Items, Routed
from nodes.sdk.harness import Harness
from nodes.transform.remove_duplicates import remove_duplicates
from schemas.errors import UserError
from streams.stores.data_tables import SqliteTables

HISTORY = "removeItemsSeenInPreviousExecutions"
PARAMS: dict[str, Any] = {"operation": HISTORY, "dedupeValue": "={{ $json.id }}"}


@pytest.fixture
def house() -> Harness:
    harness = Harness(remove_duplicates)
    harness.outside.tables = SqliteTables(None)  # type: ignore[assignment]
    return harness


async def run(house: Harness, task: str, ids: list[Any], **more: Any) -> tuple[list[Any], list[Any]]:
    given: Items = [Item(json={"id": one}) for one in ids]
    out = await house.run({**PARAMS, **more}, [given], task=task)
    assert isinstance(out, Routed)
    kept, dropped = ([item.json["id"] for item in items] for items in out.outputs)
    return kept, dropped


async def test_a_value_is_new_once(house: Harness) -> None:
    first = await run(house, "a", [1, 2, 1])
    second = await run(house, "b", [2, 3])
    again = await run(house, "b", [2, 3])
    other = await run(house, "c", ["1", 3.0])

    assert first == ([1, 2], [1])
    assert second == again == ([3], [2])
    assert other == (["1"], [3.0])


async def test_of_runs_at_once_one_is_the_earlier(house: Harness) -> None:
    found = await asyncio.gather(*(run(house, f"t{at}", [7, 8]) for at in range(5)))

    assert sorted(one for kept, _ in found for one in kept) == [7, 8]


async def test_what_is_too_old_is_forgotten(house: Harness) -> None:
    options = {"options": {"historySize": 2}}

    await run(house, "a", [1], **options)
    await run(house, "b", [2, 3], **options)

    assert await run(house, "c", [1], **options) == ([1], [])
    assert await run(house, "d", [3], **options) == ([], [3])


@pytest.mark.parametrize(
    ("more", "runs"),
    [
        pytest.param(
            {"logic": "removeItemsUpToStoredIncrementalKey", "incrementalDedupeValue": "={{ $json.id }}"},
            [([3, 1], [3, 1], []), ([2, 4], [4], [2]), ([4, 5, 6], [5, 6], [4])],
            id="numbers",
        ),
        pytest.param(
            {"logic": "removeItemsUpToStoredDate", "dateDedupeValue": "={{ $json.id }}"},
            [(["2024-01-02"], ["2024-01-02"], []), (["2024-01-01", "2024-01-03"], ["2024-01-03"], ["2024-01-01"])],
            id="dates",
        ),
    ],
)
async def test_values_that_grow(house: Harness, more: dict[str, Any], runs: list[Any]) -> None:
    for at, (given, kept, dropped) in enumerate(runs):
        assert await run(house, f"t{at}", given, **more) == (kept, dropped)
        assert await run(house, f"t{at}", given, **more) == (kept, dropped)


async def test_each_node_has_its_own_unless_the_workflow_shares(house: Harness) -> None:
    shared = {"options": {"scope": "workflow"}}
    await run(house, "a", [1])
    await run(house, "b", [2], **shared)

    assert await run(house, "c", [1, 2]) == ([2], [1])
    assert await run(house, "d", [1, 2], **shared) == ([1], [2])


async def test_what_was_seen_can_be_forgotten(house: Harness) -> None:
    await run(house, "a", [1])
    passed = await house.run({"operation": "clearDeduplicationHistory"}, [[Item(json={"id": 9})]], task="b")

    assert isinstance(passed, list)
    assert [item.json for item in passed] == [{"id": 9}]
    assert await run(house, "c", [1]) == ([1], [])


async def test_nobody_lists_it(house: Harness) -> None:
    await run(house, "a", [1])

    assert await house.outside.tables.tables() == []


@pytest.mark.parametrize(
    ("more", "text"),
    [
        pytest.param({"dedupeValue": "={{ $json.no }}"}, "no value to tell items by", id="nothing"),
        pytest.param(
            {"logic": "removeItemsUpToStoredDate", "dateDedupeValue": "soon"}, '"soon" is no date', id="no date"
        ),
    ],
)
async def test_what_cannot_be_compared_says_why(house: Harness, more: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=text):
        await run(house, "a", [1], **more)
