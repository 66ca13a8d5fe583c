"""Conditions: n8n's filter parameter, versions 1 to 3, read once and asked per item.

Flow: if, filter, switch → **conditions** → operators → true or false.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from nodes.expressions.coercion import text_number, to_number
from nodes.expressions.scope import Scope
from nodes.flow.operators import OPERATORS, Test
from nodes.sdk import Field, NodeParams, Parameters
from nodes.sdk.parameters import Leaf, LeafMaker, Path
from nodes.transform.field_types import CONVERT, absent, date, kind
from schemas.errors import NodeError, ParameterError

PATTERNS = ("regex", "notRegex")
SINGLE = ("exists", "notExists", "empty", "notEmpty", "true", "false")


class Operator(NodeParams):
    """What is asked: an operation of a type; ``right_type`` where the right value has another."""

    type: str = "string"
    operation: str = "equals"
    right_type: str | None = None
    single_value: bool = False


class Condition(NodeParams):
    """One question about two values."""

    left_value: Any = ""
    right_value: Any = ""
    operator: Operator = Operator()


class ConditionOptions(NodeParams):
    """How values are compared; strict means that a value of another type is an error."""

    case_sensitive: bool = True
    type_validation: Literal["strict", "loose"] = "loose"
    version: int = 1


class Conditions(NodeParams):
    """Conditions and how they combine."""

    options: ConditionOptions = ConditionOptions()
    conditions: list[Condition] = []
    combinator: Literal["and", "or"] = "and"


class FilterOptions(NodeParams):
    """The node's own switches; the saved conditions carry what the editor made of them."""

    ignore_case: bool = Field(False, description="Compare texts without regard to case.")
    loose_type_validation: bool = Field(False, description="Convert values of another type (before version 2.1).")


@dataclass(frozen=True, slots=True)
class Question:
    """One condition, ready to be asked."""

    left: Leaf
    right: Leaf
    left_type: str
    right_type: str
    test: Test
    fold: bool
    pattern: bool
    single: bool


@dataclass(frozen=True, slots=True)
class Questions:
    """Conditions, ready to be asked."""

    each: tuple[Question, ...]
    every: bool
    strict: bool
    version: int


def leaf_of(path: Path, at: int) -> bool:
    """Say whether a path within conditions, which begin at ``path[:at]``, is one of their values."""
    return len(path) > at + 2 and path[at] == "conditions" and path[at + 2] in ("leftValue", "rightValue")


def questions(conditions: Conditions, leaf: LeafMaker, at: Path) -> Questions:
    """Read conditions that lie at a path of the parameters; raise ParameterError for an unknown operation."""
    options = conditions.options
    each = tuple(
        _question(one, leaf, (*at, "conditions", index), not options.case_sensitive)
        for index, one in enumerate(conditions.conditions)
    )
    return Questions(each, conditions.combinator == "and", options.type_validation == "strict", options.version)


def holds(parameters: Parameters[Any], asked: Questions, index: int) -> bool:
    """Ask all conditions of one item; no conditions hold. Raise NodeError where a value has the wrong type."""
    every = asked.every
    for number, question in enumerate(asked.each):
        if _ask(parameters, asked, question, (number, index, parameters.scope)) is not every:
            return not every
    return every or not asked.each


def _question(one: Condition, leaf: LeafMaker, at: Path, fold: bool) -> Question:
    asked = one.operator
    test = OPERATORS.get(asked.type, OPERATORS["any"]).get(asked.operation)
    if test is None:
        field = ".".join(map(str, (*at, "operator")))
        raise ParameterError(f'unknown operation "{asked.operation}" for type "{asked.type}"', field=field)
    single = asked.single_value or asked.operation in SINGLE
    return Question(
        left=leaf((*at, "leftValue"), one.left_value),
        right=leaf((*at, "rightValue"), one.right_value),
        left_type=asked.type,
        right_type=asked.right_type or (_right_of_list(asked) if asked.type == "array" else asked.type),
        test=test,
        fold=fold,
        pattern=asked.operation in PATTERNS,
        single=single,
    )


def _right_of_list(asked: Operator) -> str:
    """Give what n8n's editor saves; conditions written by hand or in ours may lack it."""
    return "number" if asked.operation.startswith("length") else "any"


def _ask(parameters: Parameters[Any], asked: Questions, one: Question, place: tuple[int, int, Scope]) -> bool:
    left = parameters.read(one.left, place[1])
    if not _fits(left, one.left_type):
        left = _convert(left, one.left_type, asked, place)
    if one.single:
        return one.test(left, None)
    right = parameters.read(one.right, place[1])
    if not _fits(right, one.right_type):
        right = _convert(right, one.right_type, asked, place)
    if one.fold:
        left, right = _folded(left), right if one.pattern else _folded(right)
    return one.test(left, right)


def _folded(value: Any) -> Any:
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, list):
        return [one.lower() if isinstance(one, str) else one for one in value]
    return value


def _fits(value: Any, type_: str) -> bool:
    match type_:
        case "string":
            return type(value) is str
        case "number":
            return type(value) is int or type(value) is float
        case "boolean":
            return type(value) is bool
    return type_ == "any"


def _convert(value: Any, type_: str, asked: Questions, place: tuple[int, int, Scope]) -> Any:
    blank = type_ == "number" and asked.version > 2 and (value == [] or (isinstance(value, str) and not value.strip()))
    if absent(value) or blank:
        return None if blank else value
    number, index, scope = place
    at, found = f"(condition {number}, item {index})", kind(value)
    if asked.strict and type_ != "dateTime" and found != type_:
        raise NodeError(
            f"wrong type: {value!r:.80} is of type {found} but {type_} was expected {at}",
            hint='switch on "convert types where required", or change the operator\'s type',
        )
    try:
        return _converter(type_, asked.version, scope)(value)
    except ValueError:
        raise NodeError(f"the {found} {value!r:.80} cannot be converted to {type_} {at}") from None


def _converter(type_: str, version: int, scope: Scope) -> Callable[[Any], Any]:
    if type_ == "dateTime":
        return lambda value: date(value, scope.zone, scope.now)
    if type_ == "boolean":
        return _loose_boolean if version > 1 else _truthy
    return CONVERT.get(type_, lambda value: value)


def _truthy(value: Any) -> bool:
    return (bool(value) and value == value) or isinstance(value, list | dict)


def _loose_boolean(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value) and value.lower() != "false" and (not value.strip() or text_number(value) != 0)
    return to_number(value) != 0 if isinstance(value, list) else _truthy(value)
