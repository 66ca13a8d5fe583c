"""Publishing: which version of a workflow its triggers start. A flip of one pointer, and what must hold for it.

Flow: catalog decisions → **publishing** → the workflow's snapshot.
"""

import msgspec

from agents.deciding import CatalogIndex, Outcome, Room, revised
from nodes.obstacles import obstacles
from schemas.commands import Publication, VersionSnapshot, WorkflowSnapshot
from schemas.errors import ConflictError, DefectError, NotFoundError, WorkflowError
from schemas.trigger import route_key

REMEMBERED = 50


def publish(current: WorkflowSnapshot, wanted: str, room: Room, message: str | None = None) -> Outcome:
    """Point the workflow's triggers at a version and let them start it; executions under way stay on theirs."""
    version = _version(current, wanted, room.index)
    claim(version, current.name, room.index)
    if current.active and current.published == wanted and message is None:
        return Outcome(current, version)
    made = Publication(version=wanted, at=room.now, message=message, by=room.by)
    publications = [*current.publications, made][-REMEMBERED:]
    rollout = current.rollout
    if rollout is not None and rollout.on and current.published != wanted:
        rollout = msgspec.structs.replace(rollout, ended_at=room.now, reason=f'version "{wanted}" was published')
    after = msgspec.structs.replace(current, active=True, published=wanted, publications=publications, rollout=rollout)
    return Outcome(revised(current, after, room.now), version)


def roll_back(current: WorkflowSnapshot, wanted: str | None, room: Room) -> Outcome:
    """Publish a version that was published before: the one named, or the last other one."""
    if wanted is None:
        before = (made.version for made in reversed(current.publications) if made.version != current.published)
        wanted = next(before, None)
        if wanted is None:
            raise ConflictError(
                f'workflow "{current.name}" has no earlier published version', hint="publish one of its versions"
            )
    return publish(current, wanted, room)


def claim(version: VersionSnapshot, name: str, index: CatalogIndex) -> None:
    """Refuse to publish a version that lacks something, or whose webhooks are somebody's already."""
    found = obstacles(version, index.vault.referred)
    if found:
        first = found[0]
        where = f'workflow "{name}"' + (f', node "{first.node}"' if first.node else "")
        raise WorkflowError(
            f"{where}: {first.message}",
            node=first.node,
            field=first.field,
            hint=first.hint,
            detail={"problems": msgspec.to_builtins(found)} if len(found) > 1 else None,
        )
    taken = {route_key(live.route): live for live in index.routes() if live.workflow.id != version.workflow}
    for route in version.routes:
        if other := taken.get(route_key(route)):
            where = f'workflow "{name}", node "{route.node}": {route.method} "{route.path}"'
            raise ConflictError(
                f'{where} belongs to the active workflow "{other.workflow.name}"',
                node=route.node,
                field="path",
                hint="choose another path or method for one of them",
                detail={"workflow": other.workflow.id, "node": other.route.node},
            )


def _version(current: WorkflowSnapshot, wanted: str, index: CatalogIndex) -> VersionSnapshot:
    found = index.version(current.id, wanted)
    if found is not None:
        return found
    if wanted == current.draft:
        raise DefectError(f'workflow "{current.name}" has lost its version "{wanted}"', hint="save it again")
    raise NotFoundError(f'workflow "{current.name}" has no version "{wanted}"', hint="list its versions")
