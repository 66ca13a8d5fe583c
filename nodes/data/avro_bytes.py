"""Avro bytes: where a schema wants bytes, JSON has base64.

Flow: JSON → **avro bytes** → Avro writer.
"""

import base64
from collections.abc import Mapping
from typing import Any

_BINARY = frozenset({"bytes", "fixed"})


def has_bytes(schema: str) -> bool:
    """Say whether a schema's text names bytes anywhere."""
    return any(f'"{name}"' in schema for name in _BINARY)


def with_bytes(schema: Any, value: Any, named: dict[str, Any] | None = None) -> Any:
    """Give a value with bytes in place of base64; raise ValueError where a text is none.

    ``named`` collects the types that the schema has named so far.
    """
    named = {} if named is None else named
    if isinstance(schema, str):
        if schema in named:
            return with_bytes(named[schema], value, named)
        return _bytes(value) if schema in _BINARY else value
    if isinstance(schema, list):
        return with_bytes(_branch(schema, value, named), value, named)
    if "name" in schema:
        named[schema["name"]] = named[f"{schema.get('namespace', '')}.{schema['name']}"] = schema
    match schema["type"]:
        case "record" if isinstance(value, Mapping):
            return _record(schema, value, named)
        case "array" if isinstance(value, list):
            return [with_bytes(schema["items"], child, named) for child in value]
        case "map" if isinstance(value, Mapping):
            return {key: with_bytes(schema["values"], child, named) for key, child in value.items()}
        case "record" | "array" | "map" | "enum":
            return value  # the writer says what is wrong with it
        case "fixed":
            return _bytes(value)
    return with_bytes(schema["type"], value, named)


def _record(schema: Mapping[str, Any], value: Mapping[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    found = dict(value)
    for field in schema["fields"]:
        name = field["name"]
        if name in found:
            found[name] = with_bytes(field["type"], found[name], named)
        elif isinstance(field.get("default"), str) and _wants_bytes(field["type"]):
            found[name] = field["default"].encode("latin-1")  # how Avro writes the default of a field of bytes
    return found


def _branch(union: list[Any], value: Any, named: Mapping[str, Any]) -> Any:
    """Choose what a value of a union is meant to be, as far as bytes are concerned."""
    kinds = {_kind(option, named): option for option in reversed(union)}
    if isinstance(value, str) and "string" not in kinds and "enum" not in kinds:
        return kinds.get("bytes") or kinds.get("fixed") or "string"
    if isinstance(value, Mapping):
        return kinds.get("record") or kinds.get("map") or "null"
    return kinds.get("array") or "null" if isinstance(value, list) else "null"


def _kind(schema: Any, named: Mapping[str, Any]) -> str:
    if isinstance(schema, str):
        return _kind(named[schema], named) if schema in named else schema
    return str(schema["type"]) if isinstance(schema.get("type"), str) else "null"


def _wants_bytes(schema: Any) -> bool:
    return schema in _BINARY or (isinstance(schema, dict) and schema.get("type") in _BINARY)


def _bytes(value: Any) -> Any:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value
