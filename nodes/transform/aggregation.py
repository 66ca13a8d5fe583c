"""Aggregation: fields of many items, or whole items, as lists in one item.

Flow: aggregate, itemLists → **aggregation** → item.
"""

from typing import Any, Literal

import msgspec

from nodes.expressions.coercion import UNDEFINED
from nodes.sdk import Field, Item, Items, NodeError, NodeParams
from nodes.transform import paths


class FieldToAggregate(NodeParams):
    """One field to collect, and what to call the list."""

    field_to_aggregate: str = ""
    rename_field: bool = False
    output_field_name: str = ""


class FieldsToAggregate(NodeParams):
    """Fields to collect, as the editor keeps them."""

    field_to_aggregate: list[FieldToAggregate] = []


class AggregateOptions(NodeParams):
    """Rarely needed choices."""

    disable_dot_notation: bool = Field(False, description="Do not read `a.b` as a path.")
    merge_lists: bool = Field(False, description="Put the elements of lists side by side into one list.")
    include_binaries: bool = Field(False, description="Keep binary parts.")
    keep_only_unique: bool = Field(False, description="Keep equal binary parts once.")
    keep_missing: bool = Field(False, description="Put null for a missing value.")


class Aggregate(NodeParams):
    """What to collect."""

    aggregate: Literal["aggregateIndividualFields", "aggregateAllItemData"] = Field(
        "aggregateIndividualFields", description="A list per field, or one list of whole items."
    )
    fields_to_aggregate: FieldsToAggregate = Field(FieldsToAggregate(), description="Fields to collect.")
    destination_field_name: str = Field("data", description="Field for the list of whole items.")
    include: Literal["allFields", "specifiedFields", "allFieldsExcept"] = Field(
        "allFields", description="Which fields of whole items."
    )
    fields_to_exclude: str | list[str] = Field("", description="Names to drop, with commas between.")
    fields_to_include: str | list[str] = Field("", description="Names to keep, with commas between.")
    options: AggregateOptions = AggregateOptions()


def collect(params: Aggregate, items: Items) -> Items:
    """Make the one item."""
    if params.aggregate == "aggregateAllItemData":
        json = {params.destination_field_name: [row for item in items if (row := _row(params, item.json)) is not None]}
    else:
        json = _columns(params, items)
    binary = _binaries(items, params.options.keep_only_unique) if params.options.include_binaries else None
    return [Item(json=json, binary=binary, paired=list(range(len(items))))]


def _row(params: Aggregate, record: dict[str, Any]) -> dict[str, Any] | None:
    if params.include == "allFields" or (params.include == "specifiedFields" and not params.fields_to_include):
        return record
    if params.include == "allFieldsExcept":
        dropped = set(paths.names(params.fields_to_exclude))
        return {key: value for key, value in record.items() if key not in dropped} or None
    return {key: record[key] for key in paths.names(params.fields_to_include) if key in record} or None


def _columns(params: Aggregate, items: Items) -> dict[str, Any]:
    options, used = params.options, set()
    json: dict[str, Any] = {}
    for one in params.fields_to_aggregate.field_to_aggregate:
        name = one.field_to_aggregate
        if not name:
            continue
        target = one.output_field_name if one.rename_field and one.output_field_name else _last(name, options)
        if target in used:
            raise NodeError(f'the name "{target}" is used twice', hint="rename one of the fields")
        used.add(target)
        paths.put(json, paths.keys(target, not options.disable_dot_notation), _column(name, items, options))
    return json


def _column(name: str, items: Items, options: AggregateOptions) -> list[Any]:
    column: list[Any] = []
    for item in items:
        value = paths.find(item.json, name, not options.disable_dot_notation)
        if value is UNDEFINED or value is None:
            if options.keep_missing:
                column.append(None)
        elif options.merge_lists and isinstance(value, list):
            column += value
        else:
            column.append(value)
    return column


def _last(name: str, options: AggregateOptions) -> str:
    return name if options.disable_dot_notation else name.rsplit(".", 1)[-1]


def _binaries(items: Items, unique: bool) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    seen: set[bytes] = set()
    for name, part in ((name, part) for item in items for name, part in (item.binary or {}).items()):
        mark = msgspec.json.encode(part, order="sorted")
        if unique and mark in seen:
            continue
        seen.add(mark)
        found[name if name not in found else f"{name}_{len(found)}"] = part
    return found or None
