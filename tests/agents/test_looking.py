"""Looking: how an execution stands, told from its row.

Flow: row → **here**: status and what is in flight.
"""

from typing import Any

import msgspec
import pytest

from agents.looking import seen_by
from agents.state import Activation, State
from nodes.sdk.ports import Opening
from schemas.looking import Seen
from schemas.task import Control, ReplyTo

RUNNING = Activation("A", [], [], at=1)


@pytest.mark.parametrize(
    ("flying", "status", "why"),
    [
        pytest.param([RUNNING], "running", [""], id="a run"),
        pytest.param([Activation("A", [], [], due=5, why="wait")], "waiting", ["wait"], id="until a time"),
        pytest.param([Activation("A", [], [], opening=Opening())], "waiting", ["request"], id="for a request"),
        pytest.param([Activation("A", [], [], doubt=True)], "waiting", ["doubt"], id="until somebody has found out"),
        pytest.param([RUNNING, Activation("B", [], [], doubt=True)], "running", ["", "doubt"], id="one runs on"),
    ],
)
def test_what_is_told_of_an_execution(flying: list[Any], status: str, why: list[str]) -> None:
    state = State("x", "w", "v", "webhook", 1, "S", flight={one.key: one for one in flying})

    partition, reply = seen_by(state, Control("x", "look", 2), ReplyTo("boot", 3, 7))
    seen = msgspec.json.decode(reply.body, type=Seen)

    assert (partition, reply.request) == (3, 7)
    assert (seen.status, [one.why for one in seen.flying]) == (status, why)
