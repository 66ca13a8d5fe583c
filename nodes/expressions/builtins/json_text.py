"""JSON text: JSON.parse and JSON.stringify.

Flow: calls → **json_text** ↔ text.
"""

import json
import math
from typing import Any

from nodes.expressions.allowance import counted, spend
from nodes.expressions.coercion import item_object, number, number_text, ordered_keys, to_integer
from nodes.expressions.values import UNDEFINED, HostObject, JavaScriptError, Undefined
from schemas.item import Item

ELEMENT = 8
"""What an element costs in characters, as writing it takes so much longer."""


def parse(text: str) -> Any:
    """Read JSON as strictly as JavaScript does; throws SyntaxError."""

    def refuse(constant: str) -> Any:
        raise ValueError(f"unexpected {constant}")

    try:
        value = json.loads(text.strip("\t\n\r "), parse_constant=refuse, parse_int=_whole)
    except (ValueError, RecursionError) as bad:
        raise JavaScriptError("SyntaxError", f"{bad}") from None
    return value


def _whole(text: str) -> int | float:
    return -0.0 if text == "-0" else number(int(text)) if len(text) < 400 else float(text)


def stringify(value: Any, indent: Any = UNDEFINED) -> str | Undefined:
    """Write JSON as JavaScript does; undefined and functions give UNDEFINED."""
    gap = indent[:10] if isinstance(indent, str) else ""
    if isinstance(indent, int | float) and not isinstance(indent, bool):
        gap = " " * int(min(max(to_integer(indent), 0), 10))
    try:
        return _write(value, gap, "")
    except RecursionError:
        raise JavaScriptError("TypeError", "Converting circular structure to JSON") from None


def quote(text: str) -> str:
    """Write one string; lone surrogates are escaped."""
    written = json.dumps(text, ensure_ascii=False)
    if not written.isascii():
        written = "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in written)
    return written


def _write(value: Any, gap: str, margin: str) -> str | Undefined:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        counted(value)
        return quote(value)
    if isinstance(value, int | float):
        return number_text(value) if value == value and not math.isinf(value) else "null"
    if isinstance(value, Undefined):
        return value
    if isinstance(value, Item):
        value = item_object(value)
    if isinstance(value, HostObject):
        return UNDEFINED if value.callable else _write(value.json(), gap, margin)
    return _array(value, gap, margin) if isinstance(value, list) else _object(value, gap, margin)


def _array(value: list[Any], gap: str, margin: str) -> str:
    deeper = margin + gap
    spend(len(value) * ELEMENT)
    parts = [written if isinstance(written := _write(v, gap, deeper), str) else "null" for v in value]
    return _enclose("[]", parts, gap, margin)


def _object(value: dict[str, Any], gap: str, margin: str) -> str:
    parts = []
    spend(len(value) * ELEMENT)
    for key in ordered_keys(value):
        written = _write(value[key], gap, margin + gap)
        if isinstance(written, str):
            parts.append(f"{quote(key)}:{' ' if gap else ''}{written}")
    return _enclose("{}", parts, gap, margin)


def _enclose(marks: str, parts: list[str], gap: str, margin: str) -> str:
    if not parts:
        return marks
    if not gap:
        return f"{marks[0]}{','.join(parts)}{marks[1]}"
    deeper = "\n" + margin + gap
    return f"{marks[0]}{deeper}{(',' + deeper).join(parts)}\n{margin}{marks[1]}"
