"""Hostile parameters: patterns and selectors that would search for ever; what they cost is bounded, and the node fails.

Flow: parameters → filter, if, switch, renameKeys, html → **here**.
"""

import contextlib
from typing import Any

import pytest

from nodes.expressions.patience import LEAST_SECONDS, MOST_SECONDS, Patience
from nodes.sdk import Item, discover
from nodes.sdk.harness import Harness, outputs
from schemas.errors import NodeError, UserError

TYPES = {one.name: one for one in discover()}
TEXT = "a" * 5000 + "!"
RUNAWAY = [
    "(a+)+$",
    "(a|a)+$",
    "(a|aa)+$",
    r"(\w+\s?)*$!",
    "(?:a*)*$",
    "/(A+)+$/i",
    "^(a?){90}a{90}$",
    r"(.*)(.*)(.*)\1x",
]


async def run(name: str, params: dict[str, Any], json: dict[str, Any], version: float | None = None) -> list[Any]:
    return [[item.json for item in each] for each in outputs(
        await Harness(TYPES[name]).run(params, [[Item(json=json)]], version=version)
    )]  # fmt: skip


def asked(pattern: str) -> dict[str, Any]:
    operator = {"type": "string", "operation": "regex"}
    return {
        "conditions": {"conditions": [{"leftValue": "={{ $json.t }}", "rightValue": pattern, "operator": operator}]}
    }


@pytest.mark.timeout(60)
@pytest.mark.parametrize("pattern", RUNAWAY)
@pytest.mark.parametrize("name", ["filter", "if"])
async def test_a_condition_that_runs_away_fails_or_ends(name: str, pattern: str) -> None:
    found: list[Any] = [[]]

    with contextlib.suppress(NodeError):
        found = await run(name, asked(pattern), {"t": TEXT})

    assert found[0] == []


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("if", {"conditions": {"string": [{"value1": "={{ $json.t }}", "operation": "regex", "value2": "/(a|a)+$/"}]}}),
        ("switch", {"dataType": "string", "value1": "={{ $json.t }}",
                    "rules": {"rules": [{"operation": "regex", "value2": "/(a|a)+$/", "output": 0}]}}),
    ],
)  # fmt: skip
async def test_an_old_condition_that_runs_away_fails(name: str, params: dict[str, Any]) -> None:
    with pytest.raises(NodeError, match="searched too long"):
        await run(name, params, {"t": TEXT}, 1)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("pattern", "by", "says"),
    [
        *[pytest.param(one, "x", "cannot|can be used here", id=one) for one in ("(a+)+$", "(a|a)*b", "a*a*a*a*a*b")],
        pytest.param(".", "$&" * 100_000, "searched too long|too much data", id="what is put in is long"),
        pytest.param(".", "x" * 100_000, "searched too long|too much data", id="what is put in is long and plain"),
    ],
)
async def test_renaming_that_runs_away_fails(pattern: str, by: str, says: str) -> None:
    one = {"searchRegex": pattern, "replaceRegex": by}
    params = {"additionalOptions": {"regexReplacement": {"replacements": [one]}}}

    with pytest.raises(UserError, match=says):
        await run("renameKeys", params, {TEXT * 4: 1})


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "selector",
    ["div:has(div:has(div:has(p)))", "div:has(p):has(b)", "[[", "a" * 10 + ":eq(", ":not(" * 5],
)
async def test_a_selector_that_is_too_much_fails(selector: str) -> None:
    values = {"values": [{"key": "x", "cssSelector": selector}]}

    with pytest.raises(NodeError, match="selector"):
        await run("html", {"operation": "extractHtmlContent", "extractionValues": values}, {"data": "<div>" * 1500})


def test_patience_ends_where_searches_run_away_and_comes_back() -> None:
    now = [0.0]
    patience = Patience(lambda: now[0])

    def gives_up() -> float:
        with pytest.raises(NodeError, match="searched too long"), patience.search("(a+)+"):
            raise TimeoutError
        return patience.seconds()

    assert patience.seconds() == MOST_SECONDS
    assert [gives_up(), gives_up()] == [LEAST_SECONDS, LEAST_SECONDS]
    now[0] = 15.0
    assert patience.seconds() == pytest.approx(MOST_SECONDS / 2)
    now[0] = 1000.0
    assert patience.seconds() == MOST_SECONDS
