"""The kafka node: what is sent, together, and what comes of it."""

from typing import Any

import pytest

from nodes.data.kafka import kafka
from nodes.sdk import Item
from nodes.sdk.harness import FakeCredentials, Harness
from schemas.errors import OperationalError, UserError

PARAMS = {"topic": "orders", "brokers": "kafka-1:9092"}


async def sent(params: dict[str, Any], *items: dict[str, Any], version: float = 1, **more: Any) -> Harness:
    harness = Harness(kafka)
    await harness.run(PARAMS | params, [[Item(json=each) for each in items or [{"id": 1}]]], version=version, **more)
    return harness


VALUES = [
    pytest.param({}, b'{"id":1}', id="the item"),
    pytest.param({"sendInputData": False, "message": "hello"}, b"hello", id="a text"),
    pytest.param({"sendInputData": False, "message": "={{ $json.id }}"}, b"1", id="an expression"),
    pytest.param({"sendInputData": False, "message": {"a": [1]}}, b'{"a":[1]}', id="an object"),
    pytest.param({"sendInputData": False, "message": None}, None, id="a tombstone"),
    pytest.param({"message": "ignored"}, b'{"id":1}', id="a message that is not asked for"),
    pytest.param(
        {"useSchemaRegistry": True, "schemaRegistryUrl": "http://r"}, b'orders-value:{"id": 1}', id="a schema"
    ),
    pytest.param(
        {"useSchemaRegistry": True, "schemaRegistryUrl": "http://r", "eventName": "shop.Order"},
        b'shop.Order:{"id": 1}',
        id="a schema by its subject",
    ),
    pytest.param(
        {"useSchemaRegistry": True, "schemaRegistryUrl": "http://r", "sendInputData": False, "message": '{"a": 1}'},
        b'orders-value:{"a": 1}',
        id="a message with a schema",
    ),
]


@pytest.mark.parametrize(("params", "value"), VALUES)
async def test_values(params: dict[str, Any], value: bytes | None):
    [message] = (await sent(params)).kafka.sent

    assert (message.topic, message.value) == ("orders", value)


KEYS = [
    pytest.param({"useKey": True, "key": "k"}, b"k", id="a key"),
    pytest.param({"useKey": True, "key": "={{ $json.id }}"}, b"1", id="of the item"),
    pytest.param({"useKey": True, "key": ""}, None, id="an empty one"),
    pytest.param({"key": "k"}, None, id="not asked for"),
]


@pytest.mark.parametrize(("params", "key"), KEYS)
async def test_keys(params: dict[str, Any], key: bytes | None):
    [message] = (await sent(params)).kafka.sent

    assert message.key == key


HEADERS = [
    pytest.param({}, [], id="none"),
    pytest.param(
        {"headersUi": {"headerValues": [{"key": "a", "value": "1"}, {"key": ""}]}}, [("a", b"1")], id="fields"
    ),
    pytest.param(
        {"jsonParameters": True, "headerParametersJson": '{"a": "1", "b": 2}'}, [("a", b"1"), ("b", b"2")], id="JSON"
    ),
    pytest.param({"jsonParameters": True, "headerParametersJson": {"a": [1]}}, [("a", b"[1]")], id="an object"),
    pytest.param({"jsonParameters": True}, [], id="no JSON"),
]


@pytest.mark.parametrize(("params", "headers"), HEADERS)
async def test_headers_and_the_name_of_the_task(params: dict[str, Any], headers: list[tuple[str, bytes]]):
    [message] = (await sent(params)).kafka.sent

    assert message.headers == [*headers, ("millrace-task", b"harness/kafka/0/0")]


