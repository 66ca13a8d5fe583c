"""Coercion: JavaScript's values and conversions in Python.

Flow: compiled closures → **coercion** → values; the end of each expression → `jsonable`.

undefined is UNDEFINED, null None, numbers int or float (an int stays within 2**53), strings str, arrays list,
objects dict; dates, functions and what nodes lend are classes of `values`.
"""

import math
import re
from typing import Any, Final

from nodes.expressions.allowance import MOST_SHOWN, SMALL, spend
from nodes.expressions.values import UNDEFINED, HostObject, JavaScriptError, Undefined
from schemas.errors import ExpressionError
from schemas.item import Item, Paired

__all__ = ["UNDEFINED", "Undefined", "jsonable"]

SAFE: Final = 2**53
WHITESPACE: Final = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_RADIX = {"0x": (16, re.compile(r"[0-9a-fA-F]+")), "0o": (8, re.compile(r"[0-7]+")), "0b": (2, re.compile(r"[01]+"))}
_INDEX = re.compile(r"0|[1-9]\d{0,9}", re.ASCII)


def number(value: float) -> int | float:
    """Bring a Python number into JavaScript's range: an int beyond 2**53 becomes a double."""
    if type(value) is int and not -SAFE <= value <= SAFE:
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return value


def truthy(value: Any) -> bool:
    """Say what ``!!value`` says."""
    if value is True or value is False:
        return value is True
    if value is None or value is UNDEFINED:
        return False
    if isinstance(value, str):
        return value != ""
    if isinstance(value, int | float):
        return value != 0 and value == value
    return True


def type_of(value: Any) -> str:
    """Say what ``typeof`` says."""
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int | float):
        return "number"
    return "function" if isinstance(value, HostObject) and value.callable else "object"


def number_text(value: float) -> str:
    """Write a number as JavaScript does."""
    if type(value) is int and -SAFE <= value <= SAFE:
        return str(value)
    value = float(number(value))
    if value != value:
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    sign, text = ("-", repr(-value)) if value < 0 else ("", repr(value))
    mantissa, _, power = text.partition("e")
    whole, _, part = mantissa.partition(".")
    part = "" if part == "0" else part
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(power or 0) - (len(whole + part) - len(digits))
    return sign + _layout(digits.rstrip("0"), point)


def _layout(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    power = point - 1
    rest = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{rest}e{'+' if power > 0 else '-'}{abs(power)}"


def text_number(text: str) -> int | float:
    """Read a number as ``Number(text)`` does: NaN where it is none."""
    text = text.strip(WHITESPACE)
    if not text:
        return 0
    if _INTEGER.fullmatch(text):
        value = int(text)
        return -0.0 if value == 0 and text[0] == "-" else value
    if _DECIMAL.fullmatch(text):
        return float(text)
    if text in ("Infinity", "+Infinity", "-Infinity"):
        return float(text)
    radix = _RADIX.get(text[:2].lower())
    if radix and radix[1].fullmatch(text[2:]):
        return number(int(text[2:], radix[0]))
    return math.nan


def to_primitive(value: Any, hint: str = "default") -> Any:
    """Turn an object into a primitive; ``hint`` is default, number or string."""
    if value is None or value is UNDEFINED or isinstance(value, str | int | float):
        return value
    if isinstance(value, HostObject):
        return value.primitive(hint)
    return to_string(value)


def to_number(value: Any) -> int | float:
    """Convert as ``Number(value)`` does."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        return text_number(value)
    if value is None:
        return 0
    if value is UNDEFINED:
        return math.nan
    return to_number(to_primitive(value, "number"))


def to_integer(value: Any, default: int = 0) -> int | float:
    """Cut towards zero; NaN is 0, undefined is ``default``; infinities stay."""
    if value is UNDEFINED:
        return default
    if type(value) is int:
        return value
    value = to_number(value)
    if value != value:
        return 0
    return value if math.isinf(value) else int(value)


def to_string(value: Any) -> str:
    """Convert as ``String(value)`` does."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if value is None:
        return "null"
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, list):
        return join(value, ",")
    if isinstance(value, HostObject):
        return to_string(value.primitive("string"))
    return "[object Object]"


def join(values: list[Any], separator: str) -> str:
    """Join as ``Array.prototype.join`` does: null and undefined are empty."""
    try:
        pieces = ["" if v is None or v is UNDEFINED else to_string(v) for v in values]
    except RecursionError:
        raise JavaScriptError("RangeError", "Maximum call stack size exceeded") from None
    size = sum(map(len, pieces)) + len(separator) * len(pieces)
    if size > SMALL:
        spend(size)
    return separator.join(pieces)


def to_key(value: Any) -> str:
    """Turn a computed property name into text."""
    return value if isinstance(value, str) else to_string(value)


