"""Partial runs: which nodes of a plan run, and which runs of an earlier execution are taken over. Pure.

Flow: plan + guide → **partial** → a plan cut to what runs, and its opening → step.
"""

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from agents.actions import Action, Record
from agents.guidance import Opening
from agents.plan import Link, Plan, PlannedNode
from agents.routing import deliver
from agents.state import Activation, Kept, Packet, State
from schemas.errors import ParameterError
from schemas.events import NodeFinished
from schemas.guide import Guide, Past


def cut(plan: Plan, guide: Guide) -> tuple[dict[str, PlannedNode], Opening]:
    """Give the plan's nodes with only the edges that lead to what is to run, and how that begins.

    Raises ParameterError where the guide names a node that the plan does not have.
    """
    for name in (guide.destination, guide.node, *guide.inputs):
        if name is not None and name not in plan.nodes:
            raise ParameterError(f'the workflow has no node "{name}"', node=name, field="node")
    forced, needed, above = _asked(plan, guide)
    runs = _runs(plan, guide)
    clean = _clean(plan, needed - forced - set(guide.dirty), runs, needed, frozenset(guide.pinned))
    running = needed - clean
    nodes = {
        name: replace(node, outputs=[[link for link in links if link.node in running] for links in node.outputs])
        for name, node in plan.nodes.items()
    }
    referred = above - needed - set(guide.dirty)
    past = [one for one in runs if one.node in clean or one.node in referred]
    quiet = frozenset(clean - {one.node for one in past})
    root = None if past or guide.inputs else _root(plan, guide, running)
    return nodes, Opening(past, quiet, root, guide.inputs)


def resume(plan: Plan, state: State, opening: Opening, now: int, actions: list[Action]) -> list[Activation]:
    """Take over the runs of the opening, writing them down as this execution's own; give what they make ready.

    Changes ``state`` (a fork).
    """
    ready: list[Activation] = []
    state.runs.update(dict.fromkeys(opening.quiet, 0))
    for past in opening.past:
        node = plan.nodes[past.node]
        packets = _packets(past)
        run = state.runs.get(past.node, 0)
        state.runs[past.node] = run + 1
        actions.append(Record(_event(plan, state, node, past, run, now)))
        state.seq += 1
        state.last = past.node
        if plan.keeps(past.node):
            kept = Kept(outputs=packets, sources=past.sources)
            state.kept[past.node] = [*state.kept.get(past.node, ()), kept]
        ready += deliver(plan, state, past.node, run, packets)
    for name, inputs in opening.inputs.items():
        replaced = [*state.waiting.pop(name, ()), *(one for one in ready if one.node == name)]
        packets = [Packet(items=items, count=len(items)) for items in inputs]
        sources = replaced[-1].sources if replaced else [None] * len(packets)
        ready = [*(one for one in ready if one.node != name), Activation(name, list(packets), list(sources))]
    return ready


def _asked(plan: Plan, guide: Guide) -> tuple[set[str], set[str], set[str]]:
    """Give the nodes that run whatever is known of them, all that matter to the run, and all that lead to it.

    What leads to a node whose outputs or inputs are given does not matter; later nodes may still refer to it.
    """
    below = _reach(plan, [guide.node], "outputs") if guide.node is not None else set()
    if guide.destination is None:
        targets = forced = below
    else:
        targets = {guide.destination}
        forced = targets | below
    if guide.node == guide.destination:
        forced = targets
    given = (set(guide.pinned) - targets) | set(guide.inputs)
    return forced, _reach(plan, targets, "inputs", stop=given), _reach(plan, targets, "inputs")


def _runs(plan: Plan, guide: Guide) -> list[Past]:
    """Give the past runs that can be taken over; pinned data is one run."""
    runs = [one for one in guide.past if one.node in plan.nodes and one.node not in guide.pinned]
    if any(one.status != "success" for one in runs):
        failed = {one.node for one in runs if one.status != "success"}
        runs = [one for one in runs if one.node not in failed]
    pinned = [
        Past(name, outputs=[items], counts=[len(items)]) for name, items in guide.pinned.items() if name in plan.nodes
    ]
    return [*pinned, *runs]


def _clean(plan: Plan, candidates: set[str], runs: list[Past], needed: set[str], pinned: frozenset[str]) -> set[str]:
    """Give the nodes that need not run: their outputs are known and nothing above them runs again.

    A node that nothing reached is clean as well, so long as it is reached by nothing now.
    """
    known: dict[str, list[Past]] = {}
    for one in runs:
        known.setdefault(one.node, []).append(one)
    clean = set(candidates)
    changed = True
    while changed:
        changed = False
        for name in list(clean):
            if name in pinned and name in known:
                continue
            node = plan.nodes[name]
            parents = [link for links in node.inputs for link in links if link.node in needed]
            well = all(link.node in clean for link in parents)
            if name not in known:
                well = well and bool(parents) and not any(_gave(known.get(link.node, ()), link) for link in parents)
            if not well:
                clean.discard(name)
                changed = True
    return clean


def _gave(runs: Iterable[Past], link: Link) -> bool:
    return any(link.index < len(one.counts) and one.counts[link.index] for one in runs)


def _root(plan: Plan, guide: Guide, running: set[str]) -> str | None:
    """Choose where a run begins that takes nothing over: the node asked for, else what nothing leads to."""
    if guide.node is not None and not plan.nodes[guide.node].inputs:
        return guide.node
    tops = [node for name, node in plan.nodes.items() if name in running and not node.disabled]
    tops = [node for node in tops if not any(link.node in running for links in node.inputs for link in links)]
    starters = [node for node in tops if node.type is not None and node.type.kind is not None]
    return next((node.name for node in [*starters, *tops]), guide.node or guide.destination)


def _reach(plan: Plan, start: Iterable[str], side: str, stop: Iterable[str] = ()) -> set[str]:
    """Follow edges, forward (outputs) or backward (inputs), not beyond ``stop``."""
    seen, todo, stops = set(start), list(start), set(stop)
    while todo:
        here = todo.pop()
        if here in stops:
            continue
        for links in getattr(plan.nodes[here], side):
            for link in links:
                if link.node not in seen:
                    seen.add(link.node)
                    todo.append(link.node)
    return seen


def _packets(past: Past) -> list[Packet]:
    if past.blob is not None:
        return [Packet(blob=past.blob, output=at, count=count) for at, count in enumerate(past.counts)]
    return [Packet(items=items, output=at, count=len(items)) for at, items in enumerate(past.outputs)]


def _event(plan: Plan, state: State, node: PlannedNode, past: Past, run: int, now: int) -> NodeFinished:
    text = b"[]" if past.blob is not None else msgspec.json.encode(past.outputs)
    return NodeFinished(
        execution=state.execution,
        workflow=plan.workflow,
        version=plan.version,
        at=now,
        node=past.node,
        node_type=node.type_name,
        run=run,
        seq=state.seq,
        counts=past.counts,
        outputs=msgspec.Raw(text),
        blob=past.blob,
        sources=past.sources,
        error=past.error,
        now=past.now,
    )
