"""Syntax: the tree of a JavaScript expression.

Flow: parser → **syntax tree** → compiler.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, string, boolean, null or undefined."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier."""

    name: str


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression literal."""

    pattern: str
    flags: str


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A template literal: one more string than expressions."""

    strings: list[str]
    parts: list["Node"]


@dataclass(frozen=True, slots=True)
class Array:
    """An array literal."""

    elements: list["Node"]


@dataclass(frozen=True, slots=True)
class Object:
    """An object literal: (key, value); the key is None for a spread."""

    entries: list[tuple["Node | None", "Node"]]


@dataclass(frozen=True, slots=True)
class Spread:
    """``...value`` in an array or in arguments."""

    value: "Node"


@dataclass(frozen=True, slots=True)
class Member:
    """``target.key`` or ``target[key]``; optional is ``?.`` at this very link."""

    target: "Node"
    key: "Node"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """``callee(arguments)``."""

    callee: "Node"
    arguments: list["Node"]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Where an optional chain ends: a short circuit inside gives undefined here."""

    body: "Node"


@dataclass(frozen=True, slots=True)
class New:
    """``new callee(arguments)``."""

    callee: "Node"
    arguments: list["Node"]


@dataclass(frozen=True, slots=True)
class Unary:
    """``operator operand``."""

    operator: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``, logical ones included."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Conditional:
    """``test ? then : other``."""

    test: "Node"
    then: "Node"
    other: "Node"


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow function with an expression as its body."""

    parameters: list["Pattern"]
    body: "Node"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a parameter binds: a name, or the elements or properties of a value; with a default; ``rest`` collects.

    ``elements`` holds a pattern or None per element; ``properties`` (key, pattern) pairs.
    """

    name: str | None = None
    elements: "list[Pattern | None] | None" = None
    properties: "list[tuple[str, Pattern]] | None" = None
    default: "Node | None" = None
    rest: bool = False


Node = (
    Literal
    | Name
    | Regex
    | TemplateText
    | Array
    | Object
    | Spread
    | Member
    | Call
    | Chain
    | New
    | Unary
    | Binary
    | Conditional
    | Arrow
)
