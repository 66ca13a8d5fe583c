"""Calling: what a call runs, how called executions are named, and the records that go between both sides.

Flow: node's answer → **callees** → plan of the called version; step's actions → **calling** → tasks, controls.
"""

import logging
from typing import Any, Protocol

import msgspec

from agents.actions import Alert, Halt, Invoke, Return
from agents.calls import trigger_of
from agents.outbox import Outbox
from agents.plan import Plan, PlannedNode
from agents.plans import INLINE, Plans
from agents.state import Activation, Callee, State
from nodes.sdk.context import Blobs
from nodes.sdk.ports import Call
from nodes.triggers.execute_workflow_trigger import shape
from schemas.errors import NotFoundError, UserError
from schemas.identifiers import ExecutionId, id_beside, salted_ids
from schemas.item import Items
from schemas.task import Alarm, Control, Parent, Start, Task
from streams.stores.views import CatalogView
from streams.topics import node_topic

log = logging.getLogger(__name__)
CALLED = ("executeWorkflowTrigger", "start", "manualTrigger")
ALARMED = ("errorTrigger",)


class Directory(Protocol):
    """What calling asks of its surroundings."""

    def begins(self, child: str, parent: str) -> None:
        """Learn that an execution is called by another."""
        ...

    def waits(self, execution: str) -> None:
        """Learn that an execution sleeps until somebody asks."""
        ...

    async def alarmed(self, workflow: str) -> Callee:
        """Find where an error workflow begins; raise UserError or NotFoundError where there is none."""
        ...


class Calling:
    """Puts the tasks and controls of calls into outboxes.

    A called execution lives in its caller's partition: its id is a digest of the call, salted until it hashes there.
    """

    def __init__(self, partitions: int, directory: Directory) -> None:
        self._partitions = partitions
        self._directory = directory

    def invoke(self, state: State, action: Invoke, outbox: Outbox) -> None:
        """Give out the first task of a call."""
        activation, index = action.activation, action.index
        calls = activation.calls
        assert calls is not None  # noqa: S101 narrows
        callee, batch = calls.callee, calls.batches[index]
        child = self._child(state.execution, activation, index)
        self._directory.begins(child, state.execution)
        depth = state.parent.depth + 1 if state.parent is not None else 1
        start = Start(
            items=None if batch.blob is not None else batch.items,
            mode="integrated",
            key=f"call/{state.execution}/{activation.key}/{index}",
            blob=batch.blob,
            part=batch.output if batch.blob is not None else None,
            parent=Parent(state.execution, activation.node, activation.run, index, depth, calls.wait),
        )
        task = Task(child, callee.workflow, callee.version, callee.node, activation.at, start=start)
        outbox.tasks.append((node_topic(callee.node_type), task))
        outbox.catalog = max(outbox.catalog, callee.catalog)

    def again(self, state: State, activation: Activation | None, outbox: Outbox) -> None:
        """Give out once more what an activation waits for: a call that runs, or has ended, is not run again."""
        if activation is not None and activation.calls is not None:
            for index in activation.calls.pending:
                self.invoke(state, Invoke(activation, index), outbox)

    async def alarm(self, control: Control, alarm: Alarm, outbox: Outbox) -> None:
        """Give out the start of an error workflow; where it is gone, say so in the log."""
        try:
            callee = await self._directory.alarmed(alarm.workflow)
        except (UserError, NotFoundError) as bad:
            log.warning("no error workflow begins", extra={"workflow": alarm.workflow, "reason": bad.message})
            return
        start = Start(items=[alarm.item], mode="error", key=f"alarm/{control.execution}")
        task = Task(control.execution, callee.workflow, callee.version, callee.node, control.at, start=start)
        outbox.tasks.append((node_topic(callee.node_type), task))
        outbox.catalog = max(outbox.catalog, callee.catalog)

    def controls(self, state: State, action: Halt | Return | Alert, now: int) -> list[Control]:
        """Give what an end tells others."""
        match action:
            case Return(parent, returned):
                return [Control(parent.execution, "return", now, returned=returned)]
            case Alert(alarm):
                execution = self._salted(state.execution, "alarm", state.execution)
                return [Control(execution, "alarm", now, alarm=alarm)]
            case Halt(activation):
                pending = activation.calls.pending if activation.calls is not None else []
                reason = "the execution that called it has ended"
                children = [self._child(state.execution, activation, index) for index in pending]
                return [Control(child, "cancel", now, reason) for child in children]

    def _child(self, execution: str, activation: Activation, index: int) -> ExecutionId:
        return self._salted(execution, "call", execution, activation.key, activation.attempt, index)

    def _salted(self, home: str, *parts: object) -> ExecutionId:
        return id_beside(home, salted_ids(*parts), self._partitions)


class Callees:
    """Finds what calls run: the published version of a workflow in the catalog, else its draft; or JSON by itself."""

    def __init__(self, view: CatalogView, plans: Plans, blobs: Blobs) -> None:
        self._view = view
        self._plans = plans
        self._blobs = blobs

    async def find(self, _: str, caller: Plan, call: Call) -> tuple[Callee, list[Items]]:
        """Give the callee and the items as its trigger wants them; raise UserError where it cannot be called."""
        if isinstance(call.workflow, dict):
            version = INLINE + await self._blobs.put(msgspec.json.encode(call.workflow, order="sorted"))
            workflow, catalog = str(call.workflow.get("id") or caller.workflow), -1
            plan = await self._plans.get(workflow, version, catalog)
        else:
            workflow = call.workflow
            plan, catalog = await self._published(workflow)
            admit(plan, caller, workflow)
        return callee_of(plan, CALLED, catalog), shaped(plan, call.batches)

    async def alarmed(self, workflow: str) -> Callee:
        """Give where an error workflow begins."""
        plan, catalog = await self._published(workflow)
        return callee_of(plan, ALARMED, catalog)

    async def _published(self, workflow: str) -> tuple[Plan, int]:
        known = self._view.workflow(workflow)
        if known is None:
            raise NotFoundError(f'there is no workflow "{workflow}" to call', hint="choose one that exists")
        catalog = self._view.position - 1
        return await self._plans.get(workflow, known.published or known.draft, catalog), catalog


def admit(plan: Plan, caller: Plan, workflow: str) -> None:
    """Raise UserError where a workflow does not let that one call it."""
    if workflow != caller.workflow and not plan.callers.admit(caller.workflow):
        raise UserError(
            f'the workflow "{plan.name}" may not be called by this one',
            hint=f'its setting "callerPolicy" is "{plan.callers.policy}"',
        )


def callee_of(plan: Plan, types: tuple[str, ...], catalog: int) -> Callee:
    """Say where a version begins; raise UserError where it has no such trigger."""
    node = trigger_of(plan.nodes, types)
    if node is None:
        raise UserError(
            f'the workflow "{plan.name}" has no enabled trigger of type {types[0]}', hint="add one and connect it"
        )
    return Callee(plan.workflow, plan.version, node.name, node.type_name, catalog)


def shaped(plan: Plan, batches: list[Items]) -> list[Items]:
    """Give items as the called workflow's trigger declares them."""
    node: PlannedNode | None = trigger_of(plan.nodes, CALLED[:1])
    if node is None:
        return batches
    raw: Any = node.raw
    return [shape(raw, node.version, items) for items in batches]
