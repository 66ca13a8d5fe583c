"""Tests of conditions: strict and loose, case, versions, dates."""

from typing import Any

import pytest

from nodes.flow.filter import filter_
from nodes.flow.if_ import if_
from nodes.sdk import Item
from nodes.sdk.harness import Harness, outputs
from schemas.errors import NodeError, ParameterError


async def kept(left: Any, operator: str, right: Any = "", json: dict[str, Any] | None = None, **options: Any) -> bool:
    type_, operation, *right_type = operator.split(":")
    asked = {"type": type_, "operation": operation, "rightType": right_type[0] if right_type else None}
    conditions = {
        "options": {"typeValidation": "loose", "version": 2, **options},
        "conditions": [{"leftValue": left, "rightValue": right, "operator": asked}],
    }
    result = await Harness(filter_).run({"conditions": conditions}, [[Item(json=json or {})]])
    return bool(outputs(result)[0])


LOOSE = [
    pytest.param("5", "number:gt", 4, True, id="text as number"),
    pytest.param(5, "string:equals", "5", True, id="number as text"),
    pytest.param("false", "boolean:true", "", False, id="the word false"),
    pytest.param("[1]", "array:lengthEquals:number", 1, True, id="JSON as list"),
    pytest.param("['a']", "array:contains:any", "a", True, id="a list in single quotes"),
    pytest.param(None, "array:lengthEquals:number", 0, True, id="no list has no length"),
    pytest.param([1, 2], "array:lengthNotEquals:number", "={{ $json.x }}", True, id="no length is another length"),
    pytest.param([1, 2], "array:lengthLt:array", [1, 2], False, id="a length is compared with no list"),
    pytest.param("{a: 'b', c: 1,}", "object:notEmpty", "", True, id="an object as people write it"),
    pytest.param("null", "object:empty", "", True, id="the text null is no object"),
    pytest.param(["5"], "number:equals", 5, True, id="a list of one number as number"),
    pytest.param([], "boolean:true", "", False, id="an empty list is false"),
    pytest.param({}, "boolean:true", "", True, id="an empty object is true"),
    pytest.param("no", "boolean:true", "", True, id="a word is true"),
    pytest.param("0.0", "boolean:true", "", False, id="a zero in words is false"),
    pytest.param(" ", "boolean:true", "", True, id="a blank is true"),
    pytest.param("12:30", "dateTime:after", "2000-01-01", True, id="a time is today"),
    pytest.param("January 2, 2024", "dateTime:equals", "2024-01-02", True, id="an English date"),
    pytest.param("01/02/2024", "dateTime:equals", "2024-01-02", True, id="an American date"),
    pytest.param(5.2, "dateTime:equals", "2001-05-02", True, id="a number is read as text: a month and a day"),
    pytest.param("abc", "string:regex", "[]", False, id="a class of no character"),
    pytest.param(True, "number:equals", 1, True, id="true as number"),
    pytest.param(None, "number:gte", 0, True, id="null orders as 0"),
    pytest.param("={{ $json.x }}", "number:gte", 0, False, id="undefined orders as nothing"),
    pytest.param(None, "string:equals", "", True, id="null text is empty"),
    pytest.param("2024-01-02", "dateTime:after", "2024-01-01T23:00:00Z", True, id="a day without hour"),
    pytest.param("2024-03-31T00:30:00Z", "dateTime:before", "2024-03-31T00:00:00-05:00", True, id="offsets"),
]


@pytest.mark.parametrize(("left", "operator", "right", "result"), LOOSE)
async def test_loose(left: Any, operator: str, right: Any, result: bool) -> None:
    assert await kept(left, operator, right) is result


@pytest.mark.parametrize(
    ("left", "operator", "options", "result"),
    [
        pytest.param("ABC", "string:equals", {}, False, id="case counts"),
        pytest.param("ABC", "string:equals", {"caseSensitive": False}, True, id="case does not count"),
        pytest.param("false", "boolean:true", {"version": 1}, True, id="version 1 takes any text as true"),
        pytest.param(
            "ABC", "string:regex", {"caseSensitive": False}, True, id="a pattern sees a text in small letters"
        ),
        pytest.param("", "number:empty", {"version": 2}, False, id="version 2 takes a blank as 0"),
        pytest.param(" ", "number:empty", {"version": 3}, True, id="version 3 takes a blank as nothing"),
    ],
)
async def test_options(left: Any, operator: str, options: dict[str, Any], result: bool) -> None:
    assert await kept(left, operator, "abc", **options) is result


async def test_options_may_be_expressions() -> None:
    assert await kept("ABC", "string:equals", "abc", {"cased": False}, caseSensitive="={{ $json.cased }}")


@pytest.mark.parametrize(
    ("left", "operator", "right"),
    [
        pytest.param("5", "number:equals", 5, id="text is no number"),
        pytest.param(1, "boolean:true", "", id="number is no boolean"),
        pytest.param({}, "array:empty", "", id="object is no list"),
        pytest.param(5, "number:equals", "={{ $json.t }}", id="text from an expression is no number"),
        pytest.param(5, "number:equals", "5", id="nor is text on the right"),
        pytest.param("t", "number:exists", "", id="existence is asked of the type"),
        pytest.param(True, "dateTime:exists", "", id="what is no date"),
        pytest.param(1704164645000, "dateTime:exists", "", id="nor are ms"),
    ],
)
async def test_strict_refuses_another_type(left: Any, operator: str, right: Any) -> None:
    with pytest.raises(NodeError, match=r"wrong type|cannot be converted"):
        await kept(left, operator, right, {"t": "5"}, typeValidation="strict")


