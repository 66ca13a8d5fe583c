"""Ports of nodes, for those who draw them.

Flow: client → gateway → registry → **here**.
"""

from typing import Any

import pytest

PORTS = [
    pytest.param({"type": "n8n-nodes-base.if", "typeVersion": 2}, (1, ["true", "false"]), id="fixed"),
    pytest.param(
        {"type": "merge", "typeVersion": 3, "parameters": {"numberInputs": 3}}, (3, ["main"]), id="inputs by parameters"
    ),
    pytest.param({"type": "nothing"}, (1, ["main"]), id="unknown"),
]


@pytest.mark.parametrize(("node", "expected"), PORTS)
async def test_ports(house, node: dict[str, Any], expected: tuple[int, list[str]]) -> None:
    (found,) = (await house.call("POST", "/api/v1/node-types/ports", 200, json={"nodes": [node]}))["data"]

    assert (found["inputs"], found["outputs"]) == expected
    assert (found["problem"] is None) == (node["type"] != "nothing")


async def test_half_typed_parameters_are_a_problem_and_no_failure(house) -> None:
    nodes = [{"type": "switch", "typeVersion": 3, "parameters": {"rules": 7}}, {"type": "merge", "parameters": {}}]

    found = (await house.call("POST", "/api/v1/node-types/ports", 200, json={"nodes": nodes}))["data"]

    assert len(found) == 2


async def test_every_node_type_is_listed_each_time(house) -> None:
    first = await house.call("GET", "/api/v1/node-types", 200)
    again = await house.call("GET", "/api/v1/node-types", 200)

    assert [each["name"] for each in first["data"]] == [each.name for each in house.other.registry]
    assert first == again
