"""Data tables over the API."""

from typing import Any

import pytest

TOKEN = "a-token-for-tests"
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


async def test_a_column_gets_another_name_and_keeps_what_it_holds(house: Any) -> None:
    made = await house.call("POST", PATH, 201, json=PEOPLE)
    one = f"{PATH}/{made['id']}"
    values = [{"name": "Ada", "age": 36}, {"name": "Bob"}]
    await house.call("POST", f"{one}/rows", 200, json={"kind": "insert", "values": values})

    changed = await house.call("PATCH", one, 200, json={"rename": [{"column": "age", "to": "years"}]})
    rows = await house.call("POST", f"{one}/query", 200, json={"orderBy": "years", "descending": True})
    await house.call("PATCH", one, 422, json={"rename": [{"column": "years", "to": "name"}]})
    await house.call("PATCH", one, 422, json={"rename": [{"column": "id", "to": "number"}]})
    await house.call("PATCH", one, 422, json={"rename": [{"column": "none", "to": "number"}]})

    assert [(each["name"], each["type"]) for each in changed["columns"]] == [("name", "string"), ("years", "number")]
    assert [(row["name"], row["years"]) for row in rows["data"]] == [("Ada", 36), ("Bob", None)]


CSV = "\n".join(
    [
        "name,years,member,born,code,a note",
        '"Lovelace, Ada",36,true,1815-12-10,007,"says ""hi"""',
        "Böb,7.5,false,2020-01-01T10:00:00Z,12,",
        ",,,,,",
    ]
)


async def test_a_table_is_made_of_csv_and_comes_back_as_it_went(house: Any) -> None:
    made = await house.call("POST", f"{PATH}/csv", 201, json={"name": "Read", "csv": CSV})
    one = f"{PATH}/{made['id']}"
    rows = (await house.call("POST", f"{one}/query", 200, json={}))["data"]
    answer = await house.hook("GET", f"{one}/csv", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.headers["content-type"].startswith("text/csv")
    text = answer.body.decode()
    brought = await house.call("POST", f"{one}/csv", 200, json={"csv": text})
    again = (await house.call("POST", f"{one}/query", 200, json={"offset": 3}))["data"]

    kinds = {each["name"]: each["type"] for each in made["columns"]}
    assert kinds == {
        "name": "string",
        "years": "number",
        "member": "boolean",
        "born": "date",
        "code": "string",
        "a_note": "string",
    }
    assert (rows[0]["name"], rows[0]["years"], rows[0]["code"], rows[0]["a_note"]) == (
        "Lovelace, Ada",
        36,
        "007",
        'says "hi"',
    )
    assert set(rows[2].values()) - {3, rows[2]["createdAt"], rows[2]["updatedAt"]} == {None}
    assert brought == {"rows": 3}
    own = {"id", "createdAt", "updatedAt"}
    assert [{k: v for k, v in row.items() if k not in own} for row in again] == [
        {k: v for k, v in row.items() if k not in own} for row in rows
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "names no columns", id="nothing"),
        pytest.param("name,age\nAda,many\n", "row 1", id="a value of another type"),
        pytest.param("name,height\nAda,1\n", "no column", id="another column"),
        pytest.param("name\nAda,1\n", "line 2", id="too many values"),
        pytest.param('name\n"Ada\n', "is no CSV", id="a quote without end"),
    ],
)
async def test_csv_that_does_not_fit_changes_nothing(house: Any, text: str, said: str) -> None:
    made = await house.call("POST", PATH, 201, json=PEOPLE)
    one = f"{PATH}/{made['id']}"

    told = await house.call("POST", f"{one}/csv", 422, json={"csv": text})

    assert said in told["detail"]
    assert (await house.call("POST", f"{one}/query", 200, json={}))["data"] == []
