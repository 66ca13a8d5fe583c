"""Tests of nodes by what n8n 2.41 gave for the same parameters, as data; dates in the zone of New York."""

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.sdk import Item, discover
from nodes.sdk.harness import Harness, outputs
from schemas.errors import UserError

TYPES = {one.name: one for one in discover()}
TABLES = sorted(Path(__file__).with_name("as_n8n").glob("*.json"))
CASES = [
    pytest.param(*case, id=f"{table.stem}-{at}")
    for table in TABLES
    for at, case in enumerate(json.loads(table.read_text()))
]


@pytest.mark.parametrize(("name", "version", "params", "given", "gives"), CASES)
async def test_gives_what_n8n_gives(
    name: str, version: float, params: dict[str, Any], given: list[list[dict[str, Any]]], gives: Any
) -> None:
    inputs = [[Item(json=one) for one in each] for each in given]

    async def made() -> list[list[dict[str, Any]]]:
        result = await Harness(TYPES[name]).run(params, inputs, version=version, timezone="America/New_York")
        return [[item.json for item in each] for each in outputs(result)]

    if gives == "fails":
        with pytest.raises(UserError):
            await made()
    else:
        assert await made() == gives
