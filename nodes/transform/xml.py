"""XML: to JSON, and back.

Flow: any node → **xml** → any node.  One item out per item in.
"""

from typing import Any, Literal

from nodes.expressions.coercion import UNDEFINED
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform import paths
from nodes.transform.xml_reading import Reading, read_xml
from nodes.transform.xml_writing import Writing, write_xml
from schemas.errors import UserError


class XmlOptions(NodeParams):
    """Rarely needed choices."""

    attrkey: str = Field("$", description="Field that holds attributes.")
    charkey: str = Field("_", description="Field that holds the text beside them.")
    explicit_array: bool = Field(False, description="Put every child into a list.")
    explicit_root: bool = Field(True, description="Keep the root element's name.")
    ignore_attrs: bool = Field(False, description="Leave attributes out.")
    merge_attrs: bool = Field(True, description="Put attributes beside the children.")
    normalize: bool = Field(False, description="Take several spaces in texts as one.")
    normalize_tags: bool = Field(False, description="Write names in lower case.")
    trim: bool = Field(False, description="Cut spaces from both ends of texts.")
    allow_surrogate_chars: bool = Field(False, description="Characters beyond the basic plane; always allowed.")
    cdata: bool = Field(False, description="Wrap texts in CDATA instead of escaping them.")
    headless: bool = Field(False, description="Leave the XML declaration out.")
    root_name: str = Field("root", min_length=1, description="Name of the element around all.")


class Xml(NodeParams):
    """Which way, and where the XML is."""

    mode: Literal["xmlToJson", "jsonToxml"] = Field("xmlToJson", description="Which way.")
    data_property_name: str = Field("data", description="Field that holds the XML.")
    options: XmlOptions = XmlOptions()


@node(
    "xml",
    group="transform",
    title="XML",
    runs="compute",
    examples=[
        Example(
            title="reads XML",
            given=[{"data": '<order id="7"><item>a</item><item>b</item><note/></order>'}],
            then=[{"order": {"id": "7", "item": ["a", "b"], "note": ""}}],
        ),
        Example(
            title="keeps attributes apart",
            params={"options": {"mergeAttrs": False, "explicitArray": True}},
            given=[{"data": '<a b="1">t<c>x</c></a>'}],
            then=[{"a": {"_": "t", "$": {"b": "1"}, "c": ["x"]}}],
        ),
        Example(
            title="writes XML",
            params={"mode": "jsonToxml", "options": {"headless": True}},
            given=[{"a": {"$": {"id": 1}, "b": ["x", "<y>"]}}],
            then=[{"data": '<a id="1">\n  <b>x</b>\n  <b>&lt;y&gt;</b>\n</a>'}],
        ),
        Example(
            title="declared entities are refused",
            given=[{"data": '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'}],
            fails="XML that declares entities is refused",
        ),
        Example(title="broken XML fails", given=[{"data": "<a>"}], fails="the XML is not well-formed"),
    ],
)
async def xml(parameters: Parameters[Xml], items: Items, run: Run) -> Items:
    """Convert between XML and JSON."""
    made: Items = []
    for index, item in enumerate(items):
        try:
            params = parameters(index)
            json = _read(params, item) if params.mode == "xmlToJson" else _written(params, item)
            made.append(Item(json=json, paired=index))
        except UserError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _read(params: Xml, item: Item) -> dict[str, Any]:
    options = params.options
    source = paths.find(item.json, params.data_property_name)
    if source is UNDEFINED:
        raise NodeError(f'the item has no field "{params.data_property_name}"', field="dataPropertyName")
    if not isinstance(source, str):
        raise NodeError(f'the field "{params.data_property_name}" holds no text', field="dataPropertyName")
    found = read_xml(source, Reading(
        attrkey=options.attrkey, charkey=options.charkey, explicit_array=options.explicit_array,
        explicit_root=options.explicit_root, ignore_attrs=options.ignore_attrs, merge_attrs=options.merge_attrs,
        normalize=options.normalize, normalize_tags=options.normalize_tags, trim=options.trim,
    ))  # fmt: skip
    return found if isinstance(found, dict) else {params.data_property_name: found}


def _written(params: Xml, item: Item) -> dict[str, Any]:
    options = params.options
    how = Writing(options.attrkey, options.charkey, options.cdata, options.headless, options.root_name)
    fields: dict[str, Any] = {}
    paths.put(fields, paths.keys(params.data_property_name), write_xml(item.json, how))
    return fields
