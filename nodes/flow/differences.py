"""Differences: what two items that belong together have in common, and what not.

Flow: compareDatasets → **differences** → compareDatasets.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from nodes.expressions.coercion import UNDEFINED
from nodes.transform import paths
from nodes.transform.duplicates import mark_of
from nodes.transform.field_types import text

NOTHING: tuple[Any, ...] = (None, UNDEFINED, "", [])


@dataclass(frozen=True, slots=True)
class Comparison:
    """How values are compared: ``fuzzy`` takes "3" and 3 as equal, ``null_is_zero`` then null and 0 too.

    ``dots`` reads a name to skip as a path. Where two records differ, ``detailed`` tells of such a path apart, and
    takes an absent field as an empty one.
    """

    skip: frozenset[str] = frozenset()
    fuzzy: bool = False
    null_is_zero: bool = False
    dots: bool = True
    detailed: bool = True

    def alike(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        """Say whether two records count as equal; fuzzily, what only the second has does not matter."""
        first, second = self.without(one), self.without(other)
        if not self.fuzzy:
            return mark_of(first) == mark_of(second)
        return all(self.equal(value, second.get(name, UNDEFINED)) for name, value in first.items())

    def equal(self, one: Any, other: Any) -> bool:
        """Say whether two values count as equal."""
        if one is UNDEFINED or other is UNDEFINED:
            return one is other or (self.fuzzy and one in NOTHING and other in NOTHING)
        if mark_of(one) == mark_of(other):
            return True
        return self.fuzzy and self._loosely(one, other)

    def bucket(self, value: Any) -> str:
        """Give a text that is the same for all values that could count as equal."""
        if not self.fuzzy:
            return mark_of(value).decode()
        if value in NOTHING:
            return "0"
        if isinstance(value, str):
            value = _parsed(value)
            if value in NOTHING:
                return "0"
        if isinstance(value, dict | list):
            return mark_of(value).decode()
        written = text(value)
        truth = _truth(value)
        return written if truth is None else str(int(truth))

    def without(self, record: dict[str, Any]) -> dict[str, Any]:
        """Leave out the fields to skip."""
        rest = {name: value for name, value in record.items() if name not in self.skip}
        for name in self.skip if self.dots else ():
            if name not in record:
                paths.drop(rest, paths.keys(name))
        return rest

    def _loosely(self, one: Any, other: Any) -> bool:
        if one in NOTHING and other in NOTHING:
            return True
        if one is None or other is None:
            value = other if one is None else one
            return self.null_is_zero and not isinstance(value, bool) and value in (0, "0")
        if isinstance(one, bool) or isinstance(other, bool):
            return _truth(one) is not None and _truth(one) == _truth(other)
        if isinstance(one, str) == isinstance(other, str):
            return False
        written, value = (one, other) if isinstance(one, str) else (other, one)
        if isinstance(value, dict | list):
            return mark_of(_parsed(written)) == mark_of(value)
        return bool(text(value) == written)


@dataclass(slots=True)
class Difference:
    """Fields with equal values, and fields without: the value in the first and in the second item."""

    same: dict[str, Any] = field(default_factory=dict)
    different: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    skipped: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def compare(one: dict[str, Any], other: dict[str, Any], how: Comparison) -> Difference:
    """Compare two records field by field."""
    found = Difference()
    rest = (how.without(one), how.without(other)) if how.detailed else (one, other)
    inner = {path[0]: path for name in how.skip if how.detailed and len(path := paths.keys(name, how.dots)) > 1}
    for name in dict.fromkeys([*one, *other]):
        left, right = one.get(name, UNDEFINED), other.get(name, UNDEFINED)
        absent = left is UNDEFINED or right is UNDEFINED
        if how.equal(left, right) and (how.detailed or not absent):
            found.same[name] = right if left is UNDEFINED else left
        elif name in how.skip:
            found.skipped[name] = (left, right)
        else:
            found.different[name] = rest[0].get(name, UNDEFINED), rest[1].get(name, UNDEFINED)
            if name in inner:
                found.skipped[name] = _only(one, inner[name]), _only(other, inner[name])
    return found


def _only(record: dict[str, Any], path: paths.Keys) -> dict[str, Any]:
    made: dict[str, Any] = {}
    value = paths.dig(record, path)
    if value is not UNDEFINED:
        paths.put(made, path[1:], value)
    return made


def _parsed(source: str) -> Any:
    """Give the list or object that a text writes, or the text."""
    if source.lstrip()[:1] not in ("[", "{"):
        return source
    try:
        return json.loads(source)
    except ValueError:
        return source


def _truth(value: Any) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text(value).lower())
