"""Catalog search: words of workflows, of their nodes and of everything typed into these; and what tags there are.

Flow: catalog view → **search** (FTS5 in the view's file) → lists, "where is this used".
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

SCHEMA = """
CREATE VIRTUAL TABLE search USING fts5(name, nodes, content, tokenize = "unicode61 remove_diacritics 2");
"""
CONTENT_MAX = 1 << 20
"""Characters of one workflow's parameters that are searched."""
_WORD = re.compile(r"\w+")


class CatalogSearch:
    """The index of one view; ``at`` is the row of a workflow."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def put(self, at: int, name: str, body: Mapping[str, Any]) -> None:
        """Index a workflow's name and draft, in place of what was there."""
        self.drop(at)
        nodes = [node for node in _list(body.get("nodes")) if isinstance(node, dict)]
        names = "\n".join(f"{node.get('name', '')} {str(node.get('type', '')).rpartition('.')[2]}" for node in nodes)
        content = "\n".join(text for node in nodes for _, text in texts(node.get("parameters")))[:CONTENT_MAX]
        self._db.execute(
            "INSERT INTO search(rowid, name, nodes, content) VALUES (?, ?, ?, ?)", (at, name, names, content)
        )

    def drop(self, at: int) -> None:
        """Forget a workflow."""
        self._db.execute("DELETE FROM search WHERE rowid = ?", (at,))

    def uses(self, text: str, limit: int) -> list[str]:
        """Give the workflows in which the words stand anywhere, the best match first."""
        phrase = phrase_of(text)
        if phrase is None:
            return []
        sql = (
            "SELECT id FROM search JOIN workflows ON at = search.rowid "
            "WHERE search MATCH ? AND deleted = 0 ORDER BY rank, id LIMIT ?"
        )
        return [row[0] for row in self._db.execute(sql, (phrase, limit))]

    def tags(self) -> list[tuple[str, int]]:
        """Give the tags in use, each with how many workflows have it."""
        sql = "SELECT value, count(*) FROM workflows, json_each(tags) WHERE deleted = 0 GROUP BY value ORDER BY value"
        return [(name, count) for name, count in self._db.execute(sql)]


def phrase_of(text: str, columns: str = "") -> str | None:
    """Write a query for the beginnings of all words of a text, in ``columns`` or in all; None where it has no words."""
    words = " ".join(f'"{word}"*' for word in _WORD.findall(text))
    return (f"{{{columns}}} : ({words})" if columns else words) if words else None


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give every text in a value of JSON, with its path like ``options.url`` or ``rules[0].name``."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from texts(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from texts(each, f"{path}[{place}]")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
