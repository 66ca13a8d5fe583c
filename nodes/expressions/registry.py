"""Registry: the methods of each kind of value, native ones and n8n's extensions.

Flow: builtins and functions register here → **registry** → compiler asks at compile time and at run time.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED

Kind = Literal[
    "string", "number", "boolean", "array", "object", "date", "dateTime", "duration", "regex", "function", "set"
]
Arguments = Sequence[Any]
Method = Callable[[Scope, Any, Arguments], Any]
Example = tuple[str, Any]

NATIVE: dict[Kind, dict[str, Method]] = {}
EXTENSIONS: dict[Kind, dict[str, Method]] = {}
EXAMPLES: list[tuple[Kind, str, str, Any]] = []
HOST_METHODS = frozenset({"all", "first", "last", "itemMatching", "pairedItem"})


def native(kind: Kind, *names: str) -> Callable[[Method], Method]:
    """Register a method that JavaScript itself has."""

    def register(method: Method) -> Method:
        NATIVE.setdefault(kind, {}).update(dict.fromkeys(names, method))
        return method

    return register


def extension(kind: Kind, *names: str, examples: Sequence[Example] = ()) -> Callable[[Method], Method]:
    """Register a method that n8n adds; ``examples`` pair an expression with its value."""

    def register(method: Method) -> Method:
        EXTENSIONS.setdefault(kind, {}).update(dict.fromkeys(names, method))
        EXAMPLES.extend((kind, names[0], text, value) for text, value in examples)
        return method

    return register


def argument(arguments: Arguments, at: int, default: Any = UNDEFINED) -> Any:
    """Give an argument, or the default where it is absent or undefined."""
    value = arguments[at] if at < len(arguments) else UNDEFINED
    return default if value is UNDEFINED else value


def extension_names() -> frozenset[str]:
    """List the names of all extension methods, whatever they are for."""
    return frozenset(name for table in EXTENSIONS.values() for name in table)


def method_names() -> frozenset[str]:
    """List every method name that the compiled tier may call."""
    natives = {name for table in NATIVE.values() for name in table}
    return frozenset(natives) | extension_names() | HOST_METHODS
