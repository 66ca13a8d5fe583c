"""The private engine on a real broker: whole workflows of toys, chained and with every edge a hop.

Flow: workflow → **private engine** on Kafka → events → answer.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agents.private import PrivateEngine
from agents.settings import WorkerSettings
from agents.worker import row_codecs
from streams.app import build_app
from tests.agents.simulation import MemoryBlobs
from tests.agents.test_private import MIXED, request
from tests.agents.toys import TOYS, workflow
from tests.conformance.transports import kafka_settings

ORDER = ["S", "E", "A", "B", "J", "L", "T", "L", "T", "L", "T", "L", "T", "L", "R", "W"]


@pytest.fixture(params=[True, False], ids=["chained", "every edge a hop"])
async def engine(request: pytest.FixtureRequest, kafka: str, topic_prefix: str) -> AsyncIterator[PrivateEngine]:
    settings = WorkerSettings(chaining=request.param)
    streams = build_app(kafka_settings(kafka, topic_prefix), [toy.name for toy in TOYS], row_codecs())
    async with PrivateEngine(TOYS, lambda *_: {}, MemoryBlobs(), None, settings=settings, streams=streams) as made:
        yield made


@pytest.mark.parametrize("order", ["v0", "v1", "parallel"])
async def test_a_workflow_ends_as_on_the_embedded_log(engine: PrivateEngine, order: str) -> None:
    raw = {**MIXED, "settings": {"executionOrder": order}}

    answer = await engine.run(request(raw, [{"n": 1}, {"n": 2}]))

    assert (answer["status"], answer["error"], answer["retries"]) == ("success", None, 1)
    assert sorted(answer["order"]) == sorted(ORDER)
    assert order == "parallel" or answer["order"] == ORDER
    assert [len(run["outputs"][0]) for run in answer["runs"]["W"]] == [4]


async def test_many_executions_at_once_do_not_meet(engine: PrivateEngine) -> None:
    answers = await asyncio.gather(*[engine.run(request(MIXED, [{"n": n}])) for n in range(50)])

    assert [answer["status"] for answer in answers] == ["success"] * 50
    assert [answer["runs"]["E"][0]["outputs"][0][0]["json"] for answer in answers] == [{"n": n} for n in range(50)]


async def test_large_outputs_go_by_reference_and_come_back(engine: PrivateEngine) -> None:
    items = [{"text": "x" * 1000, "n": n} for n in range(1000)]
    raw = workflow({"S": "begin", "E": "effect", "A": ("tag", {"text": "a"}, {})}, ["S > E", "E > A"])

    answer = await engine.run(request(raw, items))

    assert answer["status"] == "success"
    assert len(answer["runs"]["A"][0]["outputs"][0]) == 1000
