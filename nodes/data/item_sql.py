"""Item SQL: a query over the items of several inputs, in a database of its own that lives in memory for the query.

Flow: merge (combineBySql) → **item sql** → items.
SQL knows no field that is missing: what comes out as NULL is left out, as n8n does, unless an item has null in a field
of that name, or a query that sums up has computed it.
"""

import json
import re
import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Any

from nodes.data.item_sql_dialect import add_functions, boolean, parsed, shown, translated
from nodes.sdk import Item, Items, NodeError

SECONDS = 10.0
MOST_ROWS = 100_000
MOST_COLUMNS = 500
CHECK_EVERY = 10_000
MOST_EXACT = 2**53
SUMMING = frozenset({"sum", "total", "avg", "min", "max"})
HARMLESS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
BOOLEAN = "MILLRACE_BOOLEAN"  # the type of columns whose values come out as they went in
sqlite3.register_converter(BOOLEAN, boolean)


def query(inputs: Sequence[Items], text: str, values: Mapping[str, Any]) -> Items:
    """Run one SELECT over the tables input1, input2 …; ``$name`` in it stands for a value. Raises NodeError."""
    names = [name for name in re.findall(r"\$(\w+)", text) if name in values]
    for name in names:
        text = re.sub(rf"\${name}\b", f":{name}", text)
    database = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES)
    try:
        add_functions(database)
        for at, items in enumerate(inputs):
            _fill(database, f"input{at + 1}", items)
        until = time.monotonic() + SECONDS
        used: set[str | None] = set()
        database.set_authorizer(lambda action, *what: _allow(action, what[1], used))
        database.set_progress_handler(lambda: int(time.monotonic() > until), CHECK_EVERY)
        found = database.execute(translated(text), {name: _stored(values[name]) for name in names})
        rows = found.fetchmany(MOST_ROWS + 1)
        columns = [shown(each[0]) for each in found.description or ()]
    except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError) as bad:
        reason = f"it ran for more than {SECONDS:g} seconds" if str(bad) == "interrupted" else str(bad).lower()
        hint = "the tables are input1, input2 …"
        raise NodeError(f"the query cannot be run: {reason}", field="query", hint=hint) from None
    finally:
        database.close()
    if len(rows) > MOST_ROWS:
        raise NodeError(f"the query gives more than {MOST_ROWS} rows", field="query", hint="limit it")
    nulls = {name for items in inputs for item in items for name, value in item.json.items() if value is None}
    if used & SUMMING:
        nulls |= set(columns) - {name for items in inputs for item in items for name in item.json}
    return [Item(json=_fields(columns, row, nulls)) for row in rows]


def _allow(action: int, function: str | None, used: set[str | None]) -> int:
    if action == sqlite3.SQLITE_FUNCTION:
        used.add(function and function.lower())
    return sqlite3.SQLITE_OK if action in HARMLESS else sqlite3.SQLITE_DENY


def _fields(columns: Sequence[str], row: Sequence[Any], nulls: set[str]) -> dict[str, Any]:
    """Name the values of a row; of several columns of one name the last counts that has a value."""
    found: dict[str, Any] = {}
    for name, value in zip(columns, row, strict=True):
        if value is not None:
            found[name] = _read(value)
        elif name in nulls:
            found.setdefault(name, None)
    return found


def _fill(database: sqlite3.Connection, table: str, items: Items) -> None:
    columns = list(dict.fromkeys(name for item in items for name in item.json))
    if len({name.lower() for name in columns}) < len(columns) or len(columns) > MOST_COLUMNS:
        raise NodeError(
            f"the items of {table} cannot be a table", hint="fields that differ by case only, or too many of them"
        )
    kinds = {name: {type(item.json[name]) for item in items if item.json.get(name) is not None} for name in columns}
    quoted = (
        '"' + name.replace('"', '""') + '"' + (f" {BOOLEAN}" if kinds[name] == {bool} else "") for name in columns
    )
    named = ", ".join(quoted) or '"_"'
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
    if isinstance(value, float) and value.is_integer() and abs(value) <= MOST_EXACT:
        return int(value)
    return parsed(value) if isinstance(value, str) else value
