"""Tests of what is moved between fields and files as n8n does: loosely read base64, and items that lack it.

Flow: items → convertToFile, moveBinaryData → **here**.
"""

import base64
from typing import Any

import pytest

from nodes.files.convert_to_file import convert_to_file
from nodes.files.move_binary_data import move_binary_data
from nodes.sdk import Item, Items, NodeType
from nodes.sdk.harness import Harness, outputs
from schemas.errors import NodeError


async def run(node_type: NodeType, params: dict[str, Any], item: Item, **more: Any) -> Items:
    return outputs(await Harness(node_type).run(params, [[item]], **more))[0]


def part(items: Items) -> dict[str, Any]:
    [item] = items
    found: dict[str, Any] = (item.binary or {})["data"]
    return found


def holding(data: bytes) -> Item:
    return Item(json={}, binary={"data": {"data": base64.b64encode(data).decode(), "mimeType": "text/plain"}})


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("aGk", b"hi"),
        ("aG k\nZ$Q==", b"hi\x19"),
        ("aGk=aGk=", b"hi"),
        ("a_-+/b", b"k\xff\xbe\xfd"),
        ("a", b""),
        ("§", b""),
    ],
)
async def test_base64_is_read_as_loosely_as_n8n_does(text: str, data: bytes) -> None:
    made = part(await run(convert_to_file, {"operation": "toBinary", "sourceProperty": "t"}, Item(json={"t": text})))

    assert base64.b64decode(made["data"]) == data


@pytest.mark.parametrize("value", [5, {"a": 1}, True])
async def test_base64_is_text(value: Any) -> None:
    with pytest.raises(NodeError, match="must hold base64"):
        await run(convert_to_file, {"operation": "toBinary", "sourceProperty": "t"}, Item(json={"t": value}))


async def test_version_1_writes_an_object_as_json() -> None:
    params = {"operation": "toBinary", "sourceProperty": "o", "options": {"dataIsBase64": False}}

    made = part(await run(convert_to_file, params, Item(json={"o": {"a": 1}}), version=1))

    assert (made["fileName"], made["mimeType"]) == ("file.json", "application/json")


async def test_what_lacks_a_field_or_file_is_left_out() -> None:
    params = {"mode": "jsonToBinary", "convertAllData": False, "sourceKey": "b"}

    assert await run(move_binary_data, params, Item(json={"a": 1})) == []
    assert await run(move_binary_data, {}, Item(json={"a": 1})) == []


async def test_moving_fails_as_a_whole() -> None:
    with pytest.raises(NodeError, match="valid JSON"):
        await Harness(move_binary_data).run({}, [[holding(b"{"), holding(b"{}")]], continue_on_fail=True)


async def test_a_table_without_a_name_is_named_as_n8n_does() -> None:
    made = part(await run(convert_to_file, {"operation": "csv"}, Item(json={"a": 1})))

    assert made["fileName"] == "File.csv"
