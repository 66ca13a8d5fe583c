"""Item SQL: a query over the items of several inputs, in a database of its own that lives in memory for the query.

Flow: merge (combineBySql) → **item sql** → items.
"""

import json
import re
import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Any

from nodes.sdk import Item, Items, NodeError

SECONDS = 10.0
MOST_ROWS = 100_000
MOST_COLUMNS = 500
CHECK_EVERY = 10_000
HARMLESS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})


def query(inputs: Sequence[Items], text: str, values: Mapping[str, Any]) -> Items:
    """Run one SELECT over the tables input1, input2 …; ``$name`` in it stands for a value. Raises NodeError."""
    names = [name for name in re.findall(r"\$(\w+)", text) if name in values]
    for name in names:
        text = re.sub(rf"\${name}\b", f":{name}", text)
    database = sqlite3.connect(":memory:")
    try:
        for at, items in enumerate(inputs):
            _fill(database, f"input{at + 1}", items)
        until = time.monotonic() + SECONDS
        database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in HARMLESS else sqlite3.SQLITE_DENY)
        database.set_progress_handler(lambda: int(time.monotonic() > until), CHECK_EVERY)
        found = database.execute(text.strip().rstrip(";"), {name: _stored(values[name]) for name in names})
        rows = found.fetchmany(MOST_ROWS + 1)
        columns = [each[0] for each in found.description or ()]
    except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError) as bad:
        reason = f"it ran for more than {SECONDS:g} seconds" if str(bad) == "interrupted" else str(bad).lower()
        hint = "the tables are input1, input2 …"
        raise NodeError(f"the query cannot be run: {reason}", field="query", hint=hint) from None
    finally:
        database.close()
    if len(rows) > MOST_ROWS:
        raise NodeError(f"the query gives more than {MOST_ROWS} rows", field="query", hint="limit it")
    return [Item(json={name: _read(value) for name, value in zip(columns, row, strict=True)}) for row in rows]


def _fill(database: sqlite3.Connection, table: str, items: Items) -> None:
    columns = list(dict.fromkeys(name for item in items for name in item.json))
    if len({name.lower() for name in columns}) < len(columns) or len(columns) > MOST_COLUMNS:
        raise NodeError(
            f"the items of {table} cannot be a table", hint="fields that differ by case only, or too many of them"
        )
    named = ", ".join('"' + name.replace('"', '""') + '"' for name in columns) or '"_"'
    database.execute(f"CREATE TABLE {table} ({named})")
    marks = ", ".join("?" * max(len(columns), 1))
    rows = ([_stored(item.json.get(name)) for name in columns] or [None] for item in items)
    database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 the names are quoted


def _stored(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    return value if value is None or isinstance(value, str | float) else int(value)


def _read(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
