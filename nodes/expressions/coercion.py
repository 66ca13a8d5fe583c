"""Coercion: JavaScript's values and conversions in Python.

Flow: compiled closures → **coercion** → values; the end of each expression → `jsonable`.
"""

from typing import Any, Final


class Undefined:
    """JavaScript's ``undefined``: there is one of it, and it is falsy."""

    def __bool__(self) -> bool:
        """Be falsy."""
        return False

    def __repr__(self) -> str:
        """Be named."""
        return "undefined"


UNDEFINED: Final = Undefined()


def jsonable(value: Any) -> Any:
    """Turn an expression's result into JSON values, dates into ISO text; UNDEFINED stays."""
    return value
