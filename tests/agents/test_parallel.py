"""Parallel branches: two calls that each wait for the other can only end if they are made at the same time.

Flow: diamond with two HTTP calls → **private engine** → a server that answers only when both have arrived.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from agents.capabilities import private_capabilities
from agents.private import PrivateEngine
from nodes.sdk.registry import discover
from tests.agents.simulation import MemoryBlobs
from tests.agents.toys import workflow


class NoCode:
    """No code runs in these workflows."""

    async def run_code(self, code: str, scope: Any, *, per_item: bool) -> Any:
        raise AssertionError("no code was expected")


@pytest.fixture
async def meeting() -> AsyncIterator[str]:
    """Serve a place where two requests meet; one that is alone for a second is sent away."""
    barrier = asyncio.Barrier(2)

    async def meet(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(1):
                await barrier.wait()
        except (TimeoutError, asyncio.BrokenBarrierError):
            await barrier.reset()
            return web.json_response({"met": False}, status=409)
        return web.json_response({"met": True})

    app = web.Application()
    app.router.add_get("/{name}", meet)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize(
    ("order", "status"),
    [
        pytest.param("parallel", "success", id="parallel makes both calls at once"),
        pytest.param("v1", "error", id="v1 makes one after the other"),
    ],
)
async def test_two_slow_calls(meeting: str, order: str, status: str) -> None:
    call = ("httpRequest", {"url": f"{meeting}/call", "options": {}}, {"typeVersion": 4.2})
    raw = workflow(
        {"S": "manualTrigger", "A": call, "B": call, "J": ("merge", {"mode": "append"}, {"typeVersion": 3})},
        ["S > A", "S > B", "A > J", "B > J.1"],
        order,
    )
    capabilities = private_capabilities(NoCode())

    async with PrivateEngine(discover(), capabilities, MemoryBlobs(), None) as engine:
        answer = await engine.run({"id": 1, "workflow": raw})
    await capabilities.close()

    assert answer["status"] == status
    if status == "success":
        assert [item["json"] for item in answer["runs"]["J"][0]["outputs"][0]] == [{"met": True}, {"met": True}]
