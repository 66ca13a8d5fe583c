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

NOTHING: tuple[Any, ...] = (None, UNDEFINED, "", [], {})


@dataclass(frozen=True, slots=True)
class Comparison:
    """How values are compared: ``fuzzy`` takes "3" and 3 as equal; ``absent_equal`` an absent and an empty one."""

    skip: frozenset[str] = frozenset()
    fuzzy: bool = False
    absent_equal: bool = False
    dots: bool = True

    def equal(self, one: Any, other: Any) -> bool:
        """Say whether two values count as equal."""
        if one is UNDEFINED or other is UNDEFINED:
            if one is other:
                return True
            return self.fuzzy and self.absent_equal and (other if one is UNDEFINED else one) in NOTHING
        if mark_of(one) == mark_of(other):
            return True
        return self.fuzzy and self._loosely(one, other)

    def _loosely(self, one: Any, other: Any) -> bool:
        if one in NOTHING and other in NOTHING:
            return True
        first, second = _loose(one), _loose(other)
        if isinstance(first, bool) or isinstance(second, bool):
            return _truth(first) is not None and _truth(first) == _truth(second)
        return mark_of(first) == mark_of(second)


@dataclass(slots=True)
class Difference:
    """Fields with equal values, and fields without: the value in the first and in the second item."""

    same: dict[str, Any] = field(default_factory=dict)
    different: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def compare(first: dict[str, Any], second: dict[str, Any], how: Comparison) -> Difference:
    """Compare two records field by field."""
    found = Difference()
    one, other = _without(first, how), _without(second, how)
    for name in dict.fromkeys([*one, *other]):
        left, right = one.get(name, UNDEFINED), other.get(name, UNDEFINED)
        if how.equal(left, right):
            found.same[name] = right if left is UNDEFINED else left
        else:
            found.different[name] = (left, right)
    return found


def _without(record: dict[str, Any], how: Comparison) -> dict[str, Any]:
    rest = {name: value for name, value in record.items() if name not in how.skip}
    for name in how.skip:
        if how.dots and name not in record:
            paths.drop(rest, paths.keys(name))
    return rest


def _loose(value: Any) -> Any:
    """Read a text as the number, truth value or JSON that it writes."""
    if not isinstance(value, str):
        return value
    source = value.strip()
    lowered = source.lower()
    if lowered in ("true", "false"):
        return lowered == "true"
    try:
        return json.loads(source)
    except ValueError:
        return value


def _truth(value: Any) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text(value).strip().lower())
