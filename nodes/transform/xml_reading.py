"""XML reading: a document as JSON, the way xml2js shows it.

Flow: xml → **xml reading** → JSON.
Entities that a document declares are refused, and so is what is nested too deeply.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from nodes.sdk import NodeError

LARGEST = 64 * 1024 * 1024
DEEPEST = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """How elements become objects."""

    attrkey: str = "$"
    charkey: str = "_"
    explicit_array: bool = False
    explicit_root: bool = True
    ignore_attrs: bool = False
    merge_attrs: bool = True
    normalize: bool = False
    normalize_tags: bool = False
    trim: bool = False


@dataclass(slots=True)
class _Element:
    name: str
    fields: dict[str, Any] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


def read_xml(source: str | bytes, how: Reading) -> Any:
    """Read a document; raise NodeError with the place where it is not well-formed."""
    if len(source) > LARGEST:
        raise NodeError(f"XML of more than {LARGEST // 1024 // 1024} MB is too large")
    builder = _Builder(how)
    parser = expat.ParserCreate(encoding="utf-8" if isinstance(source, str) else None)
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = _refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(source.lstrip("\ufeff").strip().encode() if isinstance(source, str) else source.strip(), True)
    except expat.ExpatError as bad:
        reason = expat.ErrorString(bad.code)
        raise NodeError(f"the XML is not well-formed: {reason} (line {bad.lineno}, column {bad.offset + 1})") from None
    return builder.result


def _refuse(*_: Any) -> None:
    raise NodeError("XML that declares entities is refused", hint="remove the DOCTYPE")


class _Builder:
    """Builds objects while elements open and close."""

    def __init__(self, how: Reading) -> None:
        self.how = how
        self.open: list[_Element] = []
        self.result: Any = None

    def start(self, name: str, attributes: list[str]) -> None:
        """Open an element."""
        how = self.how
        if len(self.open) >= DEEPEST:
            raise NodeError(f"XML nested more than {DEEPEST} levels deep is refused")
        element = _Element(name.lower() if how.normalize_tags else name)
        pairs = {} if how.ignore_attrs else dict(zip(attributes[::2], attributes[1::2], strict=True))
        if how.merge_attrs:
            for key, value in pairs.items():
                self._add(element.fields, key, value)
        elif pairs:
            element.fields[how.attrkey] = pairs
        self.open.append(element)

    def text(self, data: str) -> None:
        """Take text."""
        self.open[-1].texts.append(data)

    def end(self, _: str) -> None:
        """Close an element and put it into the one around it."""
        element = self.open.pop()
        value = self._value(element)
        if self.open:
            self._add(self.open[-1].fields, element.name, value)
        else:
            self.result = {element.name: value} if self.how.explicit_root else value

    def _value(self, element: _Element) -> Any:
        text = "".join(element.texts)
        blank = not text.strip()
        if blank and not element.fields:
            return text
        if self.how.trim:
            text = text.strip()
        if self.how.normalize:
            text = re.sub(r"\s{2,}", " ", text).strip()
        if not element.fields:
            return text
        return element.fields if blank else {self.how.charkey: text, **element.fields}

    def _add(self, fields: dict[str, Any], name: str, value: Any) -> None:
        before = fields.get(name)
        if isinstance(before, list):
            before.append(value)
        elif name in fields:
            fields[name] = [before, value]
        else:
            fields[name] = [value] if self.how.explicit_array else value
