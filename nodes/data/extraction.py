"""Extraction: values out of HTML by CSS selectors.

Flow: html, htmlExtract → **extraction** → items.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal

from selectolax.lexbor import LexborNode

from nodes.expressions.coercion import UNDEFINED
from nodes.files import binary
from nodes.sdk import Blobs, Field, Item, Items, NodeError, NodeParams
from nodes.transform import markup, paths

READABLE = 1.2
Place = tuple[int, float]


class ExtractionValue(NodeParams):
    """One value to extract."""

    key: str = ""
    css_selector: str = ""
    return_value: Literal["text", "html", "attribute", "value"] = "text"
    attribute: str = ""
    skip_selectors: str = ""
    return_array: bool = False


class ExtractionValues(NodeParams):
    """Values, as the editor keeps them."""

    values: list[ExtractionValue] = []


class ExtractionOptions(NodeParams):
    """Rarely needed choices."""

    trim_values: bool = Field(False, description="Cut spaces and line ends from both sides of a value.")
    clean_up_text: bool = Field(False, description="Remove line ends and repeated spaces.")


class Extraction(NodeParams):
    """Where the HTML is, and what to take of it."""

    source_data: Literal["json", "binary"] = Field("json", description="Take it from a field or from a file.")
    data_property_name: str = Field("data", description="The field or the file.")
    extraction_values: ExtractionValues = Field(ExtractionValues(), description="What to extract, and as what.")


async def extracted(params: Extraction, options: ExtractionOptions, item: Item, blobs: Blobs, place: Place) -> Items:
    """Make an item of the values in each HTML text of an item; what is not there leaves no field."""
    index, version = place
    wanted = params.extraction_values.values
    made: Items = []
    for source in await _sources(params, item, blobs, version):
        tree = markup.parse(source)
        fields: dict[str, Any] = {}
        for one in wanted:
            found = markup.select(tree, one.css_selector) if one.css_selector.strip() else []
            value: Any
            if one.return_array:
                value = [_read(one, options, [element], version) for element in found]
            else:
                value = _read(one, options, found, version)
            if value is not None:
                fields[one.key] = value
        made.append(Item(json=fields, paired=index))
    return made


async def _sources(params: Extraction, item: Item, blobs: Blobs, version: float) -> list[str]:
    name = params.data_property_name
    if params.source_data == "binary":
        return [(await binary.read(item, name, blobs)).decode(errors="replace")]
    value = item.json.get(name, UNDEFINED) if version == 1 else paths.find(item.json, name)
    if value is UNDEFINED:
        raise NodeError(f'the item has no field "{name}"', field="dataPropertyName")
    if isinstance(value, dict):
        return [""]
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts):
        raise NodeError(f'the field "{name}" holds no text', field="dataPropertyName")
    return texts


def _read(one: ExtractionValue, options: ExtractionOptions, found: list[LexborNode], version: float) -> Any:
    if one.return_value == "text":
        return _text(one, options, found, version)
    if not found:
        return None
    match one.return_value:
        case "html":
            value: Any = found[0].inner_html or None
        case "attribute":
            attributes = {name: text or "" for name, text in found[0].attributes.items()}
            value = attributes.get(one.attribute) if one.attribute else attributes
        case _:
            value = _value(found[0])
    return _tidied(value, options) if isinstance(value, str) else value


def _text(one: ExtractionValue, options: ExtractionOptions, found: list[LexborNode], version: float) -> str | None:
    """Give what is within: from version 1.2 on as people read it, before that the bare text of all that was found."""
    if version >= READABLE:
        inner = markup.readable(found[0], list(_selectors(one.skip_selectors)), inner=True) if found else ""
        return _tidied(inner, options)
    bare = _tidied("".join(element.text() for element in found), options)
    return bare if bare or version < 1 else None


def _selectors(text: str) -> Iterator[str]:
    for part in text.split(","):
        if part.strip():
            yield part.strip()


def _value(element: LexborNode) -> Any:
    if element.tag == "textarea":
        return element.text()
    if element.tag == "select":
        choices = element.css("option")
        chosen = [one for one in choices if "selected" in one.attributes]
        values = [one.attributes.get("value") or one.text() for one in chosen or choices[:1]]
        return ",".join(values) if "multiple" in element.attributes else (values[0] if values else None)
    return element.attributes.get("value")


def _tidied(value: str, options: ExtractionOptions) -> str:
    if options.trim_values:
        value = value.strip()
    if options.clean_up_text:
        value = re.sub(r"\s+", " ", re.sub(r"[\r\n]", "", value.strip()))
    return value
