"""Tests of summaries, duplicates and the node that had all operations on lists."""

from typing import Any

import pytest

from nodes.sdk import Item, NodeType
from nodes.sdk.harness import Harness, outputs
from nodes.transform.item_lists import item_lists
from nodes.transform.remove_duplicates import remove_duplicates
from nodes.transform.rename_keys import rename_keys
from nodes.transform.split_out import split_out
from nodes.transform.summarize import summarize
from schemas.errors import NodeError, UserError

SALES = [
    {"shop": {"city": "Rome"}, "n": 2, "tag": "a"},
    {"shop": {"city": "Rome"}, "n": None, "tag": ""},
    {"shop": {"city": "Bern"}, "n": 5, "tag": "a"},
    {"n": 1},
]


async def run(node_type: NodeType, params: dict[str, Any], given: list[dict[str, Any]], version: float) -> list[Item]:
    return outputs(await Harness(node_type).run(params, [[Item(json=one) for one in given]], version=version))[0]


def jsons(items: list[Item]) -> list[dict[str, Any]]:
    return [item.json for item in items]


@pytest.mark.parametrize(
    ("field", "found"),
    [
        pytest.param({"aggregation": "sum", "field": "n"}, {"sum_n": 8}, id="sum"),
        pytest.param({"aggregation": "average", "field": "n"}, {"average_n": 8 / 3}, id="average"),
        pytest.param({"aggregation": "min", "field": "n"}, {"min_n": 1}, id="min"),
        pytest.param({"aggregation": "max", "field": "shop.city"}, {"max_shop_city": "Rome"}, id="max of texts"),
        pytest.param({"aggregation": "count", "field": "n"}, {"count_n": 3}, id="count"),
        pytest.param({"aggregation": "count", "field": "n", "includeEmpty": True}, {"count_n": 4}, id="count all"),
        pytest.param({"aggregation": "countUnique", "field": "tag"}, {"unique_count_tag": 1}, id="count unique"),
        pytest.param({"aggregation": "append", "field": "tag"}, {"appended_tag": ["a", "a"]}, id="append"),
        pytest.param({"aggregation": "append", "field": "tag", "includeEmpty": True},
                     {"appended_tag": ["a", "", "a", None]}, id="append all"),
        pytest.param({"aggregation": "concatenate", "field": "tag", "separateBy": "other", "customSeparator": "+"},
                     {"concatenated_tag": "a+a"}, id="concatenate"),
        pytest.param({"aggregation": "average", "field": "tag"}, {"average_tag": None}, id="average of nothing"),
    ],
)  # fmt: skip
async def test_summaries(field: dict[str, Any], found: dict[str, Any]) -> None:
    made = await run(summarize, {"fieldsToSummarize": {"values": [field]}}, SALES, 1.1)

    assert jsons(made) == [found]
    assert made[0].paired == [0, 1, 2, 3]


SUM = {"fieldsToSummarize": {"values": [{"aggregation": "sum", "field": "n"}]}}


@pytest.mark.parametrize(
    ("version", "options", "found"),
    [
        pytest.param(1.1, {}, [{"shop_city": "Rome", "sum_n": 2}, {"shop_city": "Bern", "sum_n": 5}, {"sum_n": 1}],
                     id="groups"),
        pytest.param(1, {}, [{"shop_city": "Rome", "sum_n": 2}, {"shop_city": "Bern", "sum_n": 5},
                             {"shop_city": "undefined", "sum_n": 1}], id="version 1 writes groups as text"),
        pytest.param(1.1, {"skipEmptySplitFields": True},
                     [{"shop_city": "Rome", "sum_n": 2}, {"shop_city": "Bern", "sum_n": 5}], id="without empty groups"),
        pytest.param(1.1, {"outputFormat": "singleItem"},
                     [{"Rome": {"sum_n": 2}, "Bern": {"sum_n": 5}, "undefined": {"sum_n": 1}}], id="one item"),
    ],
)  # fmt: skip
async def test_summaries_by_group(version: float, options: dict[str, Any], found: list[Any]) -> None:
    params = {**SUM, "fieldsToSplitBy": "shop.city", "options": options}

    assert jsons(await run(summarize, params, SALES, version)) == found


