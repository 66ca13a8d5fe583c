"""The types of the web app's calls: what becomes of schemas, and that the document of today can be written.

Flow: OpenAPI → ops.web_types → **here**.
"""

from typing import Any

import pytest

from ops.web_types import openapi, write_types


def described(schema: dict[str, Any]) -> dict[str, Any]:
    return {"components": {"schemas": {"Thing": schema}}, "paths": {}}


SCHEMAS = [
    pytest.param({"type": "object", "properties": {"a": {"type": "integer"}}}, "a?: number;", id="optional"),
    pytest.param(
        {"properties": {"a": {"type": "string"}}, "required": ["a"], "type": "object"}, "a: string;", id="required"
    ),
    pytest.param({"properties": {"a-b": {"enum": ["x", 1]}}}, '"a-b"?: "x" | 1;', id="strange name, enumeration"),
    pytest.param(
        {"properties": {"a": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}},
        "a?: (string | null)[];",
        id="list of either",
    ),
    pytest.param(
        {"properties": {"a": {"type": "object", "additionalProperties": {"$ref": "#/x/Other"}}}},
        "a?: Record<string, Other>;",
        id="map of another",
    ),
    pytest.param({"properties": {}, "additionalProperties": True}, "[key: string]: unknown;", id="open"),
]


@pytest.mark.parametrize(("schema", "expected"), SCHEMAS)
def test_a_schema_becomes_a_type(schema: dict[str, Any], expected: str) -> None:
    assert f"  {expected}\n" in write_types(described(schema))


def test_every_operation_of_today_has_a_type() -> None:
    document = openapi()

    written = write_types(document)

    for path, methods in document["paths"].items():
        for method in methods:
            assert f'"{method.upper()} {path}"' in written
