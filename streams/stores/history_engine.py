"""The engine of the history: ClickHouse, embedded (chDB) or by URL, through clickhouse-connect.

Flow: history process → **engine** → tables of `ops/clickhouse`.
The embedded engine has its folder to itself (a second owner would destroy it) and is tuned to be small and quiet.
"""

import fcntl
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlparse

import msgspec

from schemas.errors import ConflictError, UserError
from streams.stores.history_rows import COLUMNS, Rows
from streams.stores.history_wire import Configure
from streams.stores.read_only import checked

DATABASE = "millrace"
RESULT_BYTES = 32 << 20
DATED = {"executions": "started_at", "node_runs": "at", "execution_events": "at", "dead_letters": "at"}
"""Tables that forget, and the column that says when a row is from."""

# Few threads, small caches, no metrics, no logs: this engine shares a small machine with everything else.
_CONFIG = """<clickhouse>
  <background_pool_size>1</background_pool_size>
  <background_merges_mutations_concurrency_ratio>2</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <max_thread_pool_size>100</max_thread_pool_size>
  <max_thread_pool_free_size>2</max_thread_pool_free_size>
  <mark_cache_size>16777216</mark_cache_size>
  <index_mark_cache_size>8388608</index_mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <index_uncompressed_cache_size>0</index_uncompressed_cache_size>
  <mmap_cache_size>0</mmap_cache_size>
  <query_cache><max_size_in_bytes>0</max_size_in_bytes></query_cache>
  <asynchronous_metrics_update_period_s>86400</asynchronous_metrics_update_period_s>
  <memory_worker_period_ms>1000</memory_worker_period_ms>
  <max_server_memory_usage>{memory}</max_server_memory_usage>
</clickhouse>
"""
_INSERT = {
    "input_format_parallel_parsing": 0,
    "input_format_json_read_arrays_as_strings": 1,
    "input_format_json_read_objects_as_strings": 1,
    "input_format_null_as_default": 1,
    "max_partitions_per_insert_block": 0,
    "max_insert_threads": 1,
    "fsync_metadata": 1,
}
_READ = {"output_format_json_quote_64bit_integers": 0, "date_time_output_format": "iso"}