async def test_groups_come_in_the_order_of_their_first_items() -> None:
    given = [{"g": "b", "n": 1}, {"g": 10, "n": 1}, {"g": 2, "n": 1}]

    made = await run(summarize, {**SUM, "fieldsToSplitBy": "g"}, given, 1)

    assert [item.json["g"] for item in made] == ["b", "10", "2"]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({}, [0, 1, 3], id="whole items; order of keys and 1.0 do not matter"),
        pytest.param({"compare": "selectedFields", "fieldsToCompare": "a.b"}, [0, 3], id="by path"),
        pytest.param({"compare": "allFieldsExcept", "fieldsToExclude": "c"}, [0, 3], id="all but one"),
    ],
)
async def test_the_first_of_equal_items_stays(params: dict[str, Any], found: list[int]) -> None:
    given = [{"a": {"b": 1}, "c": 1}, {"a": {"b": 1}, "c": 2}, {"c": 1.0, "a": {"b": 1.0}}, {"a": {"b": 2}, "c": 1}]

    assert [item.paired for item in await run(remove_duplicates, params, given, 1.1)] == found


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param([{"a": 1}, {"a": "1"}], "'a' isn't always the same type", id="of two types"),
        pytest.param([{"a": 1}, {}], "'a' field is missing from some input items", id="missing somewhere"),
    ],
)
async def test_fields_that_cannot_be_compared_are_refused(given: list[Any], says: str) -> None:
    with pytest.raises(UserError, match=says):
        await run(remove_duplicates, {"compare": "selectedFields", "fieldsToCompare": "a"}, given, 1.1)


async def test_earlier_executions_are_asked_about_a_value() -> None:
    with pytest.raises(UserError, match="there is no value to tell items by"):
        await run(remove_duplicates, {"operation": "removeItemsSeenInPreviousExecutions"}, [{}], 2)


@pytest.mark.parametrize(
    ("version", "params", "given", "found"),
    [
        pytest.param(3, {"operation": "sort", "sortFieldsUi": {"sortField": [{"fieldName": "n"}]}},
                     [{"n": 2}, {"n": 1}], [{"n": 1}, {"n": 2}], id="sort"),
        pytest.param(1, {"operation": "removeDuplicates", "compare": "selectedFields",
                         "fieldsToCompare": {"fields": [{"fieldName": "n"}]}, "options": {"removeOtherFields": True}},
                     [{"n": 1, "x": 1}, {"n": 1}], [{"n": 1}], id="duplicates"),
        pytest.param(2.1, {"operation": "summarize", "fieldsToSummarize": {"values": [{"field": "x"}]}},
                     [{"n": 1}], [{"count_x": 0}], id="summarize a missing field"),
        pytest.param(3.1, {"fieldToSplitOut": "x"}, [{"n": 1}], [], id="split a missing field"),
        pytest.param(2, {"fieldToSplitOut": "x"}, [{"x": {"a": 1, "b": 2}}], [{"x": 1}, {"x": 2}], id="split object"),
        pytest.param(3, {"operation": "limit", "maxItems": 2}, [{"n": 1}] * 3, [{"n": 1}] * 2, id="limit"),
    ],
)  # fmt: skip
async def test_item_lists(version: float, params: dict[str, Any], given: list[Any], found: list[Any]) -> None:
    assert jsons(await run(item_lists, params, given, version)) == found


