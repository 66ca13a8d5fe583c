"""XML writing: JSON as a document, the way xml2js builds it.

Flow: xml → **xml writing** → text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from nodes.expressions.coercion import UNDEFINED
from nodes.sdk import NodeError
from nodes.transform.field_types import text

DEEPEST = 300
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NAME = re.compile(r"[A-Za-z_:\u00c0-\ufffd][-\w.:\u00b7\u00c0-\ufffd]*")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Writing:
    """How objects become elements."""

    attrkey: str = "$"
    charkey: str = "_"
    cdata: bool = False
    headless: bool = False
    root_name: str = "root"


def write_xml(value: dict[str, Any], how: Writing) -> str:
    """Write a document; its only field is the root, else an element around all."""
    name, content = how.root_name, value
    if how.root_name == "root" and len(value) == 1:
        key, inner = next(iter(value.items()))
        if not isinstance(inner, list) and key not in (how.attrkey, how.charkey):
            name, content = key, inner
    return ("" if how.headless else DECLARATION) + "\n".join(_element(name, content, how, 0))


def _element(name: str, value: Any, how: Writing, depth: int) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        raise NodeError(f'"{name:.60}" cannot be the name of an XML element', hint="rename the field")
    if depth > DEEPEST:
        raise NodeError(f"JSON nested more than {DEEPEST} levels deep is refused")
    pad = "  " * depth
    fields = value if isinstance(value, dict) else {how.charkey: value}
    attributes = fields.get(how.attrkey)
    opening = f"{pad}<{name}{_attributes(attributes) if isinstance(attributes, dict) else ''}"
    shown = _text(fields.get(how.charkey), how)
    rows = [(key, child) for key, child in fields.items() if key not in (how.attrkey, how.charkey)]
    if not rows:
        yield f"{opening}>{shown}</{name}>" if shown else f"{opening}/>"
        return
    yield f"{opening}>{shown}"
    for key, child in rows:
        for one in child if isinstance(child, list) else [child]:
            yield from _element(key, one, how, depth + 1)
    yield f"{pad}</{name}>"


def _attributes(values: dict[str, Any]) -> str:
    parts = []
    for name, value in values.items():
        if not _NAME.fullmatch(name):
            raise NodeError(f'"{name:.60}" cannot be the name of an XML attribute', hint="rename the field")
        parts.append(f" {name}={quoteattr(_allowed('' if value is None else text(value)), {chr(10): '&#xA;'})}")
    return "".join(parts)


def _text(value: Any, how: Writing) -> str:
    if value is None or value is UNDEFINED:
        return ""
    plain = _allowed(text(value))
    if how.cdata and re.search("[<>&]", plain):
        return "<![CDATA[" + plain.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return escape(plain, {"\r": "&#xD;"})


def _allowed(plain: str) -> str:
    found = _FORBIDDEN.search(plain)
    if found:
        raise NodeError(f"the character U+{ord(found.group()):04X} cannot stand in XML", hint="remove it from the text")
    return plain
