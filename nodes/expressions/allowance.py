"""Allowance: how much data one evaluation may make in the compiled tier, in characters and elements.

Flow: evaluation begins → **allowance** ← operators, methods and literals that make something large.
One evaluation is one synchronous run, so that one count serves all.
"""

from typing import Final

from schemas.errors import ExpressionError

MOST_MADE: Final = 20_000_000
MOST_SHOWN: Final = 4_000_000
"""How many elements its value may have, as the same object may stand in it many times."""
SMALL: Final = 256
"""What is shorter is not counted: the number of steps bounds it."""
_left: Final = [MOST_MADE]


def renew() -> None:
    """Begin an evaluation."""
    _left[0] = MOST_MADE


def spend(amount: float) -> None:
    """Count what is made, before it is where that can be known; raise where it is too much."""
    _left[0] -= int(min(amount, MOST_MADE + 1))
    if _left[0] < 0:
        raise ExpressionError(
            "expression makes too much data", hint="work on less of it, or do the work in a Code node"
        )


def counted(made: object) -> None:
    """Count a text or a list that was made."""
    if isinstance(made, str | list) and len(made) > SMALL:
        spend(len(made))
