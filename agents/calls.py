"""Calls: other workflows that run for a node, and what their results and ends mean to both sides. Pure.

Flow: node's answer → **calls** → Invoke; child's end → Return → CameBack → **calls** → the node runs again.
A call's item and result travel in rows and records; the caller holds no worker meanwhile.
"""

from typing import Any

import msgspec

from agents.actions import Action, Alert, Halt, Invoke, Return, Run
from agents.plan import Plan, PlannedNode
from agents.state import Activation, CallResult, Calls, Packet, State
from schemas.errors import ErrorInfo
from schemas.item import Item
from schemas.task import Alarm, Returned

DEPTH_MAX = 50
TOGETHER = 16
"""How many calls of one node run are out at a time where branches run in parallel; in n8n's orders it is one."""
SILENT = frozenset({"manual", "cli", "error", "replay", "fork", "shadow"})
"""Modes whose failures begin no error workflow."""


def invoke(plan: Plan, state: State, activation: Activation, calls: Calls, actions: list[Action]) -> None:
    """Let an activation wait for the calls that it asked for, and give out the first of them."""
    window = TOGETHER if plan.order == "parallel" else 1
    sent = min(window, len(calls.batches))
    asleep = msgspec.structs.replace(activation, calls=msgspec.structs.replace(calls, window=window, sent=sent))
    state.flight[activation.key] = asleep
    state.status = "waiting"
    actions += [Invoke(asleep, index) for index in range(sent)]


def come_back(plan: Plan, state: State, returned: Returned, now: int, cause: str, actions: list[Action]) -> None:
    """Take a result; give out the next call, or run the node again where nothing more is to come."""
    activation = state.flight.get(f"{returned.node}/{returned.run}")
    if activation is None or activation.calls is None or returned.index not in activation.calls.pending:
        return
    calls = activation.calls
    results = {**calls.results, returned.index: _result(returned)}
    stops = returned.error is not None and plan.nodes[activation.node].on_error == "stopWorkflow"
    over = stops or len(results) == len(calls.batches)
    sent = calls.sent if over else min(calls.sent + 1, len(calls.batches))
    calls = msgspec.structs.replace(calls, results=results, sent=sent, over=over)
    if over:
        actions += [Halt(activation)] if stops else []
        awake = msgspec.structs.replace(activation, calls=calls, at=now, cause=cause)
        state.status = "running"
        actions.append(Run(awake))
    else:
        awake = msgspec.structs.replace(activation, calls=calls)
        actions += [Invoke(awake, index) for index in range(activation.calls.sent, sent)]
    state.flight[activation.key] = awake


def tell_begun(state: State, actions: list[Action]) -> None:
    """Tell a caller that does not wait that its call has begun."""
    if state.parent is not None and not state.parent.wait:
        actions.append(Return(state.parent, _answer(state, None, None)))


def tell_end(plan: Plan, state: State, actions: list[Action]) -> None:
    """Tell at an execution's end whoever has to know: its caller, what it called itself, its error workflow."""
    actions += [Halt(one) for one in state.flight.values() if one.calls is not None and one.calls.pending]
    if state.parent is not None and state.parent.wait:
        good = state.status == "success"
        error = None if good else state.error or ErrorInfo(message=f"the called workflow ended as {state.status}")
        actions.append(Return(state.parent, _answer(state, state.result[0] if good and state.result else None, error)))
    if state.status == "error" and plan.error_workflow and state.mode not in SILENT:
        actions.append(Alert(Alarm(plan.error_workflow, _alarm(plan, state))))


def trigger_of(nodes: "dict[str, PlannedNode]", types: tuple[str, ...]) -> PlannedNode | None:
    """Find the first enabled node of the first of these types."""
    for wanted in types:
        for node in nodes.values():
            if node.type_name == wanted and not node.disabled:
                return node
    return None


def _result(returned: Returned) -> CallResult:
    if returned.error is not None:
        return CallResult(error=returned.error)
    return CallResult(Packet(returned.items, returned.blob, returned.output, returned.count))


def _answer(state: State, packet: Packet | None, error: ErrorInfo | None) -> Returned:
    assert state.parent is not None  # noqa: S101 narrows
    parent, found = state.parent, packet or Packet(items=[])
    items = None if found.blob is not None else found.items
    return Returned(parent.node, parent.run, parent.index, items, found.blob, found.output, found.count, error)


def _alarm(plan: Plan, state: State) -> Item:
    error: dict[str, Any] = {"message": state.error.message if state.error else "unknown error"}
    if state.error is not None:
        error |= {"name": state.error.kind, "description": state.error.hint}
        if state.error.node:
            error["node"] = {"name": state.error.node}
    execution = {"id": state.execution, "error": error, "lastNodeExecuted": state.last, "mode": state.mode}
    return Item(json={"execution": execution, "workflow": {"id": plan.workflow, "name": plan.name}})
