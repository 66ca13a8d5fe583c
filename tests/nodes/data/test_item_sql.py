"""Queries over items: what they give, and that they only read, for a bounded time."""

from typing import Any

import pytest

from nodes.data import item_sql
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
        pytest.param(
            "SELECT tags, ok FROM input1", {}, [{"tags": ["x"], "ok": None}, {"tags": None, "ok": 1}], id="JSON"
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
