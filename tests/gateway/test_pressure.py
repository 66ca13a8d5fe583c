"""Full doors over real HTTP: who has too much waiting is told when to come again; others are let in.

Flow: topic `pressure` → gateway → 429, 503 or a start.
"""

import asyncio
from contextlib import nullcontext
from typing import Any

import pytest

from gateway.pressure import Pressures
from gateway.problems import HttpProblem
from schemas.pressure import Pressure
from streams.codecs import encode
from streams.topics import PRESSURE


async def flows(house: Any) -> dict[str, Any]:
    made = {}
    for tenant in ("acme", "other"):
        flow = house.parts.webhook(tenant, responseMode="onReceived")
        flow["settings"] = {"tenant": tenant}
        made[tenant] = await house.make(flow)
    return made


async def say(house: Any, said: Pressure, path: str, status: int) -> None:
    """Let a worker say something, and wait until the door has heard it."""
    await house.other.log.send(PRESSURE, 0, encode(said))
    async with asyncio.timeout(10):
        while (await house.hook("POST", path, json={})).status != status:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_one_tenant_is_full_and_another_is_not(house):
    made = await flows(house)
    await say(house, Pressure("worker", ["acme"]), "/w/acme", 429)

    refused = await house.hook("POST", "/w/acme", json={})
    admitted = await house.hook("POST", "/w/other", json={})
    body = {"workflow": made["acme"]["id"]}
    api = await house.call("POST", "/api/v1/executions", 429, json=body)
    by_other = await house.call("POST", "/api/v1/executions", 202, json={"workflow": made["other"]["id"]})

    assert refused.headers["Retry-After"] == "5"
    assert refused.json["type"].endswith("too-many")
    assert '"acme"' in refused.json["detail"]
    assert "send it again later" in refused.json["hint"]
    assert admitted.status == 200
    assert api["status"] == 429
    assert by_other["status"] == "started"


async def test_everybody_is_refused_where_the_whole_is_full_and_let_in_again_after_that(house):
    await flows(house)
    await say(house, Pressure("worker", [], whole=True), "/w/other", 503)
    refused = await house.hook("POST", "/w/acme", json={})

    await say(house, Pressure("worker"), "/w/other", 200)

    assert refused.status == 503
    assert refused.headers["Retry-After"] == "5"
    assert (await house.hook("POST", "/w/acme", json={})).status == 200


@pytest.mark.parametrize(
    ("said", "after", "full"),
    [
        pytest.param([], 0.0, False, id="nothing said"),
        pytest.param([Pressure("w", ["a"])], 0.0, True, id="full"),
        pytest.param([Pressure("w", ["b"])], 0.0, False, id="another is"),
        pytest.param([Pressure("w", ["a"]), Pressure("w")], 0.0, False, id="no more"),
        pytest.param([Pressure("w", ["a"]), Pressure("v")], 0.0, True, id="one of two workers"),
        pytest.param([Pressure("w", ["a"])], 6.0, False, id="said long ago: the worker is gone"),
    ],
)
def test_who_is_admitted(said: list[Pressure], after: float, full: bool) -> None:
    now = [0.0]
    pressures = Pressures(None, lambda: now[0])  # type: ignore[arg-type]
    for one in said:
        pressures.hear(encode(one))
    now[0] = after

    with pytest.raises(HttpProblem) if full else nullcontext():
        pressures.admit("a")
