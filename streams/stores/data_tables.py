"""Data table stores: tables of a user's own, in SQLite or in Redis.

Flow: dataTable node, gateway → **data tables** → file or Redis.
"""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlparse

import msgspec

from schemas.clock import now_ms
from schemas.data_tables import (
    OWN_COLUMNS,
    RESHAPING,
    Changed,
    Condition,
    Query,
    Row,
    RowChange,
    Table,
    TableChange,
    altered,
    carried,
    decided,
    listed,
    pattern,
    ready,
)
from schemas.errors import NotFoundError, OperationalError, UserError
from streams.stores.protocol import DataTables

T = TypeVar("T")
REMEMBERED_MS = 2 * 86_400_000
"""How long a change is known by its key."""
BUSY_SECONDS = 30.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS tables(id TEXT PRIMARY KEY, definition TEXT NOT NULL, next INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS rows(
  place TEXT NOT NULL, id INTEGER NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY(place, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done(key TEXT PRIMARY KEY, answer BLOB NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS done_at ON done(at);
"""
_changes = msgspec.json.Decoder(list[Changed])


def open_tables(url: str) -> DataTables:
    """Open the tables at ``sqlite:///file``, ``memory://`` or ``redis://host``."""
    parts = urlparse(url)
    if parts.scheme in ("redis", "rediss", "unix"):
        from redis.asyncio import from_url

        from streams.stores.redis_tables import RedisTables

        return RedisTables(from_url(url))
    if parts.scheme == "memory":
        return SqliteTables(None)
    if parts.scheme != "sqlite" or not parts.path:
        raise UserError(f'no data tables can be at "{url}"', hint="use sqlite:///folder/file or redis://host:6379/0")
    return SqliteTables(Path(unquote(parts.path)))


class NoTables:
    """Stands where processes that do not share a folder were told of no place for tables."""

    async def tables(self) -> list[Table]:
        """Refuse."""
        raise self._nowhere()

    async def alter(self, table: str, change: TableChange) -> Table:
        """Refuse."""
        raise self._nowhere()

    async def find(self, table: str, query: Query) -> list[Row]:
        """Refuse."""
        raise self._nowhere()

    async def write(self, table: str, change: RowChange, key: str | None = None) -> list[Changed]:
        """Refuse."""
        raise self._nowhere()

    async def close(self) -> None:
        """Nothing is open."""

    def _nowhere(self) -> UserError:
        hint = "set MILLRACE_TABLES to redis://host:6379/0 for every gateway and worker"
        return UserError("this installation has no place for data tables", hint=hint)


class SqliteTables:
    """Tables in a file that the processes of one host share, or in memory. ``now`` gives epoch ms."""

    def __init__(self, path: Path | None, now: Callable[[], int] = now_ms) -> None:
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    async def tables(self) -> list[Table]:
        """List the tables by name."""
        return await self._do(lambda db: sorted(listed(_tables(db)), key=lambda one: one.name.lower()))

    async def alter(self, table: str, change: TableChange) -> Table:
        """Change a table; give it as it is then, or was."""
        return await self._do(lambda db: self._alter(db, table, change))

    async def find(self, table: str, query: Query) -> list[Row]:
        """Give the rows of a query."""
        return await self._do(lambda db: _select(db, table, ready(_table(db, table)[0], query)))

    async def write(self, table: str, change: RowChange, key: str | None = None) -> list[Changed]:
        """Change rows; a change whose key is known is not made again."""
        return await self._do(lambda db: self._write(db, table, change, key))

    async def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _alter(self, db: sqlite3.Connection, table: str, change: TableChange) -> Table:
        known = next((one for one in _tables(db) if one.id == table), None)
        after = altered(known, change, _tables(db), table, self._now())
        if change.kind in ("drop", "clear"):
            db.execute("DELETE FROM rows WHERE place = ?", (table,))
        if change.kind == "drop":
            db.execute("DELETE FROM tables WHERE id = ?", (table,))
            return after
        definition = msgspec.json.encode(after).decode()
        if known is None:
            db.execute("INSERT INTO tables(id, definition) VALUES (?, ?)", (table, definition))
        else:
            db.execute("UPDATE tables SET definition = ? WHERE id = ?", (definition, table))
        if change.kind in RESHAPING:
            rows = db.execute("SELECT id, data FROM rows WHERE place = ?", (table,)).fetchall()
            reshaped = [(json.dumps(carried(change, json.loads(data))), table, row) for row, data in rows]
            db.executemany("UPDATE rows SET data = ? WHERE place = ? AND id = ?", reshaped)
        return after

    def _write(self, db: sqlite3.Connection, table: str, change: RowChange, key: str | None) -> list[Changed]:
        now = self._now()
        if key is not None:
            db.execute("DELETE FROM done WHERE at < ?", (now - REMEMBERED_MS,))
            known = db.execute("SELECT answer FROM done WHERE key = ?", (key,)).fetchone()
            if known is not None:
                return _changes.decode(known[0])
        definition, free = _table(db, table)
        change = msgspec.structs.replace(change, query=ready(definition, change.query))
        found = [] if change.kind == "insert" else _select(db, table, change.query)
        changed, following = decided(definition, change, found, free, now)
        if change.dry:
            return changed
        kept = [one.after for one in changed if one.after is not None]
        db.executemany(
            "REPLACE INTO rows VALUES (?, ?, ?, ?, ?)",
            [(table, row.id, row.created_at, row.updated_at, json.dumps(row.values)) for row in kept],
        )
        gone = [(table, one.before.id) for one in changed if one.after is None and one.before is not None]
        db.executemany("DELETE FROM rows WHERE place = ? AND id = ?", gone)
        if following != free:
            db.execute("UPDATE tables SET next = ? WHERE id = ?", (following, table))
        if key is not None:
            db.execute("INSERT INTO done VALUES (?, ?, ?)", (key, msgspec.json.encode(changed), now))
        return changed

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._transaction, work)

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            try:
                db = self._db = self._db or _open(self._path)
                db.execute("BEGIN IMMEDIATE")
                try:
                    made = work(db)
                except BaseException:
                    db.execute("ROLLBACK")
                    raise
                db.execute("COMMIT")
                return made
            except sqlite3.Error as bad:
                raise OperationalError(f"the data tables cannot be used: {bad}") from bad


def _open(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(
        ":memory:" if path is None else path, check_same_thread=False, isolation_level=None, timeout=BUSY_SECONDS
    )
    db.execute("PRAGMA journal_mode = WAL")
    db.executescript(SCHEMA)
    db.create_function("is_like", 3, _like, deterministic=True)
    return db


def _like(text: str | None, wanted: str, fold: int) -> bool:
    return text is not None and pattern(wanted, fold=bool(fold)).fullmatch(str(text)) is not None


def _tables(db: sqlite3.Connection) -> list[Table]:
    return [msgspec.json.decode(row[0], type=Table) for row in db.execute("SELECT definition FROM tables")]


def _table(db: sqlite3.Connection, table: str) -> tuple[Table, int]:
    found = db.execute("SELECT definition, next FROM tables WHERE id = ?", (table,)).fetchone()
    if found is None:
        raise NotFoundError(f'there is no data table "{table}"', hint="GET /api/v1/data-tables lists them")
    return msgspec.json.decode(found[0], type=Table), found[1]


def _select(db: sqlite3.Connection, table: str, query: Query) -> list[Row]:
    terms: list[str] = []
    values: list[Any] = [table]
    for one in query.conditions:
        text, given = _term(one)
        terms.append(text)
        values += given
    joined = (" OR " if query.match == "any" else " AND ").join(terms)
    order = f"{_column(query.order_by)} {'DESC' if query.descending else 'ASC'}, id"
    sql = f"SELECT id, created, updated, data FROM rows WHERE place = ? {f'AND ({joined})' if terms else ''}"  # noqa: S608
    sql += f" ORDER BY {order} LIMIT ? OFFSET ?"
    values += [-1 if query.limit is None else query.limit, query.offset]
    return [Row(row[0], row[1], row[2], json.loads(row[3])) for row in db.execute(sql, values)]


def _term(one: Condition) -> tuple[str, list[Any]]:
    column = _column(one.column)
    match one.operator:
        case "eq":
            return f"{column} IS ?", [one.value]
        case "neq":
            return f"{column} IS NOT ?", [one.value]
        case "isEmpty":
            return f"({column} IS NULL OR {column} = '')", []
        case "isNotEmpty":
            return f"({column} IS NOT NULL AND {column} <> '')", []
        case "isTrue" | "isFalse":
            return f"{column} IS {int(one.operator == 'isTrue')}", []
        case "like" | "ilike":
            return f"is_like({column}, ?, {int(one.operator == 'ilike')})", [one.value]
    sign = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[one.operator]
    return f"{column} {sign} ?", [one.value]


def _column(name: str) -> str:
    if name in OWN_COLUMNS:
        return {"id": "id", "createdAt": "created", "updatedAt": "updated"}[name]
    return f"json_extract(data, '$.{name}')"
