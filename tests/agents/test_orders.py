"""The order of nodes, and how many items each output of each run has, in the orders of n8n: a table of graphs.

Flow: orders.json, each a workflow with what a run of it gives → private engine → **here**.
Diamonds, merges that wait and that never get an input, loops and loops in loops, disabled nodes, executeOnce,
alwaysOutputData and the error outputs; the values are those of n8n itself.
"""

import json
from pathlib import Path

import pytest

from ops.private import private_engine
from ops.settings import Settings

CASES = json.loads(Path(__file__).with_name("orders.json").read_text(encoding="utf-8"))


def counts(runs):
    """Count the items of each output, without empty ones at the end."""
    found = {}
    for node, several in runs.items():
        sizes = [[len(items or []) for items in run["outputs"]] for run in several]
        found[node] = [row[: max((at + 1 for at, size in enumerate(row) if size), default=0)] for row in sizes]
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_a_graph_runs_in_its_order(case):
    async with private_engine(Settings(timezone="America/New_York")) as engine:
        answer = await engine.run({"id": case["name"], "workflow": case["workflow"], "http": []})

    assert answer["order"] == case["order"]
    assert counts(answer["runs"]) == case["counts"]
