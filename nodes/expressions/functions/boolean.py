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


@extension("boolean", "isEmpty", examples=[("(false).isEmpty()", False)])
def is_empty(_: Scope, value: bool, __: Arguments) -> bool:
    """Say no: a boolean is there."""
    return False


@extension("boolean", "isNotEmpty", examples=[("(false).isNotEmpty()", True)])
def is_not_empty(_: Scope, value: bool, __: Arguments) -> bool:
    """Say yes: a boolean is there."""
    return True
