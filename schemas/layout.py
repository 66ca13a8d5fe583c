"""Layouts: how a JSON text was written, so that the same value can be written so again, byte for byte.

Flow: imported text → **layout** → version → export.
"""

import json
import re
from typing import Any

import msgspec


class Layout(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a text was written. ``text`` is the whole of it where nothing simpler gives it back."""

    indent: int | str | None = 2
    ascii: bool = False
    end: str = "\n"
    text: str | None = None


def layout_of(text: str, value: Any) -> Layout:
    """Find out how a value was written as that text."""
    body = text.rstrip("\r\n")
    first = re.match(r"[\[{]\r?\n([ \t]*)\S", body)
    indent = None if first is None else (first[1] if "\t" in first[1] else len(first[1]))
    for ascii_ in (False, True):
        found = Layout(indent, ascii_, text[len(body) :])
        if write(value, found) == text:
            return found
    return Layout(text=text)


def write(value: Any, layout: Layout) -> str:
    """Write a value; it must be the one that the layout was found for, where the layout has the whole text."""
    if layout.text is not None:
        return layout.text
    separators = (",", ":") if layout.indent is None else (",", ": ")
    written = json.dumps(value, ensure_ascii=layout.ascii, indent=layout.indent, separators=separators)
    return written + layout.end


def without_text(layout: Layout) -> Layout:
    """Give the layout for a value that has changed."""
    return Layout() if layout.text is not None else layout