def array_index(key: str) -> int | None:
    """Read an array index, None where the key is none."""
    return int(key) if _INDEX.fullmatch(key) else None


def strict_equals(left: Any, right: Any) -> bool:
    """Say what ``===`` says."""
    if isinstance(left, str):
        return isinstance(right, str) and left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float):
        return isinstance(right, int | float) and left == right
    return left is right


def loose_equals(left: Any, right: Any) -> bool:
    """Say what ``==`` says."""
    nothing = (left is None or left is UNDEFINED, right is None or right is UNDEFINED)
    if any(nothing):
        return all(nothing)
    kinds = type_of(left), type_of(right)
    if kinds[0] == kinds[1] or all(kind in ("object", "function") for kind in kinds):
        return strict_equals(left, right)
    if kinds[0] in ("object", "function"):
        return loose_equals(to_primitive(left), right)
    if kinds[1] in ("object", "function"):
        return loose_equals(left, to_primitive(right))
    return to_number(left) == to_number(right)


def same_value_zero(left: Any, right: Any) -> bool:
    """Compare as ``includes`` and Set do: NaN equals itself."""
    if isinstance(left, float) and left != left:
        return isinstance(right, float) and right != right
    return strict_equals(left, right)


def add(left: Any, right: Any) -> Any:
    """Give ``left + right``."""
    if type(left) is int and type(right) is int:
        return number(left + right)
    left, right = to_primitive(left), to_primitive(right)
    if isinstance(left, str) or isinstance(right, str):
        return to_string(left) + to_string(right)
    return number(to_number(left) + to_number(right))


def order_key(text: str) -> bytes:
    """Give what orders text by UTF-16 code units, as JavaScript does."""
    return text.encode("utf-16-be", "surrogatepass")


def less(left: Any, right: Any) -> bool | None:
    """Say whether left < right; None where one of them is NaN."""
    left, right = to_primitive(left, "number"), to_primitive(right, "number")
    if isinstance(left, str) and isinstance(right, str):
        return order_key(left) < order_key(right)
    a, b = to_number(left), to_number(right)
    return None if a != a or b != b else a < b


def ordered_keys(value: dict[str, Any]) -> list[str]:
    """List the keys in JavaScript's order: array indexes first and ascending, then as written."""
    keys = list(value)
    if not any(key[:1].isdigit() for key in keys):
        return keys
    indexes = [key for key in keys if _INDEX.fullmatch(key) and int(key) < 2**32 - 1]
    rest = [key for key in keys if key not in set(indexes)]
    return sorted(indexes, key=int) + rest


def item_object(item: Item) -> dict[str, Any]:
    """Show an item as the object an expression sees."""
    shown: dict[str, Any] = {"json": item.json}
    if item.binary is not None:
        shown["binary"] = item.binary
    if item.paired is not None:
        shown["pairedItem"] = _pairing(item.paired)
    if item.error is not None:
        shown["error"] = item.error
    return shown


def _pairing(paired: Any) -> Any:
    if isinstance(paired, Paired):
        return {"item": paired.item, "input": paired.input} if paired.input else {"item": paired.item}
    return [_pairing(one) for one in paired] if isinstance(paired, list) else {"item": paired}


def jsonable(value: Any) -> Any:
    """Turn an expression's result into JSON values, dates into ISO text; a lone UNDEFINED stays.

    Inside an object undefined leaves its key out, inside an array it is null, as JSON.stringify has it.
    """
    if value is None or value is True or value is False or isinstance(value, str) or type(value) is int:
        return value
    if isinstance(value, HostObject) and not value.callable:
        value = value.result()
    return _json(value, [MOST_SHOWN])


def _json(value: Any, left: list[int]) -> Any:
    if isinstance(value, str) or value is None or isinstance(value, bool) or type(value) is int:
        return value
    if isinstance(value, float):
        if value != value or math.isinf(value):
            return None
        return int(value) if value.is_integer() and abs(value) <= SAFE else value
    if isinstance(value, Item):
        value = item_object(value)
    if isinstance(value, dict | list):
        return _contents(value, left)
    if isinstance(value, HostObject):
        return UNDEFINED if value.callable else _json(value.json(), left)
    return value


def _contents(value: dict[str, Any] | list[Any], left: list[int]) -> Any:
    """Turn what is inside; the same object may be inside often, so that its size is counted each time."""
    left[0] -= len(value)
    if left[0] < 0:
        raise ExpressionError("expression makes too much data", hint="its value holds the same objects many times")
    if isinstance(value, list):
        return [None if (v := _json(one, left)) is UNDEFINED else v for one in value]
    return {k: v for k, one in value.items() if (v := _json(one, left)) is not UNDEFINED}
