"""Calls of other workflows: results, errors, cancelling and error workflows, also when the worker dies in between.

Flow: caller → executeWorkflow → called workflow → **here**: outputs, events, and what a second worker makes of it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from agents.calling import ALARMED, CALLED, callee_of, shaped
from agents.plan import Plan, compile_plan
from agents.private import PrivateEngine
from agents.settings import WorkerSettings
from agents.state import Callee
from agents.worker import Worker, row_codecs
from nodes.flow.execute_workflow import execute_workflow
from nodes.sdk import Items
from nodes.sdk.context import Files, HttpClient
from nodes.sdk.harness import FakeFiles, FakeHttp
from nodes.sdk.ports import Call
from nodes.sdk.registry import Registry
from nodes.triggers.error_trigger import error_trigger
from nodes.triggers.execute_workflow_trigger import execute_workflow_trigger
from schemas.events import ExecutionFinished, NodeFinished, event_id
from schemas.identifiers import new_execution_id, partition_of
from schemas.item import Item
from schemas.task import Control, ControlFrame, Frame, Start, Task
from streams import codecs
from streams.app import build_app
from streams.settings import StreamSettings
from streams.topics import CONTROL, node_topic
from streams.transports.protocol import Log
from tests.agents.conftest import log_of
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.toys import TOYS, workflow
from tests.agents.worlds import Build, World, opened
from tests.conformance.transports import KAFKA

REGISTRY = Registry([*TOYS, execute_workflow, execute_workflow_trigger, error_trigger])
TYPES = [each.name for each in REGISTRY]
PARTITIONS = 2
CAPABILITIES = {Files: FakeFiles(), HttpClient: FakeHttp()}
GIVEN = [{"n": 1}, {"n": 2}]


def calling(target: str, mode: str = "once", *, wait: bool = True, **node: Any) -> dict[str, Any]:
    """Make a workflow that calls another one: start → C → P, and C's error output → X."""
    parameters = {"workflowId": target, "mode": mode, "options": {"waitForSubWorkflow": wait}}
    return workflow(
        {"S": "begin", "C": ("executeWorkflow", parameters, node), "P": "pass", "X": "pass"},
        ["S > C", "C > P", "C.1 > X"],
    )


def called(name: str, middle: Any, **settings: Any) -> dict[str, Any]:
    """Make a workflow to be called: its trigger → M → P."""
    raw = workflow({"T": "executeWorkflowTrigger", "M": middle, "P": "pass"}, ["T > M", "M > P"], **settings)
    return {**raw, "id": name, "name": name}


CHILDREN = [
    called("tags", ("tag", {"text": "child"}, {})),
    called("fails", "fail"),
    called("sleeps", "sleep"),
    called("private", "pass", callerPolicy="none"),
    called("again", ("executeWorkflow", {"workflowId": "again"}, {})),
    called("deeper", ("executeWorkflow", {"workflowId": "tags"}, {})),
    {**workflow({"S": "begin"}, []), "id": "closed"},
]


