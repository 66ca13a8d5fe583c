"""Legacy conditions: those of if and filter version 1 and of switch before 3, grouped by type.

Flow: if, filter, switch of old versions → **legacy conditions** → true or false.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nodes.expressions.coercion import UNDEFINED, less, to_string, truthy
from nodes.flow.operators import matches, same
from nodes.sdk import NodeParams, Parameters
from nodes.sdk.parameters import Leaf, LeafMaker, Path
from nodes.transform.field_types import absent, date
from schemas.errors import NodeError, ParameterError

Test = Callable[[Any, Any], bool]
DEFAULT_VALUE: dict[str, Any] = {"boolean": False, "dateTime": "", "number": 0, "string": ""}
DEFAULT_OPERATION = {"boolean": "equal", "dateTime": "after", "number": "smaller", "string": "equal"}


class LegacyCondition(NodeParams):
    """One comparison; absent fields have the type's defaults."""

    value1: Any = None
    operation: str = ""
    value2: Any = None


class LegacyConditions(NodeParams):
    """Comparisons by type."""

    boolean: list[LegacyCondition] = []
    date_time: list[LegacyCondition] = []
    number: list[LegacyCondition] = []
    string: list[LegacyCondition] = []


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison, ready to be made."""

    left: Leaf
    right: Leaf
    test: Test
    date: bool


def comparisons(conditions: LegacyConditions, leaf: LeafMaker, at: Path) -> tuple[Comparison, ...]:
    """Read conditions that lie at a path of the parameters."""
    groups = {
        "boolean": conditions.boolean,
        "dateTime": conditions.date_time,
        "number": conditions.number,
        "string": conditions.string,
    }
    return tuple(
        comparison(kind, one, leaf((*at, kind, index, "value1"), given(one, "value1", kind)), leaf, (*at, kind, index))
        for kind, group in groups.items()
        for index, one in enumerate(group)
    )


def comparison(kind: str, one: NodeParams, left: Leaf, leaf: LeafMaker, at: Path) -> Comparison:
    """Read one comparison of ``left`` with the ``value2`` at a path; raise ParameterError for an unknown operation."""
    operation = getattr(one, "operation", "") or DEFAULT_OPERATION[kind]
    test = OPERATIONS[kind].get(operation)
    if test is None:
        raise ParameterError(
            f'unknown operation "{operation}" for type "{kind}"', field=".".join(map(str, (*at, "operation")))
        )
    return Comparison(left, leaf((*at, "value2"), given(one, "value2", kind)), test, kind == "dateTime")


def given(one: NodeParams, name: str, kind: str) -> Any:
    """Give a saved value, or the default of its type."""
    return getattr(one, name) if name in one.model_fields_set else DEFAULT_VALUE[kind]


def compare(parameters: Parameters[Any], one: Comparison, index: int, zone: str) -> bool:
    """Make one comparison for one item."""
    left, right = parameters.read(one.left, index), parameters.read(one.right, index)
    if one.date:
        left, right = _moment(left, zone, parameters.scope.now), _moment(right, zone, parameters.scope.now)
    return one.test(left, right)


def leaf_of(path: Path, at: int) -> bool:
    """Say whether a path within conditions by type, which begin at ``path[:at]``, is one of their values."""
    return len(path) > at + 2 and path[at + 2] in ("value1", "value2")


def _moment(value: Any, zone: str, now: float) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        if isinstance(value, str):
            return date(value, zone, now)
    except ValueError:
        pass
    raise NodeError(f"{value!r:.80} is not a date")


def _order(test: Callable[[Any, Any], bool | None]) -> Test:
    return lambda left, right: bool(test(left if truthy(left) else 0, right if truthy(right) else 0))


def _ends(test: Callable[[str, str], bool]) -> Test:
    def compare(left: Any, right: Any) -> bool:
        if not isinstance(left, str):
            raise NodeError(f"{left!r:.80} is no text", hint="write the value as text, for example {{ String(…) }}")
        return test(left, to_string(right))

    return compare


def _text(value: Any) -> str:
    return to_string(value) if truthy(value) else ""


def _contains(left: Any, right: Any) -> bool:
    return _text(right) in _text(left)


def _empty(left: Any, _: Any) -> bool:
    return absent(left) or left == "" or left == {} or left == [] or left != left


def _equal(left: Any, right: Any) -> bool:
    return (left is UNDEFINED) == (right is UNDEFINED) and same(left, right)


def _no(test: Test) -> Test:
    return lambda left, right: not test(left, right)


def _like(left: Any, right: Any) -> bool:
    return matches(_text(left), _text(right))


_EMPTY: dict[str, Test] = {"isEmpty": _empty, "isNotEmpty": _no(_empty)}
_EQUAL: dict[str, Test] = {"equal": _equal, "notEqual": _no(_equal)}
_BOTH_WAYS: dict[str, Test] = {
    "Contains": _contains,
    "StartsWith": _ends(str.startswith),
    "EndsWith": _ends(str.endswith),
    "Regex": _like,
}
OPERATIONS: dict[str, dict[str, Test]] = {
    "boolean": _EQUAL,
    "dateTime": {"after": operator.gt, "before": operator.lt},
    "number": _EQUAL
    | _EMPTY
    | {
        "smaller": _order(less),
        "smallerEqual": _order(lambda left, right: less(right, left) is False),
        "larger": _order(lambda left, right: less(right, left)),
        "largerEqual": _order(lambda left, right: less(left, right) is False),
    },
    "string": _EQUAL
    | _EMPTY
    | {name[0].lower() + name[1:]: test for name, test in _BOTH_WAYS.items()}
    | {f"not{name}": _no(test) for name, test in _BOTH_WAYS.items()},
}
