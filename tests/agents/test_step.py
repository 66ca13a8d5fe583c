"""The step as tables: what runs, in which order, and how executions end.

Flow: small workflows of toys → **step** → order, outputs, status.
"""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.actions import Cancelled, Failed, Finished
from agents.state import Packet
from agents.step import step
from schemas.errors import ErrorInfo
from schemas.events import NodeRetried
from schemas.item import Item
from tests.agents.simulation import EPOCH, Simulation, by_chance, plan_of
from tests.agents.toys import TOYS, workflow

DIAMOND = {"S": "begin", "A": "tag", "A2": "tag", "B": "tag", "J": "join"}
DIAMOND_EDGES = ["S > A", "S > B", "A > A2", "A2 > J", "B > J.1"]


async def simulate(raw: dict[str, Any], items: list[dict[str, Any]] | None = None, **more: Any) -> Simulation:
    simulation = Simulation(plan_of(raw, TOYS), more.pop("choose", None))
    await simulation.run("S", [Item(json=one) for one in items or [{}]], **more)
    return simulation


def output(simulation: Simulation, node: str, index: int = 0) -> list[Any]:
    import msgspec

    runs = [event for event in simulation.finished() if event.node == node]
    return [[item["json"] for item in msgspec.json.decode(bytes(run.outputs))[index]] for run in runs]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param("v1", ["S", "A", "A2", "B", "J"], id="v1 ends a branch before its sibling"),
        pytest.param("v0", ["S", "A", "B", "A2", "J"], id="v0 goes breadth first"),
        pytest.param("parallel", ["S", "A", "B", "A2", "J"], id="parallel gives all out at once"),
    ],
)
async def test_order_of_a_diamond(order: str, expected: list[str]) -> None:
    simulation = await simulate(workflow(DIAMOND, DIAMOND_EDGES, order))

    assert simulation.order() == expected
    assert simulation.end().status == "success"


@pytest.mark.parametrize("order", ["v0", "v1", "parallel"])
@pytest.mark.parametrize(
    ("nodes", "edges", "expected"),
    [
        pytest.param(
            {"S": "begin", "F": ("fork", {"text": "yes"}, {}), "J": "join"},
            ["S > F", "F.0 > J.0", "F.1 > J.1"],
            ["S", "F", "J"],
            id="a join runs although one branch was not taken",
        ),
        pytest.param(
            {"S": "begin", "N": "none", "P": "pass"}, ["S > N", "N > P"], ["S", "N"], id="nothing triggers nothing"
        ),
        pytest.param(
            {"S": "begin", "N": ("none", {}, {"alwaysOutputData": True}), "P": "pass"},
            ["S > N", "N > P"],
            ["S", "N", "P"],
            id="always output data",
        ),
        pytest.param(
            {"S": "begin", "A": "pass", "B": "pass", "P": "pass"},
            ["S > A", "S > B", "A > P", "B > P"],
            None,
            id="two sources on one input make two runs",
        ),
        pytest.param(
            {"S": "begin", "D": ("fail", {}, {"disabled": True}), "P": "pass"},
            ["S > D", "D > P"],
            ["S", "D", "P"],
            id="a disabled node passes on",
        ),
    ],
)
async def test_what_runs(order: str, nodes: dict[str, Any], edges: list[str], expected: list[str] | None) -> None:
    simulation = await simulate(workflow(nodes, edges, order))

    if expected is None:
        assert sorted(simulation.order()) == ["A", "B", "P", "P", "S"]
    else:
        assert simulation.order() == expected
    assert simulation.end().status == "success"


@pytest.mark.parametrize("order", ["v1", "parallel"])
async def test_a_join_that_requires_all_inputs_never_runs_without_them(order: str) -> None:
    nodes = {"S": "begin", "F": ("fork", {"text": "yes"}, {}), "N": "pass", "J": ("join", {"required": [0, 1]}, {})}

    simulation = await simulate(workflow(nodes, ["S > F", "F.0 > J.0", "F.1 > N", "N > J.1"], order))

    assert simulation.order() == ["S", "F"]
    assert simulation.end().status == "success"


@pytest.mark.parametrize("order", ["v0", "v1", "parallel"])
async def test_a_loop_runs_its_body_per_item_and_done_once(order: str) -> None:
    nodes = {"S": "begin", "L": "loop", "B": ("tag", {"text": "b"}, {}), "D": "pass"}

    simulation = await simulate(
        workflow(nodes, ["S > L", "L.1 > B", "B > L", "L.0 > D"], order), [{"n": 1}, {"n": 2}, {"n": 3}]
    )

    assert simulation.order().count("B") == 3
    assert output(simulation, "D") == [[{"n": n, "trail": ["b"]} for n in (1, 2, 3)]]


@pytest.mark.parametrize(
    ("settings_of_node", "status", "passed"),
    [
        pytest.param({}, "error", None, id="stops the workflow"),
        pytest.param({"onError": "continueRegularOutput"}, "success", [[{"n": 1}]], id="passes its input on"),
        pytest.param({"continueOnFail": True}, "success", [[{"n": 1}]], id="the old way to say so"),
    ],
)
async def test_a_failing_node(settings_of_node: dict[str, Any], status: str, passed: list[Any] | None) -> None:
    nodes = {"S": "begin", "F": ("fail", {}, settings_of_node), "P": "pass"}

    simulation = await simulate(workflow(nodes, ["S > F", "F > P"]), [{"n": 1}])

    assert simulation.end().status == status
    assert (output(simulation, "P") or None) == passed
    failed = next(event for event in simulation.finished() if event.node == "F")
    assert failed.error is not None
    assert failed.error.node == "F"


