"""Exploring: every small graph, every outcome, every order of delivery with repetitions, through the pure step.

Flow: graphs × outcomes → plans → **exploring** (all orders, depth first) → laws that must hold in every state.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, permutations, product
from typing import Any

from agents.actions import Began, Cancelled, Doubted, Failed, Finished, Occurrence, Record, Run, Settled, Sleep, Woke
from agents.plan import Plan, compile_plan
from agents.state import Activation, Packet, State, decode_row, encode_row
from agents.step import step
from nodes.sdk import Items, NodeParams, Registry, node
from schemas.errors import ErrorInfo
from schemas.events import ExecutionFinished, NodeFinished
from schemas.item import Item
from schemas.task import Settlement
from tests.agents.toys import begin, pass_on, workflow

EPOCH = 1_700_000_000_000
ITEM = Packet(items=[Item(json={})], count=1)
NOTHING = Packet(items=[], count=0)
PLAIN = ("ok", "empty", "fail")
"""What may come of a run: items, no items, an error."""
RICH = ("ok", "empty", "fail", "sleep", "doubt", "undone", "retry")
"""And: items after a sleep, items after a doubt that was settled either way, items after a failed attempt."""


class Nothing(NodeParams):
    """No parameters."""


def _join(width: int) -> Any:
    async def join(params: Nothing, items: Items) -> Items:
        """Wait for all inputs."""
        return items

    return node(f"join{width}", group="flow", inputs=width, required=lambda raw, _: raw.get("required", 1))(join)


TYPES = Registry([begin, pass_on, *(_join(width) for width in (2, 3, 4))])


@dataclass(frozen=True)
class Graph:
    """A graph without cycles, node 0 its start: the parents of each later node, and which nodes join what comes."""

    parents: tuple[tuple[int, ...], ...]
    joins: frozenset[int]

    def raw(self, order: str) -> dict[str, Any]:
        """Write it as a workflow."""
        nodes: dict[str, Any] = {"N0": "begin"}
        edges = []
        for at, parents in enumerate(self.parents, 1):
            joins = at in self.joins
            nodes[f"N{at}"] = (f"join{len(parents)}" if joins else "pass", {}, {"retryOnFail": True, "maxTries": 2})
            edges += [f"N{parent} > N{at}.{index if joins else 0}" for index, parent in enumerate(parents)]
        return workflow(nodes, edges, order)

    @property
    def once(self) -> bool:
        """Say whether no node runs more than once."""
        return all(len(parents) == 1 or at in self.joins for at, parents in enumerate(self.parents, 1))


def graphs(size: int) -> Iterator[Graph]:
    """Give all graphs of so many nodes, one of each set that differ in the names of nodes alone."""
    seen: set[Any] = set()
    choices = [[some for n in range(1, at + 1) for some in combinations(range(at), n)] for at in range(1, size)]
    for parents in product(*choices):
        wide = [at for at, some in enumerate(parents, 1) if len(some) > 1]
        for joins in (frozenset(some) for n in range(len(wide) + 1) for some in combinations(wide, n)):
            name = _canonical(parents, joins)
            if name not in seen:
                seen.add(name)
                yield Graph(parents, joins)


def _canonical(parents: tuple[tuple[int, ...], ...], joins: frozenset[int]) -> Any:
    size = len(parents)
    names = []
    for order in permutations(range(1, size + 1)):
        new = {0: 0, **dict(zip(range(1, size + 1), order, strict=True))}
        edges = sorted((new[parent], new[at]) for at, some in enumerate(parents, 1) for parent in some)
        names.append((edges, sorted(new[at] for at in joins)))
    return repr(min(names))


class Unknown(Exception):
    """The outcome of a node is asked for that nothing was said about."""

    def __init__(self, node: str) -> None:
        self.node = node


@dataclass
class Explorer:
    """Goes through all orders of delivery of one plan with given outcomes; ``ends`` are the ends that it came to."""

    plan: Plan
    outcomes: dict[str, str]
    steps: int = 0
    ends: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    _seen: set[bytes] = field(default_factory=set)

    def explore(self) -> None:
        """Begin, and go on until every state was seen. Raises Unknown, and AssertionError where a law is broken."""
        fresh = State("x", "w", "v", "trigger", EPOCH, "N0")
        began = Began("N0", [ITEM])
        state, ran = self._take(fresh, began, (), frozenset())
        self._go(state, (began,), ran)

    def walk(self, choose: Callable[[list[Activation]], Activation]) -> None:
        """Go one way, in which ``choose`` says what ends next."""
        fresh = State("x", "w", "v", "trigger", EPOCH, "N0")
        began = Began("N0", [ITEM])
        past: tuple[Occurrence, ...] = (began,)
        state, ran = self._take(fresh, began, (), frozenset())
        while not state.terminal:
            assert state.flight, "nothing is in flight, and it has not ended: it hangs"
            occurrence = self._next(choose(list(state.flight.values())))
            state, ran = self._take(state, occurrence, past, ran)
            past = (*past, occurrence)
        self._ended(state, past, ran)

    def _go(self, state: State, past: tuple[Occurrence, ...], ran: frozenset[str]) -> None:
        name = encode_row(state) + repr(sorted(ran)).encode()
        if name in self._seen:
            return
        self._seen.add(name)
        self._cancel(state, past)
        if state.terminal:
            self._ended(state, past, ran)
            return
        assert state.flight, "nothing is in flight, and it has not ended: it hangs"
        for activation in state.flight.values():
            occurrence = self._next(activation)
            new, more = self._take(state, occurrence, past, ran)
            self._go(new, (*past, occurrence), more)

    def _take(
        self, state: State, occurrence: Occurrence, past: tuple[Occurrence, ...], ran: frozenset[str]
    ) -> tuple[State, frozenset[str]]:
        """Step, and see that what is in flight now was handed out, once, and that repetitions change nothing."""
        new, actions = self._step(state, occurrence)
        handed = [action.activation for action in actions if isinstance(action, Run | Sleep)]
        assert all(new.flight.get(one.key) == one for one in handed), "what is handed out is in flight"
        fresh = {key for key, one in new.flight.items() if state.flight.get(key) != one}
        assert {one.key for one in handed} == fresh, "what is new in flight was handed out"
        assert len(handed) == len(fresh), "and once"
        told = [a.event for a in actions if isinstance(a, Record) and isinstance(a.event, NodeFinished)]
        names = [f"{event.node}/{event.run}" for event in told]
        assert not ran & set(names), "no run ends twice"
        assert len(set(names)) == len(names)
        for again in (occurrence, *past[-1:], *past[:1]):
            same, none = self._step(new, again)
            assert none == [], f"a repetition asks for nothing: {again} after {occurrence}"
            assert encode_row(same) == encode_row(new), "and changes nothing"
        stored = decode_row(encode_row(new))
        assert isinstance(stored, State)
        return stored, ran | set(names)

    def _cancel(self, state: State, past: tuple[Occurrence, ...]) -> None:
        ended, actions = self._step(state, Cancelled())
        if state.terminal:
            assert ended is state
            return
        ends = [a for a in actions if isinstance(a, Record) and isinstance(a.event, ExecutionFinished)]
        assert (ended.status, len(ends), ended.flight) == ("cancelled", 1, {})
        for again in past:
            assert self._step(ended, again)[0] is ended, "what has ended stays as it is"

    def _ended(self, state: State, past: tuple[Occurrence, ...], ran: frozenset[str]) -> None:
        for again in past:
            new, actions = self._step(state, again)
            assert new is state, "what has ended stays as it is"
            assert actions == []
        self.ends.add((state.status, tuple(sorted(ran)) if state.status == "success" else ()))

    def _step(self, state: State, occurrence: Occurrence) -> tuple[State, list[Any]]:
        self.steps += 1
        return step(self.plan, state, occurrence, EPOCH, "cause")

    def _next(self, one: Activation) -> Occurrence:
        """Say what happens to an activation next, as its node's outcome has it."""
        outcome = self.outcomes.get(one.node)
        if outcome is None:
            raise Unknown(one.node)
        if one.doubt:
            return Settled(Settlement(one.node, one.run, one.attempt, happened=outcome == "doubt"))
        if one.due is not None:
            return Woke(one.node, one.run)
        error = ErrorInfo("no")
        if outcome == "fail" or (outcome == "retry" and one.attempt == 0):
            return Failed(one.node, one.run, error, final=outcome == "fail", attempt=one.attempt)
        if outcome in ("doubt", "undone") and one.attempt == 0:
            return Doubted(one.node, one.run, one.attempt, error)
        until = EPOCH + 1000 if outcome == "sleep" else None
        return Finished(one.node, one.run, [NOTHING if outcome == "empty" else ITEM], until=until, attempt=one.attempt)


def assignments(plan: Plan, kinds: tuple[str, ...]) -> Iterator[Explorer]:
    """Explore a plan with every outcome of every node that comes to run; give what was found for each."""
    pending: list[dict[str, str]] = [{}]
    while pending:
        outcomes = pending.pop()
        explorer = Explorer(plan, outcomes)
        try:
            explorer.explore()
        except Unknown as more:
            pending += [{**outcomes, more.node: kind} for kind in kinds]
        else:
            yield explorer


def plan_of(graph: Graph, order: str) -> Plan:
    """Compile a graph."""
    return compile_plan("w", "v", graph.raw(order), TYPES)
