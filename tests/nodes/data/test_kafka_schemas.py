"""Values by a schema registry: read and written as the wire format says, asked for once, poison told from trouble."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from nodes.data.kafka_schemas import SchemaRegistry
from schemas.errors import OperationalError, UserError
from tests.nodes.data.registries import (
    AVRO,
    JSON,
    ORDER,
    Registry,
    avro,
    login,
    protobuf_file,
    protobuf_schema,
    registry,
)


@pytest.fixture
def known() -> Iterator[Registry]:
    with registry() as found:
        yield found


def message(kind: str, /, **fields: Any) -> bytes:
    pool = DescriptorPool()
    pool.AddSerializedFile(protobuf_file().SerializeToString())
    data: bytes = GetMessageClass(pool.FindMessageTypeByName(f"shop.{kind}"))(**fields).SerializeToString()
    return data


def test_avro_is_read(known: Registry):
    number = known.add("orders-value", "AVRO", AVRO)

    found = SchemaRegistry({"url": known.url}).decode("orders", avro(number, ORDER))

    assert found == {"id": 7, "note": "Crème", "at": 1_700_000_000_000, "raw": "/w=="}
    assert json.dumps(found)


def test_each_record_is_read_by_its_own_schema(known: Registry):
    older = {**AVRO, "fields": AVRO["fields"][:1]}
    first, second = known.add("orders-value", "AVRO", older), known.add("orders-value", "AVRO", AVRO)
    schemas = SchemaRegistry({"url": known.url})

    assert schemas.decode("orders", avro(first, {"id": 1}, older)) == {"id": 1}
    assert schemas.decode("orders", avro(second, ORDER))["note"] == "Crème"


def test_json_schema_is_read_and_checked(known: Registry):
    number = known.add("orders-value", "JSON", JSON)
    schemas = SchemaRegistry({"url": known.url})

    assert schemas.decode("orders", b"\0" + number.to_bytes(4, "big") + b'{"id": 7}') == {"id": 7}
    with pytest.raises(UserError, match="does not fit"):
        schemas.decode("orders", b"\0" + number.to_bytes(4, "big") + b'{"id": "seven"}')


MESSAGES = [
    pytest.param(b"\0", message("Other", name="x"), {"name": "x"}, id="the first message"),
    pytest.param(b"\x02\x02", message("Order", id=7), {"id": "7", "the_note": ""}, id="the second message"),
]


@pytest.mark.parametrize(("place", "data", "value"), MESSAGES)
def test_protobuf_is_read(known: Registry, place: bytes, data: bytes, value: dict[str, Any]):
    number = known.add("orders-value", "PROTOBUF", protobuf_schema())
    schemas = SchemaRegistry({"url": known.url})

    for _ in range(2):
        assert schemas.decode("orders", b"\0" + number.to_bytes(4, "big") + place + data) == value


ROUND = [
    pytest.param("AVRO", AVRO, {"id": 7, "note": None, "at": 5}, {"raw": ""}, id="Avro, defaults"),
    pytest.param("AVRO", AVRO, {"id": 7, "note": "x", "at": 5, "raw": "/w=="}, {}, id="Avro, bytes"),
    pytest.param("JSON", JSON, {"id": 7, "more": [1]}, {}, id="JSON Schema"),
    pytest.param("PROTOBUF", protobuf_schema(), {"name": "x"}, {}, id="Protobuf"),
]


@pytest.mark.parametrize(("kind", "schema", "value", "added"), ROUND)
def test_what_is_written_can_be_read(known: Registry, kind: str, schema: Any, value: Any, added: dict[str, Any]):
    number = known.add("shop.Order", kind, schema)
    schemas = SchemaRegistry({"url": known.url})

    data = schemas.encode("orders", "shop.Order", value)

    assert data[:5] == b"\0" + number.to_bytes(4, "big")
    assert schemas.decode("orders", data) == value | added


def test_a_schema_is_asked_for_once(known: Registry):
    number = known.add("orders-value", "AVRO", AVRO)
    schemas = SchemaRegistry({"url": known.url})

    for _ in range(100):
        schemas.decode("orders", avro(number, ORDER))
        schemas.encode("orders", "orders-value", {"id": 1, "at": 1})

    assert len(known.asked) <= 3


POISON = [
    pytest.param(b"", id="empty"),
    pytest.param(b"{}", id="no frame"),
    pytest.param(b"\0\0\0\0\x63abc", id="a schema that nobody knows"),
    pytest.param(b"\0\0\0\0\x01", id="nothing behind the frame"),
    pytest.param(b"\0\0\0\0\x01\xff\xff\xff\xff\xff\xff", id="other bytes"),
    pytest.param(b"\0\0\0\0\x02{", id="no JSON"),
    pytest.param(b"\0\0\0\0\x03\x63\x63", id="no such message"),
    pytest.param(b"\0\0\0\0\x03\0\xff", id="no Protobuf"),
]


@pytest.mark.parametrize("value", POISON)
def test_poison_is_the_records_fault(known: Registry, value: bytes):
    known.add("a", "AVRO", AVRO)
    known.add("b", "JSON", JSON)
    known.add("c", "PROTOBUF", protobuf_schema())

    with pytest.raises(UserError):
        SchemaRegistry({"url": known.url}).decode("orders", value)


VALUES = [
    pytest.param("a", {"id": "seven", "at": 1}, id="another type"),
    pytest.param("a", {}, id="a field is missing"),
    pytest.param("b", {"id": "seven"}, id="JSON Schema"),
    pytest.param("c", {"unknown": 1}, id="Protobuf"),
    pytest.param("nobody's", {"id": 1}, id="an unknown subject"),
]


@pytest.mark.parametrize(("subject", "value"), VALUES)
def test_a_value_that_does_not_fit_is_refused(known: Registry, subject: str, value: Any):
    known.add("a", "AVRO", AVRO)
    known.add("b", "JSON", JSON)
    known.add("c", "PROTOBUF", protobuf_schema())

    with pytest.raises(UserError):
        SchemaRegistry({"url": known.url}).encode("orders", subject, value)


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_registry_that_fails_is_not_the_records_fault(known: Registry, status: int):
    number = known.add("a", "AVRO", AVRO)
    known.status = status

    with pytest.raises(OperationalError):
        SchemaRegistry({"url": known.url, "max.retries": 0}).decode("orders", avro(number, ORDER))


def test_a_registry_that_is_away_is_not_the_records_fault():
    with registry() as gone:
        url = gone.url

    with pytest.raises(OperationalError, match="no answer"):
        SchemaRegistry({"url": url, "max.retries": 0}).decode("orders", avro(1, ORDER))


def test_a_registry_may_want_to_know_who_asks(known: Registry):
    number = known.add("a", "AVRO", AVRO)
    known.login = login("me", "se:cret")

    found = SchemaRegistry({"url": known.url, "basic.auth.user.info": "me:se:cret"}).decode(
        "orders", avro(number, ORDER)
    )

    assert found["id"] == 7
