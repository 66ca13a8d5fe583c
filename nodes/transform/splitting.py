"""Splitting: the elements of an item's lists, each as an item.

Flow: splitOut, itemLists → **splitting** → items.
"""

from typing import Any, Literal

from nodes.expressions.coercion import UNDEFINED
from nodes.sdk import Field, Item, Items, NodeError, NodeParams
from nodes.transform import paths


class SplitOutOptions(NodeParams):
    """Rarely needed choices."""

    disable_dot_notation: bool = Field(False, description="Do not read `a.b` as a path.")
    destination_field_name: str = Field("", description="Names for the elements, with commas between.")
    include_binary: bool = Field(False, description="Keep binary parts.")


class SplitOut(NodeParams):
    """Which lists, and what else to keep."""

    field_to_split_out: str | list[str] = Field("", description="Fields that hold lists, with commas between.")
    include: Literal["noOtherFields", "allOtherFields", "selectedOtherFields"] = Field(
        "noOtherFields", description="Which other fields to keep."
    )
    fields_to_include: str | list[str] = Field("", description="Names to keep, with commas between.")
    options: SplitOutOptions = SplitOutOptions()


def split(params: SplitOut, item: Item, index: int) -> Items:
    """Make an item of each element of the lists of one item."""
    binary = item.binary if params.options.include_binary else None
    return [Item(json=json, binary=binary, paired=index) for json in _split(params, item)]


def _split(params: SplitOut, item: Item) -> list[dict[str, Any]]:
    fields, dots = paths.names(params.field_to_split_out), not params.options.disable_dot_notation
    if not fields:
        raise NodeError("name a field to split out", field="fieldToSplitOut")
    targets = paths.names(params.options.destination_field_name)
    if targets and len(targets) != len(fields):
        raise NodeError("there must be as many destination fields as fields to split out", field="options")
    columns = [_elements(item, name, dots) for name in fields]
    longest = max(len(column) for column in columns)
    rest = _rest(params, item.json, fields, dots)
    bare = len(fields) == 1 and not targets and params.include == "noOtherFields"
    rows = []
    for at in range(longest):
        if bare and isinstance(columns[0][at], dict | list):
            rows.append(_record(columns[0][at]))
            continue
        row = dict(rest)
        for name, column in zip(targets or fields, columns, strict=True):
            if at < len(column):
                row[name] = column[at]
        rows.append(row)
    return rows


def _record(element: dict[str, Any] | list[Any]) -> dict[str, Any]:
    return element if isinstance(element, dict) else {str(at): child for at, child in enumerate(element)}


def _elements(item: Item, name: str, dots: bool) -> list[Any]:
    if name == "$binary":
        return [{key: part} for key, part in (item.binary or {}).items()]
    value = paths.find(item.json, name, dots)
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return list(value.values())
    return [] if value is UNDEFINED else [value]


def _rest(params: SplitOut, record: dict[str, Any], fields: list[str], dots: bool) -> dict[str, Any]:
    rest: dict[str, Any] = {}
    if params.include == "allOtherFields":
        rest = dict(record)
        for name in fields:
            paths.drop(rest, (name,) if name in rest else paths.keys(name, dots))
    elif params.include == "selectedOtherFields":
        chosen = paths.names(params.fields_to_include)
        if not chosen:
            raise NodeError("name the other fields to keep", field="fieldsToInclude")
        for name in chosen:
            value = paths.find(record, name, dots)
            if value is not UNDEFINED:
                rest[name] = value
    return rest
