"""Joining: nodes with several connected inputs wait here until each has data, or until nothing else can come.

Flow: routing → **join buffers** → ready; when all is quiet → the earliest waiting node runs with what arrived.
"""

import msgspec

from agents.plan import Link, Plan, PlannedNode
from agents.state import Activation, Packet, State
from schemas.item import Source


def park(plan: Plan, state: State, link: Link, packet: Packet, source: Source) -> Activation | None:
    """Put an arrival into the first buffer with room on that input; give the activation once it is complete."""
    node = plan.nodes[link.node]
    buffers = list(state.waiting.get(link.node, ()))
    at = next((at for at, one in enumerate(buffers) if one.inputs[link.index] is None), None)
    if at is None:
        width = len(node.inputs)
        buffers.append(Activation(node=link.node, inputs=[None] * width, sources=[None] * width))
        at = len(buffers) - 1
    filled = _fill(buffers[at], link.index, packet, source)
    complete = _complete(plan, node, filled)
    if complete:
        del buffers[at]
    else:
        buffers[at] = filled
    _store(state, link.node, buffers)
    return filled if complete else None


def release(plan: Plan, state: State) -> Activation | None:
    """When nothing is in flight: take the earliest buffer that may run without its missing inputs, if any.

    Buffers that can never run are left: an execution ends with them.
    """
    names = list(state.waiting)
    if plan.order == "parallel":
        names.sort(key=lambda name: plan.nodes[name].position[::-1])
    for name in names:
        node = plan.nodes[name]
        if any(_holds_items(state, link.node) for links in node.inputs for link in links if link.node != name):
            continue
        for at, one in enumerate(state.waiting[name]):
            if _may_run(plan, node, one):
                rest = state.waiting[name][:at] + state.waiting[name][at + 1 :]
                _store(state, name, rest)
                return one
    return None


def _holds_items(state: State, name: str) -> bool:
    """Say whether a node waits with data: one that only ever got empty outputs will never run, so nobody awaits it."""
    return any(packet is not None and packet.count for one in state.waiting.get(name, ()) for packet in one.inputs)


def _may_run(plan: Plan, node: PlannedNode, one: Activation) -> bool:
    have = [at for at, packet in enumerate(one.inputs) if packet is not None and packet.count]
    if not have:
        return False
    if plan.order == "v0":
        return 0 in have
    if node.required is None:
        return True
    if isinstance(node.required, int):
        return node.required < len(node.inputs) and len(have) >= node.required
    return len(node.required) < len(node.inputs) and all(at in have for at in node.required)


def _complete(plan: Plan, node: PlannedNode, one: Activation) -> bool:
    """Say whether nothing is missing: n8n awaits an unconnected input too, where a later one is connected."""
    patient = plan.order != "parallel"
    return all(packet is not None or not (patient or node.inputs[at]) for at, packet in enumerate(one.inputs))


def _fill(one: Activation, index: int, packet: Packet, source: Source) -> Activation:
    inputs, sources = list(one.inputs), list(one.sources)
    inputs[index], sources[index] = packet, source
    return msgspec.structs.replace(one, inputs=inputs, sources=sources)


def _store(state: State, node: str, buffers: list[Activation]) -> None:
    if buffers:
        state.waiting[node] = buffers
    else:
        state.waiting.pop(node, None)
