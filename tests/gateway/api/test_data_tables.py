"""Data tables over the API."""

from typing import Any

import pytest

PATH = "/api/v1/data-tables"
PEOPLE = {"name": "People", "columns": [{"name": "name"}, {"name": "age", "type": "number"}]}


async def test_a_table_and_its_rows(house: Any) -> None:
    made = await house.call("POST", PATH, 201, json=PEOPLE)
    one = f"{PATH}/{made['id']}"
    inserted = await house.call(
        "POST", f"{one}/rows", 200, json={"kind": "insert", "values": [{"name": "Ada", "age": 36}, {"name": "Bob"}]}
    )
    ada = [{"column": "name", "value": "Ada"}]
    changed = await house.call(
        "POST", f"{one}/rows", 200, json={"kind": "update", "values": [{"age": 37}], "conditions": ada}
    )
    page = await house.call("POST", f"{one}/query", 200, json={"orderBy": "name", "descending": True, "limit": 1})
    altered = await house.call(
        "PATCH", one, 200, json={"name": "Folk", "add": [{"name": "ok", "type": "boolean"}], "remove": ["age"]}
    )
    rest = await house.call("POST", f"{one}/query", 200, json={"offset": page["nextOffset"]})
    listed = await house.call("GET", PATH, 200)
    await house.call("DELETE", one, 204)

    assert [row["after"]["id"] for row in inserted["data"]] == [1, 2]
    assert [(row["before"]["age"], row["after"]["age"]) for row in changed["data"]] == [(36, 37)]
    assert [row["name"] for row in page["data"]] == ["Bob"]
    assert [each["name"] for each in altered["columns"]] == ["name", "ok"]
    assert (rest["nextOffset"], [set(row) for row in rest["data"]]) == (
        None,
        [{"id", "name", "ok", "createdAt", "updatedAt"}],
    )
    assert [each["name"] for each in listed["data"]] == ["Folk"]
    await house.call("GET", one, 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"name": "People"}, 422, id="a name twice"),
        pytest.param({"name": "B", "columns": [{"name": "id"}]}, 422, id="a column of every table"),
        pytest.param({"name": "B", "columns": [{"name": "a'b"}]}, 422, id="a strange name"),
        pytest.param({"name": "B", "columns": [{"name": "a", "type": "list"}]}, 422, id="a strange type"),
        pytest.param({"name": " "}, 422, id="no name"),
    ],
)
async def test_what_no_table_can_be(house: Any, body: dict[str, Any], status: int) -> None:
    await house.call("POST", PATH, 201, json=PEOPLE)

    await house.call("POST", PATH, status, json=body)
