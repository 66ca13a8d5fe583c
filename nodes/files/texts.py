"""Texts: JSON values as the bytes of text files, and back.

Flow: field of an item → **texts** → bytes; text → **texts** → JSON value or changed item.
"""

import json
from typing import Any

from nodes.files import binary
from nodes.files.encodings import encode, loose_base64
from nodes.sdk import NodeError
from nodes.transform import paths
from nodes.transform.field_types import parse_json, text


def parsed(source: str) -> Any:
    """Read JSON; raise NodeError."""
    try:
        return parse_json(source)
    except (ValueError, RecursionError):
        raise NodeError("the file does not hold valid JSON", hint="check quotes and commas") from None


def json_text(value: Any, *, pretty: bool = False) -> str:
    """Write JSON as JavaScript does, on one line or with two spaces per level."""
    if pretty:
        return json.dumps(value, ensure_ascii=False, indent=2)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def written(value: Any, encoding: str, *, bom: bool = False) -> bytes:
    """Write a value as text: text as it is, anything else as JSON."""
    return encode(text(value), encoding or "utf8", bom=bom)


def written_json(value: Any, encoding: str, *, bom: bool = False, pretty: bool = False) -> bytes:
    """Write a value as JSON, text in quotes."""
    return encode(json_text(value, pretty=pretty), encoding or "utf8", bom=bom)


def unpacked(value: Any) -> bytes:
    """Read a field that holds base64, as loosely as Node.js; raise NodeError where it is no text."""
    if not isinstance(value, str):
        raise NodeError("the field must hold base64 text", field="sourceProperty")
    return loose_base64(value.partition(",")[2] if value.startswith("data:") else value)


def default_name(mime: str) -> str:
    """Name a file that was given no name."""
    extension = binary.extension(mime)
    return f"file.{extension}" if extension else "file"


def placed(fields: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Give a copy of the fields with one more, at a path."""
    made = dict(fields)
    paths.put(made, paths.keys(name), value)
    return made


def without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    """Give a copy of the fields without the one at a path."""
    made = dict(fields)
    if name in made:
        del made[name]
    else:
        paths.drop(made, paths.keys(name))
    return made
