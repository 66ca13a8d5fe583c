"""Array: the methods of Array.prototype that leave their array as it is, and Set's.

Flow: compiler → **array** → values.
Those that change an array are compiled only where the array is fresh (`compiler` sees to that).
"""

import functools
import math
from collections.abc import Callable
from typing import Any

from nodes.expressions.builtins.text import relative
from nodes.expressions.coercion import (
    join,
    order_key,
    same_value_zero,
    strict_equals,
    to_integer,
    to_number,
    to_string,
    truthy,
)
from nodes.expressions.registry import Arguments, argument, native
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, HostObject, JavaScriptError, Listing, UniqueSet

Call = Callable[[list[Any]], Any]


def callback(given: Arguments) -> Call:
    """Give the function among the arguments; throw a TypeError where it is none."""
    function = argument(given, 0)
    if not isinstance(function, HostObject) or not function.callable:
        raise JavaScriptError("TypeError", f"{to_string(function)} is not a function")
    return function.call  # type: ignore[attr-defined, no-any-return]


@native("array", "map")
def map_(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Call for each, collect the results."""
    call = callback(given)
    return [call([value, at, values]) for at, value in enumerate(values)]


@native("array", "filter")
def filter_(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Keep those for which the call is truthy."""
    call = callback(given)
    return [value for at, value in enumerate(values) if truthy(call([value, at, values]))]


@native("array", "find")
def find(_: Scope, values: list[Any], given: Arguments) -> Any:
    """Give the first for which the call is truthy."""
    call = callback(given)
    return next((v for at, v in enumerate(values) if truthy(call([v, at, values]))), UNDEFINED)


@native("array", "findLast")
def find_last(_: Scope, values: list[Any], given: Arguments) -> Any:
    """Give the last for which the call is truthy."""
    call = callback(given)
    backwards = range(len(values) - 1, -1, -1)
    return next((values[at] for at in backwards if truthy(call([values[at], at, values]))), UNDEFINED)


@native("array", "findIndex")
def find_index(_: Scope, values: list[Any], given: Arguments) -> int:
    """Say where the first is, or -1."""
    call = callback(given)
    return next((at for at, v in enumerate(values) if truthy(call([v, at, values]))), -1)


@native("array", "some")
def some(_: Scope, values: list[Any], given: Arguments) -> bool:
    """Say whether the call is truthy for any."""
    call = callback(given)
    return any(truthy(call([value, at, values])) for at, value in enumerate(values))


@native("array", "every")
def every(_: Scope, values: list[Any], given: Arguments) -> bool:
    """Say whether the call is truthy for all."""
    call = callback(given)
    return all(truthy(call([value, at, values])) for at, value in enumerate(values))


@native("array", "forEach")
def for_each(_: Scope, values: list[Any], given: Arguments) -> Any:
    """Call for each; give undefined."""
    map_(_, values, given)
    return UNDEFINED


@native("array", "reduce")
def reduce(_: Scope, values: list[Any], given: Arguments) -> Any:
    """Fold from the left."""
    return _fold(list(enumerate(values)), values, given)


@native("array", "reduceRight")
def reduce_right(_: Scope, values: list[Any], given: Arguments) -> Any:
    """Fold from the right."""
    return _fold(list(enumerate(values))[::-1], values, given)


def _fold(pairs: list[tuple[int, Any]], values: list[Any], given: Arguments) -> Any:
    call = callback(given)
    if len(given) < 2 and not pairs:
        raise JavaScriptError("TypeError", "Reduce of empty array with no initial value")
    total, rest = (given[1], pairs) if len(given) >= 2 else (pairs[0][1], pairs[1:])
    for at, value in rest:
        total = call([total, value, at, values])
    return total


@native("array", "flatMap")
def flat_map(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Map, then flatten once."""
    return _flat(map_(_, values, given), 1)


@native("array", "flat")
def flat(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Flatten to a depth."""
    return _flat(values, to_integer(argument(given, 0, 1)))


def _flat(values: list[Any], depth: float) -> list[Any]:
    out: list[Any] = []
    for value in values:
        if isinstance(value, list) and depth >= 1:
            out.extend(_flat(value, depth - 1))
        else:
            out.append(value)
    return out


@native("array", "includes")
def includes(_: Scope, values: list[Any], given: Arguments) -> bool:
    """Say whether a value is in it."""
    wanted = argument(given, 0)
    start = relative(argument(given, 1), len(values), 0)
    return any(same_value_zero(value, wanted) for value in values[start:])


@native("array", "indexOf")
def index_of(_: Scope, values: list[Any], given: Arguments) -> int:
    """Say where a value is, or -1."""
    wanted, start = argument(given, 0), relative(argument(given, 1), len(values), 0)
    return next((at for at in range(start, len(values)) if strict_equals(values[at], wanted)), -1)


@native("array", "lastIndexOf")
def last_index_of(_: Scope, values: list[Any], given: Arguments) -> int:
    """Say where a value is last, or -1."""
    wanted = argument(given, 0)
    start = to_integer(given[1]) if len(given) > 1 else len(values) - 1
    start = int(min(len(values) + start if start < 0 else start, len(values) - 1)) if not math.isinf(start) else -1
    return next((at for at in range(start, -1, -1) if strict_equals(values[at], wanted)), -1)


@native("array", "join")
def join_(_: Scope, values: list[Any], given: Arguments) -> str:
    """Join as text."""
    return join(values, to_string(argument(given, 0, ",")))


@native("array", "toString")
def to_text(_: Scope, values: list[Any], __: Arguments) -> str:
    """Join with commas."""
    return join(values, ",")


@native("array", "slice")
def cut(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Copy from start to end."""
    size = len(values)
    return values[relative(argument(given, 0), size, 0) : relative(argument(given, 1), size, size)]


@native("array", "concat")
def concat(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Append arrays and values to a copy."""
    out = list(values)
    for value in given:
        out.extend(value if isinstance(value, list) else [value])
    return out


@native("array", "at")
def at_(_: Scope, values: list[Any], given: Arguments) -> Any:
    """Give one, counted from the end where negative."""
    where = to_integer(argument(given, 0))
    where = where + len(values) if where < 0 else where
    return values[int(where)] if 0 <= where < len(values) else UNDEFINED


@native("array", "sort")
def sort(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Sort in place: by text, or by a comparison; undefined goes last."""
    known = [value for value in values if value is not UNDEFINED]
    missing = [UNDEFINED] * (len(values) - len(known))
    if argument(given, 0) is UNDEFINED:
        known.sort(key=lambda value: order_key(to_string(value)))
    else:
        known.sort(key=functools.cmp_to_key(_comparison(callback(given))))
    values[:] = known + missing
    return values


def _comparison(call: Call) -> Callable[[Any, Any], int]:
    def compare(left: Any, right: Any) -> int:
        order = to_number(call([left, right]))
        return 1 if order > 0 else -1 if order < 0 else 0

    return compare


@native("array", "toSorted")
def to_sorted(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Sort a copy."""
    copy = list(values)
    sort(_, copy, given)
    return copy


@native("array", "reverse")
def reverse(_: Scope, values: list[Any], __: Arguments) -> list[Any]:
    """Turn round in place."""
    values.reverse()
    return values


@native("array", "toReversed")
def to_reversed(_: Scope, values: list[Any], __: Arguments) -> list[Any]:
    """Turn a copy round."""
    return values[::-1]


@native("array", "pop")
def pop(_: Scope, values: list[Any], __: Arguments) -> Any:
    """Take the last."""
    return values.pop() if values else UNDEFINED


@native("array", "shift")
def shift(_: Scope, values: list[Any], __: Arguments) -> Any:
    """Take the first."""
    return values.pop(0) if values else UNDEFINED


@native("array", "fill")
def fill(_: Scope, values: list[Any], given: Arguments) -> list[Any]:
    """Set a stretch to a value."""
    size = len(values)
    start, end = relative(argument(given, 1), size, 0), relative(argument(given, 2), size, size)
    values[start:end] = [argument(given, 0)] * max(end - start, 0)
    return values


@native("array", "keys")
def keys(_: Scope, values: list[Any], __: Arguments) -> Listing:
    """Iterate over the indexes."""
    return Listing(list(range(len(values))))


@native("array", "values")
def values_(_: Scope, values: list[Any], __: Arguments) -> Listing:
    """Iterate over the elements."""
    return Listing(list(values))


@native("array", "entries")
def entries(_: Scope, values: list[Any], __: Arguments) -> Listing:
    """Iterate over [index, element]."""
    return Listing([[at, value] for at, value in enumerate(values)])


@native("set", "has")
def has(_: Scope, value: UniqueSet, given: Arguments) -> bool:
    """Say whether it is in the set."""
    return value.has(argument(given, 0))
