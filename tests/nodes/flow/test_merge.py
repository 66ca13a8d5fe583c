"""Tests of merge: joins, clashes, older versions and what it waits for."""

from typing import Any

import pytest

from nodes.flow.merge import merge
from nodes.sdk import Item, Paired
from nodes.sdk.harness import Harness, outputs
from schemas.errors import NodeError

LEFT = [{"id": 1, "v": "a"}, {"id": 2, "v": "b"}, {"id": 4, "v": "d"}]
RIGHT = [{"id": 1, "v": "x"}, {"id": 2, "v": "y"}, {"id": 2, "v": "z"}, {"id": 5, "v": "w"}]


async def run(params: dict[str, Any], *inputs: list[dict[str, Any]], version: float = 3.2) -> list[dict[str, Any]]:
    result = await Harness(merge).run(params, [[Item(json=one) for one in each] for each in inputs], version=version)
    return [item.json for item in outputs(result)[0]]


def by_id(**more: Any) -> dict[str, Any]:
    return {"mode": "combine", "fieldsToMatchString": "id", **more}


def clash(**values: Any) -> dict[str, Any]:
    return {"options": {"clashHandling": {"values": values}}}


JOINS: list[Any] = [
    pytest.param({}, ["1x", "2y", "2z"], id="matches"),
    pytest.param({"options": {"multipleMatches": "first"}}, ["1x", "2y"], id="first matches"),
    pytest.param({"outputDataFrom": "input1"}, ["1a", "2b"], id="matches of input 1"),
    pytest.param({"outputDataFrom": "input2"}, ["1x", "2y", "2z"], id="matches of input 2"),
    pytest.param({"joinMode": "keepNonMatches", "outputDataFrom": "input1"}, ["4d"], id="non-matches of input 1"),
    pytest.param({"joinMode": "keepNonMatches"}, ["4d", "5w"], id="non-matches"),
    pytest.param({"joinMode": "keepEverything"}, ["1x", "2y", "2z", "4d", "5w"], id="everything"),
    pytest.param({"joinMode": "enrichInput1"}, ["1x", "2y", "2z", "4d"], id="enrich input 1"),
    pytest.param({"joinMode": "enrichInput2"}, ["1a", "2b", "2b", "5w"], id="enrich input 2 prefers input 1"),
]


@pytest.mark.parametrize(("more", "rows"), JOINS)
async def test_joins(more: dict[str, Any], rows: list[str]) -> None:
    made = await run(by_id(**more), LEFT, RIGHT)

    assert [f"{row['id']}{row['v']}" for row in made] == rows


CLASHES: list[Any] = [
    pytest.param({}, {"v": {"p": 2, "q": 1, "r": 3}, "e": ""}, id="deep, the last is preferred"),
    pytest.param({"mergeMode": "shallowMerge"}, {"v": {"p": 2, "r": 3}, "e": ""}, id="shallow"),
    pytest.param({"resolveClash": "preferInput1"}, {"v": {"p": 1, "q": 1, "r": 3}, "e": "full"}, id="prefer input 1"),
    pytest.param({"overrideEmpty": True}, {"v": {"p": 2, "q": 1, "r": 3}, "e": "full"}, id="empty is not preferred"),
    pytest.param(
        {"resolveClash": "addSuffix"},
        {"v_1": {"p": 1, "q": 1}, "e_1": "full", "v_2": {"p": 2, "r": 3}, "e_2": "", "v": {"p": 2, "r": 3}, "e": ""},
        id="suffixes, and the last without",
    ),
]


@pytest.mark.parametrize(("values", "row"), CLASHES)
async def test_clashes(values: dict[str, Any], row: dict[str, Any]) -> None:
    params = {"mode": "combine", "combineBy": "combineByPosition", **clash(**values)}

    made = await run(params, [{"v": {"p": 1, "q": 1}, "e": "full"}], [{"v": {"p": 2, "r": 3}, "e": ""}])

    assert made == [row]


@pytest.mark.parametrize(
    ("options", "count"),
    [pytest.param({}, 0, id="exact"), pytest.param({"fuzzyCompare": True}, 1, id="fuzzy")],
)
async def test_text_and_number(options: dict[str, Any], count: int) -> None:
    assert len(await run(by_id(options=options), [{"id": "1"}], [{"id": 1}])) == count


async def test_three_inputs_pair_with_each() -> None:
    params = {"mode": "combine", "combineBy": "combineByPosition", "numberInputs": 3}
    inputs = [[Item(json={name: 1})] for name in "abc"]

    result = await Harness(merge).run(params, inputs)

    assert outputs(result)[0] == [
        Item({"a": 1, "b": 1, "c": 1}, paired=[Paired(item=0), Paired(item=0, input=1), Paired(item=0, input=2)])
    ]


async def test_a_field_that_no_item_has_is_an_error() -> None:
    with pytest.raises(NodeError, match='no item of input 1 has the field "id"'):
        await run(by_id(), [{"x": 1}], [{"id": 1}])


@pytest.mark.parametrize(
    ("params", "rows"),
    [
        pytest.param({"mode": "mergeByIndex"}, [{"a": 1, "b": 3}, {"a": 2}], id="left by index"),
        pytest.param({"mode": "mergeByIndex", "join": "inner"}, [{"a": 1, "b": 3}], id="inner by index"),
        pytest.param({"mode": "passThrough", "output": "input2"}, [{"b": 3}], id="pass through"),
        pytest.param({"mode": "wait"}, [{}], id="wait"),
        pytest.param({"mode": "multiplex"}, [{"a": 1, "b": 3}, {"a": 2, "b": 3}], id="multiplex"),
    ],
)
async def test_version_1(params: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    assert await run(params, [{"a": 1}, {"a": 2}], [{"b": 3}], version=1) == rows


@pytest.mark.parametrize(
    ("mode", "overwrite", "rows"),
    [
        pytest.param("mergeByKey", "always", [{"k": 1, "v": 9}, {"k": 2, "v": 1}], id="always"),
        pytest.param("mergeByKey", "blank", [{"k": 1, "v": 9}, {"k": 2, "v": 1}], id="blank ones"),
        pytest.param("mergeByKey", "undefined", [{"k": 1, "v": ""}, {"k": 2, "v": 1}], id="missing ones"),
        pytest.param("keepKeyMatches", "always", [{"k": 1, "v": ""}], id="keep matches"),
        pytest.param("removeKeyMatches", "always", [{"k": 2, "v": 1}], id="remove matches"),
    ],
)
async def test_version_1_by_key(mode: str, overwrite: str, rows: list[dict[str, Any]]) -> None:
    params = {"mode": mode, "overwrite": overwrite, "propertyName1": "k", "propertyName2": "key"}

    made = await run(params, [{"k": 1, "v": ""}, {"k": 2, "v": 1}], [{"key": 1, "v": 9}], version=1)

    assert [{"k": row["k"], "v": row["v"]} for row in made] == rows


@pytest.mark.parametrize(
    ("raw", "version", "inputs", "required"),
    [
        pytest.param({}, 3, 2, 1, id="one will do"),
        pytest.param({"mode": "chooseBranch", "numberInputs": 3}, 3, 3, [0, 1, 2], id="all of them"),
        pytest.param({"numberInputs": 5}, 2, 2, 1, id="two in version 2"),
    ],
)
def test_what_it_waits_for(raw: dict[str, Any], version: float, inputs: int, required: Any) -> None:
    assert merge.required is not None
    needed = merge.required(raw, version)

    assert merge.input_count(raw, version) == inputs
    assert (needed if isinstance(needed, int) else list(needed)) == required
