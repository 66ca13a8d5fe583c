"""n8n's engine cases, where they are at hand: which node runs when, in both orders.

Flow: conformance cases → plan → **simulation** → order of node runs.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.sdk.registry import discover
from nodes.starting import start_node
from schemas.workflow import parse_workflow
from tests.agents.simulation import Simulation, plan_of

CASES = Path(__file__).parents[3] / "shared" / "conformance" / "engine"
FILES = sorted(CASES.glob("*.json"))


def case(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())
    return found


@pytest.mark.skipif(not FILES, reason="the conformance corpus is not beside the repository")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_nodes_run_in_the_order_of_n8n(file: Path) -> None:
    known = case(file)
    if not known.get("nodeExecutionOrder"):
        pytest.skip("the case states no order")
    raw = known["workflow"]
    raw.setdefault("settings", {})["executionOrder"] = known["order"]
    registry = discover()
    first = start_node(parse_workflow(raw), registry)
    assert first is not None
    simulation = Simulation(plan_of(raw, registry))

    await simulation.run(first.name)

    assert simulation.order() == known["nodeExecutionOrder"]
