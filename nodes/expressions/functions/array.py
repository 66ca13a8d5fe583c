"""Array: n8n's methods on arrays.

Flow: compiler → **array** → values.
"""

import math
import random
from typing import Any

from nodes.expressions.builtins.globals import extreme
from nodes.expressions.builtins.iteration import own
from nodes.expressions.builtins.json_text import stringify
from nodes.expressions.coercion import jsonable, number, to_string
from nodes.expressions.functions.object_ import compacted, nothing
from nodes.expressions.registry import Arguments, argument, extension
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED
from schemas.errors import ExpressionError


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _mark(value: Any) -> Any:
    """Give what is equal for equal values, so that a set can hold it."""
    if isinstance(value, dict | list):
        return (stringify(_sorted(value)),)
    if isinstance(value, float) and value != value:
        return ("NaN",)
    return type(value) if isinstance(value, bool | str) else 0, jsonable(value)


def _distinct(values: list[Any]) -> list[Any]:
    kept: dict[Any, Any] = {}
    for value in values:
        kept.setdefault(_mark(value), value)
    return list(kept.values())


@extension("array", "isEmpty", examples=[("[].isEmpty()", True)])
def is_empty(_: Scope, values: list[Any], __: Arguments) -> bool:
    """Say whether it is empty."""
    return not values


@extension("array", "isNotEmpty", examples=[("[1].isNotEmpty()", True)])
def is_not_empty(_: Scope, values: list[Any], __: Arguments) -> bool:
    """Say whether it is not empty."""
    return bool(values)


@extension("array", "first", examples=[("[1, 2].first()", 1)])
def first(_: Scope, values: list[Any], __: Arguments) -> Any:
    """Give the first."""
    return values[0] if values else UNDEFINED


@extension("array", "last", examples=[("[1, 2].last()", 2)])
def last(_: Scope, values: list[Any], __: Arguments) -> Any:
    """Give the last."""
    return values[-1] if values else UNDEFINED


@extension("array", "randomItem", examples=[("[1].randomItem()", 1)])
def random_item(scope: Scope, values: list[Any], _: Arguments) -> Any:
    """Give any; the same one when the task is repeated."""
    chance = random.Random(f"{scope.seed}/{scope.index}")  # noqa: S311 - nothing secret
    return chance.choice(values) if values else UNDEFINED


def _numbers(values: list[Any], name: str) -> list[float]:
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ExpressionError(
                f"{name}(): all array elements must be numbers", hint=f"{to_string(value)!r} is not one; use toNumber()"
            )
    return values


@extension("array", "sum", examples=[("[1, 2].sum()", 3)])
def total(_: Scope, values: list[Any], __: Arguments) -> float:
    """Add up."""
    result: float = 0
    for value in _numbers(values, "sum"):
        result = number(result + value)
    return result


@extension("array", "average", examples=[("[1, 2].average()", 1.5)])
def average(_: Scope, values: list[Any], __: Arguments) -> float:
    """Give the mean; 0 of nothing."""
    return total(_, values, []) / len(values) if values else 0


@extension("array", "min", examples=[("[2, 1].min()", 1)])
def least(_: Scope, values: list[Any], __: Arguments) -> float:
    """Give the smallest."""
    return extreme(_numbers(values, "min"), -1)


@extension("array", "max", examples=[("[2, 1].max()", 2)])
def most(_: Scope, values: list[Any], __: Arguments) -> float:
    """Give the largest."""
    return extreme(_numbers(values, "max"), 1)


