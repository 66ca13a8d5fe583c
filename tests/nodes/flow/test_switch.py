"""Tests of switch: its outputs, and where items go."""

from typing import Any

import pytest

from nodes.flow.switch import switch
from nodes.sdk import Item
from nodes.sdk.harness import Harness, outputs
from schemas.errors import NodeError


def rules(*values: str) -> dict[str, Any]:
    return {
        "values": [
            {"conditions": {"conditions": [{"leftValue": "={{ $json.k }}", "rightValue": value}]}} for value in values
        ]
    }


@pytest.mark.parametrize(
    ("version", "raw", "names"),
    [
        pytest.param(1, {}, ["0", "1", "2", "3"], id="four in version 1"),
        pytest.param(2, {"rules": {"rules": [{"outputKey": "big"}, {}]}}, ["big", "1"], id="one per rule"),
        pytest.param(2, {"mode": "expression", "outputsAmount": 2}, ["0", "1"], id="a number of them"),
        pytest.param(3, {}, ["0"], id="one rule unless said"),
        pytest.param(
            3,
            {"rules": {"values": [{"outputKey": "a"}]}, "options": {"fallbackOutput": "extra"}},
            ["a", "Fallback"],
            id="an extra one",
        ),
        pytest.param(3, {"mode": "expression", "numberOutputs": "={{ 3 }}"}, ["0", "1", "2", "3"], id="unknown number"),
    ],
)
def test_outputs(version: float, raw: dict[str, Any], names: list[str]) -> None:
    assert switch.output_names(raw, version) == names


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        pytest.param({}, [1, 0], id="the first rule that holds"),
        pytest.param({"allMatchingOutputs": True}, [1, 1], id="all rules that hold"),
    ],
)
async def test_rules(options: dict[str, Any], counts: list[int]) -> None:
    result = await Harness(switch).run({"rules": rules("a", "a"), "options": options}, [[Item(json={"k": "a"})]])

    assert [len(items) for items in outputs(result)] == counts


@pytest.mark.parametrize(
    ("version", "params", "counts"),
    [
        pytest.param(3.2, {"rules": rules("a")}, [0], id="nowhere"),
        pytest.param(3.2, {"rules": rules("a", "b"), "options": {"fallbackOutput": 1}}, [0, 1], id="a rule's output"),
        pytest.param(1, {"fallbackOutput": 2}, [0, 0, 1, 0], id="version 1"),
    ],
)
async def test_items_that_fit_no_rule(version: float, params: dict[str, Any], counts: list[int]) -> None:
    result = await Harness(switch).run(params, [[Item(json={"k": "z"})]], version=version)

    assert [len(items) for items in outputs(result)] == counts


async def test_version_2_numbers_outputs_by_rule() -> None:
    params = {
        "dataType": "string",
        "value1": "={{ $json.k }}",
        "rules": {
            "rules": [
                {"operation": "startsWith", "value2": "x"},
                {"operation": "contains", "value2": "b"},
            ]
        },
    }

    result = await Harness(switch).run(params, [[Item(json={"k": "abc"})]], version=2)

    assert [len(items) for items in outputs(result)] == [0, 1]


@pytest.mark.parametrize(
    ("output", "text"),
    [pytest.param(-1, "output -1 does not exist", id="below"), pytest.param("x", "is no output", id="no number")],
)
async def test_an_output_that_is_not_there(output: Any, text: str) -> None:
    with pytest.raises(NodeError, match=text):
        await Harness(switch).run({"mode": "expression", "output": output})


@pytest.mark.parametrize("rules_", [{}, {"values": []}], ids=["nothing said", "an empty list"])
async def test_without_rules_there_is_nowhere_to_go(rules_: dict[str, Any]) -> None:
    result = await Harness(switch).run({"rules": rules_}, [[Item(json={"k": "a"})]], version=3)

    assert outputs(result) == []
