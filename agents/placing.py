"""Placing: what a task needs before it may run.

Flow: engine's plan, task → **placing** → admission.
"""

from agents.batches import Place
from agents.plan import Plan
from nodes.holding import HELD_MODES
from schemas.item import Item
from schemas.task import Task


def held(plan: Plan, task: Task) -> bool:
    """Say whether a task begins an execution that may have to wait for others."""
    return plan.holding is not None and task.start is not None and task.start.mode in HELD_MODES


def place_of(plan: Plan, task: Task, items: list[Item]) -> Place:
    """Say what a task needs; ``items`` are what its start brings, where it is held."""
    if task.start is not None:
        return Place("start", plan.lane, plan.holding.of(items) if plan.holding and held(plan, task) else None)
    node = plan.nodes.get(task.node)
    if task.due is not None or node is None or node.inline:
        return Place("turn", plan.lane)
    return Place("slot", plan.lane, pace=node.pace)
