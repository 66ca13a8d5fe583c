"""Routing: what the outputs of a finished run make ready.

Flow: finished run → **routing** → single-input targets are ready at once, others go through joining.
"""

from agents.joining import park
from agents.plan import Link, Plan
from agents.state import Activation, Packet, State
from schemas.item import Source

EMPTY = Packet(items=[])


def deliver(plan: Plan, state: State, node: str, run: int, outputs: list[Packet]) -> list[Activation]:
    """Hand a run's outputs to their targets; give what became ready, in the order of the edges.

    Changes ``state.waiting`` (of a fork).
    """
    ready: list[Activation] = []
    parked: list[tuple[Link, Packet, Source]] = []
    for output, links in enumerate(plan.nodes[node].outputs):
        packet = outputs[output] if output < len(outputs) else EMPTY
        for link in links:
            if not packet.count and not _counts_when_empty(plan, link):
                continue
            source = Source(node, output, run)
            if not plan.nodes[link.node].joins:
                ready.append(Activation(link.node, [packet], [source]))
            elif plan.order == "v1":
                parked.append((link, packet, source))
            elif (complete := park(plan, state, link, packet, source)) is not None:
                ready.append(complete)
    if len(parked) > 1:  # n8n lets the lowest arrive first, so that it is the first to run when nothing else can
        parked.sort(key=lambda one: plan.nodes[one[0].node].position[::-1], reverse=True)
    return ready + [complete for one in parked if (complete := park(plan, state, *one)) is not None]


def _counts_when_empty(plan: Plan, link: Link) -> bool:
    """n8n's older order lets an empty output reach a waiting node, but only on its later inputs."""
    return link.index > 0 and plan.order == "v0" and plan.nodes[link.node].joins
