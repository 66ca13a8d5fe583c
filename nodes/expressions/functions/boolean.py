"""Boolean: n8n's methods on booleans.

Flow: compiler → **boolean** → values.
"""

from nodes.expressions.registry import Arguments, extension
from nodes.expressions.scope import Scope


@extension("boolean", "toBoolean", examples=[("(true).toBoolean()", True)])
def to_boolean(_: Scope, value: bool, __: Arguments) -> bool:
    """Give the boolean."""
    return value


@extension("boolean", "toInt", "toFloat", "toNumber", examples=[("(true).toInt()", 1)])
def to_int(_: Scope, value: bool, __: Arguments) -> int:
    """Be 1 or 0."""
    return int(value)


@extension("boolean", "isEmpty", examples=[("(false).isEmpty()", True)])
def is_empty(_: Scope, value: bool, __: Arguments) -> bool:
    """Say whether it is false."""
    return not value


@extension("boolean", "isNotEmpty", examples=[("(false).isNotEmpty()", False)])
def is_not_empty(_: Scope, value: bool, __: Arguments) -> bool:
    """Say whether it is true."""
    return value
