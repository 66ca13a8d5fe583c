"""Data tables through their node: every operation, on a table in memory."""

from typing import Any

import pytest

from nodes.data.data_table import data_table
from nodes.sdk import Item, Items
from nodes.sdk.harness import Harness

PEOPLE = {"mode": "name", "value": "People"}
ROWS = [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 7}, {"name": "Cy", "age": 7}]
ALL_SEVEN = {"conditions": [{"keyName": "age", "condition": "eq", "keyValue": 7}]}
EACH = {"conditions": [{"keyName": "name", "condition": "eq", "keyValue": "={{ $json.name }}"}]}


def items(rows: list[dict[str, Any]]) -> Items:
    return [Item(json=row) for row in rows]


async def filled() -> Harness:
    harness = Harness(data_table)
    await harness.run({"dataTableId": PEOPLE, "columns": {"mappingMode": "autoMapInputData"}}, [items(ROWS)])
    return harness


async def rows(harness: Harness, params: dict[str, Any], given: Any = None) -> list[dict[str, Any]]:
    out = await harness.run({"dataTableId": PEOPLE, **params}, [items(given or [{}])])
    assert isinstance(out, list)
    hidden = ("createdAt", "updatedAt")
    return [{name: value for name, value in item.json.items() if name not in hidden} for item in out]


@pytest.mark.parametrize(
    ("params", "given", "expected"),
    [
        pytest.param({"operation": "get"}, [{}], [1, 2, 3], id="get"),
        pytest.param({"operation": "get", "limit": 1}, [{}], [1], id="get so many"),
        pytest.param(
            {"operation": "get", "orderBy": True, "orderByColumn": "age", "orderByDirection": "ASC"},
            [{}],
            [2, 3, 1],
            id="get in order",
        ),
        pytest.param({"operation": "get", "filters": EACH}, [{"name": "Cy"}, {"name": "Ada"}], [3, 1], id="for each"),
        pytest.param(
            {"operation": "update", "filters": ALL_SEVEN, "columns": {"value": {"age": 8}}},
            [{}],
            [(2, 8), (3, 8)],
            id="update",
        ),
        pytest.param(
            {"operation": "upsert", "filters": EACH, "columns": {"mappingMode": "autoMapInputData"}},
            [{"name": "Ada", "age": 1}, {"name": "New", "age": 2}],
            [(1, 1), (4, 2)],
            id="upsert",
        ),
        pytest.param({"operation": "deleteRows", "filters": ALL_SEVEN}, [{}], [2, 3], id="delete"),
    ],
)
async def test_rows(params: dict[str, Any], given: list[dict[str, Any]], expected: list[Any]) -> None:
    harness = await filled()

    found = await rows(harness, params, given)

    ages = any(isinstance(one, tuple) for one in expected)
    assert [(row["id"], row["age"]) if ages else row["id"] for row in found] == expected


@pytest.mark.parametrize(
    ("operation", "passed"),
    [pytest.param("rowExists", ["Ada"], id="exists"), pytest.param("rowNotExists", ["Eve"], id="does not")],
)
async def test_items_pass_as_they_are(operation: str, passed: list[str]) -> None:
    harness = await filled()
    params = {"operation": operation, "filters": EACH}

    found = await rows(harness, params, [{"name": "Ada", "x": 1}, {"name": "Eve", "x": 2}])

    assert [one["name"] for one in found] == passed
    assert all("id" not in one and one["x"] for one in found)


async def test_a_dry_change_tells_both_states() -> None:
    harness = await filled()
    params = {"operation": "update", "filters": EACH, "columns": {"value": {"age": 1}}, "options": {"dryRun": True}}

    found = await rows(harness, params, [{"name": "Bob"}])

    assert [(one["dryRunState"], one["age"]) for one in found] == [("before", 7), ("after", 1)]
    assert [one["age"] for one in await rows(harness, {"operation": "get"})] == [36, 7, 7]


async def test_many_rows_at_once() -> None:
    harness = Harness(data_table)
    params = {"columns": {"mappingMode": "autoMapInputData"}, "options": {"optimizeBulk": True}}

    assert await rows(harness, params, ROWS) == [{"success": True, "insertedRows": 3}]


async def test_one_wrong_row_keeps_all_out() -> None:
    harness = Harness(data_table)
    params = {"dataTableId": PEOPLE, "columns": {"mappingMode": "autoMapInputData"}}

    with pytest.raises(Exception, match='no column "town"'):
        await harness.run(params, [items([*ROWS, {"town": "London"}])])

    assert await rows(harness, {"operation": "get"}) == []


async def test_tables() -> None:
    harness = Harness(data_table)
    columns = {"column": [{"name": "a", "type": "number"}]}
    create = {"resource": "table", "operation": "create", "tableName": "New", "columns": columns}

    made = await rows(harness, create)
    again = await rows(harness, create)
    listed = await rows(harness, {"resource": "table", "operation": "list", "options": {"sortDirection": "desc"}})
    renamed = await rows(harness, {"resource": "table", "operation": "update", "newName": "Folk"})
    cleared = await rows(
        harness, {"resource": "table", "operation": "clear", "dataTableId": {"mode": "name", "value": "Folk"}}
    )
    gone = await rows(
        harness, {"resource": "table", "operation": "delete", "dataTableId": {"mode": "name", "value": "New"}}
    )

    assert made == again
    assert made[0]["columns"] == [{"name": "a", "type": "number"}]
    assert [one["name"] for one in listed] == ["People", "New"]
    assert (renamed[0]["name"], cleared[0]["success"], gone[0]["deletedTableId"]) == ("Folk", True, made[0]["id"])


async def test_a_table_of_another_installation_is_found_by_its_name() -> None:
    harness = await filled()
    there = {"mode": "list", "value": "x7Kq", "cachedResultName": "People"}

    assert len(await rows(harness, {"operation": "get", "dataTableId": there})) == 3
