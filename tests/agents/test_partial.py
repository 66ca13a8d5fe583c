"""Partial runs: which nodes run, which outputs are taken over, and that the end is that of a whole run."""

import random
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.guiding import guide_plan
from agents.partial import cut
from agents.private import PrivateEngine
from schemas.errors import ParameterError
from schemas.guide import Guide, Past
from schemas.item import Item
from tests.agents.simulation import MemoryBlobs, Simulation, plan_of
from tests.agents.toys import TOYS, workflow

CHAIN = workflow(
    {"S": "begin", "A": ("tag", {"text": "a"}, {}), "B": ("tag", {"text": "b"}, {}), "C": ("tag", {"text": "c"}, {})},
    ["S > A", "A > B", "B > C"],
)
DIAMOND = workflow(
    {
        "S": "begin",
        "A": ("tag", {"text": "a"}, {}),
        "B": ("tag", {"text": "b"}, {}),
        "J": "join",
        "D": ("tag", {"text": "d"}, {}),
    },
    ["S > A", "S > B", "A > J", "B > J.1", "J > D"],
)
BRANCH = workflow(
    {"S": "begin", "I": ("fork", {"text": "yes"}, {}), "Y": "pass", "N": "pass", "E": "pass", "D": "pass"},
    ["S > I", "I.0 > Y", "I.1 > N", "N > E", "Y > D", "E > D"],
)
LOOP = workflow({"S": "begin", "L": "loop", "T": "pass", "R": "pass"}, ["S > L", "L.1 > T", "T > L", "L.0 > R"])
TWO_STARTS = workflow({"S": "begin", "T": "begin", "A": "pass", "B": "pass"}, ["S > A", "T > B"])


async def recorded(raw: dict[str, Any], start: str = "S", items: int = 2) -> list[Past]:
    """Run a workflow whole and give its runs as the history has them."""
    simulation = Simulation(plan_of(raw, TOYS))
    await simulation.run(start, [Item(json={"n": n}) for n in range(items)])
    return [
        Past(
            event.node,
            event.run,
            event.now,
            event.status,
            event.counts,
            outputs=given_items(bytes(event.outputs)),
            sources=event.sources,
        )
        for event in simulation.finished()
    ]


def given_items(text: bytes) -> list[list[Item]]:
    return msgspec.json.decode(text, type=list[list[Item]])


@pytest.mark.parametrize(
    ("raw", "asked", "runs"),
    [
        pytest.param(CHAIN, {"destination": "B"}, ["B"], id="to a node: it alone where all above is known"),
        pytest.param(CHAIN, {"destination": "B", "dirty": ["A"]}, ["A", "B"], id="dirty above"),
        pytest.param(CHAIN, {"destination": "B", "dirty": ["C"]}, ["B"], id="dirty below does not matter"),
        pytest.param(CHAIN, {"destination": "C", "dirty": ["S"]}, ["S", "A", "B", "C"], id="a dirty start"),
        pytest.param(CHAIN, {"node": "B"}, ["B", "C"], id="from a node"),
        pytest.param(CHAIN, {"node": "B", "destination": "B"}, ["B"], id="a single node"),
        pytest.param(CHAIN, {"node": "A", "destination": "B"}, ["A", "B"], id="from a node to a node"),
        pytest.param(DIAMOND, {"destination": "D", "dirty": ["B"]}, ["B", "J", "D"], id="one dirty branch"),
        pytest.param(DIAMOND, {"node": "A"}, ["A", "J", "D"], id="a join takes its other input over"),
        pytest.param(BRANCH, {"destination": "D"}, ["D"], id="a branch that nothing reached is known as well"),
        pytest.param(BRANCH, {"destination": "N"}, [], id="to a node that nothing reaches"),
        pytest.param(LOOP, {"destination": "R"}, ["R"], id="after a loop"),
        pytest.param(LOOP, {"destination": "R", "dirty": ["T"]}, ["L", "T", "L", "T", "L", "R"], id="a dirty loop"),
        pytest.param(TWO_STARTS, {"destination": "A"}, ["A"], id="of two starts the one that matters"),
    ],
)
async def test_what_runs(raw, asked, runs):
    past = await recorded(raw)
    guide = Guide(past=past, **asked)
    taken = [one.node for one in cut(plan_of(raw, TOYS), guide)[1].past]
    simulation = Simulation(guide_plan(plan_of(raw, TOYS), guide))

    state = await simulation.run("S")

    assert state.status == "success"
    assert simulation.order() == taken + runs


