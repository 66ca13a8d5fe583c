"""Vault: credentials, variables and preferences in the catalog. Of a credential it has the seal, never its content.

Flow: gateway, worker (renewed tokens) → **vault** commands → catalog agent → `catalog` snapshots → every view.
"""

from collections.abc import Mapping
from typing import Any

import msgspec


class Sealed(msgspec.Struct, frozen=True):
    """A text under a key of its own, which is wrapped by the installation's key of the id ``key``."""

    key: str
    wrapped: bytes
    text: bytes


class CreateCredential(msgspec.Struct, tag="credential.create", tag_field="command"):
    """Keep a credential; ``id`` is chosen by the sender."""

    id: str
    name: str
    type: str
    sealed: Sealed


class UpdateCredential(msgspec.Struct, tag="credential.update", tag_field="command", omit_defaults=True):
    """Change a credential's name or content; ``expected`` is the revision that the sender saw."""

    id: str
    name: str | None = None
    sealed: Sealed | None = None
    expected: int | None = None


class DeleteCredential(msgspec.Struct, tag="credential.delete", tag_field="command", omit_defaults=True):
    """Forget a credential; refused while workflows name it, unless it is ``forced``."""

    id: str
    expected: int | None = None
    forced: bool = False


class PutVariable(msgspec.Struct, tag="variable.put", tag_field="command", omit_defaults=True):
    """Make or change a variable; ``fresh`` refuses one that is there."""

    id: str
    key: str
    value: str
    expected: int | None = None
    fresh: bool = False


class DeleteVariable(msgspec.Struct, tag="variable.delete", tag_field="command", omit_defaults=True):
    """Forget a variable."""

    id: str
    expected: int | None = None


class PutStaticData(msgspec.Struct, tag="static.put", tag_field="command", omit_defaults=True):
    """Change keys of a workflow's static data, by part (`global`, `node:<name>`); ``seed`` is what it began with.

    ``id`` is the workflow's.
    """

    id: str
    changed: dict[str, dict[str, Any]] = {}
    removed: dict[str, list[str]] = {}
    seed: dict[str, Any] = {}


class PutPreferences(msgspec.Struct, tag="preferences.put", tag_field="command", omit_defaults=True):
    """Change how somebody wants to see things; ``id`` is that user's, and keys that are absent stay."""

    id: str
    changed: dict[str, str]


class CredentialSnapshot(msgspec.Struct, tag="credential", tag_field="aggregate", omit_defaults=True):
    """The latest state of one credential. ``done`` names the last commands, so that a repetition changes nothing."""

    id: str
    name: str
    type: str
    sealed: Sealed
    revision: int
    created_at: int
    updated_at: int
    done: list[str] = []
    deleted: bool = False


class VariableSnapshot(msgspec.Struct, tag="variable", tag_field="aggregate", omit_defaults=True):
    """The latest state of one variable."""

    id: str
    key: str
    value: str
    revision: int
    created_at: int
    updated_at: int
    done: list[str] = []
    deleted: bool = False


class StaticSnapshot(msgspec.Struct, tag="static", tag_field="aggregate", omit_defaults=True):
    """What a workflow keeps from one execution to the next, by part."""

    id: str
    data: dict[str, Any]
    revision: int
    created_at: int
    updated_at: int
    done: list[str] = []


class PreferencesSnapshot(msgspec.Struct, tag="preferences", tag_field="aggregate", omit_defaults=True):
    """How one user wants to see things."""

    id: str
    values: dict[str, str]
    revision: int
    created_at: int
    updated_at: int
    done: list[str] = []


VaultChange = (
    CreateCredential
    | UpdateCredential
    | DeleteCredential
    | PutVariable
    | DeleteVariable
    | PutStaticData
    | PutPreferences
)
VaultSnapshot = CredentialSnapshot | VariableSnapshot | StaticSnapshot | PreferencesSnapshot


def vault_key(snapshot: VaultSnapshot) -> str:
    """Name an aggregate in topic and table `catalog`."""
    match snapshot:
        case CredentialSnapshot():
            return f"credential/{snapshot.id}"
        case VariableSnapshot():
            return f"variable/{snapshot.id}"
        case StaticSnapshot():
            return f"static/{snapshot.id}"
        case PreferencesSnapshot():
            return f"preferences/{snapshot.id}"


def merged_static(data: Mapping[str, Any], change: PutStaticData) -> dict[str, Any]:
    """Give static data after a change of some of its keys."""
    after = {name: dict(part) for name, part in data.items() if isinstance(part, dict)}
    for name, values in change.changed.items():
        after[name] = {**after.get(name, {}), **values}
    for name, keys in change.removed.items():
        after[name] = {key: value for key, value in after.get(name, {}).items() if key not in keys}
    return after


def present_vault(snapshot: VaultSnapshot) -> dict[str, Any]:
    """Give a credential or a variable as the API shows it; of a credential not its content."""
    shown: dict[str, Any] = {
        "id": snapshot.id,
        "revision": snapshot.revision,
        "createdAt": snapshot.created_at,
        "updatedAt": snapshot.updated_at,
    }
    if isinstance(snapshot, VariableSnapshot):
        return shown | {"key": snapshot.key, "value": snapshot.value}
    if isinstance(snapshot, StaticSnapshot):
        return shown | {"data": snapshot.data}
    if isinstance(snapshot, PreferencesSnapshot):
        return shown | {"values": snapshot.values}
    return shown | {"name": snapshot.name, "type": snapshot.type}
