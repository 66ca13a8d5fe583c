"""Item SQL's dialect: what n8n's queries say otherwise than SQLite, in SQLite's words, and functions it lacks.

Flow: item sql → **dialect** → SQLite.  Words are exchanged outside of quotes and comments; SQLite reads the rest.
"""

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

MOST_GATHERED = 100_000
DIVIDED = " * 1.0 / "
_KEPT = re.compile(r"""('(?:[^']|'')*+'|"(?:[^"]|"")*+"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/)""", re.DOTALL)
_TOP = re.compile(r"\A(\s*SELECT(?:\s+DISTINCT)?)\s+TOP\s+(\d+)\b", re.IGNORECASE)
_WORDS: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (re.compile(r"\s*/\s*"), DIVIDED),  # whole numbers divide as others do
    (re.compile(r"\b(?:(LEFT|RIGHT|FULL)\s+)?OUTER\s+JOIN\b", re.IGNORECASE), lambda m: f"{m[1] or 'FULL'} OUTER JOIN"),
    (re.compile(r"->\s*([A-Za-z_]\w*)"), r"->>'\1'"),
    (re.compile(r"->\s*(\d+)"), r"->>\1"),
    (re.compile(r"\bAS\s+STRING(?=\s*\))", re.IGNORECASE), "AS TEXT"),
]


def translated(query: str) -> str:
    """Give a query in SQLite's words."""
    pieces = _KEPT.split(query.strip().rstrip(";"))
    for at in range(0, len(pieces), 2):
        for pattern, words in _WORDS:
            pieces[at] = pattern.sub(words, pieces[at])
    text = "".join(pieces)
    top = _TOP.match(text)
    return f"{top[1]}{text[top.end() :]}\nLIMIT {top[2]}" if top else text


def shown(name: str) -> str:
    """Give the name of a column as the query has it."""
    return name.replace(DIVIDED, " / ")


def boolean(stored: bytes) -> Any:
    """Read a column of booleans; a UNION may have put something else there."""
    if stored in (b"0", b"1"):
        return stored == b"1"
    text = stored.decode("utf-8", "replace")
    try:
        return float(text)
    except ValueError:
        return text


def add_functions(database: sqlite3.Connection) -> None:
    """Add the functions that n8n's queries use and SQLite lacks."""
    database.create_function("len", 1, _length, deterministic=True)
    database.create_function("concat", -1, _concat, deterministic=True)
    for part in ("year", "month", "day"):
        database.create_function(part, 1, _part(part), deterministic=True)
    database.create_aggregate("first", 1, _First)
    database.create_aggregate("last", 1, _Last)
    database.create_aggregate("array", 1, _Array)


def parsed(text: str) -> Any:
    """Give the object or array that a text holds, or the text."""
    if text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def _length(value: Any) -> int | None:
    return None if value is None else len(_text(value))


def _concat(*values: Any) -> str:
    return "".join(map(_text, values))


def _part(name: str) -> Callable[[Any], int | None]:
    def part(value: Any) -> int | None:
        try:
            return int(getattr(datetime.fromisoformat(value), name))
        except (TypeError, ValueError):
            return None

    return part


class _First:
    """The first value there is."""

    def __init__(self) -> None:
        self.value: Any = None

    def step(self, value: Any) -> None:
        if self.value is None:
            self.value = value

    def finalize(self) -> Any:
        return self.value


class _Last(_First):
    """The last value there is."""

    def step(self, value: Any) -> None:
        if value is not None:
            self.value = value


class _Array:
    """All values, as JSON."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def step(self, value: Any) -> None:
        if len(self.values) == MOST_GATHERED:
            raise ValueError(f"more than {MOST_GATHERED} values")
        self.values.append(parsed(value) if isinstance(value, str) else value)

    def finalize(self) -> Any:
        return json.dumps(self.values)
