"""What expressions mean: tables of expressions with their values, in the compiled tier and in V8.

Flow: tables of JSON, ``[expression, value]`` with the markers of `eval --batch` → **both tiers** → values.
"""

import json
from pathlib import Path

import pytest

from nodes.expressions.evaluation import ZONE, evaluate_batch
from nodes.expressions.javascript.pool import JavaScriptPool

TABLES = sorted(Path(__file__).with_name("meaning").glob("*.json"))
NOW = 1_710_000_000_123


def rows(table):
    return json.loads(table.read_text(encoding="utf-8"))


def requests(table, shape):
    return [
        {"id": str(at), "expression": shape.format(source=source), "items": [], "itemIndex": 0}
        for at, (source, _) in enumerate(rows(table))
    ]


def told(wanted, got):
    """Say whether an answer is the one wanted; an absent key equals undefined."""
    if isinstance(wanted, dict) and "throws" in wanted:
        return wanted["throws"] in got.get("error", {}).get("message", "no error")
    return "value" in got and same(wanted, got["value"])


def same(wanted, got):
    if isinstance(wanted, dict) and isinstance(got, dict):
        nothing = {"$undefined": True}
        return all(same(wanted.get(key, nothing), got.get(key, nothing)) for key in wanted.keys() | got.keys())
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(same, wanted, got))
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    return wanted == got


async def faults(table, shape):
    pool = JavaScriptPool()
    try:
        answers = await evaluate_batch(requests(table, shape), pool, now=NOW)
    finally:
        await pool.close()
    pairs = zip(rows(table), answers, strict=True)
    return [f"{source}: wanted {wanted!r}, got {got!r}" for (source, wanted), got in pairs if not told(wanted, got)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
async def test_expressions_mean_what_the_table_says(table):
    assert ZONE == "America/New_York"

    assert await faults(table, "={{{{ {source} }}}}") == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
async def test_v8_agrees_with_the_table(table):
    assert await faults(table, "={{{{ [new Map(), {source}][1] }}}}") == []
