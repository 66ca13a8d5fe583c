"""Tests of comparing two datasets."""

from typing import Any

import pytest

from nodes.flow.compare_datasets import compare_datasets
from nodes.flow.differences import Comparison, compare
from nodes.sdk import Item
from nodes.sdk.harness import Harness, outputs
from schemas.errors import NodeError

BY_ID = {"mergeByFields": {"values": [{"field1": "id", "field2": "key.id"}]}}
FIRST = [{"id": 1, "a": 1}, {"id": 2, "a": 2}, {"id": 3}]
SECOND = [{"key": {"id": 1}, "a": 1}, {"key": {"id": 1}, "a": 5}, {"key": {"id": 4}}]


async def run(params: dict[str, Any], first: list[Any], second: list[Any], version: float = 2.3) -> list[list[Item]]:
    inputs = [[Item(json=one) for one in each] for each in (first, second)]
    return outputs(await Harness(compare_datasets).run({**BY_ID, **params}, inputs, version=version))


async def test_the_first_match_only() -> None:
    only_a, same, different, only_b = await run({"options": {"skipFields": "id, key"}}, FIRST, SECOND)

    assert [item.json for item in only_a] == FIRST[1:]
    assert [item.json for item in same] == [FIRST[0]]
    assert different == []
    assert [item.json for item in only_b] == SECOND[1:]


async def test_all_matches() -> None:
    params = {"options": {"skipFields": "id, key", "multipleMatches": "all"}}

    _, same, different, only_b = await run(params, FIRST, SECOND)

    assert len(same) == 1
    assert different[0].json["different"] == {"a": {"inputA": 1, "inputB": 5}}
    assert different[0].json["skipped"]["id"] == {"inputA": 1, "inputB": None}
    assert [item.json for item in only_b] == SECOND[2:]


@pytest.mark.parametrize(
    ("version", "resolve", "found"),
    [
        pytest.param(1, {}, {"key": {"id": 1}, "a": 5}, id="version 1 gives input 2"),
        pytest.param(2.3, {"resolve": "preferInput1"}, {"id": 1, "a": 1}, id="input 1"),
        pytest.param(2.3, {"resolve": "mix", "preferWhenMix": "input2", "exceptWhenMix": "a"},
                     {"key": {"id": 1}, "a": 1}, id="mix"),
        pytest.param(1, {"resolve": "includeBoth"},
                     {"keys": {"id": 1}, "same": {},
                      "different": {"id": {"input1": 1, "input2": None}, "a": {"input1": 1, "input2": 5},
                                    "key": {"input1": None, "input2": {"id": 1}}}}, id="version 1 has other names"),
    ],
)  # fmt: skip
async def test_what_differs(version: float, resolve: dict[str, Any], found: Any) -> None:
    _, _, different, _ = await run(resolve, FIRST[:1], SECOND[1:2], version)

    assert [item.json for item in different] == [found]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (3, "3", True), ("25.5", 25.5, True), (True, "tRuE", True), (True, 1, True), (False, "0", True),
        ([1, 2], "[1,2]", True), ({"a": 1}, '{"a": 1}', True), (None, "", True), ([], None, True),
        (42, "forty two", False), (True, 2, False), ("a", "A", False), (0, "", False),
    ],
)  # fmt: skip
def test_fuzzy_comparison(one: Any, other: Any, equal: bool) -> None:
    assert Comparison(fuzzy=True).equal(one, other) is equal
    assert Comparison(fuzzy=True).equal(other, one) is equal


def test_strict_comparison() -> None:
    found = compare({"a": 1, "b": [1]}, {"a": 1.0, "b": ["1"]}, Comparison())

    assert found.same == {"a": 1}
    assert list(found.different) == ["b"]


async def test_a_missing_field_is_refused_where_both_inputs_have_items() -> None:
    with pytest.raises(NodeError, match='input 1 has the field "id"'):
        await run({}, [{"x": 1}], SECOND)
    assert [item.json for item in (await run({}, [{"x": 1}], []))[0]] == [{"x": 1}]
