"""Guided executions: replays that come out the same, in any order of completion, and effects that are not made.

Flow: a recorded run → guide → plan → simulation → compared.
"""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.guidance import Guidance
from agents.guiding import SUPPRESSED, GuidedPlans, guide_plan
from agents.plan import Plan
from agents.state import Activation
from nodes.sdk import Item, Items, NodeError, NodeParams, Registry, Run, node
from schemas.differences import Difference, compare
from schemas.errors import NotFoundError
from schemas.events import NodeFinished
from schemas.guide import Guide, Past, guided, unguided
from tests.agents.simulation import EPOCH, MemoryBlobs, Simulation, by_chance, plan_of
from tests.agents.toys import TOYS, workflow


class Nothing(NodeParams):
    """No parameters."""


MADE: list[str] = []


@node("facts", group="flow")
async def facts(params: Nothing, items: Items, run: Run) -> Items:
    """Say what a run sees as its own."""
    return [Item(json={**item.json, "now": run.now, "id": run.execution, "task": run.task}) for item in items]


@node("count", group="flow", runs="effect")
async def count(params: Nothing, items: Items, run: Run) -> Items:
    """Give something else each time."""
    MADE.append(run.node)
    return [Item(json={**item.json, "made": len(MADE)}) for item in items]


BROKEN: list[bool] = []


@node("flaky", group="flow")
async def flaky(params: Nothing, items: Items) -> Items:
    """Fail at the third item while it is broken."""
    if BROKEN and items[0].json["n"] == 2:
        raise NodeError("broken")
    return items


TYPES = Registry([*TOYS, facts, count, flaky])
MIXED = workflow(
    {
        "S": "begin",
        "E": "count",
        "A": ("tag", {"text": "a"}, {}),
        "F": "facts",
        "J": "join",
        "L": "loop",
        "C": "count",
        "R": ("fail", {"text": "at first"}, {"retryOnFail": True}),
        "W": "sleep",
        "Z": "facts",
    },
    ["S > E", "S > A", "E > J", "A > F", "F > J.1", "J > L", "L.1 > C", "C > L", "L.0 > R", "R > W", "W > Z"],
)


def runs_of(simulation: Simulation) -> list[Past]:
    return [_past(event) for event in simulation.finished()]


def _past(event: NodeFinished) -> Past:
    outputs = msgspec.json.decode(event.outputs, type=list[list[Item]])
    return Past(
        event.node, event.run, event.now, event.status, event.counts, outputs, event.blob, event.sources, event.error
    )


async def record(raw: dict, seed: int = 0) -> list[Past]:
    simulation = Simulation(plan_of(raw, TYPES), by_chance(seed))
    await simulation.run("S", [Item(json={"n": n}) for n in range(3)])
    return runs_of(simulation)


async def repeat(raw: dict, past: list[Past], seed: int = 0, **more: object) -> list[Past]:
    guide = Guide(past=past, **more)  # type: ignore[arg-type]
    simulation = Simulation(guide_plan(plan_of(raw, TYPES), guide), by_chance(seed))
    await simulation.run("S", past[0].outputs[0])
    return runs_of(simulation)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["v0", "v1", "parallel"]), st.integers(0, 2**16), st.integers(0, 2**16))
async def test_a_replay_is_the_same_whatever_ends_first(order, first, second):
    raw = {**MIXED, "settings": {"executionOrder": order}}
    past = await record(raw, first)
    made = len(MADE)

    again = await repeat(raw, past, second, effects="recorded", execution="x")

    assert compare(past, again) == []
    assert len(MADE) == made


async def test_a_replay_sees_the_time_and_the_id_of_then():
    past = [msgspec.structs.replace(one, now=EPOCH - 5_000) for one in await record(MIXED)]

    again = await repeat(MIXED, past, effects="recorded", execution="then")

    [item, *_] = next(one for one in again if one.node == "F").outputs[0]
    assert item.json["now"] == EPOCH - 5_000
    assert (item.json["id"], item.json["task"]) == ("then", "then/F/0")


async def test_without_a_guide_the_record_would_not_come_again():
    past = await record(MIXED)

    again = await record(MIXED)

    assert {one.node for one in compare(past, again)} >= {"E", "J", "C"}


async def test_suppressed_effects_give_the_record_or_a_marked_item():
    past = [one for one in await record(MIXED) if one.node != "E"]
    made = len(MADE)

    again = await repeat(MIXED, past, effects="suppressed")

    [item, *_] = next(one for one in again if one.node == "E").outputs[0]
    recorded = [one for one in past if one.node == "C"]
    assert item.json == {"n": 0, SUPPRESSED: "E"}
    assert [one.outputs for one in again if one.node == "C"] == [one.outputs for one in recorded]
    assert len(MADE) == made


