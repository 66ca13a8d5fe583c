"""Rollouts: a version tried beside the published one, and how it does.

Flow: `/api/v1/workflows/{id}/rollout` → **rollouts** → commands; catalog view, history → **rollouts** → client.
"""

from typing import Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.api.workflows import PATH
from gateway.changing import Changing, Conditions
from gateway.endpoints import Endpoint, Outcome
from gateway.reading import Catalog, Past
from schemas.commands import EndRollout, SetRollout
from schemas.differences import Difference
from schemas.errors import NotFoundError
from schemas.rollout import Kind, RollBackWhen, Rollout

SHOWN = 20
_SIDES = """
SELECT version, countIf(status = 'success'), countIf(status = 'error'), count(),
    avg(toUnixTimestamp64Milli(finished_at) - toUnixTimestamp64Milli(started_at)),
    quantile(0.95)(toUnixTimestamp64Milli(finished_at) - toUnixTimestamp64Milli(started_at))
FROM executions FINAL
WHERE workflow = {workflow:String} AND started_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
    AND mode IN ('webhook', 'trigger', 'shadow') AND rank = 2 AND version IN ({tried:String}, {published:String})
GROUP BY version
"""
_COMPARED = """
SELECT count(), countIf(NOT JSONExtractBool(payload, 'same') AND JSONHas(payload, 'same'))
FROM execution_events FINAL
WHERE workflow = {workflow:String} AND event = 'shadow.compared' AND version = {tried:String}
    AND at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
"""
_DIFFERENCES = """
SELECT execution, JSONExtractString(payload, 'original'), toUnixTimestamp64Milli(at),
    JSONExtractRaw(payload, 'differences')
FROM execution_events FINAL
WHERE workflow = {workflow:String} AND event = 'shadow.compared' AND version = {tried:String}
    AND at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC') AND JSONHas(payload, 'same')
ORDER BY at DESC LIMIT {limit:UInt32}
"""


class SideState(msgspec.Struct, rename="camel"):
    """What executions of one version came to since the rollout began; times in milliseconds."""

    version: str
    executions: int = 0
    succeeded: int = 0
    failed: int = 0
    mean_ms: float | None = None
    p95_ms: float | None = None


class ShadowDifference(msgspec.Struct, rename="camel"):
    """A shadow that gave something else than the execution that it followed."""

    execution: str
    original: str
    at: int
    differences: list[Difference]


class RolloutState(msgspec.Struct, rename="camel"):
    """A rollout and how it does. One that has ended (``endedAt``) says why in ``reason``; times are epoch ms."""

    kind: Kind
    version: str
    percent: float
    key: str | None
    rollback_when: RollBackWhen | None
    began_at: int
    ended_at: int | None
    reason: str | None
    published: SideState
    tried: SideState
    compared: int = 0
    differing: int = 0
    differences: list[ShadowDifference] = []


class RollBackWhenBody(BaseModel):
    """When a rollout is taken back by itself."""

    model_config = ConfigDict(extra="forbid")

    minimum: int = Field(20, ge=1, description="Executions of the version that must have ended before.")
    error_rate: float | None = Field(None, alias="errorRate", ge=0, le=1, description="Share of them that may fail.")
    slower: float | None = Field(None, gt=0, description="How many times as long as the published one's they may take.")
    differing: float | None = Field(None, ge=0, le=1, description="Share of shadows that may give something else.")


class RolloutBody(BaseModel):
    """What to try, and how."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["canary", "shadow"] = Field(
        description="canary: some starts run it. shadow: it runs beside, and makes no effects."
    )
    version: str = Field(min_length=1, description="Version to try.")
    percent: float = Field(100.0, gt=0, le=100, description="How many of the starts, or of their keys.")
    key: str | None = Field(
        None, max_length=500, description="Field of the first item, or expression, whose value decides; else the id."
    )
    rollback_when: RollBackWhenBody | None = Field(
        None, alias="rollbackWhen", description="When it is taken back by itself; else only by hand."
    )

    @property
    def rollout(self) -> Rollout:
        """Give the rollout."""
        when = None if self.rollback_when is None else RollBackWhen(**self.rollback_when.model_dump())
        return Rollout(self.kind, self.version, self.percent, self.key, when)


class Rollouts:
    """The resource."""

    def __init__(self, catalog: Catalog, changing: Changing, past: Past) -> None:
        self._catalog = catalog
        self._changing = changing
        self._past = past

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one, changes = f"{PATH}/{{workflow}}/rollout", (404, 409, 412, 422, 504)
        return [
            Endpoint("GET", one, self.get, "versions", {200: RolloutState}, (404,)),
            Endpoint("PUT", one, self.put, "versions", {200: RolloutState}, changes),
            Endpoint("DELETE", one, self.delete, "versions", {200: RolloutState}, changes),
        ]

    async def get(self, workflow: str) -> Outcome:
        """Read a workflow's rollout and how it does; the last one stays until there is another."""
        known = self._catalog.workflow(workflow)
        rollout = known.rollout
        if rollout is None:
            raise NotFoundError(f'workflow "{known.name}" tries no version', hint="PUT begins a rollout")
        published = known.published or ""
        given = {"workflow": workflow, "tried": rollout.version, "published": published, "since": rollout.began_at}
        sides = {version: SideState(version) for version in (published, rollout.version)}
        for version, succeeded, failed, count, mean, p95 in (await self._past.query(_SIDES, given, 2)).rows:
            sides[version] = SideState(version, int(count), int(succeeded), int(failed), mean, p95)
        del given["published"]
        [[compared, differing]] = (await self._past.query(_COMPARED, given, 1)).rows
        shown = (await self._past.query(_DIFFERENCES, {**given, "limit": SHOWN}, SHOWN)).rows
        state = RolloutState(
            rollout.kind,
            rollout.version,
            rollout.percent,
            rollout.key,
            rollout.rollback_when,
            rollout.began_at,
            rollout.ended_at,
            rollout.reason,
            sides[published],
            sides[rollout.version],
            int(compared),
            int(differing),
            [_difference(row) for row in shown],
        )
        return Outcome(state, headers={"Millrace-Offset": f"0:{self._catalog.offset}"})

    async def put(self, workflow: str, body: RolloutBody, headers: Conditions) -> Outcome:
        """Try a version: for a part of the starts (canary), or beside all or some of them without effects (shadow).

        Who takes part is decided by the key's value, or the execution's id: always the same for the same, and at a
        higher percentage still. Publishing a version ends it.
        """
        await self._changing.change(SetRollout(workflow, body.rollout, headers.revision), headers)
        return await self.get(workflow)

    async def delete(self, workflow: str, headers: Conditions) -> Outcome:
        """End a rollout: every start runs what is published."""
        await self._changing.change(EndRollout(workflow, None, "ended by hand", headers.revision), headers)
        return await self.get(workflow)


def _difference(row: list[object]) -> ShadowDifference:
    execution, original, at, differences = row
    found = msgspec.json.decode(str(differences) or "[]", type=list[Difference])
    return ShadowDifference(str(execution), str(original), int(str(at)), found)
