"""Object: n8n's methods on objects.

Flow: compiler → **object** → values.
"""

from typing import Any
from urllib.parse import quote_plus

from nodes.expressions.builtins.iteration import own
from nodes.expressions.builtins.json_text import stringify
from nodes.expressions.coercion import to_string
from nodes.expressions.registry import Arguments, argument, extension
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED
from schemas.errors import ExpressionError


@extension("object", "isEmpty", examples=[("({}).isEmpty()", True)])
def is_empty(_: Scope, value: Any, __: Arguments) -> bool:
    """Say whether it has no keys."""
    return not own(value)


@extension("object", "isNotEmpty", examples=[("({a: 1}).isNotEmpty()", True)])
def is_not_empty(_: Scope, value: Any, __: Arguments) -> bool:
    """Say whether it has keys."""
    return bool(own(value))


@extension("object", "hasField", examples=[("({a: 1}).hasField('a')", True)])
def has_field(_: Scope, value: Any, given: Arguments) -> bool:
    """Say whether it has the key."""
    return to_string(argument(given, 0)) in own(value)


@extension("object", "removeField", examples=[("({a: 1, b: 2}).removeField('a')", {"b": 2})])
def remove_field(_: Scope, value: Any, given: Arguments) -> dict[str, Any]:
    """Leave one key out."""
    return {key: one for key, one in own(value).items() if key != to_string(argument(given, 0))}


def _wanted(given: Arguments, name: str) -> str:
    text = argument(given, 0)
    if not isinstance(text, str) or not text:
        raise ExpressionError(f"{name}() requires a text of at least one character as its argument")
    return text


@extension("object", "removeFieldsContaining", examples=[("({a: 'xy', b: 1}).removeFieldsContaining('x')", {"b": 1})])
def remove_containing(_: Scope, value: Any, given: Arguments) -> dict[str, Any]:
    """Leave out the keys whose text contains something."""
    text = _wanted(given, "removeFieldsContaining")
    return {key: one for key, one in own(value).items() if not (isinstance(one, str) and text in one)}


@extension("object", "keepFieldsContaining", examples=[("({a: 'xy', b: 1}).keepFieldsContaining('x')", {"a": "xy"})])
def keep_containing(_: Scope, value: Any, given: Arguments) -> dict[str, Any]:
    """Keep the keys whose text contains something."""
    text = _wanted(given, "keepFieldsContaining")
    return {key: one for key, one in own(value).items() if isinstance(one, str) and text in one}


@extension("object", "compact", examples=[("({a: null, b: 1, c: '', d: []}).compact()", {"b": 1})])
def compact(_: Scope, value: Any, __: Arguments) -> Any:
    """Drop what is null, undefined, empty text, "nil", or an empty object or array; in objects below likewise."""
    return compacted(value)


def compacted(value: Any) -> Any:
    """Give a value without what compact drops."""
    if not isinstance(value, dict):
        return value
    return {key: compacted(one) for key, one in own(value).items() if not nothing(one)}


def nothing(value: Any) -> bool:
    """Say whether compact drops a value."""
    return value is None or value is UNDEFINED or value in ("", "nil") or value in ({}, [])


@extension("object", "urlEncode", examples=[("({a: 1, b: 'x y'}).urlEncode()", "a=1&b=x+y")])
def url_encode(_: Scope, value: Any, __: Arguments) -> str:
    """Write as a query string."""
    return "&".join(f"{_form(key)}={_form(to_string(one))}" for key, one in own(value).items())


def _form(text: str) -> str:
    return quote_plus(text, safe="*-._").replace("~", "%7E")


@extension("object", "keys", examples=[("({a: 1}).keys()", ["a"])])
def keys(_: Scope, value: Any, __: Arguments) -> list[str]:
    """List the keys."""
    return list(own(value))


@extension("object", "values", examples=[("({a: 1}).values()", [1])])
def values(_: Scope, value: Any, __: Arguments) -> list[Any]:
    """List the values."""
    return list(own(value).values())


@extension("object", "toJsonString", examples=[("({a: 1}).toJsonString()", '{"a":1}')])
def to_json(_: Scope, value: Any, __: Arguments) -> Any:
    """Write as JSON."""
    return stringify(value)


@extension("object", "toInt", "toFloat", "toBoolean", "toDateTime")
@extension("array", "toInt", "toFloat", "toBoolean", "toDateTime")
@extension("boolean", "toDateTime")
@extension("date", "toBoolean")
@extension("dateTime", "toBoolean")
def not_convertible(_: Scope, value: Any, __: Arguments) -> Any:
    """Give undefined: such a value is no number, boolean or date."""
    return UNDEFINED
