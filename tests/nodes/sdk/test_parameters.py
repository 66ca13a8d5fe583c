"""Tests of parameters: resolved per item, and layouts built once."""

from typing import Any

import pytest

from nodes.expressions.coercion import UNDEFINED
from nodes.expressions.scope import Scope
from nodes.sdk import Item, NodeParams, Parameters
from nodes.sdk.parameters import CompiledParameters, Leaf, LeafMaker, Path
from nodes.sdk.params import Field as ModelField


class Field(NodeParams):
    name: str = ""
    value: Any = None


class Toy(NodeParams):
    fields_: list[Field] = []
    mode: str = "plain"


ITEMS = [Item(json={"n": 1, "mode": "a"}), Item(json={"n": 2, "mode": "b"})]


def parameters(raw: dict[str, Any]) -> Parameters[Toy]:
    return Parameters(CompiledParameters(raw, Toy), Scope(inputs=[ITEMS]))


@pytest.mark.parametrize(
    ("raw", "path", "value"),
    [
        pytest.param({"a": "={{ $json.n }}"}, ("a",), 2, id="an expression"),
        pytest.param({"a": "n = {{ $json.n }}"}, ("a",), "n = {{ $json.n }}", id="no expression without ="),
        pytest.param({"a": {"b": ["={{ $json.n }}", 0]}}, ("a",), {"b": [2, 0]}, id="below objects and lists"),
        pytest.param({"a": [5]}, ("a", 0), 5, id="an index"),
        pytest.param({"a": [5]}, ("a", 7), UNDEFINED, id="an index that is not there"),
        pytest.param({"a": 1}, ("a", "b"), UNDEFINED, id="a field of a number"),
        pytest.param({"a": {"b": "={{ $json.x }}", "c": 1}}, ("a",), {"c": 1}, id="undefined fields are left out"),
        pytest.param({"a": ["={{ $json.x }}"]}, ("a",), [None], id="undefined elements are null"),
    ],
)
def test_get(raw: dict[str, Any], path: Path, value: Any) -> None:
    assert parameters(raw).get(path, 1) == value


def test_a_model_is_made_once_where_nothing_changes() -> None:
    given = parameters({"mode": "x"})

    assert given(0) is given(1)


@pytest.mark.parametrize(
    ("raw", "built", "values"),
    [
        pytest.param({"fields": [{"value": 7}]}, 1, [7, 7], id="constants"),
        pytest.param({"fields": [{"value": "={{ $json.n }}"}]}, 1, [1, 2], id="expressions in leaves"),
        pytest.param({"fields": [{"value": ["={{ $json.n }}"]}]}, 1, [[1], [2]], id="expressions below leaves"),
        pytest.param({"fields": [{"value": 7}], "mode": "={{ $json.mode }}"}, 2, [7, 7], id="expressions elsewhere"),
    ],
)
def test_a_layout_is_built_once_unless_its_structure_has_expressions(
    raw: dict[str, Any], built: int, values: list[Any]
) -> None:
    made: list[str] = []

    def make(params: Toy, leaf: LeafMaker) -> Leaf:
        made.append(params.mode)
        fields = params.model_extra["fields"]  # type: ignore[index]
        return leaf(("fields", 0, "value"), fields[0]["value"])

    given = parameters(raw)
    read = [
        given.read(given.layout(make, lambda path: path[0] == "fields" and path[2] == "value", index), index)
        for index in (0, 1)
    ]

    assert read == values
    assert len(made) == built


async def test_resolves_anew_with_further_variables() -> None:
    parameters = Parameters(CompiledParameters({}, NodeParams), Scope(inputs=[[Item(json={"n": 2})]]))
    raw = {"a": ["={{ $pageCount * $json.n }}", "={{ $response.body.next }}"], "b": "x"}

    found = await parameters.resolve(raw, 0, {"$pageCount": 3, "$response": {"body": {}}})

    assert found == {"a": [6, None], "b": "x"}


class Page(NodeParams):
    text: str = ModelField("", json_schema_extra={"template": True})


def test_a_field_that_is_a_template_needs_no_sign() -> None:
    scope = Scope(inputs=[[Item(json={"n": 2})]])

    assert Parameters[Page](CompiledParameters({"text": "n is {{ $json.n }}"}, Page), scope)(0).text == "n is 2"
