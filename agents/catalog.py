"""The catalog's decisions: what a command changes, as values; no I/O, no clock.

Flow: command + index over the catalog → **decide** → snapshots and an answer → catalog agent.
"""

import re
from dataclasses import dataclass
from typing import Any, assert_never

import msgspec

from agents.deciding import CatalogIndex, Outcome, Room, revised
from agents.publishing import publish, roll_back
from agents.refusing import refusal
from agents.rollouts import end_rollout, set_rollout
from agents.vault_catalog import decide_vault
from nodes.checking import Checked, check, made_here
from nodes.sdk.registry import Registry
from schemas.commands import (
    ActivateWorkflow,
    Answer,
    Answered,
    Command,
    CreateWorkflow,
    DeactivateWorkflow,
    DeleteWorkflow,
    EndRollout,
    PublishWorkflow,
    RollBackWorkflow,
    SetRollout,
    Snapshot,
    TagWorkflow,
    UpdateWorkflow,
    VersionSnapshot,
    WorkflowChange,
    WorkflowSnapshot,
    present,
    present_version,
)
from schemas.errors import (
    ConflictError,
    MillraceError,
    NotFoundError,
    UserError,
)
from schemas.layout import Layout, without_text
from schemas.vault import VaultChange
from schemas.workflow import content_hash, tag_names

REMEMBERED = 32
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.~-]{0,63}")


@dataclass(frozen=True, slots=True)
class Decision:
    """What to put, in this order, and what to answer. A repeated command puts nothing."""

    snapshots: list[Snapshot]
    answer: Answer


def decide(command: Command, index: CatalogIndex, registry: Registry, now: int, *, zone: str = "UTC") -> Decision:
    """Decide one command against a catalog that is folded to its end; what is refused becomes an answer.

    ``now`` is epoch ms; ``zone`` is for schedules of workflows that name none.
    """
    if isinstance(command.change, VaultChange):
        snapshots, answer = decide_vault(command, index, now)
        return Decision([*snapshots], answer)
    known = index.aggregate(command.change.id)
    for answered in known.answered if known else ():
        if answered.command == command.id:
            return Decision([], _whole(answered.answer, command.change.id, index))
    try:
        outcome = _apply(command.change, known, Room(index, registry, now, zone, command.by))
    except MillraceError as bad:
        answer = refusal(bad)
        # Where there is no workflow there is nothing to remember it in; such a refusal comes out the same again.
        return Decision([_remember(known, command, answer)] if known else [], answer)
    brief = Answer(ok=True, body=_brief(outcome.after))
    answer = brief
    if outcome.version is not None:
        answer = Answer(ok=True, body=present(outcome.after, outcome.version))
    return Decision([*outcome.written, _remember(outcome.after, command, brief)], answer)


def _apply(change: WorkflowChange, known: WorkflowSnapshot | None, room: Room) -> Outcome:
    if isinstance(change, CreateWorkflow):
        return _create(change, known, room)
    current = _current(known, change.id, change.expected)
    match change:
        case UpdateWorkflow():
            return _update(change, current, room)
        case TagWorkflow():
            after = msgspec.structs.replace(current, tags=tag_names({"tags": change.tags}) or [])
            return Outcome(revised(current, after, room.now), room.index.version(current.id, current.draft))
        case ActivateWorkflow():
            return publish(current, current.draft, room)
        case PublishWorkflow():
            return publish(current, change.version or current.draft, room, change.message)
        case RollBackWorkflow():
            return roll_back(current, change.version, room)
        case SetRollout():
            return set_rollout(change, current, room)
        case EndRollout():
            return end_rollout(change, current, room)
        case DeactivateWorkflow():
            after = msgspec.structs.replace(current, active=False, published=None, rollout=None)
            return Outcome(revised(current, after, room.now), room.index.version(current.id, current.draft))
        case DeleteWorkflow():
            after = msgspec.structs.replace(current, active=False, published=None, rollout=None, deleted=True)
            return Outcome(revised(current, after, room.now), None)
    assert_never(change)