@pytest.mark.parametrize("order", ["v0", "v1", "parallel"])
@pytest.mark.parametrize("destination", ["A", "J", "D"])
async def test_a_part_gives_what_the_whole_gave(order, destination):
    raw = {**DIAMOND, "settings": {"executionOrder": order}}
    past = await recorded(raw)
    simulation = Simulation(guide_plan(plan_of(raw, TOYS), Guide(past=past, destination=destination)))

    await simulation.run("S")

    again = {event.node: given_items(bytes(event.outputs)) for event in simulation.finished()}
    assert again[destination] == next(one.outputs for one in past if one.node == destination)


async def test_without_a_past_it_begins_at_the_root_that_leads_there():
    simulation = Simulation(guide_plan(plan_of(TWO_STARTS, TOYS), Guide(destination="B")))

    await simulation.run("S")

    assert simulation.order() == ["T", "B"]


async def test_pinned_data_stands_for_all_above_it():
    guide = Guide(destination="C", pinned={"A": [Item(json={"pinned": True})]})
    simulation = Simulation(guide_plan(plan_of(CHAIN, TOYS), guide))

    await simulation.run("S")

    last = simulation.finished()[-1]
    assert simulation.order() == ["A", "B", "C"]
    assert given_items(bytes(last.outputs))[0][0].json == {"pinned": True, "trail": ["b", "c"]}


async def test_what_failed_before_runs_again():
    raw = workflow({"S": "begin", "A": "pass", "F": ("fail", {"text": "no"}, {})}, ["S > A", "A > F"])
    past = await recorded(raw)

    plan = guide_plan(plan_of(raw, TOYS), Guide(past=past, node="F"))
    simulation = Simulation(plan)
    state = await simulation.run("S")

    assert [one.status for one in past] == ["success", "success", "error"]
    assert simulation.order() == ["S", "A", "F"]
    assert state.status == "error"


async def test_edited_inputs_take_the_place_of_what_came():
    past = await recorded(CHAIN)
    guide = Guide(past=past, node="B", inputs={"B": [[Item(json={"edited": 1})]]})
    simulation = Simulation(guide_plan(plan_of(CHAIN, TOYS), guide))

    await simulation.run("S")

    last = simulation.finished()[-1]
    assert simulation.order() == ["S", "A", "B", "C"]
    assert given_items(bytes(last.outputs)) == [[Item(json={"edited": 1, "trail": ["b", "c"]}, paired=0)]]


@pytest.mark.parametrize("asked", [{"destination": "X"}, {"node": "X"}, {"node": "A", "inputs": {"X": []}}])
def test_a_node_that_is_not_there(asked):
    with pytest.raises(ParameterError, match='no node "X"'):
        guide_plan(plan_of(CHAIN, TOYS), Guide(**asked))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**16), st.sampled_from(["A", "B", "J", "D"]), st.sets(st.sampled_from(["S", "A", "B", "J"])))
async def test_nothing_dirty_is_taken_over_and_nothing_clean_runs(seed, destination, dirty):
    """Whatever is dirty: it and all below it run, up to the destination; nothing else does."""
    past = await recorded(DIAMOND)
    plan = plan_of(DIAMOND, TOYS)
    simulation = Simulation(
        guide_plan(plan, Guide(past=past, destination=destination, dirty=sorted(dirty))),
        random.Random(seed).choice,
    )

    await simulation.run("S")

    above = {"A": {"S"}, "B": {"S"}, "J": {"S", "A", "B"}, "D": {"S", "A", "B", "J"}}
    needed = above[destination] | {destination}
    soiled = {name for name in needed if name == destination or name in dirty or above.get(name, set()) & dirty}
    fresh = simulation.order()[len([one for one in past if one.node in needed - soiled]) :]
    assert set(fresh) == soiled
    assert set(simulation.order()) == needed


@pytest.fixture
async def engine() -> AsyncIterator[PrivateEngine]:
    async with PrivateEngine(TOYS, lambda *_: {}, MemoryBlobs(), None) as made:
        yield made


async def test_the_private_engine_runs_parts(engine):
    request = {"id": 1, "workflow": DIAMOND, "start": {"node": "S", "items": [{"n": 1}]}}
    whole = await engine.run(request)

    to = await engine.run({**request, "partial": {"destination": "J"}})
    back = await engine.run({**request, "partial": {"node": "J", "past": whole}})

    assert to["order"] == ["S", "A", "B", "J"]
    assert back["order"] == ["S", "A", "B", "J", "D"]
    assert back["runs"]["D"] == whole["runs"]["D"]
