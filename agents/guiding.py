"""Guiding: plans of executions that run under a guide: partial runs, unsaved drafts, replays, forks, shadows.

Flow: task's version (`version~blob`) → **guiding** → plan cut and told what to answer → step, running.
Nothing else of the engine knows of guides: to it, such an execution runs a version of its own.
"""

from collections import OrderedDict
from dataclasses import replace

import msgspec

from agents.guidance import Guidance
from agents.partial import cut
from agents.plan import Plan, PlannedNode, compile_plan
from agents.plans import Plans
from nodes.sdk.context import Blobs
from nodes.sdk.registry import Registry
from schemas.guide import Guide, Past, unguided
from schemas.item import Item, Items
from schemas.task import Mode

KEPT_BYTES = 64 * 1024 * 1024
SUPPRESSED = "suppressed"
_BY_HAND = ("manual", "cli")


def guide_plan(plan: Plan, guide: Guide) -> Plan:
    """Give a plan as it runs under a guide; raises ParameterError where the guide does not fit it."""
    nodes, opening = cut(plan, guide) if guide.partial else (plan.nodes, None)
    runs = {(one.node, one.run): one for one in _told(guide)}
    drawn = plan.pinned if guide.mode in _BY_HAND else {}
    active = plan.active if guide.active is None else guide.active
    return replace(
        plan,
        nodes=nodes,
        quick=False,
        active=active,
        pinned={**drawn, **guide.pinned},
        facts={**plan.facts, "active": active},
        guidance=Guidance(guide.effects, opening, runs, guide.execution, guide.mode),
    )


def _told(guide: Guide) -> list[Past]:
    """Give the runs that effects are answered with; where they are suppressed, a failure of then is no answer."""
    if guide.effects == "made":
        return []
    return [one for one in guide.past if one.status == "success" or guide.effects == "recorded"]


def marked(node: PlannedNode, inputs: list[Items]) -> Items:
    """Give what a suppressed effect answers with where nothing is recorded: its input, marked."""
    first = inputs[0] if inputs else []
    return [
        Item(json={**item.json, SUPPRESSED: node.name}, binary=item.binary, paired=at) for at, item in enumerate(first)
    ]


class GuidedPlans:
    """Plans of versions, and of versions under a guide, which is read from the blobs and kept while there is room."""

    def __init__(self, plans: Plans, blobs: Blobs, registry: Registry, zone: str, kept_bytes: int = KEPT_BYTES) -> None:
        self._plans = plans
        self._blobs = blobs
        self._registry = registry
        self._zone = zone
        self._guided: OrderedDict[tuple[str, str], tuple[Plan, int]] = OrderedDict()
        self._room = kept_bytes

    def cached(self, workflow: str, version: str) -> Plan | None:
        """Give a plan that needs no waiting."""
        known = self._guided.get((workflow, version))
        return known[0] if known is not None else self._plans.cached(workflow, version)

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        """Give a plan; waits until the catalog is known up to that offset. Raises NotFoundError."""
        name, blob = unguided(version)
        if blob is None:
            return await self._plans.get(workflow, version, catalog)
        if (known := self._guided.get((workflow, version))) is not None:
            return known[0]
        data = await self._blobs.get(blob)
        guide = msgspec.json.decode(data, type=Guide)
        if guide.body is None:
            plan = await self._plans.get(workflow, name, catalog)
        else:
            plan = compile_plan(workflow, name, guide.body, self._registry, zone=self._zone)
        return self._keep((workflow, version), guide_plan(plan, guide), len(data))

    def _keep(self, key: tuple[str, str], plan: Plan, size: int) -> Plan:
        if key not in self._guided:
            self._guided[key] = plan, size
            self._room -= size
        while self._room < 0 and len(self._guided) > 1:
            _, (_, freed) = self._guided.popitem(last=False)
            self._room += freed
        return plan


def mode_of(plan: Plan, mode: Mode) -> str:
    """Give the mode that nodes and expressions see: that of the execution which this one repeats."""
    return (plan.guidance.mode if plan.guidance is not None else None) or mode


def identity(plan: Plan, execution: str) -> str:
    """Give the id that nodes and expressions see: that of the execution which this one repeats."""
    return (plan.guidance.execution if plan.guidance is not None else None) or execution
