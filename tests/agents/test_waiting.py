"""Waiting: executions that sleep until a request comes or a time passes, also when the worker dies in between.

Flow: start → wait → control with a request, or timer → **here**: outputs, answers, events.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.plan import compile_plan
from agents.private import PrivateEngine
from agents.resuming import ResumeAddress
from agents.settings import WorkerSettings
from agents.state import State
from agents.worker import Worker, row_codecs
from nodes.flow.wait import wait
from nodes.sdk.registry import Registry
from schemas.events import ExecutionFinished, NodeFinished, event_id
from schemas.identifiers import new_execution_id
from schemas.item import Item
from schemas.resume import RESUME_PREFIX, read_resume_token, write_resume_token
from schemas.task import Control, ControlFrame, Frame, ReplyTo, Resume, Start, Task
from streams import codecs
from streams.app import build_app
from streams.settings import StreamSettings
from streams.stores.keyring import Keyring
from streams.topics import CONTROL, node_topic
from streams.transports.protocol import Log
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.test_recovery import OnePlan
from tests.agents.toys import TOYS, workflow
from tests.agents.worlds import Build, World, opened
from tests.conformance.transports import KAFKA

REGISTRY = Registry([*TOYS, wait])
TYPES = [each.name for each in REGISTRY]
KEYS = Keyring([b"k" * 32])


def waiting(**parameters: Any) -> dict[str, Any]:
    return workflow(
        {"S": "begin", "W": ("wait", {"resume": "webhook", "httpMethod": "POST", **parameters}, {}), "K": "keyed"},
        ["S > W", "W > K"],
    )


class Plans(OnePlan):
    def __init__(self, raw: dict[str, Any]) -> None:
        self.plan = compile_plan("w", "v", raw, REGISTRY)


def builder(raw: dict[str, Any], chaining: bool = True) -> Build:
    def build(log: Any, settings: StreamSettings) -> tuple[Any, Worker]:
        streams = build_app(settings, TYPES, row_codecs(), broker=log)
        how = WorkerSettings(chaining=chaining, drain_seconds=0)
        return streams, Worker(streams, REGISTRY, Plans(raw), Calm(), MemoryBlobs(), None, how, hurry=lambda _: None)

    return build


@pytest.fixture
async def world(anywhere: StreamSettings) -> AsyncIterator[World]:
    """An empty world of each kind."""
    async with opened(anywhere, TYPES) as made:
        yield made


async def begin(log: Log) -> str:
    execution = new_execution_id()
    start = Start(items=[Item(json={"n": 1})], mode="trigger")
    await log.send(node_topic("begin"), 0, codecs.encode(Frame([Task(execution, "w", "v", "S", 1, start=start)])))
    return execution


async def ask(log: Log, execution: str, request: int = 1, **more: Any) -> None:
    given = {"version": "v", "method": "POST", "items": [Item(json={"body": {"ok": True}})]} | more
    resume = Resume(reply=ReplyTo("boot", 0, request), **given)
    await log.send(CONTROL, 0, codecs.encode(ControlFrame([Control(execution, "resume", 2, resume=resume)])))


async def until_answered(world: World, count: int = 1) -> dict[int, int]:
    """Give the statuses of so many answers, by request."""
    async with asyncio.timeout(30):
        while len(found := {one.request: one.status for one in await world.replies()}) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found


async def until_asleep(world: World, streams: Any, execution: str, dead: asyncio.Event | None = None) -> bool:
    """Wait until a request can wake it; say no where the worker died or the execution ended."""
    while not isinstance(row := streams.table("executions").get(execution), State) or not any(
        activation.opening for activation in row.flight.values()
    ):
        if dead is not None and dead.is_set():
            return False
        if any(isinstance(event, ExecutionFinished) for event in await world.events()):
            return False
        await asyncio.sleep(0.005)
    return True


WAYS = [
    ("memory", "chained", "as it goes"),
    ("memory", "every edge a hop", "as it goes"),
    ("memory", "every edge a hop", "before the next record is durable"),
    (KAFKA, "chained", "as it goes"),
    (KAFKA, "every edge a hop", "as it goes"),
]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("anywhere", "way", "commits"), WAYS, indirect=["anywhere"])
async def test_a_request_wakes_it_once_also_when_the_worker_dies(world: World, way: str, commits: str) -> None:
    world.commit(commits)
    build = builder(waiting(), way == "chained")
    for budget in range(40):
        await world.renew()
        execution = await begin(world.log)
        async with world.life(build, budget) as (streams, dead):
            if asleep := await until_asleep(world, streams, execution, dead):
                await ask(world.log, execution)
            survived = asleep and await world.until_ended(1, dead)
        async with world.life(build) as (streams, _):
            if not survived and await until_asleep(world, streams, execution):
                await ask(world.log, execution, 2)
            await world.until_ended(1)
            events = {event_id(event): event for event in await world.events()}.values()

        runs = [event for event in events if isinstance(event, NodeFinished)]
        assert Counter(event.node for event in runs) == Counter("SWK"), f"died after {budget} records"
        assert (
            next(bytes(e.outputs) for e in runs if e.node == "K") == b'[[{"json":{"body":{"ok":true}},"pairedItem":0}]]'
        )
        assert [e.status for e in events if isinstance(e, ExecutionFinished)] == ["success"]
        if survived:
            assert budget > 2
            return
    raise AssertionError("the worker always died")


async def test_who_asks_is_answered(world: World) -> None:
    execution = await begin(world.log)
    async with world.life(builder(waiting(options={"webhookSuffix": "yes"}, responseCode=202))) as (streams, _):
        await until_asleep(world, streams, execution)

        await ask(world.log, execution, 1, suffix="no")
        await ask(world.log, execution, 2, method="GET", suffix="yes")
        await ask(world.log, execution, 3, version="other", suffix="yes")
        await ask(world.log, execution, 4, suffix="yes")
        await world.until_ended(1)
        await ask(world.log, execution, 5, suffix="yes")
        await ask(world.log, new_execution_id(), 6, suffix="yes")
        found = await until_answered(world, 6)

    assert found == {1: 409, 2: 409, 3: 409, 4: 202, 5: 404, 6: 404}


async def test_it_answers_after_the_last_node_where_it_is_told_so(world: World) -> None:
    execution = await begin(world.log)
    async with world.life(builder(waiting(responseMode="lastNode", responseCode=201))) as (streams, _):
        await until_asleep(world, streams, execution)

        await ask(world.log, execution)
        found = await until_answered(world)

    assert found == {1: 201}


@pytest.fixture
async def engine() -> AsyncIterator[PrivateEngine]:
    async with PrivateEngine(REGISTRY, lambda *_: {}, MemoryBlobs(), None) as made:
        yield made


@pytest.mark.parametrize(
    ("parameters", "status", "ran"),
    [
        pytest.param({}, "waiting", False, id="nobody asks"),
        pytest.param({"limitWaitTime": True, "resumeAmount": 3}, "success", True, id="nobody asks in time"),
        pytest.param({"resume": "timeInterval", "amount": 30, "unit": "days"}, "success", True, id="a month"),
        pytest.param(
            {"resume": "specificTime", "dateTime": "2031-01-01T00:00:00Z"}, "success", True, id="a point in time"
        ),
        pytest.param({"resume": "specificTime", "dateTime": "2001-01-01"}, "success", True, id="long ago"),
        pytest.param({"incomingAuthentication": "oAuth"}, "error", False, id="what is not supported"),
    ],
)
async def test_waits(engine: PrivateEngine, parameters: dict[str, Any], status: str, ran: bool) -> None:
    request = {"id": 1, "workflow": waiting(**parameters), "start": {"node": "S", "items": [{"n": 1}]}}

    answer = await engine.run(request)

    assert answer["status"] == status
    assert ("K" in answer["runs"]) is ran
    if ran:
        assert answer["runs"]["K"][0]["outputs"][0][0]["json"] == {"n": 1}


def test_an_address_is_bound_to_execution_version_and_key() -> None:
    execution = new_execution_id()
    address = ResumeAddress("https://flows.example.com/", KEYS.sign).facts(execution, "v1")["resumeUrl"]
    token = address.removeprefix(f"https://flows.example.com{RESUME_PREFIX}")

    assert read_resume_token(token, KEYS.sign) == (execution, "v1")
    assert read_resume_token(token, Keyring([b"x" * 32]).sign) is None
    assert read_resume_token(token[:-1] + ("A" if token[-1] != "A" else "B"), KEYS.sign) is None
    other = write_resume_token(execution, "v2", KEYS.sign)
    assert read_resume_token(".".join([*other.split(".")[:2], token.split(".")[2]]), KEYS.sign) is None
    for nonsense in ("", ".", "..", "a.b.c", "é.é.é"):
        assert read_resume_token(nonsense, KEYS.sign) is None
