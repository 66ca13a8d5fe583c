"""Responding: the HTTP answer of an execution that ended while somebody waited.

Flow: end of an execution → **answer** → `replies` → gateway.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from agents.plan import Plan, PlannedNode
from agents.state import State
from nodes.sdk.ports import Response
from nodes.triggers.webhook import Webhook, answer_from, failure, read
from schemas.errors import UserError
from schemas.item import Item

JSON_HEADERS = [("content-type", "application/json; charset=utf-8")]


def answer_at_end(plan: Plan, state: State) -> Response:
    """Give the answer: what the webhook's parameters ask for, or the result as JSON for a start by API."""
    items = _first_items(state)
    if state.mode == "api" or plan.guidance is not None:
        body = {
            "execution": state.execution,
            "status": state.status,
            "node": state.last,
            "items": items,
            "error": state.error,
        }
        return Response(headers=JSON_HEADERS, body=msgspec.json.encode(body))
    node = plan.nodes[state.asked or state.trigger]
    if node.compiled is None:
        return failure("the webhook cannot answer: its node could not be read")
    params = node.compiled.memo.get(Webhook)
    if params is None:
        try:
            params = node.compiled.memo[Webhook] = read(_answering(node))
        except UserError as bad:
            return failure(bad.message)
    return answer_from(params, node.version, items, state.error)


def _answering(node: PlannedNode) -> Mapping[str, Any]:
    """Give the parameters that say how to answer: a chat and a page are answered with what came last."""
    paged = node.type_name in ("chatTrigger", "form") or node.raw.get("resume") == "form"
    return {"responseMode": "lastNode"} if paged else node.raw


def _first_items(state: State) -> list[Item]:
    packet = state.result[0] if state.result else None
    return [] if packet is None or packet.items is None else packet.items