async def test_error_items_leave_by_the_error_output_with_their_input() -> None:
    nodes = {"S": "begin", "F": ("soft", {}, {"onError": "continueErrorOutput"}), "G": "pass", "E": "pass"}

    simulation = await simulate(workflow(nodes, ["S > F", "F.0 > G", "F.1 > E"]), [{"n": 1}, {"n": 2, "bad": True}])

    assert output(simulation, "G") == [[{"n": 1}]]
    assert output(simulation, "E") == [[{"n": 2, "bad": True, "error": "bad"}]]


async def test_a_retry_sleeps_and_runs_again() -> None:
    nodes = {"S": "begin", "F": ("fail", {"text": "at first"}, {"retryOnFail": True, "waitBetweenTries": 50})}

    simulation = await simulate(workflow(nodes, ["S > F"]))

    (retried,) = [event for event in simulation.events if isinstance(event, NodeRetried)]
    assert retried.due == EPOCH + 50
    assert simulation.end().status == "success"
    assert simulation.finished()[-1].attempt == 1


async def test_tries_are_at_most_those_asked_for() -> None:
    nodes = {"S": "begin", "F": ("fail", {}, {"retryOnFail": True, "maxTries": 4})}

    simulation = await simulate(workflow(nodes, ["S > F"]))

    assert sum(isinstance(event, NodeRetried) for event in simulation.events) == 3
    assert simulation.end().status == "error"


async def test_a_wait_gives_its_items_when_it_wakes() -> None:
    simulation = await simulate(workflow({"S": "begin", "W": "sleep", "P": "pass"}, ["S > W", "W > P"]), [{"n": 1}])

    assert simulation.order() == ["S", "W", "P"]
    assert output(simulation, "P") == [[{"n": 1}]]
    assert [state.status for state in simulation.states].count("waiting") == 1


async def test_execute_once_takes_the_first_item() -> None:
    nodes = {"S": "begin", "P": ("pass", {}, {"executeOnce": True})}

    simulation = await simulate(workflow(nodes, ["S > P"]), [{"n": 1}, {"n": 2}])

    assert output(simulation, "P") == [[{"n": 1}]]


@pytest.mark.parametrize(
    ("kind", "text"),
    [pytest.param("nosuch", "not installed", id="unknown type"), pytest.param("odd", "not JSON", id="not JSON")],
)
async def test_a_node_that_cannot_run_fails_only_when_reached(kind: str, text: str) -> None:
    raw = workflow({"S": "begin", "F": ("fork", {"text": "no"}, {}), "X": kind}, ["S > F", "F.0 > X"])
    reached = workflow({"S": "begin", "X": kind}, ["S > X"])

    assert (await simulate(raw)).end().status == "success"
    end = (await simulate(reached)).end()
    assert end.status == "error"
    assert end.error is not None
    assert text in end.error.message


@pytest.mark.parametrize("after", [0, 1, 2, 3])
async def test_cancel_is_terminal(after: int) -> None:
    simulation = await simulate(workflow(DIAMOND, DIAMOND_EDGES), cancel_after=after)
    ended = simulation.states[-1]

    assert simulation.end().status == "cancelled"
    for occurrence in (Finished("A", 0, [Packet(items=[], count=0)]), Failed("A", 0, ErrorInfo("late")), Cancelled()):
        assert step(simulation.plan, ended, occurrence, EPOCH) == (ended, [])


async def test_a_repeated_occurrence_changes_nothing() -> None:
    simulation = await simulate(workflow(DIAMOND, DIAMOND_EDGES, "parallel"))

    for state in simulation.states[:-1]:
        again, actions = step(simulation.plan, state, Finished("S", 0, [Packet(items=[Item({})], count=1)]), EPOCH)
        assert again == state
        assert actions == []


async def test_an_execution_that_takes_too_long_is_cancelled() -> None:
    raw = workflow({"S": "begin", "P": "pass"}, ["S > P"], executionTimeout=1)
    plan = plan_of(raw, TOYS)
    simulation = Simulation(plan)
    state = await simulation.run("S")
    late = simulation.states[0]

    new, _ = step(plan, late, Finished("S", 0, [Packet(items=[Item({})], count=1)]), EPOCH + 2000)

    assert state.status == "success"
    assert new.status == "cancelled"
    assert new.error is not None
    assert "timed out" in new.error.message


@given(seed=st.integers(0, 10_000), size=st.integers(3, 8))
@settings(max_examples=60, deadline=None)
async def test_parallel_ends_alike_in_any_order_of_completion(seed: int, size: int) -> None:
    raw = random_graph(seed, size)
    plan = plan_of(raw, TOYS)
    results = []
    for chance in range(4):
        simulation = Simulation(plan, by_chance(chance))
        await simulation.run("S", [Item(json={"n": 1})])
        results.append(sorted((event.node, tuple(event.counts)) for event in simulation.finished()))
        assert simulation.end().status == "success"

    assert all(result == results[0] for result in results)
    joins = {name for name in plan.nodes if name.startswith("J")}
    assert all([node for node, _ in results[0]].count(join) <= 1 for join in joins)


def random_graph(seed: int, size: int) -> dict[str, Any]:
    """A graph without cycles whose joins have one source per input: each can fire once."""
    chance = random.Random(seed)
    nodes: dict[str, Any] = {"S": "begin"}
    edges = []
    for at in range(size):
        sources = list(nodes)
        kind = chance.choice(["tag", "fork", "join"])
        name = f"{kind[0].upper()}{at}"
        if kind == "join":
            left, right = (chance.choice(sources) for _ in range(2))
            edges += [f"{left} > {name}.0", f"{right} > {name}.1"]
        else:
            edges.append(f"{chance.choice(sources)}.{0} > {name}")
        nodes[name] = (kind, {"text": chance.choice(["yes", "no", "both"])}, {})
    return workflow(nodes, edges, "parallel")