@pytest.mark.parametrize(
    ("version", "params", "text"),
    [
        pytest.param(1, {"fieldToSplitOut": "x"}, "holds no list", id="version 1 splits lists only"),
        pytest.param(2, {"fieldToSplitOut": "n"}, "holds no list", id="no list"),
        pytest.param(2, {"operation": "summarize", "fieldsToSummarize": {"values": [{"field": "y"}]}}, "no item has",
                     id="missing field"),
    ],
)  # fmt: skip
async def test_older_item_lists_are_strict(version: float, params: dict[str, Any], text: str) -> None:
    with pytest.raises(NodeError, match=text):
        await run(item_lists, params, [{"x": {"a": 1}, "n": 1}], version)


@pytest.mark.parametrize(
    ("replacement", "found"),
    [
        pytest.param({"searchRegex": "(?<x>A)", "replaceRegex": "$<x>$&$$", "options": {"caseInsensitive": True}},
                     {"aa$": {"b": [{"aa$": 1}]}}, id="groups, all the way"),
        pytest.param({"searchRegex": "a", "replaceRegex": "z", "options": {"depth": 1}}, {"z": {"b": [{"a": 1}]}},
                     id="not so deep"),
    ],
)  # fmt: skip
async def test_keys_by_pattern(replacement: dict[str, Any], found: dict[str, Any]) -> None:
    params = {"additionalOptions": {"regexReplacement": {"replacements": [replacement]}}}

    assert jsons(await run(rename_keys, params, [{"a": {"b": [{"a": 1}]}}], 1)) == [found]


@pytest.mark.parametrize(
    ("version", "params", "given", "says"),
    [
        pytest.param(1.1, {}, [{"id": 1}, {"id": 2, "s": "a"}], "'s' field is missing", id="a field that one lacks"),
        pytest.param(2, {}, [{"o": {"a": 1}}, {"o": {"b": 1}}], "'o.a' field is missing", id="deeper"),
        pytest.param(2, {}, [{"o": [1]}, {"o": []}], "'o.0' field is missing", id="in a list"),
        pytest.param(2, {}, [{"id": 1}, {"id": "1"}], "'id' isn't always the same type", id="several types"),
        pytest.param(1, {}, [{"s": None}, {"s": "a"}], "'s' isn't always the same type", id="null was a type"),
        pytest.param(
            2, {"compare": "allFieldsExcept", "fieldsToExclude": "x"}, [{"id": 1}, {"x": 1}], "'id' field is missing",
            id="but those left out",
        ),
    ],
)  # fmt: skip
async def test_items_that_cannot_be_compared_whole_are_refused(
    version: float, params: dict[str, Any], given: list[Any], says: str
) -> None:
    with pytest.raises(NodeError, match=says):
        await run(remove_duplicates, params, given, version)


@pytest.mark.parametrize(
    ("version", "params", "given", "found"),
    [
        pytest.param(1.1, {}, [{"s": None}, {"s": "a"}], 2, id="null is of no type"),
        pytest.param(
            2, {"compare": "allFieldsExcept", "fieldsToExclude": "o"}, [{"o": {"a": 1}}, {"o": {}}], 1, id="left out"
        ),
        pytest.param(
            2, {"compare": "allFieldsExcept", "fieldsToExclude": "x"}, [{"id": 1}, {"id": 2, "s": "a"}], 2,
            id="the first item says which fields",
        ),
    ],
)  # fmt: skip
async def test_items_that_can_be_compared_whole(
    version: float, params: dict[str, Any], given: list[Any], found: int
) -> None:
    assert len(await run(remove_duplicates, params, given, version)) == found


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({}, [{"0": 1, "1": 2}, {"a": 1}, {"l": 3}], id="a list within becomes an item"),
        pytest.param(
            {"options": {"destinationFieldName": "q"}}, [{"q": [1, 2]}, {"q": {"a": 1}}, {"q": 3}], id="named"
        ),
    ],
)
async def test_split_out(params: dict[str, Any], found: list[Any]) -> None:
    made = await run(split_out, {"fieldToSplitOut": "l", **params}, [{"l": [[1, 2], {"a": 1}, 3]}], 1)

    assert jsons(made) == found
