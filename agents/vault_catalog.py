"""The vault's decisions: what becomes of credentials, variables and static data, as values; no I/O, no clock.

Flow: command + vault view → **decide** → snapshot and an answer → catalog agent.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar, assert_never

import msgspec

from agents.refusing import refusal
from schemas.commands import Answer, Command, VersionSnapshot, WorkflowSnapshot
from schemas.errors import ConflictError, MillraceError, NotFoundError, UserError
from schemas.vault import (
    CreateCredential,
    CredentialSnapshot,
    DeleteCredential,
    DeleteVariable,
    PreferencesSnapshot,
    PutPreferences,
    PutStaticData,
    PutVariable,
    StaticSnapshot,
    UpdateCredential,
    VariableSnapshot,
    VaultChange,
    VaultSnapshot,
    merged_static,
    present_vault,
)
from streams.stores.vault_view import VaultView

REMEMBERED = 32
NAMED_USERS = 5
_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.~-]{0,63}")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,49}")
LARGEST_VALUE = 64 * 1024
S = TypeVar("S", CredentialSnapshot, VariableSnapshot, StaticSnapshot, PreferencesSnapshot)
D = TypeVar("D", CredentialSnapshot, VariableSnapshot)


class VaultIndex(Protocol):
    """What a decision looks up: the catalog folded to its end. A CatalogView is one."""

    @property
    def vault(self) -> VaultView:
        """Give credentials and variables."""
        ...

    def list(self, *, limit: int) -> Sequence[WorkflowSnapshot]:
        """Give workflows that are there."""
        ...

    def version(self, workflow: str, version: str) -> VersionSnapshot | None:
        """Give one version of a workflow."""
        ...


def decide_vault(command: Command, index: VaultIndex, now: int) -> tuple[list[VaultSnapshot], Answer]:
    """Decide one command against a catalog that is folded to its end: what to put, and what to answer."""
    change = command.change
    assert isinstance(change, VaultChange)  # noqa: S101 the caller's switch
    known = index.vault.aggregate(f"{_kind(change)}/{change.id}")
    if known is not None and command.id in known.done:
        return [], Answer(ok=True, body=present_vault(known))
    try:
        after = _apply(change, known, index, now)
    except MillraceError as bad:
        return [], refusal(bad)
    after = msgspec.structs.replace(after, done=[*after.done, command.id][-REMEMBERED:])
    return [after], Answer(ok=True, body=present_vault(after))


def _kind(change: VaultChange) -> str:
    match change:
        case PutVariable() | DeleteVariable():
            return "variable"
        case PutStaticData():
            return "static"
        case PutPreferences():
            return "preferences"
    return "credential"


def _apply(change: VaultChange, known: VaultSnapshot | None, index: VaultIndex, now: int) -> VaultSnapshot:
    match change:
        case CreateCredential():
            return _create(change, known, index.vault, now)
        case UpdateCredential():
            return _update(change, _current(known, change, CredentialSnapshot), index.vault, now)
        case DeleteCredential():
            current = _current(known, change, CredentialSnapshot)
            if not change.forced:
                _refuse_used(current, index)
            # The seal is of no use to anybody: an empty one takes its place.
            empty = msgspec.structs.replace(current.sealed, wrapped=b"", text=b"")
            return _revised(msgspec.structs.replace(current, deleted=True, sealed=empty), now)
        case PutVariable():
            return _put_variable(change, known, index.vault, now)
        case DeleteVariable():
            variable = _current(known, change, VariableSnapshot)
            return _revised(msgspec.structs.replace(variable, deleted=True, value=""), now)
        case PutStaticData():
            fresh = StaticSnapshot(change.id, change.seed, 0, now, now)
            kept = known if isinstance(known, StaticSnapshot) else fresh
            return _revised(msgspec.structs.replace(kept, data=merged_static(kept.data, change)), now)
        case PutPreferences():
            empty_ones = PreferencesSnapshot(change.id, {}, 0, now, now)
            before = known if isinstance(known, PreferencesSnapshot) else empty_ones
            return _revised(msgspec.structs.replace(before, values=before.values | change.changed), now)
    assert_never(change)


def _create(change: CreateCredential, known: VaultSnapshot | None, vault: VaultView, now: int) -> CredentialSnapshot:
    _check_id(change.id)
    if isinstance(known, CredentialSnapshot) and not known.deleted:
        raise ConflictError(f'a credential has the id "{change.id}" already', field="id", hint="leave out the id")
    _claim_name(change.name, change.type, change.id, vault)
    revision = known.revision + 1 if known else 1
    done = known.done if known else []
    return CredentialSnapshot(change.id, change.name, change.type, change.sealed, revision, now, now, done)


def _update(change: UpdateCredential, current: CredentialSnapshot, vault: VaultView, now: int) -> CredentialSnapshot:
    name = current.name if change.name is None else change.name
    _claim_name(name, current.type, current.id, vault)
    after = msgspec.structs.replace(current, name=name, sealed=change.sealed or current.sealed)
    return _revised(after, now)


def _put_variable(change: PutVariable, known: VaultSnapshot | None, vault: VaultView, now: int) -> VariableSnapshot:
    _check_id(change.id)
    if not _KEY.fullmatch(change.key):
        hint = "use up to 50 letters, digits and underscores, no digit first: expressions say $vars.key"
        raise UserError(f'"{change.key}" cannot be the key of a variable', field="key", hint=hint)
    if len(change.value) > LARGEST_VALUE:
        raise UserError(f"the value is longer than {LARGEST_VALUE // 1024} kB", field="value")
    if any(each.key == change.key and each.id != change.id for each in vault.variables()):
        raise ConflictError(f'there is a variable "{change.key}" already', field="key", hint="change that one")
    if not isinstance(known, VariableSnapshot) or known.deleted:
        if not change.fresh:
            raise NotFoundError(f'there is no variable with the id "{change.id}"')
        done = known.done if known else []
        return VariableSnapshot(change.id, change.key, change.value, known.revision + 1 if known else 1, now, now, done)
    if change.fresh:
        raise ConflictError(f'a variable has the id "{change.id}" already', field="id", hint="leave out the id")
    current = _current(known, change, VariableSnapshot)
    return _revised(msgspec.structs.replace(current, key=change.key, value=change.value), now)


def _check_id(name: str) -> None:
    if not _ID.fullmatch(name):
        raise UserError(f'"{name}" cannot be an id', field="id", hint='use up to 64 of A–Z a–z 0–9 "_" "-" "." "~"')


def _claim_name(name: str, kind: str, own: str, vault: VaultView) -> None:
    """Refuse a name that a credential of the same type has: workflows that come from elsewhere find one by its name."""
    if not name.strip():
        raise UserError("a credential needs a name", field="name")
    if any(each.name == name and each.type == kind and each.id != own for each in vault.credentials()):
        raise ConflictError(
            f'there is a credential "{name}" of type "{kind}" already', field="name", hint="choose another name"
        )


def _refuse_used(current: CredentialSnapshot, index: VaultIndex) -> None:
    users = {flow.id: flow.name for flow, body in _bodies(index) if _names(body, current, index.vault)}
    if users:
        shown = ", ".join(f'"{name}"' for name in list(users.values())[:NAMED_USERS])
        raise ConflictError(
            f'the credential "{current.name}" is used by {len(users)} workflow{"s" if len(users) > 1 else ""}: {shown}',
            hint="choose another one there, or delete it by force",
            detail={"workflows": list(users)},
        )


def _bodies(index: VaultIndex) -> Iterator[tuple[WorkflowSnapshot, Mapping[str, Any]]]:
    """Go through the workflows, each with its draft, and with its published version where that is another one."""
    for flow in index.list(limit=sys.maxsize):
        for name in {flow.draft, flow.published or flow.draft}:
            if (version := index.version(flow.id, name)) is not None:
                yield flow, version.body


def _names(body: Mapping[str, Any], credential: CredentialSnapshot, vault: VaultView) -> bool:
    nodes = body.get("nodes")
    for node in nodes if isinstance(nodes, list) else []:
        named = node.get("credentials") if isinstance(node, dict) else None
        if isinstance(named, dict) and vault.referred(credential.type, named.get(credential.type)) is credential:
            return True
    return False


def _current(known: VaultSnapshot | None, change: Any, kind: type[D]) -> D:
    what = "credential" if kind is CredentialSnapshot else "variable"
    if not isinstance(known, kind) or known.deleted:
        raise NotFoundError(f'there is no {what} with the id "{change.id}"', hint=f"list the {what}s to see their ids")
    if change.expected is not None and change.expected != known.revision:
        raise ConflictError(
            f"the {what} is at revision {known.revision}, not {change.expected}: somebody changed it in between",
            hint="read it again and repeat the change",
            detail={"revision": known.revision},
        )
    return known


def _revised(after: S, now: int) -> S:
    return msgspec.structs.replace(after, revision=after.revision + 1, updated_at=now)
