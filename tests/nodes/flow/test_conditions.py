"""Tests of conditions: strict and loose, case, versions, dates."""

from typing import Any

import pytest

from nodes.flow.filter import filter_
from nodes.flow.if_ import if_
from nodes.sdk import Item
from nodes.sdk.harness import Harness, outputs
from schemas.errors import NodeError, ParameterError


async def kept(left: Any, operator: str, right: Any = "", json: dict[str, Any] | None = None, **options: Any) -> bool:
    type_, operation = operator.split(":")
    conditions = {
        "options": {"typeValidation": "loose", "version": 2, **options},
        "conditions": [{"leftValue": left, "rightValue": right, "operator": {"type": type_, "operation": operation}}],
    }
    result = await Harness(filter_).run({"conditions": conditions}, [[Item(json=json or {})]])
    return bool(outputs(result)[0])


LOOSE = [
    pytest.param("5", "number:gt", 4, True, id="text as number"),
    pytest.param(5, "string:equals", "5", True, id="number as text"),
    pytest.param("false", "boolean:true", "", False, id="the word false"),
    pytest.param("[1]", "array:lengthEquals", 1, True, id="JSON as list"),
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
    ],
)
async def test_strict_refuses_another_type(left: Any, operator: str, right: Any) -> None:
    with pytest.raises(NodeError, match="wrong type"):
        await kept(left, operator, right, {"t": "5"}, typeValidation="strict")


@pytest.mark.parametrize(
    ("left", "operator", "right"),
    [
        pytest.param(5, "number:equals", "5", id="a number written as text on the right"),
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
]


@pytest.mark.parametrize(("conditions", "result"), LEGACY)
async def test_legacy_conditions(conditions: dict[str, Any], result: bool) -> None:
    true, false = outputs(await Harness(if_).run({"conditions": conditions}, version=1))

    assert (len(true), len(false)) == ((1, 0) if result else (0, 1))


async def test_an_unknown_legacy_operation_names_its_place() -> None:
    with pytest.raises(ParameterError) as refused:
        await Harness(if_).run({"conditions": {"number": [{"operation": "smells"}]}}, version=1)

    assert refused.value.field == "conditions.number.0.operation"


async def test_an_item_that_cannot_be_decided_goes_to_false_where_the_node_goes_on() -> None:
    conditions = {"conditions": [{"leftValue": "a", "operator": {"type": "number", "operation": "gt"}}]}

    result = await Harness(if_).run({"conditions": conditions}, continue_on_fail=True)

    assert [list(item.json) for item in outputs(result)[1]] == [["error"]]
