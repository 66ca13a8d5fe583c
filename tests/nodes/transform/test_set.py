"""Tests of set: what its examples do not show."""

from typing import Any

import pytest

from nodes.sdk import Item
from nodes.sdk.harness import Harness, outputs
from nodes.transform.set import set_
from schemas.errors import NodeError, ParameterError


async def run(params: dict[str, Any], items: list[Item], version: float, **more: Any) -> list[Item]:
    return outputs(await Harness(set_).run(params, [items], version=version, **more))[0]


def assigned(*fields: tuple[str, str, Any]) -> dict[str, Any]:
    return {"assignments": {"assignments": [{"name": n, "type": t, "value": v} for n, t, v in fields]}}


CASES: list[Any] = [
    pytest.param(
        3.4, assigned(("a.b", "number", 1)), {"a": {"c": 2}}, {"a": {"b": 1}}, id="other fields are dropped from 3.3"
    ),
    pytest.param(
        3.4,
        {**assigned(("a.b", "number", 1)), "includeOtherFields": True},
        {"a": {"c": 2}},
        {"a": {"c": 2, "b": 1}},
        id="other fields are kept and extended",
    ),
    pytest.param(
        3.4,
        {**assigned(("x", "number", 1)), "includeOtherFields": True, "include": "selected", "includeFields": "a.b, z"},
        {"a": {"b": 1, "c": 2}, "z": 3},
        {"b": 1, "z": 3, "x": 1},
        id="selected fields by path, under their last name",
    ),
    pytest.param(
        3.4,
        {**assigned(("x", "number", 1)), "includeOtherFields": True, "include": "except", "excludeFields": "a.b, z"},
        {"a": {"b": 1, "c": 2}, "z": 3},
        {"a": {"c": 2}, "x": 1},
        id="all but some fields by path",
    ),
    pytest.param(
        3.4, {**assigned(("a.b", "number", 1)), "options": {"dotNotation": False}}, {}, {"a.b": 1}, id="no paths"
    ),
    pytest.param(
        3.2,
        {"fields": {"values": [{"name": "f", "type": "booleanValue"}]}, "include": "none"},
        {"a": 1},
        {"f": True},
        id="a boolean of version 3 is true unless said",
    ),
    pytest.param(
        3.4, assigned(("={{ $json.k }}", "string", "v")), {"k": "a.b"}, {"a": {"b": "v"}}, id="names by expression"
    ),
    pytest.param(3.4, assigned(("a", "string", None)), {}, {"a": None}, id="null fits every type"),
    pytest.param(3.4, assigned(("a", "number", "={{ $json.x }}")), {}, {"a": None}, id="undefined becomes null"),
    pytest.param(
        3.4, {"mode": "raw", "jsonOutput": '={"n": {{ $json.n }}}'}, {"n": 5}, {"n": 5}, id="raw JSON by expression"
    ),
    pytest.param(
        3.4,
        {**assigned(("a", "number", "x")), "options": {"ignoreConversionErrors": True}},
        {},
        {"a": "x"},
        id="conversion errors ignored",
    ),
    pytest.param(
        3.4,
        {"assignments": "={{ $json.given }}"},
        {"given": {"assignments": [{"name": "a", "value": 1, "type": "number"}]}},
        {"a": 1},
        id="the whole list by expression",
    ),
    pytest.param(
        1,
        {"values": {"number": [{"name": "n", "value": "7"}]}, "keepOnlySet": True},
        {},
        {"n": "7"},
        id="version 1 keeps numbers as they come",
    ),
    pytest.param(
        2,
        {"values": {"number": [{"name": "n", "value": "7"}]}, "keepOnlySet": True},
        {},
        {"n": 7},
        id="version 2 makes them numbers",
    ),
]


@pytest.mark.parametrize(("version", "params", "given", "then"), CASES)
async def test_fields(version: float, params: dict[str, Any], given: dict[str, Any], then: dict[str, Any]) -> None:
    assert [item.json for item in await run(params, [Item(json=given)], version)] == [then]


@pytest.mark.parametrize(
    ("version", "params", "kept"),
    [
        pytest.param(3.4, assigned(), False, id="dropped with the other fields"),
        pytest.param(3.4, {**assigned(), "includeOtherFields": True}, True, id="kept with the other fields"),
        pytest.param(
            3.4, {**assigned(), "includeOtherFields": True, "options": {"stripBinary": True}}, False, id="stripped"
        ),
        pytest.param(3.3, assigned(), True, id="kept before 3.4"),
        pytest.param(3.3, {**assigned(), "options": {"includeBinary": False}}, False, id="not wanted"),
        pytest.param(1, {}, True, id="kept in version 1"),
        pytest.param(1, {"keepOnlySet": True}, False, id="only what is set"),
    ],
)
async def test_binary(version: float, params: dict[str, Any], kept: bool) -> None:
    made = await run(params, [Item(json={}, binary={"f": {"data": ""}})], version)

    assert (made[0].binary is not None) is kept


async def test_items_are_repeated_in_manual_executions_only() -> None:
    params = {**assigned(("a", "number", 1)), "duplicateItem": True, "duplicateCount": 2}

    manual = await run(params, [Item(json={})], 3.4, mode="manual")
    live = await run(params, [Item(json={})], 3.4, mode="webhook")

    assert (len(manual), len(live)) == (3, 1)


async def test_a_failing_item_becomes_an_error_item_where_the_node_goes_on() -> None:
    params = assigned(("n", "number", "={{ $json.n }}"))

    made = await run(params, [Item(json={"n": 1}), Item(json={"n": "x"})], 3.4, continue_on_fail=True)

    assert made[0].json == {"n": 1}
    assert list(made[1].json) == ["error"]
    assert made[1].paired == 1


@pytest.mark.parametrize(
    ("params", "error", "field"),
    [
        pytest.param({"mode": "raw", "jsonOutput": "[1]"}, NodeError, "jsonOutput", id="raw that is no object"),
        pytest.param({"assignments": {"assignments": 5}}, ParameterError, "assignments.assignments", id="no list"),
        pytest.param({"mode": "magic"}, ParameterError, "mode", id="unknown mode"),
    ],
)
async def test_errors_name_the_field(params: dict[str, Any], error: type[NodeError], field: str) -> None:
    with pytest.raises(error) as refused:
        await run(params, [Item(json={})], 3.4)

    assert refused.value.field == field
