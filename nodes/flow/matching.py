"""Matching: pair the items of two inputs by fields, and make one item of two.

Flow: merge → **matching** → merge.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from nodes.expressions.coercion import UNDEFINED
from nodes.sdk import Field, Item, Items, NodeError, NodeParams, Paired
from nodes.transform import paths
from nodes.transform.field_types import text

Clash = Literal["addSuffix", "preferInput1", "preferInput2", "preferLast"]
Merge = Callable[[Sequence[tuple[int, int, Item]]], Item]


class ClashValues(NodeParams):
    """What to do where both items have a field."""

    resolve_clash: str = Field("", description="Add the input's number to names, or prefer an input.")
    merge_mode: Literal["deepMerge", "shallowMerge"] = "deepMerge"
    override_empty: bool = Field(False, description="Do not prefer an empty value.")


class ClashHandling(NodeParams):
    """What to do with clashes, as the editor keeps it."""

    values: ClashValues = ClashValues()


@dataclass(slots=True)
class Matched:
    """What matching found: index pairs, and the indexes that have no partner."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    alone1: list[int] = field(default_factory=list)
    alone2: list[int] = field(default_factory=list)

    def partners2(self) -> list[int]:
        """List the second input's items that have a partner, each once."""
        return list(dict.fromkeys(second for _, second in self.pairs))

    def partners1(self) -> list[int]:
        """List the first input's items that have a partner, each once."""
        return list(dict.fromkeys(first for first, _ in self.pairs))


def match(
    inputs: tuple[Items, Items], names: Sequence[tuple[str, str]], *, dots: bool, fuzzy: bool, first_only: bool
) -> Matched:
    """Find the items of two inputs that have equal values in each pair of fields."""
    index: dict[str, list[int]] = {}
    for at, item in enumerate(inputs[1]):
        key = _key(item, [second for _, second in names], dots, fuzzy)
        if key is not None:
            index.setdefault(key, []).append(at)
    found = Matched()
    for at, item in enumerate(inputs[0]):
        key = _key(item, [first for first, _ in names], dots, fuzzy)
        partners = index.get(key, []) if key is not None else []
        found.pairs += [(at, other) for other in (partners[:1] if first_only else partners)]
        if not partners:
            found.alone1.append(at)
    taken = set(found.partners2())
    found.alone2 = [at for at in range(len(inputs[1])) if at not in taken]
    return found


def check(items: Items, names: Sequence[str], number: int, dots: bool) -> None:
    """Refuse a field that no item of an input has; an input that is one failure's item passes, as in n8n."""
    if len(items) == 1 and items[0].json.keys() == {"error"}:
        return
    for name in names:
        if items and all(paths.find(item.json, name, dots) is UNDEFINED for item in items):
            raise NodeError(f'no item of input {number} has the field "{name}"')


def merger(values: ClashValues, default: Clash = "preferLast") -> Merge:
    """Give a function that makes one item of (index, input, item) triples."""
    clash = values.resolve_clash or default
    if clash == "addSuffix":
        return lambda triples: _made(triples, _suffixed(triples))
    join = _deep if values.merge_mode == "deepMerge" else _shallow

    def merge(triples: Sequence[tuple[int, int, Item]]) -> Item:
        ordered = list(triples)
        if clash.startswith("preferInput"):
            ordered.sort(key=lambda triple: str(triple[1] + 1) == clash[-1])
        json: dict[str, Any] = {}
        for _, _, item in ordered:
            json = join(json, item.json, values.override_empty)
        return _made(ordered, json)

    return merge


def suffix(item: Item, number: int) -> dict[str, Any]:
    """Add an input's number to all names of an item."""
    return {f"{key}_{number}": value for key, value in item.json.items()}


def _key(item: Item, names: Sequence[str], dots: bool, fuzzy: bool) -> str | None:
    values = [paths.find(item.json, name, dots) for name in names]
    if fuzzy:
        return json.dumps(["" if value in (None, UNDEFINED, "", [], {}) else text(value) for value in values])
    if any(value is UNDEFINED for value in values):
        return None
    return json.dumps([_plain(value) for value in values], sort_keys=True)


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _made(triples: Sequence[tuple[int, int, Item]], json: dict[str, Any]) -> Item:
    binary = {name: part for _, _, item in triples for name, part in (item.binary or {}).items()}
    paired: list[int | Paired] = [Paired(item=at, input=number) for at, number, _ in sorted(triples, key=_place)]
    return Item(json=json, binary=binary or None, paired=paired)


def _place(triple: tuple[int, int, Item]) -> tuple[int, int]:
    return triple[1], triple[0]


def _suffixed(triples: Sequence[tuple[int, int, Item]]) -> dict[str, Any]:
    return {key: value for _, number, item in triples for key, value in suffix(item, number + 1).items()}


def _empty(value: Any) -> bool:
    return value in (None, "")


def _shallow(base: dict[str, Any], over: dict[str, Any], keep: bool) -> dict[str, Any]:
    return {**base, **{key: value for key, value in over.items() if not (keep and _empty(value) and key in base)}}


def _deep(base: dict[str, Any], over: dict[str, Any], keep: bool) -> dict[str, Any]:
    made = dict(base)
    for key, value in over.items():
        made[key] = _joined(base[key], value, keep) if key in base else value
    return made


def _joined(base: Any, over: Any, keep: bool) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return _deep(base, over, keep)
    if isinstance(base, list) and isinstance(over, list):
        longer = over[len(base) :] if len(over) > len(base) else base[len(over) :]
        return [_joined(one, other, keep) for one, other in zip(base, over, strict=False)] + longer
    return base if keep and _empty(over) else over