@pytest.fixture(params=[True, False], ids=["chained", "every edge a hop"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[PrivateEngine]:
    settings = WorkerSettings(chaining=request.param)
    async with PrivateEngine(REGISTRY, lambda *_: CAPABILITIES, MemoryBlobs(), None, settings=settings) as made:
        yield made


async def ask(engine: PrivateEngine, raw: dict[str, Any], items: list[dict[str, Any]] = GIVEN) -> dict[str, Any]:
    return await engine.run({"id": 1, "workflow": raw, "workflows": CHILDREN, "start": {"node": "S", "items": items}})


def output(answer: dict[str, Any], node: str) -> list[dict[str, Any]]:
    return [item["json"] for run in answer["runs"].get(node, []) for item in run["outputs"][0]]


@pytest.mark.parametrize("mode", ["once", "each"])
@pytest.mark.parametrize("order", ["v0", "v1", "parallel"])
async def test_the_last_nodes_items_are_the_result(engine: PrivateEngine, mode: str, order: str) -> None:
    answer = await ask(engine, {**calling("tags", mode), "settings": {"executionOrder": order}})

    assert answer["status"] == "success"
    assert output(answer, "P") == [{"n": 1, "trail": ["child"]}, {"n": 2, "trail": ["child"]}]
    assert answer["order"] == ["S", "C", "P"]
    assert [item["pairedItem"] for item in answer["runs"]["C"][0]["outputs"][0]] == [0, 1]


async def test_calls_nest_and_sleep(engine: PrivateEngine) -> None:
    deeper = await ask(engine, calling("deeper"))
    asleep = await ask(engine, calling("sleeps", "each"))

    assert output(deeper, "P") == [{"n": 1, "trail": ["child"]}, {"n": 2, "trail": ["child"]}]
    assert output(asleep, "P") == GIVEN


async def test_large_items_travel_by_reference(engine: PrivateEngine) -> None:
    items = [{"n": n, "text": "x" * 1000} for n in range(300)]

    answer = await ask(engine, calling("tags"), items)

    assert [item["n"] for item in output(answer, "P")] == list(range(300))


async def test_without_waiting_the_items_go_on(engine: PrivateEngine) -> None:
    answer = await ask(engine, calling("fails", wait=False))

    assert answer["status"] == "success", "nobody asked how it ends"
    assert output(answer, "P") == GIVEN


@pytest.mark.parametrize(
    ("node", "mode", "status", "passed", "failed"),
    [
        pytest.param({}, "once", "error", [], [], id="stops"),
        pytest.param({}, "each", "error", [], [], id="stops at the first"),
        pytest.param({"onError": "continueRegularOutput"}, "once", "success", [{"error": "TEXT"}], [], id="goes on"),
        pytest.param(
            {"onError": "continueErrorOutput"},
            "each",
            "success",
            [],
            [{"n": 1, "error": "TEXT"}, {"n": 2, "error": "TEXT"}],
            id="error output",
        ),
        pytest.param({"retryOnFail": True, "maxTries": 2}, "once", "error", [], [], id="tries again"),
    ],
)
async def test_a_failed_call_is_its_nodes_error(
    engine: PrivateEngine, node: dict[str, Any], mode: str, status: str, passed: Any, failed: Any
) -> None:
    answer = await ask(engine, calling("fails", mode, **node))

    def filled(wanted: Any) -> Any:
        return [{key: "no" if value == "TEXT" else value for key, value in one.items()} for one in wanted]

    assert answer["status"] == status
    assert output(answer, "P") == filled(passed)
    assert output(answer, "X") == filled(failed)
    assert answer["retries"] == (1 if "retryOnFail" in node else 0)
    if status == "error":
        assert answer["error"]["node"] == "C"
        assert 'in its node "M": no' in answer["error"]["message"]


@pytest.mark.parametrize(
    ("target", "text"),
    [
        pytest.param("nowhere", 'there is no workflow "nowhere"', id="unknown"),
        pytest.param("private", "may not be called", id="caller policy"),
        pytest.param("closed", "no enabled trigger of type executeWorkflowTrigger", id="no trigger"),
        pytest.param("again", "deep", id="calls itself for ever"),
    ],
)
async def test_what_cannot_be_called_says_why(engine: PrivateEngine, target: str, text: str) -> None:
    answer = await ask(engine, calling(target))

    assert answer["status"] == "error"
    assert text in answer["error"]["message"]


class Directory(Calm):
    """Two workflows that know each other, and an error workflow."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self.plans = plans

    def capabilities(self, *_: Any) -> Mapping[type, Any]:
        return CAPABILITIES

    async def callee(self, execution: str, plan: Plan, call: Call) -> tuple[Callee, list[Items]]:
        found = self.plans[str(call.workflow)]
        return callee_of(found, CALLED, -1), shaped(found, call.batches)

    async def alarmed(self, workflow: str) -> Callee:
        return callee_of(self.plans[workflow], ALARMED, -1)

    def cached(self, workflow: str, version: str) -> Plan | None:
        return self.plans[version]

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        return self.plans[version]


def directory(**raws: dict[str, Any]) -> Directory:
    return Directory({name: compile_plan(name, name, raw, REGISTRY) for name, raw in raws.items()})


def builder(plans: Directory, chaining: bool = True) -> Build:
    def build(log: Any, settings: StreamSettings) -> tuple[Any, Worker]:
        streams = build_app(settings, TYPES, row_codecs(), broker=log)
        how = WorkerSettings(chaining=chaining, drain_seconds=0)
        return streams, Worker(streams, REGISTRY, plans, plans, MemoryBlobs(), None, how, hurry=lambda _: None)

    return build


async def begin(log: Log, version: str, partition: int = 0) -> str:
    execution = new_execution_id()
    while partition_of(execution, PARTITIONS) != partition:
        execution = new_execution_id()
    task = Task(execution, version, version, "S", 1, start=Start(items=[Item(json={"n": 1})], mode="trigger"))
    await log.send(node_topic("begin"), partition, codecs.encode(Frame([task])))
    return execution


@pytest.fixture
def log_settings(request: pytest.FixtureRequest) -> StreamSettings:
    """The settings of an empty log of two partitions: what is called may live in the other one."""
    return log_of(request, PARTITIONS)


@pytest.fixture
async def world(log_settings: StreamSettings) -> AsyncIterator[World]:
    """An empty world."""
    async with opened(log_settings, TYPES) as made:
        yield made


async def lives(world: World, build: Build, budget: int, ends: int) -> tuple[bool, list[Any]]:
    """Let a worker die after so many records and another go on; give whether it survived, and the events."""
    await world.renew()
    await begin(world.log, "caller")
    async with world.life(build, budget) as (_, dead):
        survived = await world.until_ended(ends, dead)
    async with world.life(build):
        await world.until_ended(ends)
        events = {event_id(event): event for event in await world.events()}
    return survived, list(events.values())


WAYS = [
    ("memory", "chained", "as it goes"),
    ("memory", "every edge a hop", "as it goes"),
    ("memory", "every edge a hop", "before the next record is durable"),
    (KAFKA, "chained", "as it goes"),
    (KAFKA, "every edge a hop", "as it goes"),
]
"""Where, how, and when what is done is committed."""
everywhere = pytest.mark.parametrize(("log_settings", "way", "commits"), WAYS, indirect=["log_settings"])


@pytest.mark.timeout(240)
@everywhere
@pytest.mark.parametrize(
    ("child", "statuses", "nodes"),
    [
        pytest.param(
            called("child", "keyed"), {"caller": "success", "child": "success"}, "SCP" + "TMP", id="that goes well"
        ),
        pytest.param(called("child", "fail"), {"caller": "error", "child": "error"}, "SC" + "TM", id="that fails"),
    ],
)
async def test_death_after_any_record_of_a_call(
    world: World, way: str, commits: str, child: dict[str, Any], statuses: dict[str, str], nodes: str
) -> None:
    world.commit(commits)
    build = builder(directory(caller=calling("child"), child=child), way == "chained")
    for budget in range(80):
        survived, events = await lives(world, build, budget, 2)

        ends = [event for event in events if isinstance(event, ExecutionFinished)]
        assert {end.workflow: end.status for end in ends} == statuses, f"died after {budget} records"
        assert len(ends) == 2, f"died after {budget} records"
        runs = Counter(event.node for event in events if isinstance(event, NodeFinished))
        assert runs == Counter(nodes), f"died after {budget} records"
        if survived:
            assert budget > 5
            return
    raise AssertionError("the worker always died")


@pytest.mark.timeout(240)
@everywhere
async def test_a_failed_execution_begins_its_error_workflow_once(world: World, way: str, commits: str) -> None:
    world.commit(commits)
    failing = workflow({"S": "begin", "M": "fail"}, ["S > M"], errorWorkflow="alarm")
    alarm = workflow({"E": "errorTrigger", "P": "pass"}, ["E > P"])
    build = builder(directory(caller=failing, alarm=alarm), way == "chained")
    for budget in range(60):
        survived, events = await lives(world, build, budget, 2)

        ends = [event for event in events if isinstance(event, ExecutionFinished)]
        assert sorted((end.workflow, end.status) for end in ends) == [("alarm", "success"), ("caller", "error")]
        if survived:
            text = next(bytes(e.outputs) for e in events if isinstance(e, NodeFinished) and e.node == "E")
            assert b'"lastNodeExecuted":"M"' in text
            assert b'"message":"no"' in text
            return
    raise AssertionError("the worker always died")


@pytest.mark.parametrize("log_settings", ["memory", KAFKA], indirect=True)
async def test_cancelling_the_caller_cancels_what_it_called(world: World) -> None:
    plans = directory(caller=calling("child"), child=called("child", ("hang", {}, {})))
    execution = await begin(world.log, "caller")
    async with world.life(builder(plans)):
        while not any(isinstance(e, NodeFinished) and e.node == "T" for e in await world.events()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)

        await world.log.send(CONTROL, 0, codecs.encode(ControlFrame([Control(execution, "cancel", 2)])))
        await world.until_ended(2)
        ends = [event for event in await world.events() if isinstance(event, ExecutionFinished)]

    assert {end.workflow: end.status for end in ends} == {"caller": "cancelled", "child": "cancelled"}
