"""Version rows: the versions of all workflows in the catalog view's file, the latest used ones in memory.

Flow: catalog view → **version rows** → plans, lists of versions.
"""

import sqlite3
from collections import OrderedDict
from typing import NamedTuple

import msgspec

from schemas.commands import Author, VersionSnapshot

SCHEMA = """
CREATE TABLE versions(
    workflow TEXT, id TEXT, created INTEGER, nodes INTEGER, snapshot BLOB, PRIMARY KEY(workflow, id)
) WITHOUT ROWID;
CREATE INDEX versions_by_age ON versions(workflow, created, id, nodes);
"""


class VersionRow(NamedTuple):
    """A version in a list: its id, when it was made (epoch ms), how many nodes it has, and by whom it was made."""

    id: str
    created_at: int
    nodes: int
    by: Author | None


class VersionRows:
    """Versions by (workflow, id); what comes out is shared: never change it."""

    def __init__(self, db: sqlite3.Connection, cached: int) -> None:
        self._db = db
        self._cached = cached
        self._cache: OrderedDict[tuple[str, str], VersionSnapshot] = OrderedDict()

    def get(self, workflow: str, version: str) -> VersionSnapshot | None:
        """Give one version."""
        key = (workflow, version)
        found = self._cache.get(key)
        if found is not None:
            self._cache.move_to_end(key)
            return found
        row = self._db.execute("SELECT snapshot FROM versions WHERE workflow = ? AND id = ?", key).fetchone()
        return None if row is None else self._keep(msgspec.json.decode(row[0], type=VersionSnapshot))

    def put(self, version: VersionSnapshot) -> None:
        """Keep a version."""
        nodes = version.body.get("nodes")
        count = len(nodes) if isinstance(nodes, list) else 0
        row = (version.workflow, version.id, version.created_at, count, msgspec.json.encode(version))
        self._db.execute("REPLACE INTO versions VALUES (?, ?, ?, ?, ?)", row)
        self._keep(version)

    def drop(self, workflow: str, version: str) -> None:
        """Forget a version."""
        self._cache.pop((workflow, version), None)
        self._db.execute("DELETE FROM versions WHERE workflow = ? AND id = ?", (workflow, version))

    def page(self, workflow: str, before: tuple[int, str] | None, limit: int) -> list[VersionRow]:
        """Give versions of a workflow, newest first, those before a given one (created, id)."""
        created, name = before or (1 << 62, "")
        query = (
            "SELECT id, created, nodes, json_extract(CAST(snapshot AS TEXT), '$.by')"
            " FROM versions WHERE workflow = ? AND (created, id) < (?, ?)"
            " ORDER BY created DESC, id DESC LIMIT ?"
        )
        rows = self._db.execute(query, (workflow, created, name, limit))
        return [
            VersionRow(own, made, nodes, msgspec.json.decode(by, type=Author) if by else None)
            for own, made, nodes, by in rows
        ]

    def _keep(self, version: VersionSnapshot) -> VersionSnapshot:
        key = (version.workflow, version.id)
        self._cache[key] = version
        self._cache.move_to_end(key)
        while len(self._cache) > self._cached:
            self._cache.popitem(last=False)
        return version
