"""Returned items: what a user's code gave back, as items.

Flow: sandbox → **returned items** → code, function, functionItem.
"""

from typing import Any

from nodes.expressions.values import UNDEFINED
from nodes.sdk import Item, Items, NodeError, Paired

ITEM_KEYS = {"json", "binary", "pairedItem", "error", "index"}


def items_returned(found: Any) -> Items:
    """Read what code returned that ran once: an array of items or of bare objects, or one of them."""
    if isinstance(found, dict) and not _only_binary(found):
        return [Item(json=found) if found.get("json") is None else _one(found, 0)]
    listed = found if isinstance(found, list) else [found]
    if found is None or not all(isinstance(one, dict) for one in listed):
        raise NodeError("the code does not return items", hint='return an array of objects, such as [{"json": {…}}]')
    if any("json" in one for one in listed):
        return [_item(one, at) for at, one in enumerate(listed)]
    return [_item({**one, "json": {}}, at) if _only_binary(one) else Item(json=one) for at, one in enumerate(listed)]


def _only_binary(found: dict[str, Any]) -> bool:
    return isinstance(found.get("binary"), dict) and set(found) <= {"binary", "pairedItem"}


def item_returned(found: Any, index: int) -> Items:
    """Read what code returned for one item: an item, a bare object, or nothing."""
    if found is UNDEFINED or (not found and not isinstance(found, dict | list)):
        return []
    if not isinstance(found, dict):
        raise NodeError(f"the code does not return an object (item {index})", hint="return one object for each item")
    item = _one(found, index)
    return [Item(json=item.json, binary=item.binary, paired=index, error=item.error)]


def _one(found: dict[str, Any], index: int) -> Item:
    """Read an object that stands alone: beside `json` it may hold anything, without it it is the data itself."""
    if "json" not in found:
        return Item(json=found)
    return _item({key: value for key, value in found.items() if key in ITEM_KEYS}, index)


def _item(found: dict[str, Any], index: int) -> Item:
    if unknown := set(found) - ITEM_KEYS:
        raise NodeError(f'unknown item property "{min(unknown)}" (item {index})', hint="put data below `json`")
    if not isinstance(found.get("json"), dict):
        raise NodeError(f'"json" is not an object (item {index})')
    binary = found.get("binary", {})
    if not isinstance(binary, dict):
        raise NodeError(f'"binary" is not an object (item {index})', hint="leave it out where there is no file")
    return Item(
        json=found["json"],
        binary=binary or None,
        paired=_paired(found.get("pairedItem")),
        error=found.get("error"),
    )


def _paired(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("item"), int):
        return Paired(item=value["item"], input=value.get("input") or 0)
    if isinstance(value, list):
        found = [_paired(one) for one in value]
        return None if any(one is None for one in found) else found
    return value if isinstance(value, int) and not isinstance(value, bool) else None
