"""Waiting: executions that sleep until a request comes or a time passes, also when the worker dies in between.

Flow: start → wait → control with a request, or timer → **here**: outputs, answers, events.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.private import PrivateEngine
from agents.resuming import ResumeAddress
from agents.settings import WorkerSettings
from agents.worker import Worker
from nodes.flow.wait import wait
from nodes.sdk.registry import Registry
from schemas.events import ExecutionFinished, NodeFinished, event_id
from schemas.identifiers import new_execution_id
from schemas.item import Item
from schemas.resume import RESUME_PREFIX, read_resume_token, write_resume_token
from schemas.task import Control, ControlFrame, Frame, ReplyFrame, ReplyTo, Resume, Start, Task
from streams import codecs
from streams.app import build_app
from streams.settings import StreamSettings
from streams.stores.keyring import Keyring
from streams.topics import CONTROL, REPLIES, all_topics, node_topic
from streams.transports.broker import Broker
from tests.agents.mortal import Mortal
from tests.agents.simulation import MemoryBlobs
from tests.agents.test_recovery import Calm, OnePlan, events_of, until_ended
from tests.agents.toys import TOYS, workflow

REGISTRY = Registry([*TOYS, wait])
TYPES = [each.name for each in REGISTRY]
SETTINGS = StreamSettings(broker="memory://", partitions=1, commit_interval=0.01)
KEYS = Keyring([b"k" * 32])


def waiting(**parameters: Any) -> dict[str, Any]:
    return workflow(
        {"S": "begin", "W": ("wait", {"resume": "webhook", "httpMethod": "POST", **parameters}, {}), "K": "keyed"},
        ["S > W", "W > K"],
    )


class Plans(OnePlan):
    def __init__(self, raw: dict[str, Any]) -> None:
        from agents.plan import compile_plan

        self.plan = compile_plan("w", "v", raw, REGISTRY)


def build(broker: Any, raw: dict[str, Any], chaining: bool = True) -> tuple[Any, Worker]:
    from agents.worker import row_codecs

    streams = build_app(SETTINGS, TYPES, row_codecs(), broker=broker)
    settings = WorkerSettings(chaining=chaining, drain_seconds=0)
    return streams, Worker(streams, REGISTRY, Plans(raw), Calm(), MemoryBlobs(), None, settings, hurry=lambda _: None)


async def begin(broker: Broker) -> str:
    execution = new_execution_id()
    start = Start(items=[Item(json={"n": 1})], mode="trigger")
    await broker.send(node_topic("begin"), 0, codecs.encode(Frame([Task(execution, "w", "v", "S", 1, start=start)])))
    return execution


async def ask(broker: Broker, execution: str, request: int = 1, **more: Any) -> None:
    given = {"version": "v", "method": "POST", "items": [Item(json={"body": {"ok": True}})]} | more
    resume = Resume(reply=ReplyTo("boot", 0, request), **given)
    await broker.send(CONTROL, 0, codecs.encode(ControlFrame([Control(execution, "resume", 2, resume=resume)])))


async def replies(broker: Broker) -> dict[int, int]:
    """Give the statuses of answers, by request."""
    reader = await broker.reader(REPLIES, [0], "earliest")
    ends = await broker.ends(REPLIES)
    found: dict[int, int] = {}
    while reader.position[0] < ends[0]:
        for record in await reader.read():
            found |= {one.request: one.status for one in codecs.decode(record.value, ReplyFrame).replies}
    return found


async def until_asleep(streams: Any, execution: str, dead: asyncio.Event | None = None) -> None:
    while (row := streams.table("executions").get(execution)) is None or not row.flight:
        if dead is not None and dead.is_set():
            return
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("chaining", [True, False], ids=["chained", "every edge a hop"])
async def test_a_request_wakes_it_once_also_when_the_worker_dies(chaining: bool) -> None:
    raw = waiting()
    for budget in range(40):
        broker = Broker(all_topics(TYPES), SETTINGS.partitions)
        execution = await begin(broker)
        mortal = Mortal(broker, budget, commits=True)
        streams, worker = build(mortal, raw, chaining)
        await streams.start()
        await worker.start()
        await until_asleep(streams, execution, mortal.dead)
        if not mortal.dead.is_set():
            await ask(broker, execution)
        survived = not mortal.dead.is_set() and await until_ended(broker, 1, mortal.dead)
        mortal.dead.set()
        await worker.stop()
        await streams.app.stop()
        streams, worker = build(broker, raw, chaining)
        await streams.start()
        await worker.start()
        if not survived:
            await asyncio.sleep(0.05)
            await ask(broker, execution, 2)
        await until_ended(broker, 1)
        events = {event_id(event): event for event in await events_of(broker)}.values()
        await worker.stop()
        await streams.stop()
        await broker.close()

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


async def test_who_asks_is_answered() -> None:
    broker = Broker(all_topics(TYPES), SETTINGS.partitions)
    execution = await begin(broker)
    streams, worker = build(broker, waiting(options={"webhookSuffix": "yes"}, responseCode=202))
    await streams.start()
    await worker.start()
    await until_asleep(streams, execution)

    await ask(broker, execution, 1, suffix="no")
    await ask(broker, execution, 2, method="GET", suffix="yes")
    await ask(broker, execution, 3, version="other", suffix="yes")
    await ask(broker, execution, 4, suffix="yes")
    await until_ended(broker, 1)
    await ask(broker, execution, 5, suffix="yes")
    await ask(broker, new_execution_id(), 6, suffix="yes")
    while len(found := await replies(broker)) < 6:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await worker.stop()
    await streams.stop()
    await broker.close()

    assert found == {1: 409, 2: 409, 3: 409, 4: 202, 5: 404, 6: 404}


async def test_it_answers_after_the_last_node_where_it_is_told_so() -> None:
    broker = Broker(all_topics(TYPES), SETTINGS.partitions)
    execution = await begin(broker)
    streams, worker = build(broker, waiting(responseMode="lastNode", responseCode=201))
    await streams.start()
    await worker.start()
    await until_asleep(streams, execution)

    await ask(broker, execution)
    while not (found := await replies(broker)):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await worker.stop()
    await streams.stop()
    await broker.close()

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
        pytest.param({"incomingAuthentication": "basicAuth"}, "error", False, id="what is not supported"),
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
