"""Globals: JavaScript's global functions and namespaces, as far as the compiled tier has them.

Flow: compiler looks a name up here → **globals** → values.
What is absent from a namespace is left to V8, which the compiler asks `lacks` about.
"""

import math
import re
import urllib.parse
from collections.abc import Callable, Sequence
from typing import Any, Final

from nodes.expressions.builtins import json_text
from nodes.expressions.builtins.iteration import iterate, own
from nodes.expressions.builtins.units import joined
from nodes.expressions.coercion import (
    WHITESPACE,
    number,
    same_value_zero,
    text_number,
    to_integer,
    to_number,
    to_string,
    truthy,
)
from nodes.expressions.registry import argument
from nodes.expressions.values import UNDEFINED, Function, HostObject, JavaScriptError, Namespace, UniqueSet
from schemas.errors import ExpressionError

Call = Callable[[Sequence[Any]], Any]
_DENIED = """
    document global window Window self alert prompt confirm eval uneval setTimeout setInterval Function fetch
    XMLHttpRequest Promise Generator GeneratorFunction AsyncFunction AsyncGenerator AsyncGeneratorFunction WebAssembly
    Reflect Proxy globalThis escape unescape Atomics SharedArrayBuffer process require module exports
"""
DENYLIST: Final = frozenset(_DENIED.split())
LONGEST: Final = 100_000
_FLOAT = re.compile(r"[+-]?(?:Infinity|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)", re.ASCII)
_URI = ";/?:@&=+$,#"
_UNESCAPED = "-_.!~*'()"


def parse_float(given: Sequence[Any]) -> float:
    """Read a number from the start of text."""
    found = _FLOAT.match(to_string(argument(given, 0)).strip(WHITESPACE))
    return text_number(found.group()) if found else math.nan


def parse_int(given: Sequence[Any]) -> float:
    """Read a whole number from the start of text, in a radix."""
    text = to_string(argument(given, 0)).strip(WHITESPACE)
    sign = -1 if text[:1] == "-" else 1
    text = text[1:] if text[:1] in ("-", "+") else text
    radix = to_integer(argument(given, 1))
    if radix in (0, 16) and text[:2].lower() == "0x":
        text, radix = text[2:], 16
    radix = radix or 10
    if not 2 <= radix <= 36:
        return math.nan
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"[: int(radix)]
    size = next((at for at, char in enumerate(text.lower()) if char not in digits), len(text))
    if not size:
        return math.nan
    value = int(text[:size], int(radix)) if size < 1000 else math.inf
    return -0.0 if value == 0 and sign < 0 else number(sign * value)


def _encode(safe: str) -> Call:
    def encode(given: Sequence[Any]) -> str:
        text = joined(to_string(argument(given, 0)))
        try:
            return urllib.parse.quote(text, safe=safe, encoding="utf-8", errors="strict")
        except UnicodeEncodeError:
            raise JavaScriptError("URIError", "URI malformed") from None

    return encode


def _decode(kept: str) -> Call:
    run = re.compile(r"(?:%[0-9a-fA-F]{2})+|%")

    def one(found: re.Match[str]) -> str:
        try:
            text = bytes.fromhex(found.group().replace("%", "")).decode("utf-8") if len(found.group()) > 1 else None
        except UnicodeDecodeError:
            text = None
        if text is None:
            raise JavaScriptError("URIError", "URI malformed")
        return "".join(f"%{ord(char):02X}" if char in kept else char for char in text)

    return lambda given: run.sub(one, to_string(argument(given, 0)))


def _math(function: Callable[..., float]) -> Call:
    def call(given: Sequence[Any]) -> float:
        try:
            return number(
                function(*[float(to_number(argument(given, at))) for at in range(function.__code__.co_argcount)])
            )
        except (ValueError, OverflowError, ZeroDivisionError):
            return math.nan

    return call


def rounded(value: float) -> float:
    """Round half up, as Math.round does."""
    if value != value or math.isinf(value) or abs(value) >= 2**52:
        return value
    whole = math.floor(value)
    whole = whole + 1 if value - whole >= 0.5 else whole
    return -0.0 if whole == 0 and (value < 0 or math.copysign(1, value) < 0) else whole


def _whole(function: Callable[[float], int]) -> Call:
    def call(given: Sequence[Any]) -> float:
        value = to_number(argument(given, 0))
        if value != value or math.isinf(value):
            return value
        whole = function(value)
        return -0.0 if whole == 0 and (value < 0 or str(value) == "-0.0") else number(whole)

    return call


def extreme(given: Sequence[Any], sign: int) -> float:
    """Give the largest (sign 1) or smallest (-1) number."""
    numbers = [to_number(value) for value in given]
    if any(value != value for value in numbers):
        return math.nan
    return max(numbers, default=-math.inf) if sign > 0 else min(numbers, default=math.inf)


def power(base: float, exponent: float) -> float:
    """Raise as ``**`` does."""
    if exponent != exponent or (abs(base) == 1 and math.isinf(exponent)):
        return math.nan
    try:
        result = float(base) ** float(exponent)
    except ZeroDivisionError:
        return math.inf if math.copysign(1, base) > 0 or exponent % 2 != 1 else -math.inf
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    return math.nan if isinstance(result, complex) else result


def _first(function: Callable[[Any], Any]) -> Call:
    return lambda given: function(argument(given, 0))


def _sign(value: Any) -> float:
    at = to_number(value)
    return at if at != at or at == 0 else 1 if at > 0 else -1


def _integral(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and (type(value) is int or float(value).is_integer())
    )


