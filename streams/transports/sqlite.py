"""SQLite: the disk under the embedded log.

Flow: broker's batches → **sqlite** (one transaction and one fsync each) → older records for readers, recovery.

Records of one partition that arrive in one batch are one row (a chunk); a compacted topic has one row per key, so
it is compacted as it is written. Statements write many rows at once: each costs the writer's thread a turn of the
interpreter's lock. Checkpoints stay off the commit path: the log's other thread does most of the work.
"""

import fcntl
import logging
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from schemas.errors import OperationalError, UserError
from schemas.failpoints import failpoint
from streams.topics import Topic
from streams.transports.batch import Batch
from streams.transports.partition import Partition
from streams.transports.protocol import Record

FORMAT = 1
_SHIFT = 40
_ROWS_AT_ONCE = 64
_CHUNK_BYTES = 1 << 20
_READ_BYTES = 8 << 20
_TRIES = 60
_RETRY_SECONDS = 1.0
_DELETE_AT_ONCE = 20_000
_WAL_FRAMES = 4096
_SCHEMA = """
CREATE TABLE part(row INTEGER PRIMARY KEY, topic TEXT NOT NULL, number INTEGER NOT NULL, UNIQUE(topic, number));
CREATE TABLE bound(row INTEGER PRIMARY KEY, start INTEGER NOT NULL, next INTEGER NOT NULL);
CREATE TABLE chunk(id INTEGER PRIMARY KEY, last INTEGER NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE kept(id INTEGER PRIMARY KEY, row INTEGER NOT NULL, key BLOB NOT NULL, at INTEGER NOT NULL,
                  headers BLOB, value BLOB);
CREATE UNIQUE INDEX kept_key ON kept(row, key);
CREATE INDEX kept_gone ON kept(row, at) WHERE value IS NULL;
CREATE TABLE committed(name TEXT, row INTEGER, next INTEGER NOT NULL, PRIMARY KEY(name, row)) WITHOUT ROWID;
"""
_READ_CHUNKS = """
SELECT id, data FROM chunk
WHERE id >= (SELECT coalesce(max(id), :at) FROM chunk WHERE id >= :base AND id <= :at) AND id < :before ORDER BY id
"""

# Joined, not "(row, key) IN (VALUES …)": SQLite reads the whole table for that.
_DELETE_KEPT = "DELETE FROM kept WHERE id IN (SELECT kept.id FROM (VALUES "
_OF_THOSE = ") AS gone CROSS JOIN kept ON kept.row = gone.column1 AND kept.key = gone.column2)"

_Packed = tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...], int]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[_Packed]).decode
_decode_headers = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...]).decode

logger = logging.getLogger(__name__)


