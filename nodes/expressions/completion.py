"""Completion: what may be written at a place in an expression.

Flow: the editor's text and caret, the data at hand → **complete** → names with what they are and do.
What stands before a dot is evaluated, in the compiled tier only, so that fields and methods are those of its value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from nodes.expressions import registry
from nodes.expressions.coercion import item_object
from nodes.expressions.members import kind_of
from nodes.expressions.scope import Scope
from nodes.expressions.template import compile_template
from nodes.expressions.values import UNDEFINED, Function, HostObject, Lazy, Namespace
from nodes.expressions.variables import constants
from schemas.errors import ExpressionError
from schemas.item import Item

Kind = Literal["variable", "function", "field", "method", "node"]
MOST: Final = 300
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*")
_WORD: Final = re.compile(r"[\w$]*\Z")
_QUOTED_NODE: Final = re.compile(r"""(?:\$\(|\$node\[|\$items\()\s*(["'`])([^"'`]*)\Z""")
_OPENING: Final = {")": "(", "]": "["}
_VARIABLES: Final = {
    "$json": "the JSON of the item at hand",
    "$binary": "the binary data of the item at hand",
    "$input": "the items of this node's input",
    "$now": "this moment, in the workflow's zone",
    "$today": "this day's midnight, in the workflow's zone",
    "$itemIndex": "the index of the item at hand",
    "$runIndex": "how often this node ran before",
    "$prevNode": "the node that the input came from",
    "$workflow": "id, name and state of the workflow",
    "$execution": "id, mode and resume address of the execution",
    "$parameter": "this node's parameters",
    "$vars": "variables of the installation",
    "$env": "the environment, where the operator allows it",
    "$node": "other nodes by name",
    "$": "another node by name: $('Name').item.json",
    "$items": "the items of a node",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to write: its text, what it is, its type or an example, and what it does."""

    label: str
    kind: Kind
    detail: str = ""
    doc: str = ""


def complete(text: str, position: int, scope: Scope, nodes: list[str]) -> list[Suggestion]:
    """List what may stand at ``position``; ``nodes`` are the names that `$('…')` may be given."""
    before = _code(text[:position])
    if before is None:
        return []
    quoted = _QUOTED_NODE.search(before)
    if quoted:
        return [Suggestion(name, "node") for name in nodes if name.startswith(quoted.group(2))]
    word = _WORD.search(before)
    typed = word.group() if word else ""
    rest = before[: len(before) - len(typed)]
    if rest.endswith("."):
        base = _base(rest.removesuffix(".").removesuffix("?"))
        found = _members(_value(base, scope)) if base else iter(())
    else:
        found = _globals()
    return [one for one in found if one.label.lower().startswith(typed.lower())][:MOST]


def _code(before: str) -> str | None:
    """Give the code between the last open braces and the caret; None outside code."""
    start = before.rfind("{{")
    if start < 0:
        return None if before.startswith("=") else before
    code = before[start + 2 :]
    return None if "}}" in code else code


def _base(code: str) -> str:
    """Find the expression that ends where the code ends: names, calls and indexes joined by dots."""
    at = len(code)
    while at > 0:
        char = code[at - 1]
        if char in ")]":
            at = _opening(code, at - 1)
        elif char in "\"'`":
            at = max(code.rfind(char, 0, at - 1), 0)
        elif char.isalnum() or char in "_$.?":
            at -= 1
        else:
            break
    return code[at:].lstrip(".?")


def _opening(code: str, at: int) -> int:
    depth, wanted = 0, _OPENING[code[at]]
    for place in range(at, -1, -1):
        depth += (code[place] == code[at]) - (code[place] == wanted)
        if depth == 0:
            return place
    return 0


def _value(base: str, scope: Scope) -> Any:
    if base in constants():
        return constants()[base]
    try:
        template = compile_template(f"={{{{ {base} }}}}")
        return UNDEFINED if template.evaluate is None else template.evaluate(scope)
    except ExpressionError:
        return UNDEFINED


def _members(value: Any) -> Iterator[Suggestion]:
    if value is None or value is UNDEFINED:
        return
    for name, one in _fields(value).items():
        if _NAME.fullmatch(name):
            yield Suggestion(name, "method" if isinstance(one, Function) else "field", _shown(one))
    if isinstance(value, Namespace | Lazy):
        return
    kind = kind_of(value)
    examples = {name: text for of, name, text, _ in registry.EXAMPLES if of == kind}
    for table in (registry.EXTENSIONS, registry.NATIVE):
        for name, method in sorted(table.get(kind, {}).items()):
            doc = (method.__doc__ or "").strip().partition("\n")[0]
            yield Suggestion(name, "method", examples.get(name, f"{name}()"), doc)


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, Item):
        return item_object(value)
    if isinstance(value, dict):
        return value
    if isinstance(value, Namespace):
        return value.members
    if isinstance(value, Lazy):
        return {name: _safely(get) for name, get in value.members.items()}
    return {"length": len(value)} if isinstance(value, str | list) else {}


def _safely(get: Any) -> Any:
    try:
        return get()
    except ExpressionError:
        return UNDEFINED


def _globals() -> Iterator[Suggestion]:
    for name, doc in _VARIABLES.items():
        yield Suggestion(name, "variable", "", doc)
    for name, value in sorted(constants().items()):
        if name not in _VARIABLES and isinstance(value, HostObject):
            doc = (isinstance(value, Function) and value.call.__doc__) or ""
            yield Suggestion(name, "function" if value.callable else "variable", "", doc.partition("\n")[0])


def _shown(value: Any) -> str:
    """Say what a value is, briefly."""
    if isinstance(value, str):
        return f'"{value[:40]}…"' if len(value) > 40 else f'"{value}"'
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | float):
        return str(value)
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else ""