def _create(change: CreateWorkflow, known: WorkflowSnapshot | None, room: Room) -> Outcome:
    if not _ID.fullmatch(change.id):
        raise UserError(
            f'"{change.id}" cannot be the id of a workflow',
            field="id",
            hint='use up to 64 of A–Z a–z 0–9 "_" "-" "." "~"',
        )
    if known is not None and not known.deleted:
        raise ConflictError(
            f'workflow "{known.name}" already has the id "{change.id}"',
            field="id",
            hint="update it, or leave out the id",
        )
    checked, version, written = _draft(change.id, change.workflow, room, change.layout)
    after = WorkflowSnapshot(
        id=change.id,
        name=checked.workflow.name,
        revision=known.revision + 1 if known else 1,
        draft=version.id,
        created_at=room.now,
        updated_at=room.now,
        tags=tag_names(change.workflow) or [],
        answered=known.answered if known else [],
    )
    return Outcome(after, version, written)


def _update(change: UpdateWorkflow, current: WorkflowSnapshot, room: Room) -> Outcome:
    raw = change.workflow
    if isinstance(raw, dict) and "name" not in raw:
        raw = {"name": current.name, **raw}
    before = room.index.version(current.id, current.draft)
    layout = change.layout or _layout_after(before, raw)
    checked, version, written = _draft(change.id, raw, room, layout)
    tags = tag_names(change.workflow)
    after = msgspec.structs.replace(
        current, name=checked.workflow.name, draft=version.id, tags=current.tags if tags is None else tags
    )
    return Outcome(revised(current, after, room.now, force=bool(written)), version, written)


def _layout_after(before: VersionSnapshot | None, raw: dict[str, Any]) -> Layout | None:
    """Give the layout of a workflow that is saved again: the text that was imported counts while it is the same."""
    if before is None or before.layout is None:
        return None
    return before.layout if before.body == raw else without_text(before.layout)


def _draft(
    workflow: str, raw: dict[str, Any], room: Room, layout: Layout | None
) -> tuple[Checked, VersionSnapshot, list[Snapshot]]:
    """Check a workflow and make its version; what is to be written of it is nothing where it is there already."""
    checked = check(raw, room.registry, strict=made_here(raw), zone=room.zone)
    name = content_hash(raw)
    before = room.index.version(workflow, name)
    version = VersionSnapshot(
        id=name,
        workflow=workflow,
        body=raw,
        created_at=before.created_at if before else room.now,
        start_node=checked.start_node,
        start_type=checked.start_type,
        routes=checked.routes,
        schedules=checked.schedules,
        subscriptions=checked.subscriptions,
        sources=checked.sources,
        problems=checked.problems,
        layout=layout,
        by=before.by if before else room.by,
    )
    return checked, version, [] if version == before else [version]


def _current(known: WorkflowSnapshot | None, workflow: str, expected: int | None) -> WorkflowSnapshot:
    if known is None or known.deleted:
        raise NotFoundError(f'there is no workflow "{workflow}"', hint="list the workflows to see their ids")
    if expected is not None and expected != known.revision:
        raise ConflictError(
            f'workflow "{known.name}" is at revision {known.revision}, not {expected}: somebody changed it in between',
            hint="read it again and repeat the change",
            detail={"revision": known.revision},
        )
    return known


def _remember(snapshot: WorkflowSnapshot, command: Command, answer: Answer) -> WorkflowSnapshot:
    answered = [*snapshot.answered, Answered(command.id, answer)][-REMEMBERED:]
    return msgspec.structs.replace(snapshot, answered=answered)


def _brief(after: WorkflowSnapshot) -> dict[str, Any]:
    if after.deleted:
        return {"id": after.id, "deleted": True, "revision": after.revision}
    return present(after)


def _whole(first: Answer, workflow: str, index: CatalogIndex) -> Answer:
    """Give a remembered answer with the workflow's JSON, which is kept with the version only."""
    version = index.version(workflow, first.body["versionId"]) if first.ok and "versionId" in first.body else None
    return Answer(ok=first.ok, body=first.body | present_version(first.body, version) if version else first.body)