class SqliteStorage:
    """One SQLite file, written by one process at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _lock(path)
        try:
            path.touch(mode=0o600)
            self._db = _connect(path)
            _prepare(self._db, path)
            self._reader = _connect(path)
        except sqlite3.DatabaseError as bad:
            self._lock.close()
            raise OperationalError(f'could not open the log "{path}": {bad}') from bad
        except BaseException:
            self._lock.close()
            raise

    def open(self, topics: Sequence[Topic], partitions: int) -> list[Partition]:
        """Make missing partitions, and give all of them with their bounds and commits."""
        stored = [topic for topic in topics if not topic.ephemeral]
        self._make(stored, partitions)
        rows = {(topic, number): row for row, topic, number in self._db.execute("SELECT row, topic, number FROM part")}
        bounds = {row: (start, following) for row, start, following in self._db.execute("SELECT * FROM bound")}
        parts: dict[int, Partition] = {}
        for topic in stored:
            for number in range(partitions):
                row = rows[topic.name, number]
                part = parts[row] = Partition(topic, number, stored=True, row=row)
                start, following = bounds.get(row, (0, 0))
                part.restore(start, max(following, self._end(part)))
        for name, row, following in self._db.execute("SELECT name, row, next FROM committed"):
            if row in parts:
                parts[row].committed[name] = following
        memory = [Partition(topic, n, stored=False) for topic in topics if topic.ephemeral for n in range(partitions)]
        return [*parts.values(), *memory]

    def write(self, batch: Batch) -> None:
        """Make a batch durable; a full disk is waited for."""
        plan = _Plan(batch)
        for attempt in range(1, _TRIES + 1):
            try:
                self._write(plan)
                return
            except (sqlite3.OperationalError, OSError) as bad:
                self._roll_back()
                if attempt == _TRIES:
                    raise
                logger.error("could not write the log, trying again", extra={"reason": str(bad), "attempt": attempt})
                time.sleep(_RETRY_SECONDS)

    def read(self, part: Partition, position: int, limit: int, before: int) -> tuple[list[Record], int]:
        """Give records of ``part`` in [position, before), and the next position."""
        if part.topic.cleanup == "compact":
            return self._read_kept(part, position, limit, before)
        base = part.row << _SHIFT
        around = {"at": base + position, "base": base, "before": base + before}
        rows = self._reader.execute(_READ_CHUNKS, around)
        found: list[Record] = []
        size = 0
        for identity, data in rows:
            size += len(data)
            for record in _unpack(part, identity - base, data):
                if position <= record.offset < before:
                    found.append(record)
                    if len(found) == limit:
                        return found, record.offset + 1
            if size > _READ_BYTES and found:
                return found, found[-1].offset + 1
        return found, before

    def clean(self, lows: Mapping[Partition, int], expiries: Mapping[Partition, int]) -> dict[Partition, int]:
        """Remove what lies below ``lows`` and what is older than ``expiries`` (epoch ms), a bit at a time."""
        starts = {part: min(low, part.start + _DELETE_AT_ONCE) for part, low in lows.items() if low > part.start}
        for part, before in expiries.items():
            if part.topic.cleanup == "compact":
                self._db.execute("DELETE FROM kept WHERE row = ? AND at < ? AND value IS NULL", (part.row, before))
            elif (start := self._expired(part, before)) > part.start:
                starts[part] = max(start, starts.get(part, 0))
        if starts:
            self._delete(starts)
        return starts

    def checkpoint(self) -> bool:
        """Copy what was committed into the file, beside the writer; say whether the writer should finish that."""
        _, frames, _ = self._reader.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return bool(frames > _WAL_FRAMES)

    def finish_checkpoint(self) -> None:
        """Copy the little that came since (no writer is at work meanwhile), so that the write-ahead log starts anew."""
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def close(self) -> None:
        """Leave one tidy file."""
        try:
            self._reader.close()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._db.close()
        finally:
            self._lock.close()

    def _make(self, topics: Iterable[Topic], partitions: int) -> None:
        counts = dict(self._db.execute("SELECT topic, count(*) FROM part GROUP BY topic").fetchall())
        different = {count for count in counts.values() if count != partitions}
        if different:
            raise UserError(
                f'the log "{self.path}" has {min(different)} partitions, not {partitions}',
                hint="the number of partitions is fixed for the life of an installation",
            )
        missing = [(topic.name, number) for topic in topics if topic.name not in counts for number in range(partitions)]
        if missing:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO part(topic, number) VALUES (?, ?)", missing)
            self._db.execute("COMMIT")

    def _end(self, part: Partition) -> int:
        base, beyond = part.row << _SHIFT, (part.row + 1) << _SHIFT
        if part.topic.cleanup == "compact":
            found = self._db.execute("SELECT max(id) FROM kept WHERE id >= ? AND id < ?", (base, beyond)).fetchone()[0]
            return 0 if found is None else found - base + 1
        newest = "SELECT last FROM chunk WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1"
        row = self._db.execute(newest, (base, beyond)).fetchone()
        return 0 if row is None else row[0] + 1

    def _write(self, plan: "_Plan") -> None:
        self._db.execute("BEGIN IMMEDIATE")
        failpoint("sqlite.begin")
        self._many("INSERT INTO chunk VALUES ", plan.chunks)
        self._many("INSERT OR REPLACE INTO kept VALUES ", plan.kept)
        if plan.gone:
            self._many(_DELETE_KEPT, plan.gone, _OF_THOSE)
        self._many("INSERT OR REPLACE INTO bound VALUES ", plan.bounds)
        self._many("INSERT OR REPLACE INTO committed VALUES ", plan.commits)
        failpoint("sqlite.commit")
        self._db.execute("COMMIT")
        failpoint("sqlite.committed")

    def _many(self, head: str, rows: Sequence[tuple[Any, ...]], tail: str = "") -> None:
        for at in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[at : at + _ROWS_AT_ONCE]
            self._db.execute(_statement(head, len(some[0]), len(some), tail), list(chain.from_iterable(some)))

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _read_kept(self, part: Partition, position: int, limit: int, before: int) -> tuple[list[Record], int]:
        base = part.row << _SHIFT
        rows = self._reader.execute(
            "SELECT id, key, at, headers, value FROM kept WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            (base + position, base + before, limit),
        ).fetchall()
        name, number = part.topic.name, part.number
        found = [
            Record(name, number, identity - base, key, value, _decode_headers(headers) if headers else (), at)
            for identity, key, at, headers, value in rows
        ]
        return found, found[-1].offset + 1 if len(found) == limit else before

    def _expired(self, part: Partition, before: int) -> int:
        """Give the offset below which a partition's oldest chunks are all older than ``before``."""
        base, start = part.row << _SHIFT, part.start
        oldest = "SELECT last, at FROM chunk WHERE id >= ? AND id < ? ORDER BY id LIMIT 200"
        for last, at in self._db.execute(oldest, (base, base + part.visible)):
            if at >= before:
                break
            start = last + 1
        return start

    def _delete(self, starts: Mapping[Partition, int]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for part, start in starts.items():
                base = part.row << _SHIFT
                gone = "DELETE FROM chunk WHERE id >= ? AND id < ? AND last < ?"
                self._db.execute(gone, (base, base + start, start))
                self._db.execute("INSERT OR REPLACE INTO bound VALUES (?, ?, ?)", (part.row, start, start))
            self._db.execute("COMMIT")
        except sqlite3.OperationalError:
            self._roll_back()
            raise


class _Plan:
    """The rows of a batch, per table."""

    def __init__(self, batch: Batch) -> None:
        self.chunks: list[tuple[int, int, int, bytes]] = []
        self.gone: list[tuple[int, bytes]] = []
        appended: dict[Partition, list[Record]] = {}
        latest: dict[tuple[int, bytes], tuple[Partition, Record]] = {}
        ends: dict[int, int] = {}
        for part, record, _ in batch.records:
            if part.topic.cleanup == "delete":
                appended.setdefault(part, []).append(record)
            else:
                latest[part.row, record.key or b""] = (part, record)
                ends[part.row] = record.offset + 1
        for part, records in appended.items():
            self._pack(part, records)
        kept = [self._keep(part, record) for part, record in latest.values()]
        self.kept = [row for row in kept if row is not None]
        self.bounds = [(row, 0, following) for row, following in ends.items()]
        self.commits = [(name, part.row, at) for (name, part), at in batch.commits.items()]

    def _pack(self, part: Partition, records: list[Record]) -> None:
        some: list[_Packed] = []
        size = 0
        for record in records:
            some.append((record.key, record.value, record.headers, record.at))
            size += len(record.value or b"")
            if size >= _CHUNK_BYTES or record is records[-1]:
                first = record.offset - len(some) + 1
                self.chunks.append(((part.row << _SHIFT) + first, record.offset, record.at, _encode(some)))
                some, size = [], 0

    def _keep(self, part: Partition, record: Record) -> tuple[Any, ...] | None:
        key = record.key or b""
        if record.value is None and not part.topic.retention_seconds:
            self.gone.append((part.row, key))
            return None
        headers = _encode(record.headers) if record.headers else None
        return ((part.row << _SHIFT) + record.offset, part.row, key, record.at, headers, record.value)


@cache
def _statement(head: str, width: int, rows: int, tail: str) -> str:
    row = f"({','.join('?' * width)})"
    return f"{head}{','.join([row] * rows)}{tail}"


def _unpack(part: Partition, first: int, data: bytes) -> Iterable[Record]:
    name, number = part.topic.name, part.number
    for at, (key, value, headers, when) in enumerate(_decode(data)):
        yield Record(name, number, first + at, key, value, headers, when)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=30)
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("PRAGMA journal_size_limit=67108864")
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found > FORMAT:
        raise UserError(f'the log "{path}" was written by a newer release', hint="start that release, or a later one")
    db.execute("PRAGMA journal_mode=WAL").fetchone()
    if found == 0:
        db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version={FORMAT}; COMMIT;")


def _lock(path: Path) -> Any:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = Path(f"{path}.lock").open("a")  # noqa: SIM115 - held until the log is closed
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise UserError(
            f'the log "{path}" is in use by another process', hint="stop it, or choose another data folder"
        ) from None
    return handle