def _numeric(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _entries_object(value: Any) -> dict[str, Any]:
    pairs = [iterate_pair(pair) for pair in iterate(value)]
    return {to_string(key): one for key, one in pairs}


def iterate_pair(pair: Any) -> tuple[Any, Any]:
    """Read [key, value]."""
    if not isinstance(pair, list):
        raise JavaScriptError("TypeError", f"Iterator value {to_string(pair)} is not an entry object")
    return (pair[0] if pair else UNDEFINED), (pair[1] if len(pair) > 1 else UNDEFINED)


def array_from(given: Sequence[Any]) -> list[Any]:
    """Do what Array.from does."""
    source = argument(given, 0)
    if isinstance(source, dict):
        size = to_integer(source.get("length", 0))
        if size > LONGEST:
            raise ExpressionError("array is too long", hint=f"an expression may make at most {LONGEST} elements")
        values = [source.get(str(at), UNDEFINED) for at in range(int(max(size, 0)))]
    elif source is None or source is UNDEFINED:
        raise JavaScriptError("TypeError", f"{to_string(source)} is not iterable")
    else:
        values = [] if isinstance(source, int | float) else list(iterate(source))
    call = argument(given, 1)
    if isinstance(call, HostObject) and call.callable:
        return [call.call([value, at]) for at, value in enumerate(values)]  # type: ignore[attr-defined]
    return values


def new_array(given: Sequence[Any]) -> list[Any]:
    """Do what Array(…) does; a length gives undefined elements."""
    if len(given) != 1 or not _numeric(given[0]):
        return list(given)
    size = given[0]
    if size < 0 or size != int(size):
        raise JavaScriptError("RangeError", "Invalid array length")
    if size > LONGEST:
        raise ExpressionError("array is too long", hint=f"an expression may make at most {LONGEST} elements")
    return [UNDEFINED] * int(size)


def _stringify(given: Sequence[Any]) -> Any:
    return json_text.stringify(argument(given, 0), argument(given, 2))


def _functions(calls: dict[str, Call]) -> dict[str, Any]:
    return {name: Function(call, name) for name, call in calls.items()}


_MATH = {
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "trunc": _whole(math.trunc),
    "round": lambda given: rounded(to_number(argument(given, 0))),
    "abs": lambda given: abs(to_number(argument(given, 0))),
    "max": lambda given: extreme(given, 1),
    "min": lambda given: extreme(given, -1),
    "sign": _first(_sign),
    "sqrt": _math(lambda x: math.sqrt(x)),
    "pow": lambda given: power(to_number(argument(given, 0)), to_number(argument(given, 1))),
}
_OBJECT = {
    "keys": lambda given: list(own(argument(given, 0))),
    "values": lambda given: list(own(argument(given, 0)).values()),
    "entries": lambda given: [[key, value] for key, value in own(argument(given, 0)).items()],
    "fromEntries": lambda given: _entries_object(argument(given, 0)),
    "is": lambda given: same_value_zero(argument(given, 0), argument(given, 1)),
}
_NUMBER = {
    "isInteger": _first(_integral),
    "isSafeInteger": _first(lambda v: _integral(v) and abs(v) < 2**53),
    "isFinite": _first(lambda v: _numeric(v) and math.isfinite(v)),
    "isNaN": _first(lambda v: isinstance(v, float) and v != v),
    "parseFloat": parse_float,
    "parseInt": parse_int,
}
_LIMITS = {
    "MAX_SAFE_INTEGER": 2**53 - 1,
    "MIN_SAFE_INTEGER": 1 - 2**53,
    "EPSILON": 2.0**-52,
    "MAX_VALUE": 1.7976931348623157e308,
    "MIN_VALUE": 5e-324,
    "POSITIVE_INFINITY": math.inf,
    "NEGATIVE_INFINITY": -math.inf,
    "NaN": math.nan,
}


_BARE: dict[str, Call] = {
    "parseFloat": parse_float,
    "parseInt": parse_int,
    "isNaN": lambda given: (v := to_number(argument(given, 0))) != v,
    "isFinite": lambda given: math.isfinite(to_number(argument(given, 0))),
    "encodeURIComponent": _encode(_UNESCAPED),
    "encodeURI": _encode(_UNESCAPED + _URI),
    "decodeURIComponent": _decode(""),
    "decodeURI": _decode(_URI),
}


def make_globals() -> dict[str, Any]:
    """Make the table of global names that need no scope."""
    text = Namespace("String", {}, function=lambda given: to_string(given[0]) if given else "")
    text.construct = lambda scope, given: text.call(given)
    array = _functions({"isArray": _first(lambda v: isinstance(v, list)), "from": array_from, "of": list})
    return {
        "Math": Namespace(
            "Math",
            {
                **_functions(_MATH),
                "PI": math.pi,
                "E": math.e,
                "LN2": math.log(2),
                "LN10": math.log(10),
                "SQRT2": math.sqrt(2),
            },
        ),
        "JSON": Namespace(
            "JSON",
            _functions(
                {"parse": lambda given: json_text.parse(to_string(argument(given, 0))), "stringify": _stringify}
            ),
        ),
        "Object": Namespace("Object", _functions(_OBJECT)),
        "Array": Namespace("Array", array, function=new_array, construct=lambda scope, given: new_array(given)),
        "Number": Namespace(
            "Number", {**_functions(_NUMBER), **_LIMITS}, function=lambda given: to_number(given[0]) if given else 0
        ),
        "String": text,
        "Boolean": Namespace("Boolean", {}, function=lambda given: truthy(argument(given, 0))),
        "Set": Namespace(
            "Set",
            {},
            construct=lambda scope, given: UniqueSet(
                iterate(argument(given, 0, [])) if argument(given, 0) is not None else []
            ),
        ),
        "NaN": math.nan,
        "Infinity": math.inf,
        **_functions(_BARE),
    }
