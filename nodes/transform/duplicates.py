"""Duplicates: items that are equal in some fields; the first of them stays.

Flow: removeDuplicates, itemLists → **duplicates** → items.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from nodes.expressions.coercion import UNDEFINED, type_of
from nodes.sdk import Field, Item, Items, NodeError, NodeParams
from nodes.transform import paths


class DuplicateOptions(NodeParams):
    """Rarely needed choices."""

    disable_dot_notation: bool = Field(False, description="Do not read `a.b` as a path.")
    remove_other_fields: bool = Field(False, description="Keep the compared fields only.")


NULLS_PASS = 1.1


class Duplicates(NodeParams):
    """Which fields make two items equal."""

    compare: Literal["allFields", "allFieldsExcept", "selectedFields"] = Field(
        "allFields", description="Compare whole items, all fields but some, or some."
    )
    fields_to_exclude: str | list[str] = Field("", description="Names not to compare, with commas between.")
    fields_to_compare: str | list[str] = Field("", description="Names to compare, with commas between.")
    options: DuplicateOptions = DuplicateOptions()


def unique(params: Duplicates, items: Items, version: float = 1) -> Items:
    """Keep the first of equal items; before version 1.1 null is a type of its own."""
    names = _names(params, items, version)
    seen: set[bytes] = set()
    kept: Items = []
    for index, item in enumerate(items):
        compared = _compared(params, names, item.json)
        mark = mark_of(compared)
        if mark in seen:
            continue
        seen.add(mark)
        bare = params.options.remove_other_fields and params.compare != "allFields"
        kept.append(Item(json=compared if bare else item.json, binary=item.binary, paired=index))
    return kept


def mark_of(value: Any) -> bytes:
    """Write a JSON value so that equal ones are written alike: keys in order, 1.0 as 1."""
    return msgspec.json.encode(_plain(value), order="sorted")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    return [_plain(child) for child in value] if isinstance(value, list) else value


def _names(params: Duplicates, items: Items, version: float) -> list[str]:
    if params.compare == "allFields":
        _all_alike(items, items, (), version)
        return []
    except_some = params.compare == "allFieldsExcept"
    names = paths.names(params.fields_to_exclude if except_some else params.fields_to_compare)
    field = "fieldsToExclude" if except_some else "fieldsToCompare"
    if not names:
        raise NodeError(f"name a field to {'leave out' if except_some else 'compare'}", field=field)
    dots = not params.options.disable_dot_notation
    if except_some:
        _all_alike(items[:1], items, names, version)
        return names
    for name in names:
        if items and all(paths.find(item.json, name, dots) is UNDEFINED for item in items):
            raise NodeError(f'no item has the field "{name}"', field=field, hint="check its name")
        _alike(name, [paths.find(item.json, name, dots) for item in items], field, version)
    return names


def _all_alike(shown: Items, items: Items, without: Sequence[str], version: float) -> None:
    """Refuse what `_alike` refuses, for each value in the shown items that is not left out."""
    leaves = dict.fromkeys(path for item in shown for path in _leaves(item.json, ()))
    kept = [path for path in leaves if not any(".".join(path[:size]) in without for size in range(1, len(path) + 1))]
    for path in kept:
        _alike(".".join(path), [paths.dig(item.json, path) for item in items], "compare", version)


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    children: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict | list):
        children = value.items() if isinstance(value, dict) else enumerate(value)
    elif path:
        yield path
    for key, child in children:
        yield from _leaves(child, (*path, str(key)))


def _alike(name: str, values: list[Any], field: str, version: float) -> None:
    """Refuse to compare what n8n does not: a field that some items lack, or that is of several types."""
    if any(value is UNDEFINED for value in values):
        raise NodeError(f"'{name}' field is missing from some input items", field=field, hint="give it to all items")
    told = [value for value in values if value is not None or version < NULLS_PASS]
    if len({type_of(value) for value in told}) > 1:
        raise NodeError(f"'{name}' isn't always the same type", field=field, hint="convert it before this node")


def _compared(params: Duplicates, names: list[str], record: dict[str, Any]) -> dict[str, Any]:
    dots = not params.options.disable_dot_notation
    match params.compare:
        case "allFields":
            return record
        case "allFieldsExcept":
            rest = dict(record)
            for name in names:
                paths.drop(rest, (name,) if name in rest or not dots else paths.keys(name))
            return rest
    chosen: dict[str, Any] = {}
    for name in names:
        value = paths.find(record, name, dots)
        if value is not UNDEFINED:
            paths.put(chosen, (name,) if name in record else paths.keys(name, dots), value)
    return chosen
