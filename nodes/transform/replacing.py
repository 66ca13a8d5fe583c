"""Replacing: a user's regular expression and what to put in its place, as JavaScript reads both.

Flow: renameKeys, markdown → **replacing** → text.
"""

import re
from collections.abc import Callable

from nodes.expressions.allowance import renew
from nodes.expressions.builtins.pattern import compile_pattern, replace
from nodes.expressions.builtins.units import units
from nodes.expressions.lexer import NotCompiled, SyntaxFault
from nodes.expressions.patience import PATIENCE
from schemas.errors import NodeError

Replace = Callable[[str], str]


def replacer(source: str, flags: str, replacement: str, *, field: str) -> Replace:
    """Give a function that replaces; raise NodeError for a pattern that is wrong, or that may search without end."""
    try:
        make = compile_pattern(source, flags)
    except (NotCompiled, SyntaxFault, re.error) as bad:
        raise NodeError(
            f'"{source:.200}" is not a regular expression that can be used here: {bad}',
            field=field,
            hint="check its brackets; a repeated group must not hold another repetition",
        ) from None

    def replaced(text: str) -> str:
        renew()
        with PATIENCE.search(source, field):
            return replace(units(text), make(), replacement, every=False)

    return replaced


def once(found: str, replacement: str) -> Replace:
    """Give a function that replaces the first place of a text as JavaScript does: `$&` stands for what was found."""
    shown = re.sub(r"\$([$&])", lambda mark: found if mark.group(1) == "&" else "$", replacement)
    return lambda text: text.replace(found, shown, 1)
