"""The engine without a log: a step driver whose delivery order a test chooses.

Flow: workflow → plan → **simulation** (step and runner in a loop) → events.
"""

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from agents.actions import Answer, Began, Cancelled, Record, Run, Sleep, Woke
from agents.plan import Plan, compile_plan
from agents.running import Runner
from agents.state import Activation, State, decode_row, encode_row
from agents.step import step
from nodes.sdk.ports import Response
from nodes.sdk.registry import Registry, discover
from schemas.events import Event, ExecutionFinished, NodeFinished
from schemas.item import Item
from schemas.task import ReplyTo

EPOCH = 1_700_000_000_000


class MemoryBlobs:
    """Blobs in a dict: the same law as every blob store."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        name = f"blob-{len(self.kept)}"
        self.kept[name] = data
        return name

    async def get(self, blob: str) -> bytes:
        return self.kept[blob]


class Still:
    """Surroundings where time stands still and nodes reach nothing."""

    def now(self, execution: str) -> int:
        return EPOCH

    def capabilities(self, *_: Any) -> Mapping[type, Any]:
        return {}


class Calm:
    """Time as it is; nodes reach nothing."""

    def now(self, execution: str) -> int:
        return int(time.time() * 1000)

    def capabilities(self, *_: Any) -> Mapping[type, Any]:
        return {}

    def begins(self, child: str, parent: str) -> None:
        return None

    def waits(self, execution: str) -> None:
        return None

    def addresses(self, execution: str, version: str) -> dict[str, Any]:
        return {"resumeUrl": f"/{execution}/{version}"}


class Simulation:
    """Runs one execution; ``choose`` picks which of the activations in flight ends next.

    Every state goes through its stored form between steps, as it would between two calls.
    """

    def __init__(self, plan: Plan, choose: Callable[[list[Activation]], Activation] | None = None) -> None:
        self.plan = plan
        self.choose = choose or (lambda flying: flying[0])
        self.events: list[Event] = []
        self.answers: list[Response] = []
        self.blobs = MemoryBlobs()
        self.runner = Runner(Still(), self.blobs, None)
        self.states: list[State] = []

    async def run(self, start: str, items: list[Item] | None = None, *, cancel_after: int | None = None) -> State:
        state = State("x", self.plan.workflow, self.plan.version, "webhook", EPOCH, start, replies=[ReplyTo("b", 0, 1)])
        began = Began(start, None) if items is None else Began(start, *(await self.runner.pack([items])))
        state, flying = self._take(*step(self.plan, state, began, EPOCH, "start"), [])
        steps = 0
        while flying:
            one = self.choose(flying)
            flying.remove(one)
            if cancel_after is not None and steps >= cancel_after:
                state, flying = self._take(*step(self.plan, state, Cancelled(), EPOCH, ""), [])
                break
            outcome: Any = Woke(one.node, one.run)
            if one.due is None:
                outcome = await self.runner.run(self.plan, state, one)
            state, flying = self._take(*step(self.plan, state, outcome, EPOCH, one.key), flying)
            steps += 1
        return state

    def order(self) -> list[str]:
        return [event.node for event in self.finished()]

    def finished(self) -> list[NodeFinished]:
        return [event for event in self.events if isinstance(event, NodeFinished)]

    def end(self) -> ExecutionFinished:
        (end,) = [event for event in self.events if isinstance(event, ExecutionFinished)]
        return end

    def _take(self, state: State, actions: list[Any], flying: list[Activation]) -> tuple[State, list[Activation]]:
        self.states.append(state)
        stored = decode_row(encode_row(state))
        assert isinstance(stored, State)
        for action in actions:
            match action:
                case Record(event):
                    self.events.append(event)
                case Run(activation) | Sleep(activation):
                    flying = [*flying, activation]
                case Answer(_, response):
                    self.answers.append(response)
        return stored, [] if stored.terminal else flying


def plan_of(raw: dict[str, Any], registry: Registry | None = None) -> Plan:
    return compile_plan("w", "v", raw, registry or discover(), zone="America/New_York")


def by_chance(seed: int) -> Callable[[list[Activation]], Activation]:
    chance = random.Random(seed)
    return chance.choice
