"""Vault view: credentials (sealed), variables, static data and preferences as the catalog has them now.

Flow: catalog view → **vault view** → gateway (lists), worker (seals at use, `$vars`), catalog agent (rules).
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from schemas.vault import (
    CredentialSnapshot,
    PreferencesSnapshot,
    StaticSnapshot,
    VariableSnapshot,
    VaultSnapshot,
    vault_key,
)

KINDS: Mapping[str, type[VaultSnapshot]] = {
    "credential": CredentialSnapshot,
    "variable": VariableSnapshot,
    "static": StaticSnapshot,
    "preferences": PreferencesSnapshot,
}
SCHEMA = "CREATE TABLE vault(key TEXT PRIMARY KEY, snapshot BLOB) WITHOUT ROWID;"


class VaultView:
    """Everything in memory: there are few, and they are asked for often."""

    def __init__(self) -> None:
        self._credentials: dict[str, CredentialSnapshot] = {}
        self._variables: dict[str, VariableSnapshot] = {}
        self._statics: dict[str, StaticSnapshot] = {}
        self._preferences: dict[str, PreferencesSnapshot] = {}
        self._values: dict[str, str] = {}

    def load(self, db: sqlite3.Connection) -> None:
        """Read what a view's file has."""
        self._credentials, self._variables, self._statics, self._preferences = {}, {}, {}, {}
        for key, data in db.execute("SELECT key, snapshot FROM vault"):
            self._keep(msgspec.json.decode(data, type=KINDS[key.partition("/")[0]]))
        self._refresh()

    def fold(self, db: sqlite3.Connection, key: str, snapshot: VaultSnapshot | None) -> None:
        """Keep one snapshot, or drop its aggregate."""
        if snapshot is None:
            kind, _, name = key.partition("/")
            self._of(kind).pop(name, None)
            db.execute("DELETE FROM vault WHERE key = ?", (key,))
        else:
            self._keep(snapshot)
            db.execute("REPLACE INTO vault VALUES (?, ?)", (vault_key(snapshot), msgspec.json.encode(snapshot)))
        self._refresh()

    def aggregate(self, key: str) -> VaultSnapshot | None:
        """Give a snapshot as decided last, also of what was deleted; ``key`` is that of `vault_key`."""
        kind, _, name = key.partition("/")
        return self._of(kind).get(name)

    def credentials(self) -> list[CredentialSnapshot]:
        """Give the credentials, by name."""
        return sorted(_there(self._credentials.values()), key=lambda each: (each.name.lower(), each.id))

    def credential(self, credential: str) -> CredentialSnapshot | None:
        """Find a credential by its id."""
        found = self._credentials.get(credential)
        return None if found is None or found.deleted else found

    def referred(self, kind: str, reference: Any) -> CredentialSnapshot | None:
        """Find the credential that a node names: by its id, else by its name, where both are of that type.

        A workflow of another installation has that one's ids: its names are what carries over.
        """
        if not isinstance(reference, Mapping):
            reference = {"name": reference}
        found = self.credential(str(reference.get("id") or ""))
        if found is not None and found.type == kind:
            return found
        named = [each for each in self.credentials() if each.type == kind and each.name == reference.get("name")]
        return named[0] if len(named) == 1 else None

    def variables(self) -> list[VariableSnapshot]:
        """Give the variables, by key."""
        return sorted(_there(self._variables.values()), key=lambda each: each.key)

    def variable(self, variable: str) -> VariableSnapshot | None:
        """Find a variable by its id."""
        found = self._variables.get(variable)
        return None if found is None or found.deleted else found

    @property
    def values(self) -> Mapping[str, str]:
        """Give the variables' values by key; never changed, replaced when one changes."""
        return self._values

    def static(self, workflow: str) -> StaticSnapshot | None:
        """Give what a workflow keeps, None where it never kept anything."""
        return self._statics.get(workflow)

    def preferences(self, user: str) -> PreferencesSnapshot | None:
        """Give what a user prefers, None where nothing was ever said."""
        return self._preferences.get(user)

    def _of(self, kind: str) -> dict[str, Any]:
        found: dict[str, dict[str, Any]] = {
            "credential": self._credentials,
            "variable": self._variables,
            "static": self._statics,
            "preferences": self._preferences,
        }
        return found[kind]

    def _keep(self, snapshot: VaultSnapshot) -> None:
        self._of(vault_key(snapshot).partition("/")[0])[snapshot.id] = snapshot

    def _refresh(self) -> None:
        self._values = {each.key: each.value for each in _there(self._variables.values())}


def _there(snapshots: Iterable[Any]) -> list[Any]:
    return [each for each in snapshots if not each.deleted]
