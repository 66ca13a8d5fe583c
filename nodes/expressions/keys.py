"""Keys: the value of an item by which starts are told apart, read before anything runs.

Flow: settings of a workflow, rollouts → **keys** → which starts belong together.
"""

from collections.abc import Sequence
from typing import Any

from nodes.expressions.coercion import UNDEFINED
from nodes.expressions.scope import Scope
from nodes.expressions.template import compile_template, expression
from schemas.errors import MillraceError, UserError
from schemas.item import Item


def key_value(key: str, items: Sequence[Item]) -> Any:
    """Give the value of a key (a field's path, or an expression) for the first item; None where it has none."""
    if not items:
        return None
    if not expression(key):
        found: Any = items[0].json
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found
    try:
        evaluate = compile_template(key).evaluate
        found = None if evaluate is None else evaluate(Scope(inputs=[list(items)]))
    except MillraceError:
        return None
    return None if found is UNDEFINED else found


def check_key(key: str | None, field: str) -> None:
    """Raise UserError for a key that cannot be read before anything runs."""
    if key is None or not expression(key):
        return
    template = compile_template(key)
    if template.evaluate is not None and template.references.nodes == frozenset():
        return
    raise UserError(
        "the key is read before anything runs, and this expression needs more than that",
        field=field,
        hint="use a field's path, or member access only",
    )
