"""Ordering: which ready activation runs next, in n8n's two orders and in parallel.

Flow: routing → **ordering** (a stack, a queue, or all at once) → in flight.
v1 runs one branch to its end before its sibling; v0 goes breadth first and wakes the untouched parents of a waiting
node; parallel gives everything out at once.
"""

from agents.plan import Link, Plan
from agents.state import Activation, Packet, State
from schemas.item import Item


def enqueue(plan: Plan, state: State, ready: list[Activation], arrived: str) -> None:
    """Put what became ready by the end of a run of ``arrived`` where its turn comes."""
    if not ready and plan.order != "v0":
        return
    if plan.order == "v1":
        if len(ready) > 1:
            # Of nodes at one place the later comes first, as n8n puts one after the other on top of its stack.
            ready.reverse()
            ready.sort(key=lambda one: plan.nodes[one.node].position[::-1])
        state.stack = [*ready, *state.stack]
        return
    before, state.stack = len(state.stack), [*state.stack, *ready]
    if plan.order == "v0":
        _pull(plan, state, ready, before, arrived)


def runnable(plan: Plan, one: Activation) -> bool:
    """Say whether an activation has the data to run: v0 wants it on the first input, the others on any."""
    if plan.order == "v0":
        return bool(one.inputs) and one.inputs[0] is not None and one.inputs[0].count > 0
    return any(packet is not None and packet.count for packet in one.inputs)


def _pull(plan: Plan, state: State, ready: list[Activation], turn: int, arrived: str) -> None:
    """v0: parents of a waiting node's other inputs that nothing will reach are started with one empty item.

    They come where their edge has its ``turn`` among what the same run made ready.
    """
    coming = [one.node for one in ready]
    for links in plan.nodes[arrived].outputs:
        for link in links:
            if link.node in coming:
                coming.remove(link.node)
                turn += 1
            for one in state.waiting.get(link.node, ()):
                missing = [at for at, packet in enumerate(one.inputs) if packet is None]
                for source in (source for at in missing for source in plan.nodes[link.node].inputs[at]):
                    turn += _pull_source(plan, state, source, turn)


def _pull_source(plan: Plan, state: State, source: Link, turn: int) -> int:
    """Start a parent or what is above it; give how many were started."""
    if source.node in state.runs or _will_come(plan, state, source.node):
        return 0
    node = _topmost(plan, state, source.node)
    empty = Packet(items=[Item(json={})], count=1)
    width = max(len(plan.nodes[node].inputs), 1)
    inputs: list[Packet | None] = [empty, *[None] * (width - 1)]
    pulled = Activation(node=node, inputs=inputs, sources=[None] * width)
    state.stack = [*state.stack[:turn], pulled, *state.stack[turn:]]
    return 1


def _will_come(plan: Plan, state: State, name: str) -> bool:
    """Say whether the node or any ancestor of it is about to run."""
    coming = {one.node for one in state.stack} | {one.node for one in state.flight.values()}
    seen, todo = {name}, [name]
    while todo:
        here = todo.pop()
        if here in coming:
            return True
        for parent in (link.node for links in plan.nodes[here].inputs for link in links):
            if parent not in seen:
                seen.add(parent)
                todo.append(parent)
    return False


def _topmost(plan: Plan, state: State, name: str) -> str:
    """Climb to the highest ancestor that has not run."""
    seen = {name}
    while True:
        parents = (link.node for links in plan.nodes[name].inputs for link in links)
        above = next((parent for parent in parents if parent not in state.runs and parent not in seen), None)
        if above is None:
            return name
        seen.add(above)
        name = above
