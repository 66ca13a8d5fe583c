"""Plans by version: compiled when first needed, kept while they are used.

Flow: version snapshots in the catalog view → **plans** → engine.
"""

from collections import OrderedDict
from typing import Protocol

import msgspec

from agents.plan import Plan, compile_plan
from nodes.sdk.context import Blobs
from nodes.sdk.registry import Registry
from schemas.errors import NotFoundError
from streams.stores.views import CatalogView

KEPT = 1000
INLINE = "blob:"
"""How the version of a workflow begins that no catalog has: the rest names the blob of its JSON."""


class Plans(Protocol):
    """Where the engine gets plans."""

    def cached(self, workflow: str, version: str) -> Plan | None:
        """Give a plan that needs no waiting."""
        ...

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        """Give a plan; waits until the catalog is known up to that offset. Raises NotFoundError."""
        ...


class CatalogPlans:
    """Plans of the versions in the catalog view, and of workflows that were given as JSON to be called."""

    def __init__(self, view: CatalogView, registry: Registry, zone: str, blobs: Blobs) -> None:
        self._view = view
        self._blobs = blobs
        self._registry = registry
        self._zone = zone
        self._plans: OrderedDict[tuple[str, str], Plan] = OrderedDict()

    def cached(self, workflow: str, version: str) -> Plan | None:
        """Give a plan that was compiled before."""
        return self._plans.get((workflow, version))

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        """Give a plan, compiling it where it is new."""
        if (plan := self._plans.get((workflow, version))) is not None:
            return plan
        plan = await self._compiled(workflow, version, catalog)
        self._plans[workflow, version] = plan
        while len(self._plans) > KEPT:
            self._plans.popitem(last=False)
        return plan

    async def _compiled(self, workflow: str, version: str, catalog: int) -> Plan:
        if version.startswith(INLINE):
            body = msgspec.json.decode(await self._blobs.get(version.removeprefix(INLINE)))
            return compile_plan(workflow, version, body, self._registry, zone=self._zone)
        await self._view.wait(catalog)
        snapshot = self._view.version(workflow, version)
        if snapshot is None:
            raise NotFoundError(f'workflow "{workflow}" has no version "{version}"')
        known = self._view.workflow(workflow)
        active = known is not None and known.published == version
        return compile_plan(workflow, version, snapshot.body, self._registry, zone=self._zone, active=active)
