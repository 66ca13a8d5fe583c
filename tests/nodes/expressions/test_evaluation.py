"""Evaluation: answers to requests, with markers; and the corpus of real expressions, where it is.

Flow: requests → **evaluate_batch** → answers.
"""

import json
from datetime import datetime
from pathlib import Path

import pytest

from nodes.expressions.evaluation import evaluate_batch, evaluate_request
from nodes.expressions.javascript.pool import JavaScriptPool

CORPUS = Path(__file__).parents[4] / "shared" / "conformance" / "expressions" / "expressions.json"
FLOOR, COMPILED_FLOOR = 260, 245


@pytest.fixture
async def pool():
    made = JavaScriptPool()
    yield made
    await made.close()


def request(expression: str, **more: object) -> dict:
    return {"id": "x", "expression": expression, "items": [{"json": {"a": 1}}], "itemIndex": 0, **more}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("={{ undefined }}", {"$undefined": True}),
        ("={{ 0 / 0 }}", {"$number": "NaN"}),
        ("={{ [-1 / 0] }}", [{"$number": "-Infinity"}]),
        ("={{ BigInt(7) }}", {"$bigint": "7"}),
        ("={{ new Date(0) }}", {"$date": "1970-01-01T00:00:00.000Z"}),
        ("={{ ({d: DateTime.fromMillis(0)}) }}", {"d": {"$dateTime": "1969-12-31T19:00:00.000-05:00"}}),
        ("={{ Duration.fromMillis(5) }}", {"$duration": {"milliseconds": 5}}),
        (
            "={{ Interval.fromDateTimes(DateTime.utc(2024), DateTime.utc(2025)) }}",
            {"$interval": "2024-01-01T00:00:00.000Z/2025-01-01T00:00:00.000Z"},
        ),
        ("={{ $now.toMillis() }}", 5000),
        ("={{ $json }}", {"a": 1}),
    ],
)
async def test_values_keep_what_json_cannot_hold(expression, value, pool):
    answer = await evaluate_request(request(expression), pool, now=5000)

    assert answer["value"] == value


async def test_answers_stand_in_the_order_of_the_requests(pool):
    asked = [request("={{ 1 }}", id=1), request("={{ let a = 2; a }}", id=2), request("={{ ( }}", id=3), {"id": 4}]

    answers = await evaluate_batch(asked, pool)

    assert [answer["id"] for answer in answers] == [1, 2, 3, 4]
    assert [answer.get("tier") for answer in answers] == ["compiled", "javascript", None, None]
    assert all("message" in answer["error"] for answer in answers[2:])


def same(want: object, got: object) -> bool:
    """Compare as the corpus does: an absent key equals undefined, moments by their instant."""
    if isinstance(want, dict) and isinstance(got, dict):
        for name in ("$date", "$dateTime"):
            if name in want:
                return name in got and datetime.fromisoformat(want[name]) == datetime.fromisoformat(got[name])
        absent = {"$undefined": True}
        return all(same(want.get(key, absent), got.get(key, absent)) for key in want.keys() | got.keys())
    if isinstance(want, list) and isinstance(got, list):
        return len(want) == len(got) and all(map(same, want, got))
    return type(want) is type(got) and want == got if isinstance(want, bool | str) else want == got


def holds(case: dict, answer: dict) -> bool:
    if "throws" in case:
        return case["throws"] in answer.get("error", {"message": "\0"})["message"]
    return "value" in answer and same(case["value"], answer["value"])


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside this repository")
async def test_the_corpus_holds(pool):
    cases = json.loads(CORPUS.read_text(encoding="utf-8"))["cases"]

    answers = await evaluate_batch(cases, pool)

    assert sum(holds(case, answer) for case, answer in zip(cases, answers, strict=True)) >= FLOOR
    assert sum(answer.get("tier") == "compiled" for answer in answers) >= COMPILED_FLOOR