async def test_a_loop_gone_through_again_makes_no_effect_twice():
    raw = workflow(
        {"S": "begin", "L": "loop", "C": "count", "X": "flaky", "E": "count"},
        ["S > L", "L.1 > C", "C > X", "X > L", "L.0 > E"],
    )
    BROKEN.append(True)
    past = await record(raw)
    BROKEN.clear()
    made = len(MADE)

    again = await repeat(raw, past, node="X", effects="once")

    assert [one.status for one in past if one.node == "X"] == ["success", "success", "error"]
    assert [one.node for one in again if one.status != "success"] == []
    assert MADE[made:] == ["E"]
    counted = [one.outputs for one in past if one.node == "C"]
    assert [one.outputs for one in again if one.node == "C"] == counted


async def test_a_replay_fails_where_the_record_has_nothing():
    past = [one for one in await record(MIXED) if one.node != "E"]

    again = await repeat(MIXED, past, effects="recorded")

    failed = next(one for one in again if one.status == "error")
    assert failed.node == "E"
    assert failed.error is not None
    assert "not in the record" in failed.error.message


def run(name: str, text: str = "", **more: object) -> Past:
    return Past(name, outputs=[[Item(json={"b": 1, "a": text})]], counts=[1], **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        pytest.param([run("A")], [run("A")], [], id="the same"),
        pytest.param(
            [run("A")],
            [Past("A", outputs=[[Item(json={"a": "", "b": 1})]], counts=[1])],
            [],
            id="the order of keys does not count",
        ),
        pytest.param([run("A")], [run("A", "x")], ["outputs"], id="other outputs"),
        pytest.param([run("A")], [], ["missing"], id="it did not run"),
        pytest.param([], [run("A")], ["added"], id="it ran as well"),
        pytest.param([run("A")], [run("A", status="error")], ["status"], id="it failed"),
        pytest.param([Past("A", blob="x")], [Past("A", blob="x")], [], id="the same large outputs"),
        pytest.param([Past("A", blob="x")], [Past("A", blob="y")], ["outputs"], id="other large outputs"),
        pytest.param([run("A"), run("B")], [run("B"), run("A")], [], id="the order of runs does not count"),
    ],
)
def test_differences(before, after, kinds):
    found: list[Difference] = compare(before, after)

    assert [one.kind for one in found] == kinds


def test_a_name_of_a_guided_version():
    assert unguided(guided("v", "blob")) == ("v", "blob")
    assert unguided("v") == ("v", None)


class _OnePlan:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def cached(self, workflow: str, version: str) -> Plan | None:
        return self.plan if version == "v" else None

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        if version != "v":
            raise NotFoundError(f'no version "{version}"')
        return self.plan


async def test_guided_plans_are_made_of_plans_and_blobs():
    blobs = MemoryBlobs()
    name = guided("v", await blobs.put(msgspec.json.encode(Guide(destination="A"))))
    unsaved = guided("u", await blobs.put(msgspec.json.encode(Guide(body=workflow({"X": "begin"}, [])))))
    plans = GuidedPlans(_OnePlan(plan_of(MIXED, TYPES)), blobs, TYPES, "UTC")

    part, own = await plans.get("w", name, -1), await plans.get("w", unsaved, -1)

    assert isinstance(part.guidance, Guidance)
    assert part.guidance.now(Activation("A", [], [], at=7)) == 7
    assert part is plans.cached("w", name)
    assert part is await plans.get("w", name, -1)
    assert (list(own.nodes), own.version) == (["X"], "u")
    assert plans.cached("w", "v").guidance is None
    with pytest.raises(NotFoundError):
        await plans.get("w", "none", -1)


async def test_guided_plans_are_kept_while_there_is_room():
    blobs = MemoryBlobs()
    plans = GuidedPlans(_OnePlan(plan_of(MIXED, TYPES)), blobs, TYPES, "UTC", kept_bytes=3_000)
    guides = [Guide(pinned={"A": [Item(json={"at": at, "text": "x" * 1_000})]}) for at in range(5)]
    names = [guided("v", await blobs.put(msgspec.json.encode(guide))) for guide in guides]

    for name in names:
        await plans.get("w", name, -1)

    assert [plans.cached("w", name) is not None for name in names] == [False, False, False, True, True]
