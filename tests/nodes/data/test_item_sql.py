"""Queries over items: what they give, and that they only read, for a bounded time."""

from typing import Any

import pytest

from nodes.data import item_sql, item_sql_dialect
from nodes.data.item_sql import query
from nodes.sdk import Item, NodeError

PEOPLE = [Item(json={"id": 1, "name": "Ada", "tags": ["x"]}), Item(json={"id": 2, "name": "Bob", "ok": True})]
ORDERS = [Item(json={"id": 1, "sum": 2.5}), Item(json={"id": 1, "sum": 4})]


@pytest.mark.parametrize(
    ("text", "values", "rows"),
    [
        pytest.param("SELECT name FROM input1 ORDER BY id DESC;", {}, [{"name": "Bob"}, {"name": "Ada"}], id="order"),
        pytest.param(
            "SELECT name, sum(sum) AS total FROM input1 LEFT JOIN input2 ON input1.id = input2.id GROUP BY name",
            {},
            [{"name": "Ada", "total": 6.5}, {"name": "Bob", "total": None}],
            id="a join",
        ),
        pytest.param("SELECT tags, ok FROM input1", {}, [{"tags": ["x"]}, {"ok": True}], id="JSON"),
        pytest.param(
            "SELECT 7/2 AS a, '7/2' AS b /* 1/2 */, 6 / 3 AS c -- 1/2", {}, [{"a": 3.5, "b": "7/2", "c": 2}], id="/"
        ),
        pytest.param("SELECT DISTINCT TOP 1 id FROM input2 -- one", {}, [{"id": 1}], id="TOP"),
        pytest.param(
            "SELECT input2.*, input1.id FROM input1 LEFT JOIN input2 ON input1.id = input2.sum",
            {},
            [{"id": 1}, {"id": 2}],
            id="two columns of one name",
        ),
        pytest.param("SELECT max(id)/2, 1 FROM input1", {}, [{"max(id) / 2": 1, "1": 1}], id="a name with /"),
        pytest.param(
            "SELECT ok FROM input1 UNION ALL SELECT sum FROM input2 UNION ALL SELECT name FROM input1",
            {},
            [{}, {"ok": True}, {"ok": 2.5}, {"ok": 4}, {"ok": "Ada"}, {"ok": "Bob"}],
            id="more than booleans",
        ),
        pytest.param("SELECT ARRAY(tags) AS all_tags FROM input1", {}, [{"all_tags": [["x"], None]}], id="an array"),
        pytest.param(
            "SELECT len(id) AS n, concat(id, NULL, 2.0) AS c FROM input2 LIMIT 1", {}, [{"n": 1, "c": "12"}], id="text"
        ),
        pytest.param(
            "SELECT month(name) AS m, day('2024-05-06T07:08:09Z') AS d FROM input1 LIMIT 1", {}, [{"d": 6}], id="dates"
        ),
        pytest.param("SELECT id FROM input1 WHERE name = $who", {"who": "Bob"}, [{"id": 2}], id="a value by name"),
        pytest.param("SELECT id FROM input1 WHERE name = $1", {"1": "' OR 1"}, [], id="a value is no SQL"),
    ],
)
def test_rows(text: str, values: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    assert [item.json for item in query([PEOPLE, ORDERS], text, values)] == rows


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ATTACH '/tmp/x' AS y", id="another database"),
        pytest.param("DROP TABLE input1", id="a change"),
        pytest.param("PRAGMA database_list", id="a setting"),
        pytest.param("SELECT load_extension('x')", id="an extension"),
        pytest.param("SELECT 1; SELECT 2", id="two at once"),
        pytest.param("SELECT nothing FROM input1", id="no such field"),
        pytest.param("WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT max(n) FROM a", id="sum"),
        pytest.param("WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT n FROM a", id="rows"),
        pytest.param("SELECT \ud800", id="no text"),
    ],
)
def test_refusals(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_sql, "SECONDS", 0.3)

    with pytest.raises(NodeError):
        query([PEOPLE, ORDERS], text, {})


def test_fields_that_differ_by_case_only_are_refused() -> None:
    with pytest.raises(NodeError):
        query([[Item(json={"a": 1, "A": 2})]], "SELECT 1", {})


def test_null_stays_and_what_is_missing_stays_missing() -> None:
    rows = query([[Item(json={"a": None}), Item(json={"a": 1}), Item(json={"b": 2})]], "SELECT * FROM input1", {})

    assert [item.json for item in rows] == [{"a": None}, {"a": 1}, {"a": None, "b": 2}]


def test_an_array_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_sql_dialect, "MOST_GATHERED", 1)

    with pytest.raises(NodeError):
        query([PEOPLE], "SELECT array(id) FROM input1", {})