@pytest.mark.parametrize(
    ("left", "operator", "right"),
    [
        pytest.param(None, "string:empty", "", id="null"),
        pytest.param("x", "any:exists", "", id="existence of anything"),
        pytest.param("2024-01-01", "dateTime:notEmpty", "", id="a date is text"),
    ],
)
async def test_strict_allows(left: Any, operator: str, right: Any) -> None:
    assert await kept(left, operator, right, typeValidation="strict")


async def test_what_cannot_be_converted_is_an_error() -> None:
    with pytest.raises(NodeError, match=r"the string 'abc' cannot be converted to number \(condition 0, item 0\)"):
        await kept("abc", "number:gt", 1)


@pytest.mark.parametrize(
    ("source", "left", "result"),
    [
        pytest.param("/^A.c$/i", "abc", True, id="flags"),
        pytest.param(r"(?<year>\d{4})", "in 2024", True, id="named groups"),
        pytest.param("^b", "abc", False, id="anchors"),
    ],
)
async def test_regular_expressions(source: str, left: str, result: bool) -> None:
    assert await kept(left, "string:regex", source) is result


async def test_a_broken_regular_expression_is_an_error() -> None:
    with pytest.raises(NodeError, match="invalid regular expression"):
        await kept("a", "string:regex", "(")


LEGACY: list[Any] = [
    pytest.param({"string": [{"value1": "abc", "operation": "regex", "value2": "/B/i"}]}, True, id="regex"),
    pytest.param({"string": [{"value1": "", "operation": "isEmpty"}]}, True, id="empty text"),
    pytest.param({"number": [{"value1": 0, "operation": "isEmpty"}]}, False, id="0 is not empty"),
    pytest.param({"number": [{"value1": 1}]}, False, id="smaller than 0 unless said"),
    pytest.param({"boolean": [{}]}, True, id="false equals false"),
    pytest.param({"boolean": [{"value1": "={{ $json.x }}"}]}, False, id="undefined is not false"),
    pytest.param(
        {"dateTime": [{"value1": "2024-01-02", "operation": "before", "value2": "2024-01-03"}]}, True, id="dates"
    ),
    pytest.param({"number": [{"value1": 1}], "boolean": [{}]}, False, id="all must hold"),
    pytest.param({"number": [{"value1": "b", "operation": "larger", "value2": "a"}]}, True, id="texts in their order"),
    pytest.param({"number": [{"value1": "5", "operation": "smaller", "value2": "2024"}]}, False, id="even of digits"),
    pytest.param({"number": [{"value1": "", "operation": "smaller", "value2": 1}]}, True, id="nothing is 0"),
    pytest.param({"string": [{"value1": 0, "operation": "contains", "value2": "0"}]}, False, id="0 is no text"),
    pytest.param({"string": [{"value1": "a", "operation": "contains", "value2": []}]}, True, id="an empty list is"),
    pytest.param(
        {"string": [{"value1": "12", "operation": "startsWith", "value2": 1}]}, True, id="a number at the beginning"
    ),
    pytest.param({"dateTime": [{"value1": 1, "operation": "before", "value2": "2000"}]}, True, id="ms"),
]


@pytest.mark.parametrize(("conditions", "result"), LEGACY)
async def test_legacy_conditions(conditions: dict[str, Any], result: bool) -> None:
    true, false = outputs(await Harness(if_).run({"conditions": conditions}, version=1))

    assert (len(true), len(false)) == ((1, 0) if result else (0, 1))


@pytest.mark.parametrize(
    "conditions",
    [
        pytest.param({"string": [{"value1": 5, "operation": "endsWith", "value2": "5"}]}, id="the end of a number"),
        pytest.param({"dateTime": [{"value1": "soon", "operation": "after", "value2": "2024"}]}, id="no date"),
        pytest.param({"dateTime": [{"value1": None, "operation": "after", "value2": "2024"}]}, id="null is no date"),
    ],
)
async def test_legacy_conditions_refuse(conditions: dict[str, Any]) -> None:
    with pytest.raises(NodeError):
        await Harness(if_).run({"conditions": conditions}, version=1, continue_on_fail=True)


async def test_an_unknown_legacy_operation_names_its_place() -> None:
    with pytest.raises(ParameterError) as refused:
        await Harness(if_).run({"conditions": {"number": [{"operation": "smells"}]}}, version=1)

    assert refused.value.field == "conditions.number.0.operation"


async def test_an_item_that_cannot_be_decided_goes_to_false_where_the_node_goes_on() -> None:
    conditions = {"conditions": [{"leftValue": "a", "operator": {"type": "number", "operation": "gt"}}]}

    result = await Harness(if_).run({"conditions": conditions}, [[Item(json={"n": 1})]], continue_on_fail=True)

    assert [[item.json for item in items] for items in outputs(result)] == [[], [{"n": 1}]]


async def test_an_item_that_cannot_be_decided_is_dropped_where_the_node_goes_on() -> None:
    conditions = {"conditions": [{"leftValue": "a", "operator": {"type": "number", "operation": "gt"}}]}

    result = await Harness(filter_).run({"conditions": conditions}, [[Item(json={"n": 1})]], continue_on_fail=True)

    assert outputs(result) == [[]]


async def test_a_value_that_is_not_there_stays_so_where_the_operator_is_an_expression() -> None:
    operator = {"type": "={{ 'string' }}", "operation": "exists"}
    conditions = {"conditions": [{"leftValue": "={{ $json.x }}", "operator": operator}]}

    assert outputs(await Harness(filter_).run({"conditions": conditions}, [[Item(json={})]])) == [[]]
