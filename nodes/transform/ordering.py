"""Ordering: items by fields, by chance, or by a user's code.

Flow: sort, itemLists → **ordering** → items.
"""

import functools
import random
from typing import Any, Literal

from nodes.expressions.coercion import UNDEFINED, less
from nodes.expressions.scope import Scope
from nodes.sdk import Field, Item, Items, NodeError, NodeParams, Run, Sandbox
from nodes.transform import paths

Column = tuple[int, list[Any]]
COMPARING = (
    "const order = items.map((_, at) => at);"
    "order.sort((left, right) => {{ const a = items[left], b = items[right];\n{code}\n}});"
    "return order;"
)


class SortField(NodeParams):
    """One field, and which way."""

    field_name: str = ""
    order: Literal["ascending", "descending"] = "ascending"


class SortFields(NodeParams):
    """Fields, as the editor keeps them."""

    sort_field: list[SortField] = []


class SortOptions(NodeParams):
    """Rarely needed choices."""

    disable_dot_notation: bool = Field(False, description="Do not read `a.b` as a path.")


class Sort(NodeParams):
    """The order."""

    type: Literal["simple", "random", "code"] = Field("simple", description="By fields, at random, or by code.")
    sort_fields_ui: SortFields = Field(SortFields(), description="Fields to sort by.")
    code: str = Field("return 0;", description="Compares items a and b: below 0 where a comes first.")
    options: SortOptions = SortOptions()


async def ordered(params: Sort, items: Items, run: Run, scope: Scope, sandbox: Sandbox) -> Items:
    """Give the items in another order; equal ones keep theirs."""
    order = list(range(len(items)))
    if params.type == "random":
        random.Random(run.task).shuffle(order)  # noqa: S311 - the same order when the task is repeated
    elif params.type == "code":
        found = await sandbox.javascript(COMPARING.format(code=params.code), scope, per_item=False)
        order = _checked(found, len(items))
    else:
        _by_fields(params, items, order)
    return [Item(json=items[at].json, binary=items[at].binary, paired=at) for at in order]


def _by_fields(params: Sort, items: Items, order: list[int]) -> None:
    dots = not params.options.disable_dot_notation
    fields = params.sort_fields_ui.sort_field
    if not fields:
        raise NodeError("name a field to sort by", field="sortFieldsUi")
    columns: list[Column] = []
    for one in fields:
        column = [_comparable(item.json, one.field_name, dots) for item in items]
        if column and all(value is UNDEFINED for value in column):
            raise NodeError(f'no item has the field "{one.field_name}"', field="sortFieldsUi")
        columns.append((-1 if one.order == "descending" else 1, column))
    order.sort(key=functools.cmp_to_key(functools.partial(_compare, columns)))


def _comparable(record: dict[str, Any], name: str, dots: bool) -> Any:
    """Read a field; text at the top is compared without regard to case, as n8n has it."""
    value = paths.find(record, name, dots)
    return value.lower() if isinstance(value, str) and name in record else value


def _compare(columns: list[Column], left: int, right: int) -> int:
    """Compare as JavaScript does: what cannot be compared, such as an absent value, is not less."""
    for way, column in columns:
        one, other = column[left], column[right]
        if type(one) is not type(other) or one != other:
            return way * (-1 if less(one, other) is True else 1)
    return 0


def _checked(order: Any, count: int) -> list[int]:
    if not isinstance(order, list) or sorted(order) != list(range(count)):
        raise NodeError("the code does not compare items", field="code", hint="return a number")
    return order
