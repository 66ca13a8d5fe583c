"""Bytes in Avro values: found wherever a schema may name them."""

import pytest

from nodes.data.avro_bytes import has_bytes, with_bytes

INNER = {"type": "record", "name": "Inner", "namespace": "n", "fields": [{"name": "b", "type": "bytes"}]}


def record(kind: object, **more: object) -> dict[str, object]:
    return {"type": "record", "name": "Outer", "fields": [{"name": "f", "type": kind, **more}]}


VALUES = [
    pytest.param("bytes", "/w==", b"\xff", id="bytes"),
    pytest.param({"type": "bytes", "logicalType": "decimal"}, "/w==", b"\xff", id="a logical type"),
    pytest.param({"type": "fixed", "name": "F", "size": 1}, "/w==", b"\xff", id="fixed"),
    pytest.param("string", "/w==", "/w==", id="a text"),
    pytest.param({"type": "array", "items": "bytes"}, ["/w==", ""], [b"\xff", b""], id="a list"),
    pytest.param({"type": "map", "values": "bytes"}, {"k": "/w=="}, {"k": b"\xff"}, id="a map"),
    pytest.param(["null", "bytes"], "/w==", b"\xff", id="a union"),
    pytest.param(["null", "bytes"], None, None, id="a union's null"),
    pytest.param(["null", "bytes", "string"], "/w==", "/w==", id="a union with texts"),
    pytest.param(["null", INNER], {"b": "/w=="}, {"b": b"\xff"}, id="a union with records"),
    pytest.param(record(INNER), {"f": {"b": "/w=="}}, {"f": {"b": b"\xff"}}, id="a record in a record"),
    pytest.param(record("bytes", default="\u00ff"), {}, {"f": b"\xff"}, id="a default"),
    pytest.param(record("string", default="x"), {}, {}, id="another's default"),
    pytest.param(record("bytes"), "no record", "no record", id="something else"),
    pytest.param(
        {"type": "array", "items": [INNER, {"type": "array", "items": "n.Inner"}]},
        [{"b": ""}, [{"b": "/w=="}]],
        [{"b": b""}, [{"b": b"\xff"}]],
        id="a type by its name",
    ),
]


@pytest.mark.parametrize(("schema", "value", "found"), VALUES)
def test_base64_becomes_bytes(schema: object, value: object, found: object):
    assert with_bytes(schema, value) == found


def test_what_is_no_base64_is_refused():
    with pytest.raises(ValueError, match=r"base64|padding|Non"):
        with_bytes("bytes", "!")


@pytest.mark.parametrize(("schema", "found"), [('{"type": "bytes"}', True), ('"string"', False)], ids=["some", "none"])
def test_schemas_without_bytes_are_told(schema: str, found: bool):
    assert has_bytes(schema) is found
