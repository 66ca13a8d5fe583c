"""Summaries: sums, counts and lists of fields, for all items or by group.

Flow: summarize, itemLists → **summaries** → items.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from nodes.expressions.coercion import UNDEFINED, less, ordered_keys
from nodes.sdk import Field, Item, Items, NodeError, NodeParams
from nodes.transform import paths
from nodes.transform.duplicates import mark_of
from nodes.transform.field_types import text

Kind = Literal["append", "average", "concatenate", "count", "countUnique", "max", "min", "sum"]
PREFIX = {
    "append": "appended", "average": "average", "concatenate": "concatenated", "count": "count",
    "countUnique": "unique_count", "max": "max", "min": "min", "sum": "sum",
}  # fmt: skip
EMPTY = (None, "", UNDEFINED)
Group = tuple[tuple[Any, ...], list[int]]


class FieldToSummarize(NodeParams):
    """One field, and what to make of its values."""

    aggregation: Kind = "count"
    field: str = ""
    include_empty: bool = False
    separate_by: str = ","
    custom_separator: str = ""


class FieldsToSummarize(NodeParams):
    """Fields, as the editor keeps them."""

    values: list[FieldToSummarize] = [FieldToSummarize()]


class SummaryOptions(NodeParams):
    """Rarely needed choices."""

    continue_if_field_not_found: bool = Field(False, description="Give an empty item for a missing field (version 1).")
    disable_dot_notation: bool = Field(False, description="Do not read `a.b` as a path.")
    output_format: Literal["separateItems", "singleItem"] = Field("separateItems", description="An item per group?")
    skip_empty_split_fields: bool = Field(False, description="Leave out items that have no group.")


class Summary(NodeParams):
    """What to summarize, and by which groups."""

    fields_to_summarize: FieldsToSummarize = Field(FieldsToSummarize(), description="Fields, each with what to make.")
    fields_to_split_by: str | list[str] = Field("", description="Names of group fields, with commas between.")
    options: SummaryOptions = SummaryOptions()


@dataclass(frozen=True, slots=True)
class Manner:
    """How versions differ.

    ``strict`` refuses a field that no item has. ``typed`` keeps values of groups, else they become text. ``keyed``
    orders groups as a JavaScript object orders its keys, whole numbers first. ``dotted`` keeps dots in their names.
    """

    strict: bool = False
    typed: bool = False
    keyed: bool = False
    dotted: bool = False


def summarized(params: Summary, items: Items, how: Manner) -> Items:
    """Summarize fields by groups."""
    options, dots = params.options, not params.options.disable_dot_notation
    fields = params.fields_to_summarize.values
    if not any(one.field.strip() for one in fields):
        raise NodeError("name the fields to summarize", field="fieldsToSummarize")
    columns = {one.field: [paths.find(item.json, one.field, dots) for item in items] for one in fields}
    for name, column in columns.items():
        if how.strict and name and all(value is UNDEFINED for value in column):
            if options.continue_if_field_not_found:
                return [Item(json={}, paired=list(range(len(items))))]
            raise NodeError(f'no item has the field "{name}"', field="fieldsToSummarize", hint="check its name")
    split = paths.names(params.fields_to_split_by)
    groups = _nested_order(_groups(params, split, items, dots, how.typed), how.keyed)
    rows = [(values, members, _row(fields, columns, members)) for values, members in groups]
    if options.output_format == "singleItem":
        return [Item(json=_nested(rows), paired=list(range(len(items))))]
    names = split if how.dotted else [_plain_name(name) for name in split]
    made: Items = []
    for values, members, row in rows:
        group = {name: value for name, value in zip(names, values, strict=True) if value is not UNDEFINED}
        made.append(Item(json={**group, **row}, paired=[*members]))
    return made


def _groups(params: Summary, split: list[str], items: Items, dots: bool, typed: bool) -> list[Group]:
    if not split:
        return [((), list(range(len(items))))]
    found: dict[str, Group] = {}
    for at, item in enumerate(items):
        values = [paths.find(item.json, name, dots) for name in split]
        empty = EMPTY if typed else ("", UNDEFINED)
        if params.options.skip_empty_split_fields and any(value in empty for value in values):
            continue
        values = [text(value) if isinstance(value, dict | list) else value for value in values]
        if not typed:
            values = ["undefined" if value is UNDEFINED else text(value) for value in values]
        key = "\n".join("" if value is UNDEFINED else mark_of(value).decode() for value in values)
        found.setdefault(key, (tuple(values), []))[1].append(at)
    return list(found.values())


def _nested_order(groups: list[Group], keyed: bool, depth: int = 0) -> list[Group]:
    """Bring groups together that share their first value, and in these those that share their second."""
    if not groups or depth == len(groups[0][0]):
        return groups
    by_value: dict[Any, list[Group]] = {}
    for group in groups:
        value = group[0][depth]
        by_value.setdefault(value if keyed else (type(value), value), []).append(group)
    keys = ordered_keys(by_value) if keyed else list(by_value)
    return [group for key in keys for group in _nested_order(by_value[key], keyed, depth + 1)]


def _row(fields: list[FieldToSummarize], columns: dict[str, list[Any]], members: list[int]) -> dict[str, Any]:
    row = {}
    for one in fields:
        column = columns[one.field]
        row[f"{PREFIX[one.aggregation]}_{_plain_name(one.field)}"] = _MAKE[one.aggregation](
            one, [column[at] for at in members]
        )
    return row


def _plain_name(name: str) -> str:
    return re.sub(r"[ .]", "_", re.sub(r"[\[\]\"]", "", name))


def _nested(rows: list[tuple[tuple[Any, ...], list[int], dict[str, Any]]]) -> dict[str, Any]:
    """Make an object in an object of groups in order; one value takes the place of another that is written alike."""
    made: dict[str, Any] = {}
    before: tuple[Any, ...] = ()
    for values, _, row in rows:
        box, same = made, True
        for at, value in enumerate(values):
            name = "undefined" if value is UNDEFINED else text(value)
            same = same and at < len(before) and type(value) is type(before[at]) and value == before[at]
            if not same:
                box[name] = {}
            box = box[name]
        before = values
        box.update(row)
    return made


def _filled(one: FieldToSummarize, values: list[Any]) -> list[Any]:
    if one.include_empty:
        return values
    return [value for value in values if value is not None and value is not UNDEFINED and value != ""]


def _numbers(values: list[Any]) -> list[int | float]:
    return [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]


def _sum(one: FieldToSummarize, values: list[Any]) -> Any:
    return _whole(sum(_numbers(values)))


def _average(one: FieldToSummarize, values: list[Any]) -> Any:
    numbers = _numbers(values)
    return _whole(sum(numbers) / len(numbers)) if numbers else None


def _whole(value: float) -> int | float:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unique(one: FieldToSummarize, values: list[Any]) -> Any:
    return len({mark_of(None if value is UNDEFINED else value) for value in _filled(one, values)})


def _joined(one: FieldToSummarize, values: list[Any]) -> Any:
    separator = one.custom_separator if one.separate_by == "other" else one.separate_by
    return separator.join("undefined" if value is UNDEFINED else _shown(value) for value in _filled(one, values))


def _shown(value: Any) -> str:
    return (
        json.dumps(value, ensure_ascii=False, separators=(",", ":")) if isinstance(value, dict | list) else text(value)
    )


def _extreme(way: int) -> Callable[[FieldToSummarize, list[Any]], Any]:
    def pick(one: FieldToSummarize, values: list[Any]) -> Any:
        best = None
        for value in values:
            if value not in EMPTY and (best is None or _ahead(value, best, way)):
                best = value
        return best

    return pick


def _ahead(one: Any, other: Any, way: int) -> bool:
    """Compare as JavaScript does, numbers in text with numbers included."""
    return (less(other, one) if way > 0 else less(one, other)) is True


_MAKE: dict[str, Callable[[FieldToSummarize, list[Any]], Any]] = {
    "append": lambda one, values: [None if value is UNDEFINED else value for value in _filled(one, values)],
    "average": _average,
    "concatenate": _joined,
    "count": lambda one, values: len(_filled(one, values)),
    "countUnique": _unique,
    "max": _extreme(1),
    "min": _extreme(-1),
    "sum": _sum,
}
