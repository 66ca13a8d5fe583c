"""Functions table: all methods the compiled tier knows, loaded once.

Flow: builtins and functions → **functions table** → compiler.
"""

from typing import Final

from nodes.expressions.builtins import array, dates, luxon, number, plain, text
from nodes.expressions.functions import addresses, boolean, casing, date, object_
from nodes.expressions.functions import array as array_functions
from nodes.expressions.functions import number as number_functions
from nodes.expressions.functions import text as text_functions
from nodes.expressions.registry import method_names
from nodes.expressions.syntax import Array, Call, Chain, Literal, Member, Name, New, Node

LOADED: Final = (
    addresses,
    array,
    array_functions,
    boolean,
    casing,
    date,
    dates,
    luxon,
    number,
    number_functions,
    object_,
    plain,
    text,
    text_functions,
)
METHODS: Final = method_names()
MUTATING: Final = frozenset({"sort", "reverse", "pop", "shift", "fill"})
_MAKERS = "map filter slice concat split flat flatMap toSorted toReversed sort reverse fill compact unique chunk"
_FRESH: Final = frozenset(_MAKERS.split())
_FRESH_STATIC: Final = frozenset(
    {("Object", "keys"), ("Object", "values"), ("Object", "entries"), ("Array", "from"), ("Array", "of")}
)


def fresh(node: Node) -> bool:
    """Say whether a node makes an array that nothing else can see."""
    match node:
        case Array():
            return True
        case Chain(body):
            return fresh(body)
        case New(Name("Array"), _) | Call(Name("Array"), _):
            return True
        case Call(Member(Name(owner), Literal(key)), _) if (owner, key) in _FRESH_STATIC:
            return True
        case Call(Member(target, Literal(key)), _) if key in _FRESH:
            return key not in MUTATING or fresh(target)
        case _:
            return False
