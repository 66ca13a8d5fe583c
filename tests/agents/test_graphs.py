"""What n8n 2.41 gave for whole graphs: which nodes ran and when, their items, and what each item is paired with.

Flow: graphs.json, each a workflow with what n8n gave → private engine → **here**.
Loops, branches, merges that wait, code between nodes that reorder, errors and pinned data. An item is its JSON and its
pairing; where n8n lost the pairing, ours may know it. "…" stands for an error in whatever words.
"""

import json
from pathlib import Path

import pytest
import pytest_asyncio

from ops.private import private_engine
from ops.settings import Settings

CASES = json.loads(Path(__file__).with_name("graphs.json").read_text(encoding="utf-8"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine():
    async with private_engine(Settings(timezone="America/New_York")) as made:
        yield made


def paired(value):
    """Write a pairing as short as it can be: a number for the first input, none of several that say the same."""
    if isinstance(value, list):
        several = [one for at, one in enumerate(map(paired, value)) if one not in list(map(paired, value))[:at]]
        return several[0] if len(several) == 1 else several
    if isinstance(value, dict):
        return {"item": value["item"], "input": value["input"]} if value.get("input") else value["item"]
    return value


def plain(value):
    """Give a value without the words of errors."""
    if isinstance(value, dict):
        return {key: "…" if key == "error" else plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def outputs(run, known):
    """Give a run's items as the table has them; the pairing only of those of which it has one."""
    made = [[[plain(item["json"]), paired(item.get("pairedItem"))] for item in items or []] for items in run["outputs"]]
    while made and not made[-1]:
        made.pop()
    for ours, theirs in zip(made, known, strict=False):
        for one, other in zip(ours, theirs, strict=False):
            one[1] = one[1] if other[1] is not None else None
    return made


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_a_graph_gives_what_n8n_gives(case, engine):
    answer = await engine.run({"id": "graph", "workflow": {"name": "graph", **case["workflow"]}, "http": []})

    assert answer["status"] == case["status"]
    assert answer["order"] == case["order"]
    for node, runs in case["gives"].items():
        assert [outputs(run, known) for run, known in zip(answer["runs"][node], runs, strict=True)] == runs, node