class Engine:
    """Open tables. One thread may write, another read, a third run people's queries: each has its own client."""

    def __init__(self, settings: Configure) -> None:
        self._lock: IO[str] | None = None
        self._dsn, options = self._place(settings)
        self._options = options
        maker = self._client(None)
        maker.command(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
        maker.close()
        self.writer = self._client(DATABASE)
        self.version = str(self.writer.command("SELECT version()"))
        self._migrate(settings.migrations)
        self._retain(settings.days)
        self._reader = Reader(lambda: self._client(DATABASE, _READ | {"max_threads": settings.threads}))
        self._guarded = Reader(lambda: self._client(DATABASE, _READ | _limits(settings), readonly=True))

    @property
    def embedded(self) -> bool:
        """Whether the engine runs in this process."""
        return self._dsn.startswith("chdb:")

    def insert(self, rows: Rows) -> None:
        """Insert rows, one statement a table."""
        encoder = msgspec.json.Encoder()
        for table, added in rows.items():
            if added:
                block = encoder.encode_lines(added)
                self.writer.raw_insert(
                    table, column_names=COLUMNS[table], insert_block=block, fmt="JSONCompactEachRow", settings=_INSERT
                )

    def forget(self, executions: Iterable[str]) -> None:
        """Delete what was stored of executions."""
        ids = ", ".join(f"'{_escaped(execution)}'" for execution in executions)
        for table, column in (("node_runs", "execution"), ("execution_events", "execution"), ("executions", "id")):
            self.writer.command(f"DELETE FROM {table} WHERE {column} IN ({ids})")  # noqa: S608 escaped above

    def read(self, sql: str, parameters: dict[str, Any]) -> bytes:
        """Run a query of our own; give JSONCompact."""
        return self._reader.read(sql, parameters)

    def read_guarded(self, sql: str, parameters: dict[str, Any], max_rows: int) -> bytes:
        """Run a query of a person: only reading, within limits; raise UserError where it wants more."""
        body, wrapped = checked(sql)
        if wrapped:
            body = f"SELECT * FROM (\n{body}\n) LIMIT {max_rows + 1}"  # noqa: S608 checked, and the client is read-only
        answer = self._guarded.read(body, parameters)
        if len(answer) > RESULT_BYTES:  # the engine's own bound on results is not heeded by chDB
            raise UserError(
                f"the answer is too large: {len(answer) >> 20} MB, {RESULT_BYTES >> 20} are allowed",
                hint="ask for fewer columns or rows",
            )
        return answer

    def purge(self) -> None:
        """Give memory back after work."""
        if self.embedded:
            self.writer.command("SYSTEM JEMALLOC PURGE")

    def close(self) -> None:
        """Close the tables."""
        self._reader.close()
        self._guarded.close()
        self.writer.close()
        if self._lock is not None:
            self._lock.close()

    def _client(self, database: str | None, settings: dict[str, Any] | None = None, *, readonly: bool = False) -> Any:
        import clickhouse_connect

        settings = dict(settings or {})
        if not self.embedded:
            settings |= {"readonly": 1} if readonly else {}
            return clickhouse_connect.get_client(dsn=self._dsn, database=database, settings=settings)
        client = clickhouse_connect.get_client(
            dsn=self._dsn, database=database, settings=settings, chdb_options=self._options
        )
        if readonly:  # last: after it nothing can be set
            client.command("SET readonly = 1")
        return client

    def _place(self, settings: Configure) -> tuple[str, dict[str, str]]:
        url = settings.url
        if not url.startswith("chdb:"):
            if urlparse(url).scheme not in ("clickhouse", "clickhouses", "http", "https"):
                raise UserError(f'history cannot be kept at "{url}"', hint="use chdb:///folder or http://host:8123")
            return url, {}
        folder = Path(urlparse(url).path)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _lock(folder)
        incoming = folder / "incoming"
        shutil.rmtree(incoming, ignore_errors=True)
        incoming.mkdir(mode=0o700)
        # Inserted blocks pass through files: keep them on this disk, private, and gone after a crash.
        tempfile.tempdir = str(incoming)
        config = folder / "engine.xml"
        config.write_text(_CONFIG.format(memory=settings.memory_mb << 20))
        for absent in ("pyarrow", "pandas", "numpy"):  # chdb loads them where they are, 60 MB that nothing here uses
            sys.modules.setdefault(absent, None)  # type: ignore[arg-type]
        return f"chdb://{folder / 'data'}", {"config-file": str(config)}

    def _migrate(self, migrations: Sequence[tuple[str, str]]) -> None:
        self.writer.command(
            "CREATE TABLE IF NOT EXISTS migrations (name String, applied_at DateTime DEFAULT now()) "
            "ENGINE = MergeTree ORDER BY name"
        )
        applied = {name for (name,) in self.writer.query("SELECT name FROM migrations").result_rows}
        unknown = applied - {name for name, _ in migrations}
        if unknown:
            raise UserError(
                f'history was made by a newer release: it has migration "{max(unknown)}"', hint="run that release"
            )
        for name, sql in sorted(migrations):
            if name in applied:
                continue
            for statement in statements(sql):
                self.writer.command(statement)
            self.writer.command("INSERT INTO migrations (name) VALUES ({name:String})", parameters={"name": name})

    def _retain(self, days: int) -> None:
        for (table,) in self.writer.query("SHOW TABLES").result_rows:
            if (column := DATED.get(table)) is None:
                continue
            ddl = str(self.writer.command(f"SHOW CREATE TABLE {table}"))
            if f"toIntervalDay({days})" not in ddl:
                self.writer.command(
                    f"ALTER TABLE {table} MODIFY TTL toDateTime({column}) + toIntervalDay({days}) "
                    "SETTINGS materialize_ttl_after_modify = 0"
                )


class Reader:
    """A client for queries, opened anew after an error: chDB 4.4 gives what a failed query had written as the
    beginning of the next answer on the same handle.
    """

    def __init__(self, opened: Callable[[], Any]) -> None:
        self._opened = opened
        self._client: Any = opened()

    def read(self, sql: str, parameters: dict[str, Any]) -> bytes:
        """Run a query; give JSONCompact."""
        if self._client is None:
            self._client = self._opened()
        try:
            return bytes(self._client.raw_query(sql, parameters=parameters or None, fmt="JSONCompact"))
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Close the client."""
        if self._client is not None:
            self._client.close()
            self._client = None


def statements(sql: str) -> list[str]:
    """Split a migration: statements end with a semicolon at the end of a line; comments are lines of their own."""
    lines = [line for line in sql.splitlines() if not line.lstrip().startswith("--")]
    parts = re.split(r";[ \t]*(?:\n|$)", "\n".join(lines))
    return [part.strip() for part in parts if part.strip()]


def _limits(settings: Configure) -> dict[str, Any]:
    return {
        "max_threads": settings.threads,
        "max_execution_time": settings.query_seconds,
        "max_memory_usage": settings.memory_mb << 19,
        "max_result_bytes": RESULT_BYTES,
        "max_ast_depth": 200,
        "allow_introspection_functions": 0,
    }


def _lock(folder: Path) -> IO[str]:
    handle = (folder / "lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise ConflictError(f'history "{folder}" is in use by another process') from None
    return handle


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
