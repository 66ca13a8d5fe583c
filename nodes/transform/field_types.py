"""Field types: turn a value into the type that a field or a condition wants, as n8n does.

Flow: set, conditions → **convert** → value, or ValueError where it cannot be.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from nodes.expressions.builtins.dates import parse_date
from nodes.expressions.builtins.formats import parse_iso
from nodes.expressions.coercion import UNDEFINED, to_string
from nodes.transform import loose_json

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|Infinity)")
_RADIX = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+")


def absent(value: Any) -> bool:
    """Say whether a value is null or undefined."""
    return value is None or value is UNDEFINED


def kind(value: Any) -> str:
    """Name a value's type, for messages."""
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
    return "undefined" if value is UNDEFINED else "null"


def text(value: Any) -> str:
    """Give a value as text: numbers as JavaScript writes them, objects and lists as JSON."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return number_text(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        case None:
            return "null"
    return str(value)


def number_text(value: float) -> str:
    """Write a float as JavaScript does."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    digits, _, exponent = repr(value).partition("e")
    if not exponent:
        return digits
    if -7 < int(exponent) < 0:
        return f"{value:.{len(digits.replace('-', '').replace('.', '')) - 1 - int(exponent)}f}"
    return f"{digits}e{'-' if exponent[0] == '-' else '+'}{exponent.lstrip('+-').lstrip('0')}"


def number(value: Any) -> int | float:
    """Give a value as a number; whole ones as int."""
    match value:
        case bool():
            return int(value)
        case int() | float():
            return value
        case str():
            return _parse_number(value.strip())
        case list():
            return _parse_number(to_string(value).strip())
    raise ValueError(value)


def boolean(value: Any) -> bool:
    """Give true or false for the texts and numbers that say so."""
    match value:
        case bool():
            return value
        case str() if value.strip().lower() in ("true", "1"):
            return True
        case str() if value.strip().lower() in ("false", "0"):
            return False
        case int() | float() if value in (0, 1):
            return value == 1
        case list():
            return boolean(number(value))
    raise ValueError(value)


def array(value: Any) -> list[Any]:
    """Give a list; JSON text is read, with single quotes too."""
    found = _list(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        raise ValueError(value)
    return found


def object_(value: Any) -> dict[str, Any]:
    """Give an object; JSON text is read, also as people write it."""
    found = object_or_null(value)
    if found is None:
        raise ValueError(value)
    return found


def object_or_null(value: Any) -> dict[str, Any] | None:
    """Give an object, or None for the text null; JSON text is read, also as people write it."""
    found = _object(value) if isinstance(value, str) else value
    if not isinstance(found, dict) and not (found is None and isinstance(value, str)):
        raise ValueError(value)
    return found


def date(value: Any, zone: str, now: float) -> float:
    """Give the epoch ms of what is read as text: ISO 8601, SQL, or what JavaScript takes; even 5 is a date."""
    if isinstance(value, bool | dict):
        raise ValueError(value)
    source = to_string(value).strip()
    found = parse_iso(re.sub(r"^(\d{4}-\d\d-\d\d) +(?=\d)", r"\1T", source), zone, now).ms
    found = found if found == found else parse_date(source)
    if found != found:
        raise ValueError(value)
    return found


def parse_json(source: str) -> Any:
    """Read JSON as JavaScript does: no NaN, no Infinity."""
    return json.loads(source, parse_constant=_refuse)


def moment(value: Any, zone: str = "UTC") -> float:
    """Give a date as epoch ms; a text without offset is in the zone."""
    match value:
        case bool():
            pass
        case int() | float():
            return value
        case str() if value.strip():
            return _moment(value.strip(), zone)
    raise ValueError(value)


CONVERT: dict[str, Callable[[Any], Any]] = {
    "string": text,
    "number": number,
    "boolean": boolean,
    "array": array,
    "object": object_or_null,
}


def _list(source: str) -> Any:
    try:
        return parse_json(source)
    except ValueError:
        return parse_json(source.replace("'", '"'))


def _object(source: str) -> Any:
    try:
        return parse_json(source)
    except ValueError:
        return loose_json.read(source)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _parse_number(source: str) -> int | float:
    if not source:
        return 0
    if _RADIX.fullmatch(source):
        return int(source, 0)
    if not _NUMBER.fullmatch(source):
        raise ValueError(source)
    found = float(source)
    return int(found) if math.isfinite(found) and found == int(found) and abs(found) < 2**53 else found


@lru_cache(maxsize=4096)
def _moment(source: str, zone: str) -> float:
    if re.fullmatch(r"-?\d{9,}", source):
        return int(source) * (1000 if len(source.lstrip("-")) <= 10 else 1)
    try:
        found = datetime.fromisoformat(source)
    except ValueError:
        found = _mail_date(source)
    found = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    return (found - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000


def _mail_date(source: str) -> datetime:
    try:
        return parsedate_to_datetime(source)
    except (TypeError, IndexError) as bad:
        raise ValueError(source) from bad
