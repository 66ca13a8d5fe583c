"""Paths: ``a.b[0].c`` in JSON values, without changing what is there.

Flow: field names in parameters → **paths** → reading and writing items' fields.
"""

import functools
import itertools
import re
from typing import Any

from nodes.expressions.coercion import UNDEFINED
from schemas.errors import NodeError

Keys = tuple[str, ...]
LONGEST_GAP = 100_000

_PART = re.compile(r"""[^.\[\]]+|\[(?:"([^"]*)"|'([^']*)'|([^\]]*))\]""")


@functools.lru_cache(maxsize=4096)
def keys(path: str, dots: bool = True) -> Keys:
    """Split ``a.b[0]["c d"]`` into its keys; the whole text is one key where ``dots`` is false."""
    if not dots or not any(mark in path for mark in ".["):
        return (path,)
    return tuple(next((g for g in m.groups() if g is not None), m.group()) for m in _PART.finditer(path)) or (path,)


def dig(value: Any, path: Keys) -> Any:
    """Give what is at a path, or UNDEFINED; a text has its characters by number."""
    for key in path:
        if isinstance(value, dict):
            value = value.get(key, UNDEFINED)
        elif isinstance(value, list | str) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return UNDEFINED
    return value


def find(record: dict[str, Any], name: str, dots: bool = True) -> Any:
    """Give a record's field by name: first as it is written, then as a path."""
    if name in record:
        return record[name]
    return dig(record, keys(name)) if dots else UNDEFINED


def put(record: dict[str, Any], path: Keys, value: Any) -> None:
    """Set a value in a fresh record; what lies below it is copied, never changed.

    Missing containers are made: a list where the next key is a number, else an object.
    """
    box: Any = record
    for key, following in itertools.pairwise(path):
        below = _child(box, key)
        if isinstance(below, dict):
            below = dict(below)
        elif isinstance(below, list):
            below = list(below)
        else:
            below = [] if following.isdecimal() else {}
        _assign(box, key, below)
        box = below
    _assign(box, path[-1], value)


def drop(record: dict[str, Any], path: Keys) -> None:
    """Remove a field from a fresh record; what lies below it is copied, never changed."""
    if dig(record, path) is UNDEFINED:
        return
    if isinstance(dig(record, path[:-1]), str):
        return
    box: Any = record
    for key in path[:-1]:
        below = _child(box, key)
        below = dict(below) if isinstance(below, dict) else list(below)
        _assign(box, key, below)
        box = below
    if isinstance(box, dict):
        del box[path[-1]]
    else:
        box[int(path[-1])] = None


def names(text: Any) -> list[str]:
    """Read a list of field names: a list, or text with commas."""
    parts = text if isinstance(text, list) else str(text or "").split(",")
    return [name for part in parts if (name := str(part).strip())]


def _child(box: Any, key: str) -> Any:
    return dig(box, (key,))


def _assign(box: Any, key: str, value: Any) -> None:
    if isinstance(box, dict):
        box[key] = value
    elif key.isdecimal():
        at = int(key)
        if at - len(box) > LONGEST_GAP:
            raise NodeError(f"index {key} is too far beyond the end of a list of {len(box)}")
        box.extend([None] * (at + 1 - len(box)))
        box[at] = value
