"""Tests of GraphQL: what answers become."""

from typing import Any

import pytest

from nodes.data.graphql import graphql
from nodes.sdk import Item
from nodes.sdk.harness import FakeHttp, Harness, outputs

URL = "https://a.test/graphql"


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        pytest.param({"data": {"a": 1}}, [{"data": {"a": 1}}], id="an object"),
        pytest.param([{"id": 1}, {"id": 2}], [{"id": 1}, {"id": 2}], id="a list"),
        pytest.param(5, [{"data": 5}], id="a value"),
    ],
)
async def test_an_answer_becomes_items(answer: Any, rows: list[Any]) -> None:
    harness = Harness(graphql, http=FakeHttp({("POST", URL): (200, {"content-type": "application/json"}, answer)}))

    made = outputs(await harness.run({"endpoint": URL, "requestMethod": "POST", "query": "{a}"}, [[Item(json={})]]))

    assert [item.json for item in made[0]] == rows
