"""Toy workflows and node types for tests.

Flow: tests → **graphs** → checks, catalog.
"""

from nodes.sdk import Items, NodeParams, Registry, discover, trigger
from schemas.errors import UserError
from schemas.trigger import Schedule


class Nothing(NodeParams):
    """Parameters of the toy types."""

    cron: str = "0 * * * *"


def every_hour(raw, version, name):
    if raw.get("cron") == "never":
        raise UserError('"never" is no cron text', field="cron", hint="five fields")
    return [Schedule(node=name, type="tick", cron=raw.get("cron", "0 * * * *"))]


@trigger("tick", kind="schedule", starts=every_hour)
async def tick(params: Nothing, items: Items) -> Items:
    """Start every hour."""
    return items


def toy_registry() -> Registry:
    """Give all real node types and the toys."""
    return Registry([*discover(), tick])


def box(name: str, kind: str = "noOp", **more: object) -> dict[str, object]:
    return {"name": name, "type": kind, "typeVersion": 1, "position": [0, 0], "parameters": {}, **more}


def graph(*nodes: dict[str, object], edges: str = "", **more: object) -> dict[str, object]:
    """Make a workflow; ``edges`` as ``A>B A>C``."""
    connections: dict[str, dict[str, list[list[dict[str, object]]]]] = {}
    for edge in edges.split():
        source, target = edge.split(">")
        connections.setdefault(source, {"main": [[]]})["main"][0].append({"node": target, "type": "main", "index": 0})
    return {"name": "Orders", "nodes": list(nodes), "connections": connections, **more}


def hook(name: str = "Hook", **more: object) -> dict[str, object]:
    parameters = {"path": "orders", "httpMethod": "POST"} | dict(more.pop("parameters", {}))  # type: ignore[call-overload]
    return box(name, "webhook", typeVersion=2, parameters=parameters, **more)
