"""Placing: what a task needs before it may run.

Flow: engine's plan, task → **placing** → admission.
"""

from agents.batches import Place
from agents.plan import Plan
from nodes.holding import HELD_MODES, Holding, holding_of
from schemas.item import Item
from schemas.task import Task
from streams.stores.views import CatalogView


def held(plan: Plan, task: Task) -> Holding | None:
    """Give the rule by which an execution that a task begins may have to wait for others, None where it need not."""
    return plan.holding if task.start is not None and task.start.mode in HELD_MODES else None


def holding_in(view: CatalogView, workflow: str, version: str) -> Holding | None:
    """Give the rule of a version in the catalog."""
    found = view.version(workflow, version)
    return holding_of(workflow, found.body.get("settings")) if found is not None else None


def place_of(plan: Plan, task: Task, items: list[Item]) -> Place:
    """Say what a task needs; ``items`` are what its start brings, where it is held."""
    if task.start is not None:
        rule = held(plan, task)
        return Place("start", plan.lane, rule.of(items) if rule is not None else None)
    node = plan.nodes.get(task.node)
    if task.due is not None or node is None or node.inline:
        return Place("turn", plan.lane)
    return Place("slot", plan.lane, pace=node.pace)
