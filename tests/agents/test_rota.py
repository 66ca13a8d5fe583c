"""The rota: shares of tenants, priorities and workflows, as tables and by property.

Flow: batches → rota → who ran.
"""

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.rota import Lane, Room, Rota

WIDE = Room(1000, 1000, 1000)


@dataclass
class Bag:
    lane: Lane
    waiting: int


def lane(tenant: str, workflow: str = "w", priority: str = "normal") -> Lane:
    return Lane(tenant, priority, workflow)  # type: ignore[arg-type]


def served(rota: Rota[Bag], count: int, window: int) -> Counter[Lane]:
    """Let tasks end in the order they began, so that ``window`` of them run at a time; count who was given places."""
    running: list[Lane] = []
    found: Counter[Lane] = Counter()
    for _ in range(count):
        while len(running) >= window:
            rota.done(running.pop(0))
        batch = rota.take()
        if batch is None:
            break
        running.append(batch.lane)
        found[batch.lane] += 1
    return found


@pytest.mark.parametrize(
    ("lanes", "weights", "window", "shares"),
    [
        pytest.param([lane("a"), lane("b")], {}, 1, [1, 1], id="two tenants, one place"),
        pytest.param([lane("a"), lane("b")], {}, 16, [1, 1], id="two tenants"),
        pytest.param([lane("a"), lane("b")], {"a": 3.0}, 16, [3, 1], id="three to one"),
        pytest.param([lane("a"), lane("b")], {"a": 3.0}, 1, [3, 1], id="three to one, one place"),
        pytest.param([lane("a", "x"), lane("a", "y"), lane("b")], {}, 16, [1, 1, 2], id="tenants before workflows"),
        pytest.param([lane("a", "x", "high"), lane("a", "y"), lane("a", "z", "bulk")], {}, 7, [16, 4, 1], id="lanes"),
        pytest.param([lane("a", "x", "high"), lane("a", "y", "bulk")], {}, 1, [16, 1], id="lanes, one place"),
        pytest.param([lane(str(at)) for at in range(8)], {}, 16, [1] * 8, id="eight tenants"),
    ],
)
def test_shares(lanes: list[Lane], weights: dict[str, float], window: int, shares: list[int]) -> None:
    rota: Rota[Bag] = Rota(Room(window, 1000, 1000), weights)
    for one in lanes:
        for _ in range(100):
            rota.add(Bag(one, 100))

    found = served(rota, 4200, window)

    wanted = [4200 * share / sum(shares) for share in shares]
    assert [found[one] for one in lanes] == pytest.approx(wanted, rel=0.1)


def test_caps_leave_places_for_others() -> None:
    rota: Rota[Bag] = Rota(Room(10, 6, 4))
    rota.add(Bag(lane("a", "x"), 100))

    assert [rota.take() is not None for _ in range(6)] == [True] * 4 + [False] * 2
    rota.add(Bag(lane("a", "y"), 100))
    assert [rota.take() is not None for _ in range(4)] == [True] * 2 + [False] * 2
    rota.add(Bag(lane("b"), 100))
    assert [rota.take() is not None for _ in range(6)] == [True] * 4 + [False] * 2


def test_who_was_idle_has_saved_nothing_up() -> None:
    rota: Rota[Bag] = Rota(Room(1, 10, 10))
    rota.add(Bag(lane("a"), 10_000))
    served(rota, 1000, 1)
    rota.add(Bag(lane("b"), 10_000))
    rota.done(lane("a"))

    found = served(rota, 100, 1)

    assert abs(found[lane("a")] - found[lane("b")]) <= 2


def test_a_lane_that_is_held_back_holds_up_no_other() -> None:
    rota: Rota[Bag] = Rota(WIDE)
    rota.add(Bag(lane("a", "x"), 1))
    rota.add(Bag(lane("a", "y"), 1))
    rota.add(Bag(lane("b"), 1))

    taken = [rota.take(lambda one: one.workflow != "x") for _ in range(3)]

    assert [batch and batch.lane for batch in taken] == [lane("a", "y"), lane("b"), None]


STEP = st.tuples(st.sampled_from("adr"), st.integers(0, 3), st.integers(0, 2), st.integers(1, 4))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=80))
def test_no_room_is_exceeded_and_everything_drains(steps: list[tuple[str, int, int, int]]) -> None:
    rota: Rota[Bag] = Rota(Room(5, 3, 2))
    running: list[Lane] = []
    added = taken = 0
    for kind, tenant, workflow, count in steps:
        one = lane(str(tenant), str(workflow))
        if kind == "a":
            rota.add(Bag(one, count))
            added += count
        elif kind == "d" and running:
            rota.done(running.pop(0))
        elif kind == "r":
            added -= sum(batch.waiting for batch in rota.remove(lambda batch, one=one: batch.lane == one))
        while (batch := rota.take()) is not None:
            running.append(batch.lane)
            taken += 1
        assert len(running) <= 5
        assert max(Counter(each.tenant for each in running).values(), default=0) <= 3
        assert max(Counter(running).values(), default=0) <= 2
    while running:
        rota.done(running.pop(0))
        while (batch := rota.take()) is not None:
            running.append(batch.lane)
            taken += 1

    assert taken == added
    assert not rota._tenants
