"""Rollouts: the rules of the catalog for them, and which version a start runs.

Flow: command → **rollouts** → workflow snapshot → **rollouts** (per start) → engine.
"""

import msgspec

from agents.deciding import Outcome, Room, revised
from agents.publishing import claim
from nodes.expressions.keys import check_key, key_value
from schemas.commands import EndRollout, SetRollout, WorkflowSnapshot
from schemas.errors import ConflictError, NotFoundError, UserError
from schemas.rollout import Rollout, takes_part
from schemas.task import Task
from streams.stores.views import CatalogView

PRODUCTION = frozenset({"webhook", "trigger"})


def set_rollout(change: SetRollout, current: WorkflowSnapshot, room: Room) -> Outcome:
    """Begin a rollout, or change it; refuse one that could not take the place of what is published."""
    wanted = change.rollout
    published = room.index.version(current.id, current.published) if current.active and current.published else None
    if published is None:
        raise ConflictError(f'workflow "{current.name}" is not published', hint="publish a version first")
    version = room.index.version(current.id, wanted.version)
    if version is None:
        raise NotFoundError(f'workflow "{current.name}" has no version "{wanted.version}"', hint="list its versions")
    if wanted.version == current.published:
        raise ConflictError(f'version "{wanted.version}" is the published one', field="version", hint="try another")
    claim(version, current.name, room.index)
    if missing := published.triggers.keys() - version.triggers.keys():
        raise UserError(
            f'version "{wanted.version}" has no trigger "{min(missing)}"',
            node=min(missing),
            field="version",
            hint="what is published starts there; publish such a version instead",
        )
    check_key(wanted.key, "key")
    began = msgspec.structs.replace(wanted, began_at=room.now, ended_at=None, reason=None)
    after = msgspec.structs.replace(current, rollout=began)
    return Outcome(revised(current, after, room.now), published)


def end_rollout(change: EndRollout, current: WorkflowSnapshot, room: Room) -> Outcome:
    """End a rollout: every start runs what is published. One of another version, or that has ended, stays as it is."""
    version = room.index.version(current.id, current.draft)
    rollout = current.rollout
    if rollout is None or not rollout.on or change.version not in (None, rollout.version):
        return Outcome(current, version)
    ended = msgspec.structs.replace(rollout, ended_at=room.now, reason=change.reason)
    return Outcome(revised(current, msgspec.structs.replace(current, rollout=ended), room.now), version)


class Routing:
    """Says which version a start of a published version runs."""

    def __init__(self, view: CatalogView) -> None:
        self._view = view

    def __call__(self, task: Task) -> Task:
        """Give the task as it is, or as a start of the version that its workflow tries out."""
        if task.start is None or task.start.mode not in PRODUCTION:
            return task
        known = self._view.workflow(task.workflow)
        rollout = known.rollout if known is not None else None
        if known is None or rollout is None or rollout.kind != "canary" or not rollout.on:
            return task
        if task.version != known.published or not takes_part(rollout, identity(rollout, task)):
            return task
        return msgspec.structs.replace(task, version=rollout.version)


def identity(rollout: Rollout, task: Task) -> str:
    """Give what decides whether a start takes part: the value of the rollout's key, else the execution's id."""
    items = task.start.items if task.start is not None else None
    if rollout.key is None or not items:
        return task.execution
    value = key_value(rollout.key, items)
    return task.execution if value is None else str(value)