OPTIONS = [
    pytest.param({}, 1, {"acks": "all", "enable.idempotence": True, "compression.type": "none"}, id="safe by default"),
    pytest.param({"acks": True}, 1, {"acks": "1", "enable.idempotence": False}, id="n8n's version 1"),
    pytest.param({"acks": True}, 2, {"acks": "all", "enable.idempotence": True}, id="n8n's version 2"),
    pytest.param({"acks": False}, 2, {"acks": "0"}, id="no acknowledgement"),
    pytest.param({"acks": -1}, 1, {"acks": "all"}, id="as a number"),
    pytest.param({"compression": True}, 1, {"compression.type": "gzip"}, id="compressed as in version 1"),
    pytest.param({"compression": "ZSTD"}, 2, {"compression.type": "zstd"}, id="compressed as in version 2"),
    pytest.param({"timeout": 500}, 1, {"message.timeout.ms": 500}, id="a time"),
    pytest.param({}, 1, {"partitioner": "murmur2_random"}, id="the partitioner of Java clients"),
    pytest.param({"partitioner": "random"}, 1, {"partitioner": "random"}, id="another partitioner"),
]


@pytest.mark.parametrize(("options", "version", "settings"), OPTIONS)
async def test_options(options: dict[str, Any], version: float, settings: dict[str, Any]):
    [found] = (await sent({"options": options}, version=version)).kafka.settings

    assert found | settings == found
    assert found["bootstrap.servers"] == "kafka-1:9092"


WRONG = [
    pytest.param({"topic": " "}, "topic", id="no topic"),
    pytest.param({"options": {"acks": "2"}}, "options.acks", id="acks"),
    pytest.param({"options": {"compression": "rar"}}, "options.compression", id="compression"),
    pytest.param({"useSchemaRegistry": True}, "schemaRegistryUrl", id="no registry"),
    pytest.param(
        {"useSchemaRegistry": True, "schemaRegistryUrl": "http://r", "sendInputData": False, "message": "{"},
        "message",
        id="a message that is no JSON",
    ),
]


@pytest.mark.parametrize(("params", "field"), WRONG)
async def test_what_is_wrong_is_named_before_anything_is_sent(params: dict[str, Any], field: str):
    harness = Harness(kafka)

    with pytest.raises(UserError) as refused:
        await harness.run(PARAMS | params)

    assert refused.value.field == field
    assert harness.kafka.sent == []


async def test_without_brokers_the_credential_says_where():
    harness = Harness(kafka, credentials=FakeCredentials({"kafka": {"brokers": "b:1", "ssl": False}}))
    await harness.run({"topic": "orders"})

    assert harness.kafka.settings[0]["bootstrap.servers"] == "b:1"


async def test_all_items_of_a_task_go_together():
    harness = await sent({}, *({"id": number} for number in range(50)))

    assert len(harness.kafka.settings) == 1
    assert [message.headers[0][1] for message in harness.kafka.sent] == [b"harness/kafka/0/%d" % at for at in range(50)]


async def test_items_may_go_to_several_clusters_and_topics():
    params = {"brokers": "={{ $json.to }}", "topic": "={{ $json.topic }}"}
    items = [{"to": "a:1", "topic": "x"}, {"to": "b:1", "topic": "x"}, {"to": "a:1", "topic": "y"}]
    harness = Harness(kafka)

    results = await harness.run(params, [[Item(json=each) for each in items]])

    assert [settings["bootstrap.servers"] for settings in harness.kafka.settings] == ["a:1", "b:1"]
    assert [item.json["topic"] for item in results] == ["x", "x", "y"]  # type: ignore[union-attr]


async def test_an_item_that_fails_fails_the_node():
    harness = Harness(kafka)
    harness.kafka.broken.add("b")

    with pytest.raises(OperationalError):
        await harness.run(PARAMS | {"topic": "={{ $json.t }}"}, [[Item(json={"t": "a"}), Item(json={"t": "b"})]])


async def test_a_node_that_continues_says_of_each_item_what_came_of_it():
    harness = Harness(kafka)
    harness.kafka.broken.add("b")
    items = [Item(json={"t": topic}) for topic in ("a", "b", "", "a")]

    results: Any = await harness.run(PARAMS | {"topic": "={{ $json.t }}"}, [items], continue_on_fail=True)

    assert [item.json.get("offset", item.json.get("error")) for item in results] == [
        0,
        'topic "b" takes nothing',
        "there is no topic to send to",
        1,
    ]
    assert [item.paired for item in results] == [0, 1, 2, 3]