@extension("array", "unique", "removeDuplicates", examples=[("[1, 1, 2].unique()", [1, 2])])
def unique(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Keep the first of each; by some keys where they are named."""
    names = [to_string(name) for name in given if name is not UNDEFINED]
    if not names:
        return _distinct(values)
    kept: dict[Any, Any] = {}
    for value in values:
        mark = [own(value).get(name, UNDEFINED) for name in names] if isinstance(value, dict) else value
        kept.setdefault(_mark(mark), value)
    return list(kept.values())


@extension("array", "compact", examples=[("[1, null, '', 2].compact()", [1, 2])])
def compact(_: Scope, values: list[Any], __: Arguments) -> list[Any]:
    """Drop what is null, undefined, empty or without content; in objects likewise."""
    return [compacted(value) for value in values if not nothing(value)]


@extension("array", "pluck", examples=[("[{a: 1}, {a: 2}].pluck('a')", [1, 2])])
def pluck(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Take the values of some keys."""
    names = [to_string(name) for name in given]
    if not names:
        return values
    rows = []
    for value in values:
        row = own(value) if isinstance(value, dict) else {}
        picked = [row[name] for name in names if name in row]
        if picked:
            rows.append(picked[0] if len(picked) == 1 else picked)
    return rows


@extension("array", "chunk", examples=[("[1, 2, 3].chunk(2)", [[1, 2], [3]])])
def chunk(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Cut into pieces of a length."""
    size = argument(given, 0)
    if not isinstance(size, int | float) or isinstance(size, bool) or not size >= 1:
        raise ExpressionError("chunk() requires a positive number as its argument")
    count = math.ceil(len(values) / size)
    return [values[int(at * size) : int(at * size + size)] for at in range(count)]


@extension("array", "smartJoin", examples=[("[{n: 'a', v: 1}].smartJoin('n', 'v')", {"a": 1})])
def smart_join(_: Scope, values: list[Any], given: Arguments) -> dict[str, Any]:
    """Make one object of name and value fields."""
    name, value = argument(given, 0), argument(given, 1)
    if not isinstance(name, str) or not isinstance(value, str) or not name or not value:
        raise ExpressionError(
            "smartJoin() requires two arguments: the name of the key field and that of the value field"
        )
    rows = [one for one in values if isinstance(one, dict) and name in one and value in one]
    return {to_string(row[name]): row[value] for row in rows}


@extension("array", "renameKeys", examples=[("[{a: 1}].renameKeys('a', 'b')", [{"b": 1}])])
def rename_keys(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Rename keys: from, to, from, to…"""
    if not given or len(given) % 2:
        raise ExpressionError("renameKeys() requires an even number of arguments: from1, to1 [, from2, to2…]")
    names = {to_string(old): to_string(new) for old, new in zip(given[::2], given[1::2], strict=True)}
    return [{names.get(k, k): v for k, v in one.items()} if isinstance(one, dict) else one for one in values]


def _other(given: Arguments, name: str) -> list[Any]:
    other = argument(given, 0)
    if not isinstance(other, list):
        raise ExpressionError(f"{name}() requires an array as its argument")
    return other


@extension(
    "array",
    "merge",
    examples=[
        ("[{a: 1}].merge([{a: 2, b: 3}])", {"a": 1, "b": 3}),
        ("[{a: 1}, {a: 2}].merge([{b: 1}, {b: 2}])", {"a": 2, "b": 2}),
    ],
)
def merge(_: Scope, values: list[Any], given: Arguments) -> dict[str, Any]:
    """Make one object of all, the first wins; with another array, of the pairs, the last pair wins."""
    out: dict[str, Any] = {}
    if not given:
        for one in reversed(values):
            out.update(one if isinstance(one, dict) else {})
        return out
    for one, more in zip(values, _other(given, "merge"), strict=False):
        if isinstance(one, dict) and isinstance(more, dict):
            out.update({**more, **one})
    return out


@extension("array", "union", examples=[("[1, 2].union([2, 3])", [1, 2, 3])])
def union(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Give what is in either."""
    return _distinct([*values, *_other(given, "union")])


@extension("array", "difference", examples=[("[1, 2].difference([2])", [1])])
def difference(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Give what is not in the other."""
    other = {_mark(one) for one in _other(given, "difference")}
    return _distinct([value for value in values if _mark(value) not in other])


@extension("array", "intersection", examples=[("[1, 2].intersection([2])", [2])])
def intersection(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Give what is in both."""
    other = {_mark(one) for one in _other(given, "intersection")}
    return _distinct([value for value in values if _mark(value) in other])


@extension("array", "append", examples=[("[1].append(2, 3)", [1, 2, 3])])
def append(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Add values at the end of a copy."""
    return [*values, *given]


@extension("array", "toJsonString", examples=[("[1].toJsonString()", "[1]")])
def to_json(_: Scope, values: list[Any], __: Arguments) -> Any:
    """Write as JSON."""
    return stringify(values)
