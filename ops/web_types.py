"""``python -m ops.web_types``: the types of the web app's calls, written from the OpenAPI document.

Flow: gateway's endpoints → OpenAPI → **web types** → gateway/editor/src/gen/api.ts.

The file is not kept in the repository: it follows from the endpoints, only the check of types reads it, and the build
drops every import of it.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.app import build_gateway
from gateway.openapi import document
from gateway.settings import GatewaySettings
from nodes.sdk.registry import discover
from streams.settings import StreamSettings
from streams.stores.blobs import open_blobs
from streams.stores.history import History
from streams.stores.protocol import HistorySettings
from streams.stores.views import CatalogView
from streams.transports.embedded import open_broker

TARGET = Path(__file__).resolve().parents[1] / "gateway/editor/src/gen/api.ts"
HEAD = "// Written by `python -m ops.web_types` from the OpenAPI document; do not edit.\n"
PRIMITIVES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

Schema = Mapping[str, Any]


def openapi() -> dict[str, Any]:
    """Give the OpenAPI document of a gateway with every node type."""
    settings = GatewaySettings.model_validate({"token": "of-nobody"})
    view, history = CatalogView(), History(HistorySettings(url="chdb:///nowhere"), [])
    log = open_broker(StreamSettings(), [])
    gateway = build_gateway(settings, log, view, history, discover(), open_blobs("memory://"))
    view.close()
    return document(gateway.endpoints, "0")


def write_types(described: Mapping[str, Any]) -> str:
    """Write the interfaces of all bodies, and one interface of all operations."""
    parts = [HEAD]
    for name, schema in described["components"]["schemas"].items():
        parts.append(_declaration(_identifier(name), schema))
    lines = ["/** Every operation: what it takes, and what it gives. */", "export interface Operations {"]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            lines.append(f"  /** {operation['summary']} */")
            lines.append(f'  "{method.upper()} {path}": {{ {_operation(operation)} }};')
    return "\n".join([*parts, *lines, "}", ""])


def _declaration(name: str, schema: Schema) -> str:
    doc = f"/** {' '.join(schema['description'].split())} */\n" if schema.get("description") else ""
    if "properties" not in schema:
        return f"{doc}export type {name} = {_type(schema)};\n"
    lines = [f"  {_member(key, value, schema)}" for key, value in schema["properties"].items()]
    if schema.get("additionalProperties") is True:
        lines.append("  [key: string]: unknown;")
    return f"{doc}export interface {name} {{\n" + "\n".join(lines) + "\n}\n"


def _member(key: str, value: Schema, owner: Schema) -> str:
    optional = "" if key in owner.get("required", ()) else "?"
    name = key if re.fullmatch(r"[A-Za-z_$][\w$]*", key) else json.dumps(key)
    return f"{name}{optional}: {_type(value)};"


def _operation(operation: Schema) -> str:
    facts = []
    for where in ("path", "query"):
        found = [each for each in operation["parameters"] if each["in"] == where]
        if found:
            inner = "; ".join(_parameter(each) for each in found)
            facts.append(f"{where}: {{ {inner} }}")
    if "requestBody" in operation:
        facts.append(f"body: {_content(operation['requestBody'])}")
    answers = [_content(answer) for status, answer in operation["responses"].items() if status.startswith("2")]
    return "; ".join([*facts, f"answer: {_union(answers)}"])


def _parameter(parameter: Schema) -> str:
    return f"{parameter['name']}{'' if parameter['required'] else '?'}: {_type(parameter['schema'])}"


def _content(body: Schema) -> str:
    contents = list(body.get("content", {}).values())
    return _type(contents[0]["schema"]) if contents else "null"


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return _identifier(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return _union([json.dumps(value) for value in schema["enum"]])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _union([_type(each) for each in schema[several]])
    kind = schema.get("type")
    if isinstance(kind, list):
        return _union([_type({**schema, "type": each}) for each in kind])
    if kind == "array":
        inner = _type(schema["items"]) if isinstance(schema.get("items"), Mapping) else "unknown"
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if kind == "object":
        return _object(schema)
    return PRIMITIVES.get(str(kind), "unknown")


def _object(schema: Schema) -> str:
    if schema.get("properties"):
        return "{ " + " ".join(_member(key, value, schema) for key, value in schema["properties"].items()) + " }"
    values = schema.get("additionalProperties")
    return f"Record<string, {_type(values) if isinstance(values, Mapping) else 'unknown'}>"


def _union(options: list[str]) -> str:
    return " | ".join(dict.fromkeys(options)) or "unknown"


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name)


def main() -> int:
    """Write the file where it differs."""
    text = write_types(openapi())
    if not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != text:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(text, encoding="utf-8")
        print(f"wrote {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
