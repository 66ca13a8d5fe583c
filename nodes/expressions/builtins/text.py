"""Text: the methods of String.prototype.

Flow: compiler → **text** → values.
"""

import math
import unicodedata
from typing import Any

from nodes.expressions.builtins.pattern import Pattern, matches, replace
from nodes.expressions.builtins.units import joined, units
from nodes.expressions.coercion import WHITESPACE, to_integer, to_string
from nodes.expressions.patience import MOST_SECONDS
from nodes.expressions.registry import Arguments, argument, native
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, JavaScriptError
from schemas.errors import ExpressionError

LARGEST = 16_000_000


def clamp(value: Any, low: int, high: int, default: int) -> int:
    """Bring a position into low…high."""
    return int(min(max(to_integer(value, default), low), high))


def relative(value: Any, size: int, default: int) -> int:
    """Bring a position that may count from the end into 0…size."""
    at = to_integer(value, default)
    return int(max(size + at, 0)) if at < 0 else int(min(at, size))


@native("string", "toString", "valueOf")
def to_text(_: Scope, text: str, __: Arguments) -> str:
    """Give the text."""
    return text


@native("string", "toLowerCase")
def lower(_: Scope, text: str, __: Arguments) -> str:
    """Lower the case."""
    return text.lower()


@native("string", "toUpperCase")
def upper(_: Scope, text: str, __: Arguments) -> str:
    """Raise the case."""
    return text.upper()


@native("string", "trim")
def trim(_: Scope, text: str, __: Arguments) -> str:
    """Trim both ends."""
    return text.strip(WHITESPACE)


@native("string", "trimStart", "trimLeft")
def trim_start(_: Scope, text: str, __: Arguments) -> str:
    """Trim the start."""
    return text.lstrip(WHITESPACE)


@native("string", "trimEnd", "trimRight")
def trim_end(_: Scope, text: str, __: Arguments) -> str:
    """Trim the end."""
    return text.rstrip(WHITESPACE)


@native("string", "charAt")
def char_at(_: Scope, text: str, given: Arguments) -> str:
    """Give one unit, or empty text."""
    chars, at = units(text), to_integer(argument(given, 0))
    return chars[int(at)] if 0 <= at < len(chars) else ""


@native("string", "at")
def at(_: Scope, text: str, given: Arguments) -> Any:
    """Give one unit, counted from the end where negative."""
    chars, where = units(text), to_integer(argument(given, 0))
    where = where + len(chars) if where < 0 else where
    return chars[int(where)] if 0 <= where < len(chars) else UNDEFINED


@native("string", "charCodeAt")
def char_code_at(_: Scope, text: str, given: Arguments) -> float:
    """Give the code of one unit."""
    chars, where = units(text), to_integer(argument(given, 0))
    return ord(chars[int(where)]) if 0 <= where < len(chars) else math.nan


@native("string", "codePointAt")
def code_point_at(_: Scope, text: str, given: Arguments) -> Any:
    """Give the code point at a unit."""
    chars, where = units(text), to_integer(argument(given, 0))
    if not 0 <= where < len(chars):
        return UNDEFINED
    return ord(joined(chars[int(where) : int(where) + 2])[0])


@native("string", "slice")
def cut(_: Scope, text: str, given: Arguments) -> str:
    """Cut from start to end; negative counts from the end."""
    chars = units(text)
    size = len(chars)
    return joined(chars[relative(argument(given, 0), size, 0) : relative(argument(given, 1), size, size)])


@native("string", "substring")
def substring(_: Scope, text: str, given: Arguments) -> str:
    """Cut between two positions, whichever is first."""
    chars = units(text)
    size = len(chars)
    ends = clamp(argument(given, 0), 0, size, 0), clamp(argument(given, 1), 0, size, size)
    return joined(chars[min(ends) : max(ends)])


@native("string", "substr")
def substr(_: Scope, text: str, given: Arguments) -> str:
    """Cut a number of units from a start."""
    chars = units(text)
    start = relative(argument(given, 0), len(chars), 0)
    count = clamp(argument(given, 1), 0, len(chars) - start, len(chars) - start)
    return joined(chars[start : start + count])


def _needle(given: Arguments) -> str:
    value = argument(given, 0)
    if isinstance(value, Pattern):
        raise JavaScriptError("TypeError", "First argument must not be a regular expression")
    return units(to_string(value))


