"""Toy node types: what the engine's tests are built of, so that they depend on no real node.

Flow: tests → **toy registry** → plans.
"""

import asyncio
import random
from typing import Any

from nodes.sdk import Item, Items, NextBatch, NodeError, NodeParams, Parameters, Registry, Routed, Run, WaitUntil, node
from schemas.errors import OperationalError


class Nothing(NodeParams):
    """No parameters."""


class Named(NodeParams):
    """A text."""

    text: str = ""


@node("begin", group="flow", inputs=0)
async def begin(params: Nothing, items: Items) -> Items:
    """Pass on."""
    return items


@node("pass", group="flow")
async def pass_on(params: Nothing, items: Items) -> Items:
    """Pass on."""
    return items


@node("tag", group="flow")
async def tag(parameters: Parameters[Named], items: Items) -> Items:
    """Add the node's text to a trail."""
    return [
        Item(json={**item.json, "trail": [*item.json.get("trail", []), parameters(at).text]})
        for at, item in enumerate(items)
    ]


@node("fork", group="flow", outputs=("yes", "no"))
async def fork(params: Named, items: Items) -> Routed:
    """Send items to yes, no, or both."""
    yes = items if params.text in ("yes", "both") else []
    no = items if params.text in ("no", "both") else []
    return Routed([yes, no])


@node("join", group="flow", inputs=2, required=lambda raw, _: raw.get("required", 1))
async def join(params: Nothing, run: Run) -> Items:
    """Append its inputs."""
    return [item for items in run.inputs for item in items]


@node("loop", group="flow", outputs=("done", "loop"))
async def loop(params: Nothing, items: Items, run: Run) -> NextBatch:
    """Go through its first input one by one."""
    state: dict[str, Any] = run.context or {"left": [item.json for item in items], "seen": []}
    seen = state["seen"] + ([item.json for item in items] if run.context else [])
    if not state["left"]:
        return NextBatch([[Item(json=one) for one in seen], []], None)
    head, *rest = state["left"]
    return NextBatch([[], [Item(json=head)]], {"left": rest, "seen": seen})


@node("fail", group="flow")
async def fail(params: Named, items: Items, run: Run) -> Items:
    """Fail, or with the text "at first" only on the first attempt."""
    if params.text == "at first" and run.attempt:
        return items
    raise NodeError("no")


@node("soft", group="flow")
async def soft(params: Nothing, items: Items) -> Items:
    """Give error items for those that have a bad field."""
    return [Item(json={"error": "bad"}, paired=at) if i.json.get("bad") else i for at, i in enumerate(items)]


@node("sleep", group="flow")
async def sleep(params: Nothing, items: Items, run: Run) -> WaitUntil:
    """Wait a minute."""
    return WaitUntil(run.now + 60_000, items)


@node("none", group="flow")
async def none(params: Nothing, items: Items) -> Items:
    """Give nothing."""
    return []


@node("effect", group="flow", runs="effect", repeat="unsafe")
async def effect(params: Named, items: Items) -> Items:
    """Do something outside, or fail with the text "down"."""
    if params.text == "down":
        raise OperationalError("down")
    return items


@node("keyed", group="flow", runs="effect")
async def keyed(params: Nothing, items: Items) -> Items:
    """Do something outside that may be done again."""
    return items


@node("hoard", group="flow")
async def hoard(params: Nothing, items: Items) -> NextBatch:
    """Keep as many bytes of noise as the first item says."""
    noise = random.Random(1).randbytes(items[0].json.get("hoard", 0)).hex()
    return NextBatch([items], {"noise": noise})


@node("hang", group="flow", runs="effect")
async def hang(params: Nothing, items: Items) -> Items:
    """Never end."""
    await asyncio.Event().wait()
    return items


@node("odd", group="flow")
async def odd(params: Nothing, items: Items) -> Items:
    """Give what is not JSON."""
    return [Item(json={"set": {1, 2}, "of": object()})]


TOYS = Registry([begin, pass_on, tag, fork, join, loop, fail, soft, sleep, none, effect, keyed, hoard, hang, odd])


def workflow(nodes: dict[str, Any], edges: list[str], order: str = "v1", **settings: Any) -> dict[str, Any]:
    """Write a workflow: name → type or (type, parameters, node settings); edges as "A.0 > B.1" ("A > B" for zeros)."""
    made = []
    for at, (name, spec) in enumerate(nodes.items()):
        kind, params, more = spec if isinstance(spec, tuple) else (spec, {}, {})
        made.append({"name": name, "type": kind, "position": [at * 100, at * 100], "parameters": params, **more})
    connections: dict[str, Any] = {}
    for edge in edges:
        left, right = (part.strip() for part in edge.split(">"))
        source, output = [*left.split("."), "0"][:2]
        target, index = [*right.split("."), "0"][:2]
        slots = connections.setdefault(source, {"main": []})["main"]
        while len(slots) <= int(output):
            slots.append([])
        slots[int(output)].append({"node": target, "type": "main", "index": int(index)})
    return {"nodes": made, "connections": connections, "settings": {"executionOrder": order, **settings}}
