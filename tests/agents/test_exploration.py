"""Exploration: in every state of every small execution nothing hangs, nothing runs twice, and what has ended stays.

Flow: graphs → **here** → laws of the step (docs/state-machine.md).
Of the graphs of five nodes every sixtieth is here, or all of them with ``--every-graph``.
"""

import random
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agents.exploring import PLAIN, RICH, Explorer, Graph, assignments, graphs, plan_of

ORDERS = ("v0", "v1", "parallel")
COUNTS = {2: 1, 3: 4, 4: 35, 5: 655}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("size", "kinds", "every"),
    [
        pytest.param(2, RICH, 1, id="2 nodes, all outcomes"),
        pytest.param(3, RICH, 1, id="3 nodes, all outcomes"),
        pytest.param(4, PLAIN, 1, id="4 nodes"),
        pytest.param(5, PLAIN, 60, id="5 nodes"),
    ],
)
def test_the_laws_hold_in_every_state(
    order: str, size: int, kinds: tuple[str, ...], every: int, pytestconfig: pytest.Config
) -> None:
    found = list(graphs(size))
    for graph in islice(found, 0, None, 1 if pytestconfig.getoption("--every-graph") else every):
        for explorer in assignments(plan_of(graph, order), kinds):
            ends = {status for status, _ in explorer.ends}
            wanted = {"error"} if "fail" in explorer.outcomes.values() else {"success"}

            assert ends == wanted, (graph, explorer.outcomes)
            assert not graph.once or len(explorer.ends) == 1, "the order of delivery decides what runs"

    assert len(found) == COUNTS[size]


@st.composite
def large(draw: st.DrawFn) -> Graph:
    parents = []
    for at in range(1, draw(st.integers(5, 9))):
        some = draw(st.sets(st.integers(max(at - 4, 0), at - 1), min_size=1, max_size=min(at, 3)))
        parents.append(tuple(sorted(some)))
    wide = [at for at, some in enumerate(parents, 1) if len(some) > 1]
    joins = draw(st.sets(st.sampled_from(wide))) if wide else set()
    return Graph(tuple(parents), frozenset(joins))


@settings(max_examples=150, deadline=None)
@given(graph=large(), order=st.sampled_from(ORDERS), seed=st.integers(0, 1 << 32))
def test_the_laws_hold_on_the_ways_of_larger_ones(graph: Graph, order: str, seed: int) -> None:
    chance = random.Random(seed)
    outcomes = {f"N{at}": chance.choice([kind for kind in RICH if kind != "fail"]) for at in range(10)}
    explorer = Explorer(plan_of(graph, order), outcomes)
    explorer.walk(chance.choice)

    assert {status for status, _ in explorer.ends} == {"success"}
