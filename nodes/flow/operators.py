"""Operators: what a condition can ask of its values, by type and operation.

Flow: conditions → **operators** → true or false.
Values have been converted to the operator's type; null and undefined are left as they are.
"""

import functools
import math
import operator
import re
from collections.abc import Callable
from typing import Any

import regex

from nodes.expressions.coercion import UNDEFINED, to_number
from nodes.expressions.patience import PATIENCE
from nodes.transform.field_types import absent, text
from schemas.errors import NodeError

Test = Callable[[Any, Any], bool]
_EMPTY_CLASS = re.compile(r"(?<![\\\[])\[(\^?)\]")
FLAGS = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL}


@functools.lru_cache(maxsize=1024)
def pattern(source: str) -> regex.Pattern[str]:
    """Read a regular expression: ``/body/flags`` or a bare body."""
    body, flags = source, ""
    if whole := re.fullmatch(r"/(.*)/([dgimsuvy]*)", source, re.DOTALL):
        body, flags = whole.groups()
    try:
        python = re.sub(r"\(\?<(?=[A-Za-z_$])", "(?P<", _EMPTY_CLASS.sub(_class_of_none, body))
        return regex.compile(python, sum(FLAGS.get(flag, 0) for flag in flags))
    except regex.error as bad:
        raise NodeError(f'invalid regular expression "{source}": {bad}') from None


def _class_of_none(found: re.Match[str]) -> str:
    """Write for Python what JavaScript's [] and [^] mean: no character, any character."""
    return r"[\s\S]" if found[1] else "(?!)"


def matches(left: Any, right: Any) -> bool:
    """Say whether a regular expression is found in a text."""
    source, searched = _string(right), _string(left)
    found = pattern(source)
    with PATIENCE.search(source) as seconds:
        return found.search(searched, timeout=seconds) is not None


def exists(value: Any) -> bool:
    """Say whether there is a value at all."""
    return not absent(value) and not (isinstance(value, float) and math.isnan(value))


def same(left: Any, right: Any) -> bool:
    """Compare as JavaScript's ``===`` does: true is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _string(value: Any) -> str:
    return "" if absent(value) else text(value)


def _texts(test: Callable[[str, str], bool]) -> Test:
    return lambda left, right: test(_string(left), _string(right))


def _order(test: Callable[[Any, Any], bool]) -> Test:
    def compare(left: Any, right: Any) -> bool:
        if left is UNDEFINED or right is UNDEFINED:
            return False
        return test(0 if left is None else left, 0 if right is None else right)

    return compare


def _moments(test: Callable[[Any, Any], bool]) -> Test:
    return lambda left, right: not absent(left) and not absent(right) and test(left, right)


def _lengths(test: Callable[[Any, Any], bool]) -> Test:
    return lambda left, right: test(0 if absent(left) else len(left), right if right is None else to_number(right))


def _contains(left: Any, right: Any) -> bool:
    return not absent(left) and any(same(one, right) for one in left)


def _no(test: Test) -> Test:
    return lambda left, right: not test(left, right)


_string_equals = _texts(operator.eq)
_string_contains = _texts(operator.contains)
_starts = _texts(str.startswith)
_ends = _texts(str.endswith)


def _empty(left: Any, _: Any) -> bool:
    return not exists(left) or (isinstance(left, str | list | dict) and len(left) == 0)


_ANY: dict[str, Test] = {
    "exists": lambda left, _: exists(left),
    "notExists": lambda left, _: not exists(left),
    "empty": _empty,
    "notEmpty": _no(_empty),
}

_STRING: dict[str, Test] = {
    "equals": _string_equals,
    "notEquals": _no(_string_equals),
    "contains": _string_contains,
    "notContains": _no(_string_contains),
    "startsWith": _starts,
    "notStartsWith": _no(_starts),
    "endsWith": _ends,
    "notEndsWith": _no(_ends),
    "regex": matches,
    "notRegex": _no(matches),
}

_NUMBER: dict[str, Test] = {
    "equals": same,
    "notEquals": _no(same),
    "gt": _order(operator.gt),
    "gte": _order(operator.ge),
    "lt": _order(operator.lt),
    "lte": _order(operator.le),
}

_MOMENT: dict[str, Test] = {
    "equals": _moments(operator.eq),
    "notEquals": _moments(operator.ne),
    "after": _moments(operator.gt),
    "afterOrEquals": _moments(operator.ge),
    "before": _moments(operator.lt),
    "beforeOrEquals": _moments(operator.le),
}

_BOOLEAN: dict[str, Test] = {
    "true": lambda left, _: left is True,
    "false": lambda left, _: not left,
    "equals": same,
    "notEquals": _no(same),
}

_ARRAY: dict[str, Test] = {
    "contains": _contains,
    "notContains": _no(_contains),
    "lengthEquals": _lengths(operator.eq),
    "lengthNotEquals": _lengths(operator.ne),
    "lengthGt": _lengths(_order(operator.gt)),
    "lengthLt": _lengths(_order(operator.lt)),
    "lengthGte": _lengths(_order(operator.ge)),
    "lengthLte": _lengths(_order(operator.le)),
}

OPERATORS: dict[str, dict[str, Test]] = {
    "any": _ANY,
    "string": _ANY | _STRING,
    "number": _ANY | _NUMBER,
    "dateTime": _ANY | _MOMENT,
    "boolean": _ANY | _BOOLEAN,
    "array": _ANY | _ARRAY,
    "object": _ANY,
}
