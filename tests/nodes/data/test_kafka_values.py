"""Records become items, as a subscription's options say."""

from typing import Any, NamedTuple

import pytest

from nodes.data.kafka_values import Values
from schemas.errors import UserError
from schemas.item import Item


class Received(NamedTuple):
    """A record as it was read."""

    value: bytes | None = b'{"n":1}'
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = (("a", b"1"), ("b", b"2"), ("a", b"3"), ("a", b"4"))
    topic: str = "orders"
    partition: int = 2
    offset: int = 7
    at: int = 5


REST = {"topic": "orders", "partition": 2, "offset": 7, "timestamp": 5}
ITEMS = [
    pytest.param({}, Received(), {"message": '{"n":1}'} | REST, id="text"),
    pytest.param({"format": "json"}, Received(), {"message": {"n": 1}} | REST, id="JSON"),
    pytest.param({"format": "json"}, Received(None), {"message": None} | REST, id="a tombstone"),
    pytest.param({}, Received(key=b"k\xff"), {"message": '{"n":1}', "key": "k\ufffd"} | REST, id="a key"),
    pytest.param(
        {"headers": True},
        Received(),
        {"message": '{"n":1}', "headers": {"a": ["1", "3", "4"], "b": "2"}} | REST,
        id="headers, one of them three times",
    ),
    pytest.param({"format": "json", "onlyMessage": True}, Received(), {"n": 1}, id="only an object"),
    pytest.param({"onlyMessage": True}, Received(b"text"), {"message": "text"}, id="only a text"),
    pytest.param({"format": "json", "onlyMessage": True}, Received(b"[1]"), {"message": [1]}, id="only a list"),
]


@pytest.mark.parametrize(("options", "record", "json"), ITEMS)
def test_a_record_becomes_an_item(options: dict[str, Any], record: Received, json: dict[str, Any]):
    assert Values(options).item(record) == Item(json)


def test_binary_values_are_kept_as_they_are():
    item = Values({"format": "binary"}).item(Received(b"\xff\0"))

    assert item.json == {"message": None} | REST
    assert item.binary == {"data": {"data": "/wA=", "mimeType": "application/octet-stream", "fileSize": "2 B"}}


def test_a_registry_reads_values():
    values = Values({"format": "registry"}, lambda topic, value, headers: [topic, value.decode(), len(headers)])

    assert values.item(Received(b"x")).json["message"] == ["orders", "x", 4]
    assert values.item(Received(None)).json["message"] is None


POISON = [
    pytest.param({}, b"\xff", "not UTF-8", id="no text"),
    pytest.param({"format": "json"}, b"{", "not JSON", id="no JSON"),
    pytest.param({"format": "json"}, b"", "not JSON", id="nothing"),
    pytest.param({"format": "json"}, b"[" * 5000, "not JSON", id="too deep"),
    pytest.param({"format": "registry"}, b"x", "no schema registry", id="no registry"),
]


@pytest.mark.parametrize(("options", "value", "reason"), POISON)
def test_what_cannot_be_decoded_says_why(options: dict[str, Any], value: bytes, reason: str):
    with pytest.raises(UserError, match=reason):
        Values(options).item(Received(value))
