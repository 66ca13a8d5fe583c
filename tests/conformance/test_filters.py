"""The filters corpus: conditions with their answers, where it is at hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.sdk import Item, discover
from nodes.sdk.harness import Harness, outputs

CORPUS = Path(__file__).parents[3] / "shared" / "conformance" / "expressions" / "filters.json"
CASES: list[dict[str, Any]] = json.loads(CORPUS.read_text())["cases"] if CORPUS.exists() else []


@pytest.mark.skipif(not CASES, reason="the corpus of conditions is not at hand")
@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
async def test_condition_answers_as_recorded(case: dict[str, Any]) -> None:
    filter_type = discover().get("filter")
    assert filter_type is not None

    result = await Harness(filter_type).run({"conditions": case["conditions"]}, [[Item(json={})]], version=2)

    assert bool(outputs(result)[0]) is case["keeps"]
