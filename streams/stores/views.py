"""Views: the catalog as a disposable read model, folded from its topic.

Flow: topic `catalog` → **view** (SQLite and dicts) → gateway (routes, lists), agents (plans), catalog agent (rules).
It can be deleted at any time: the log has everything. Any number of views may follow the same topic.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from schemas.commands import Snapshot, VersionSnapshot, WorkflowSnapshot
from schemas.errors import NotFoundError, OperationalError
from schemas.trigger import Route
from streams.codecs import Undecodable, decode
from streams.stores import catalog_search, vault_view, version_rows
from streams.stores.catalog_search import CatalogSearch, phrase_of
from streams.stores.version_rows import VersionRows
from streams.topics import CATALOG
from streams.transports.protocol import Log, Reader, Record

logger = logging.getLogger(__name__)

FORMAT = 4
RETRY_SECONDS = 0.5
_SCHEMA = """
CREATE TABLE workflows(
    at INTEGER PRIMARY KEY, id TEXT UNIQUE, active INTEGER, deleted INTEGER, created INTEGER, tags TEXT, snapshot BLOB
);
CREATE INDEX by_age ON workflows(deleted, created, id);
CREATE TABLE facts(position INTEGER);
INSERT INTO facts VALUES (0);
"""
_SCHEMA += version_rows.SCHEMA + catalog_search.SCHEMA + vault_view.SCHEMA
_KINDS: dict[str, type[Snapshot]] = {"workflow": WorkflowSnapshot, "version": VersionSnapshot, **vault_view.KINDS}

Workflows = list[WorkflowSnapshot]
Change = tuple[int, str, Snapshot | None]
"""One record of the catalog: offset, key, and the snapshot (None: the aggregate is gone)."""
Listener = Callable[[frozenset[str]], None]


class LiveRoute(NamedTuple):
    """A webhook of an active workflow, and the version that it starts."""

    workflow: WorkflowSnapshot
    version: str
    route: Route


class CatalogView:
    """The latest snapshot of every workflow and version; for one event loop. ``versions`` and ``search`` ask further.

    ``position`` is the offset after the last record folded. ``path`` None keeps it in memory; a file makes restarts
    read only what is new, and may be deleted while nothing runs. Snapshots that come out of it are shared: never
    change one.
    """

    def __init__(self, path: Path | None = None, *, versions_cached: int = 2000) -> None:
        self._path = path
        self._db = _open(path)
        self._versions_cached = versions_cached
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._listeners: list[Listener] = []
        self._routes: list[LiveRoute] | None = None
        self.versions = VersionRows(self._db, versions_cached)
        self.search = CatalogSearch(self._db)
        self._live: dict[str, VersionSnapshot] = {}
        self._workflows: dict[str, WorkflowSnapshot] = {}
        self.vault = vault_view.VaultView()
        self.position = 0
        self._load()

    def apply(self, changes: Iterable[Change]) -> None:
        """Fold records in the order of the log; those already folded are passed over."""
        touched: set[str] = set()
        with self._db:
            for offset, key, snapshot in changes:
                if offset >= self.position:
                    touched |= self._fold(key, snapshot)
                    self.position = offset + 1
            for workflow in touched:
                self._refresh(workflow)
            self._db.execute("UPDATE facts SET position = ?", (self.position,))
        self._release()
        if touched:
            self._routes = None
            for listener in list(self._listeners):
                listener(frozenset(touched))

    async def follow(self, log: Log) -> None:
        """Fold the topic for ever, from where the view is; run it as a task. Comes back by itself after outages."""
        try:
            while True:
                try:
                    await self._follow(log)
                except OperationalError as bad:
                    logger.warning("catalog view lost its reader", extra={"reason": bad.message})
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._give_up()

    async def wait(self, offset: int) -> None:
        """Wait until a record at that offset, or a later one, has been folded."""
        if offset >= self.position:
            done = asyncio.get_running_loop().create_future()
            self._waiters.append((offset, done))
            await done

    def workflow(self, workflow: str) -> WorkflowSnapshot | None:
        """Give a workflow, without the commands that it has answered; None where deleted or unknown."""
        found = self._workflows.get(workflow)
        return None if found is None or found.deleted else found

    def aggregate(self, workflow: str) -> WorkflowSnapshot | None:
        """Give a workflow's whole snapshot as decided last, also of a deleted one."""
        row = self._db.execute("SELECT snapshot FROM workflows WHERE id = ?", (workflow,)).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=WorkflowSnapshot)

    def version(self, workflow: str, version: str) -> VersionSnapshot | None:
        """Give one version of a workflow, also of a deleted one."""
        return self.versions.get(workflow, version)

    def list(
        self,
        *,
        after: str | None = None,
        limit: int = 50,
        active: bool | None = None,
        search: str | None = None,
        tag: str | None = None,
    ) -> Workflows:
        """Give workflows, newest first, that come ``after`` a workflow (its id); raise NotFoundError for its absence.

        ``search`` looks for the beginnings of words in the workflow's name and its nodes' names and types.
        """
        where, values = ["deleted = 0"], dict[str, str | int](limit=limit)
        if after is not None:
            where.append("(created, id) < (:created, :after)")
            values |= {"created": self._created(after), "after": after}
        if active is not None:
            where.append("active = :active")
            values["active"] = active
        if tag is not None:
            where.append("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = :tag)")
            values["tag"] = tag
        if search and (phrase := phrase_of(search, "name nodes")):
            where.append("at IN (SELECT rowid FROM search WHERE search MATCH :search)")
            values["search"] = phrase
        query = f"SELECT id FROM workflows WHERE {' AND '.join(where)} ORDER BY created DESC, id DESC LIMIT :limit"  # noqa: S608 - made of constants
        return [self._workflows[row[0]] for row in self._db.execute(query, values)]

    def routes(self) -> Sequence[LiveRoute]:
        """Give the webhooks of all active workflows."""
        if self._routes is None:
            self._routes = [LiveRoute(flow, live.id, route) for flow, live in self.live() for route in live.routes]
        return self._routes

    def draft_routes(self, workflow: str) -> Sequence[Route]:
        """Give the webhooks of a workflow as drawn now, for a test of it; active or not."""
        known = self.workflow(workflow)
        version = self.version(workflow, known.draft) if known else None
        return version.routes if version else ()

    def live(self) -> Iterable[tuple[WorkflowSnapshot, VersionSnapshot]]:
        """Give the active workflows, each with the version that its triggers start."""
        return ((self._workflows[workflow], self._live[workflow]) for workflow in sorted(self._live))

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Call back with the ids of workflows that changed, after each fold; give what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def close(self) -> None:
        """Close the file; whoever waits gets an OperationalError."""
        self._give_up()
        self._db.close()

    def _load(self) -> None:
        self._routes = None
        self.versions = VersionRows(self._db, self._versions_cached)
        self.search = CatalogSearch(self._db)
        self._live.clear()
        self._workflows.clear()
        self.position = self._db.execute("SELECT position FROM facts").fetchone()[0]
        for (data,) in self._db.execute("SELECT snapshot FROM workflows"):
            known = _bare(msgspec.json.decode(data, type=WorkflowSnapshot))
            self._workflows[known.id] = known
        for workflow in self._workflows:
            self._find_live(workflow)
        self.vault.load(self._db)

    async def _follow(self, log: Log) -> None:
        if (await log.ends(CATALOG)).get(0, 0) < self.position:
            logger.warning("the catalog is another one: the view starts anew", extra={"position": self.position})
            self._reset()
        reader = await log.reader(CATALOG, [0], {0: self.position} if self.position else "earliest")
        try:
            while True:
                await self._read(log, reader)
        finally:
            await reader.close()

    async def _read(self, log: Log, reader: Reader) -> None:
        end = (await log.ends(CATALOG)).get(0, 0) if self._waiters else 0
        records = await reader.read()
        if records:
            self.apply((record.offset, *_change(record)) for record in records)
        # What was last may have been compacted away; then nothing comes, and whoever waits for it has waited enough.
        reached = max(reader.position.get(0, 0), 0 if records else end)
        if reached > self.position:
            self.position = reached
            self._release()

    def _reset(self) -> None:
        self._db.close()
        if self._path is not None:
            _remove(self._path)
        self._db = _open(self._path)
        self._load()

    def _give_up(self) -> None:
        waiting, self._waiters = self._waiters, []
        for _, done in waiting:
            if not done.done():
                done.set_exception(OperationalError("the catalog is no longer followed", hint="try again"))

    def _release(self) -> None:
        waiting, self._waiters = self._waiters, []
        for offset, done in waiting:
            if done.done():
                continue
            if offset < self.position:
                done.set_result(None)
            else:
                self._waiters.append((offset, done))

    def _fold(self, key: str, snapshot: Snapshot | None) -> set[str]:
        """Keep one snapshot, or drop its aggregate; give the workflow that it is about."""
        kind, _, rest = key.partition("/")
        if isinstance(snapshot, WorkflowSnapshot):
            self._put_workflow(snapshot)
            return {snapshot.id}
        if isinstance(snapshot, VersionSnapshot):
            self.versions.put(snapshot)
            return {snapshot.workflow}
        if kind in vault_view.KINDS:
            self.vault.fold(self._db, key, snapshot)
            return set()
        if kind == "workflow":
            self._workflows.pop(rest, None)
            self._db.execute("DELETE FROM search WHERE rowid = (SELECT at FROM workflows WHERE id = ?)", (rest,))
            self._db.execute("DELETE FROM workflows WHERE id = ?", (rest,))
            return {rest}
        workflow, _, version = rest.rpartition("/")
        self.versions.drop(workflow, version)
        return {workflow} if kind == "version" else set()

    def _put_workflow(self, snapshot: WorkflowSnapshot) -> None:
        self._workflows[snapshot.id] = _bare(snapshot)
        self._db.execute(
            "INSERT INTO workflows(id, active, deleted, created, tags, snapshot) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT(id) DO UPDATE SET active = excluded.active, deleted = excluded.deleted,"
            " created = excluded.created, tags = excluded.tags, snapshot = excluded.snapshot",
            (
                snapshot.id,
                snapshot.active,
                snapshot.deleted,
                snapshot.created_at,
                json.dumps(snapshot.tags),
                msgspec.json.encode(snapshot),
            ),
        )

    def _refresh(self, workflow: str) -> None:
        """Bring what is derived of a workflow and its versions up to date, whichever of them came first."""
        self._find_live(workflow)
        known = self._workflows.get(workflow)
        if known is None:
            return
        at = self._db.execute("SELECT at FROM workflows WHERE id = ?", (workflow,)).fetchone()[0]
        self.search.drop(at)
        draft = self.version(workflow, known.draft)
        if not known.deleted:
            self.search.put(at, known.name, draft.body if draft else {})

    def _find_live(self, workflow: str) -> None:
        known = self.workflow(workflow)
        live = self.version(workflow, known.published) if known and known.active and known.published else None
        if live is None:
            self._live.pop(workflow, None)
        else:
            self._live[workflow] = live

    def _created(self, workflow: str) -> int:
        known = self._workflows.get(workflow)
        if known is None:
            raise NotFoundError(f'no workflow "{workflow}" to continue after', hint="start again from the first page")
        return known.created_at