@native("string", "includes")
def includes(_: Scope, text: str, given: Arguments) -> bool:
    """Say whether text is in it."""
    chars = units(text)
    return _needle(given) in chars[clamp(argument(given, 1), 0, len(chars), 0) :]


@native("string", "startsWith")
def starts_with(_: Scope, text: str, given: Arguments) -> bool:
    """Say whether it starts so."""
    chars = units(text)
    return chars[clamp(argument(given, 1), 0, len(chars), 0) :].startswith(_needle(given))


@native("string", "endsWith")
def ends_with(_: Scope, text: str, given: Arguments) -> bool:
    """Say whether it ends so."""
    chars = units(text)
    return chars[: clamp(argument(given, 1), 0, len(chars), len(chars))].endswith(_needle(given))


@native("string", "indexOf")
def index_of(_: Scope, text: str, given: Arguments) -> int:
    """Find the first place, or -1."""
    chars = units(text)
    return chars.find(units(to_string(argument(given, 0))), clamp(argument(given, 1), 0, len(chars), 0))


@native("string", "lastIndexOf")
def last_index_of(_: Scope, text: str, given: Arguments) -> int:
    """Find the last place, or -1."""
    chars, needle = units(text), units(to_string(argument(given, 0)))
    last = clamp(argument(given, 1), 0, len(chars), len(chars))
    return chars.rfind(needle, 0, last + len(needle))


@native("string", "concat")
def concat(_: Scope, text: str, given: Arguments) -> str:
    """Append texts."""
    return text + "".join(map(to_string, given))


@native("string", "repeat")
def repeat(_: Scope, text: str, given: Arguments) -> str:
    """Repeat the text."""
    count = to_integer(argument(given, 0))
    if count < 0 or math.isinf(count):
        raise JavaScriptError("RangeError", f"Invalid count value: {to_string(argument(given, 0))}")
    _bound(len(text) * count)
    return text * int(count)


def _bound(size: float) -> None:
    if size > LARGEST:
        raise ExpressionError("text is too long", hint=f"an expression may make text of at most {LARGEST} characters")


def _padding(text: str, given: Arguments) -> str:
    size, filler = to_integer(argument(given, 0)), units(to_string(argument(given, 1, " ")))
    missing = size - len(units(text))
    if missing <= 0 or not filler:
        return ""
    _bound(missing)
    return (filler * (int(missing) // len(filler) + 1))[: int(missing)]


@native("string", "padStart")
def pad_start(_: Scope, text: str, given: Arguments) -> str:
    """Fill up at the start."""
    return joined(_padding(text, given) + text)


@native("string", "padEnd")
def pad_end(_: Scope, text: str, given: Arguments) -> str:
    """Fill up at the end."""
    return joined(text + _padding(text, given))


@native("string", "split")
def split(_: Scope, text: str, given: Arguments) -> list[Any]:
    """Split at text or a pattern."""
    by, chars = argument(given, 0), units(text)
    limit = argument(given, 1)
    most = 2**32 - 1 if limit is UNDEFINED else int(to_integer(limit)) % 2**32
    if by is UNDEFINED:
        return [text][:most]
    if isinstance(by, Pattern):
        return by.split(chars)[:most]
    parts = chars.split(units(to_string(by))) if to_string(by) else list(chars)
    return [joined(part) for part in parts[:most]]


@native("string", "replace")
def replace_first(_: Scope, text: str, given: Arguments) -> str:
    """Replace the first match, or all of a global pattern."""
    return replace(units(text), argument(given, 0), argument(given, 1), every=False)


@native("string", "replaceAll")
def replace_all(_: Scope, text: str, given: Arguments) -> str:
    """Replace all matches."""
    return replace(units(text), argument(given, 0), argument(given, 1), every=True)


@native("string", "match")
def match(_: Scope, text: str, given: Arguments) -> Any:
    """Match a pattern: one match with groups, or all of a global one."""
    return matches(units(text), argument(given, 0))


@native("string", "search")
def search(_: Scope, text: str, given: Arguments) -> int:
    """Find where a pattern matches."""
    found = Pattern.of(argument(given, 0)).compiled.search(units(text), timeout=MOST_SECONDS)
    return found.start() if found else -1


@native("string", "normalize")
def normalize(_: Scope, text: str, given: Arguments) -> str:
    """Bring into a Unicode normal form."""
    form = to_string(argument(given, 0, "NFC"))
    if form not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise JavaScriptError("RangeError", f"The normalization form should be one of NFC, NFD, NFKC, NFKD, not {form}")
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]
