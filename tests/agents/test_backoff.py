"""Backoff: the waits between attempts as tables, and what always holds of them.

Flow: node settings → **backoff** → waits.
"""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.actions import Failed, Sleep
from agents.backoff import Backoff, backoff_of
from agents.step import step
from nodes.data.http_answers import failure
from nodes.sdk import HttpResponse
from schemas.errors import ErrorInfo, WorkflowError
from schemas.workflow import Node, parse_workflow
from tests.agents.simulation import EPOCH, Simulation, plan_of
from tests.agents.toys import TOYS, workflow


@pytest.mark.parametrize(
    ("settings", "waits"),
    [
        pytest.param({}, [], id="none by default"),
        pytest.param({"retryOnFail": True}, [1000, 1000], id="n8n's three tries"),
        pytest.param({"retryOnFail": True, "maxTries": 9, "waitBetweenTries": 9000}, [5000] * 4, id="n8n's bounds"),
        pytest.param({"retry": {"maxTries": 4, "jitter": 0}}, [1000, 2000, 4000], id="exponential"),
        pytest.param({"retry": {"maxTries": 4, "jitter": 0, "maxDelay": 1500}}, [1000, 1500, 1500], id="bounded"),
        pytest.param({"retry": {"maxTries": 3, "jitter": 0, "backoff": "fixed", "delay": 7}}, [7, 7], id="fixed"),
        pytest.param(
            {"retry": {"maxTries": 2, "jitter": 0}, "retryOnFail": True, "maxTries": 5}, [1000], id="ours wins"
        ),
    ],
)
def test_waits(settings: dict[str, Any], waits: list[int]) -> None:
    backoff = backoff_of(Node.model_validate({"name": "N", "type": "t", **settings}))

    assert [backoff.after(attempt, "x") for attempt in range(backoff.tries - 1)] == waits


@given(
    attempt=st.integers(0, 200),
    seed=st.text(),
    asked=st.none() | st.floats(0, 1e9),
    jitter=st.floats(0, 1),
    limit=st.integers(0, 10_000_000),
)
def test_a_wait_is_bounded_and_the_same_each_time(
    attempt: int, seed: str, asked: float | None, jitter: float, limit: int
) -> None:
    backoff = Backoff(tries=100, wait_ms=500, growth=2, limit_ms=limit, jitter=jitter)

    wait = backoff.after(attempt, seed, asked)

    assert wait == backoff.after(attempt, seed, asked)
    assert 0 <= wait <= limit
    if asked is not None:
        assert wait >= min(asked * 1000, limit) - 1


def test_executions_that_fail_together_come_back_apart() -> None:
    backoff = Backoff(tries=3, wait_ms=1000, growth=2, jitter=0.5)

    waits = {backoff.after(1, f"execution-{number}") for number in range(100)}

    assert len(waits) > 80
    assert min(waits) >= 1000
    assert max(waits) <= 2000


@pytest.mark.parametrize("bad", [{"maxTries": 0}, {"jitter": 2}, {"backoff": "hopeful"}])
def test_bad_settings_are_refused_with_the_node(bad: dict[str, Any]) -> None:
    raw = workflow({"S": "begin", "F": ("fail", {}, {"retry": bad})}, ["S > F"])

    with pytest.raises(WorkflowError) as refused:
        parse_workflow(raw)

    assert refused.value.node == "F"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param([], None, id="none"),
        pytest.param([("Retry-After", "120")], 120, id="seconds"),
        pytest.param(
            [("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"), ("date", "Wed, 21 Oct 2015 07:28:00 GMT")],
            30,
            id="a date against the answer's",
        ),
        pytest.param([("retry-after", "soon")], None, id="neither"),
    ],
)
def test_a_target_says_when_to_come_back(headers: list[tuple[str, str]], seconds: float | None) -> None:
    assert failure(HttpResponse(429, "", headers, b"", "http://x")).retry_after == seconds


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        pytest.param(None, 1000, id="own wait"),
        pytest.param(9, 9000, id="longer"),
        pytest.param(0.1, 1000, id="shorter"),
    ],
)
async def test_the_step_sleeps_as_long_as_the_target_asks(asked: float | None, due: int) -> None:
    raw = workflow({"S": "begin", "F": ("fail", {}, {"retryOnFail": True})}, ["S > F"])
    simulation = Simulation(plan_of(raw, TOYS))
    await simulation.run("S")
    before = next(state for state in simulation.states if "F/0" in state.flight)

    _, actions = step(simulation.plan, before, Failed("F", 0, ErrorInfo("no"), retry_after=asked), EPOCH)

    (slept,) = [action.activation.due for action in actions if isinstance(action, Sleep)]
    assert slept == EPOCH + due


async def test_a_node_that_takes_too_long_fails_and_may_be_tried_again() -> None:
    raw = workflow({"S": "begin", "H": ("hang", {}, {"timeout": 0.01})}, ["S > H"])
    plan = plan_of(raw, TOYS)
    simulation = Simulation(plan)

    async with asyncio.timeout(10):
        state = await simulation.run("S")

    assert state.status == "error"
    assert state.error is not None
    assert state.error.message == "the node took longer than 0.01 seconds"