def _change(record: Record) -> tuple[str, Snapshot | None]:
    key = (record.key or b"").decode(errors="replace")
    kind = _KINDS.get(key.partition("/")[0])
    if record.value is None or kind is None:
        return key, None
    try:
        return key, decode(record.value, kind)
    except Undecodable as bad:
        # The aggregate stays as it was: an older state is better than none, and no view may die of it.
        logger.error("undecodable catalog record", extra={"key": key, "offset": record.offset, "reason": str(bad)})
        return "", None


def _bare(snapshot: WorkflowSnapshot) -> WorkflowSnapshot:
    return msgspec.structs.replace(snapshot, answered=[])


def _open(path: Path | None) -> sqlite3.Connection:
    try:
        return _connect(path)
    except sqlite3.DatabaseError:
        if path is None:
            raise
        logger.warning("the view's file is damaged: it is made anew", extra={"path": str(path)})
        _remove(path)
        return _connect(path)


def _connect(path: Path | None) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:" if path is None else path)
    try:
        # Nothing here is worth an fsync: the log has it; what a power cut damages is noticed and made anew.
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("damaged")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, FORMAT):
            raise sqlite3.DatabaseError(f"format {found}")
        if found == 0:
            db.executescript(_SCHEMA)
            db.execute(f"PRAGMA user_version = {FORMAT}")
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db


def _remove(path: Path) -> None:
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
