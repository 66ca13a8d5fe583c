"""The private engine: whole workflows of toys through the real agents, on every transport.

Flow: workflow → **private engine** → events → answer; with chaining and without it.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.private import PrivateEngine
from agents.settings import WorkerSettings
from agents.worker import row_codecs
from streams.app import build_app
from streams.settings import StreamSettings
from tests.agents.simulation import MemoryBlobs
from tests.agents.toys import TOYS, workflow

MIXED = workflow(
    {
        "S": "begin",
        "E": "effect",
        "A": ("tag", {"text": "a"}, {}),
        "B": ("tag", {"text": "b"}, {}),
        "J": "join",
        "L": "loop",
        "T": ("tag", {"text": "t"}, {}),
        "R": ("fail", {"text": "at first"}, {"retryOnFail": True}),
        "W": "sleep",
    },
    ["S > E", "S > A", "E > J", "A > B", "B > J.1", "J > L", "L.1 > T", "T > L", "L.0 > R", "R > W"],
)
ORDER = ["S", "E", "A", "B", "J", "L", "T", "L", "T", "L", "T", "L", "T", "L", "R", "W"]


@pytest.fixture(params=[True, False], ids=["chained", "every edge a hop"])
async def engine(request: pytest.FixtureRequest, anywhere: StreamSettings) -> AsyncIterator[PrivateEngine]:
    settings = WorkerSettings(chaining=request.param)
    several = anywhere.model_copy(update={"partitions": 4})
    streams = build_app(several, [toy.name for toy in TOYS], row_codecs())
    async with PrivateEngine(TOYS, lambda *_: {}, MemoryBlobs(), None, settings=settings, streams=streams) as made:
        yield made


def request(raw: dict[str, Any], items: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"id": 1, "workflow": raw, "start": {"node": "S", "items": items}, **more}


@pytest.mark.parametrize("order", ["v0", "v1", "parallel"])
async def test_everything_at_once(engine: PrivateEngine, order: str) -> None:
    raw = {**MIXED, "settings": {"executionOrder": order}}

    answer = await engine.run(request(raw, [{"n": 1}, {"n": 2}]))

    assert answer["status"] == "success"
    assert answer["error"] is None
    assert sorted(answer["order"]) == sorted(ORDER)
    assert order == "parallel" or answer["order"] == ORDER
    assert [len(run["outputs"][0]) for run in answer["runs"]["W"]] == [4]
    assert answer["retries"] == 1


async def test_many_executions_at_once_do_not_meet(engine: PrivateEngine) -> None:
    answers = await asyncio.gather(*[engine.run(request(MIXED, [{"n": n}])) for n in range(50)])

    for n, answer in enumerate(answers):
        assert answer["status"] == "success"
        assert answer["runs"]["E"][0]["outputs"][0][0]["json"] == {"n": n}


async def test_large_outputs_go_by_reference_and_come_back(engine: PrivateEngine) -> None:
    items = [{"text": "x" * 1000, "n": n} for n in range(500)]

    answer = await engine.run(request(MIXED, items[:100]))

    assert answer["status"] == "success"
    assert len(answer["runs"]["J"][0]["outputs"][0]) == 200


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param({"connections": {}}, "nodes", id="no workflow"),
        pytest.param(workflow({"P": "pass"}, []) | {"nodes": []}, "nothing to start", id="nothing to start"),
    ],
)
async def test_what_cannot_start_is_an_error(engine: PrivateEngine, raw: dict[str, Any], text: str) -> None:
    answer = await engine.run({"id": 2, "workflow": raw})

    assert answer["status"] == "error"
    assert text in answer["error"]["message"]


async def test_a_failed_effect_ends_in_error_and_says_where(engine: PrivateEngine) -> None:
    raw = workflow({"S": "begin", "E": ("effect", {"text": "down"}, {})}, ["S > E"])

    answer = await engine.run(request(raw, [{}]))

    assert answer["status"] == "error"
    assert answer["error"]["message"] == "down"
    assert answer["error"]["node"] == "E"


async def test_a_long_loop_leaves_its_call_and_still_ends(engine: PrivateEngine) -> None:
    raw = workflow({"S": "begin", "L": "loop", "T": "tag", "D": "pass"}, ["S > L", "L.1 > T", "T > L", "L.0 > D"])

    answer = await engine.run(request(raw, [{"n": n} for n in range(1200)]))

    assert answer["status"] == "success"
    assert len(answer["runs"]["T"]) == 1200
    assert len(answer["runs"]["D"][0]["outputs"][0]) == 1200
