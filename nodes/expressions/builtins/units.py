"""Units: text as JavaScript counts it, in UTF-16 code units.

Flow: text methods and patterns → **units** ↔ Python text.
Text within the basic plane is the same in both; only the rest is split into surrogates and joined again.
"""

import re
from array import array

_SURROGATE = re.compile("[\ud800-\udfff]")


def units(text: str) -> str:
    """Split characters beyond the basic plane into surrogates."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(map(chr, array("H", text.encode("utf-16-le", "surrogatepass"))))


def joined(text: str) -> str:
    """Join surrogate pairs again."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def length(text: str) -> int:
    """Count code units."""
    return len(text) if text.isascii() else len(units(text)) if text else 0
