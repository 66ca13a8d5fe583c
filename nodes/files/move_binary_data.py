"""Move binary data: JSON made into a binary part, or a binary part into JSON.

Flow: any node → **moveBinaryData** → any node.  convertToFile and extractFromFile are its successors.
"""

from typing import Any, Literal

from nodes.expressions.coercion import UNDEFINED
from nodes.files import binary, texts
from nodes.files.encodings import decode
from nodes.sdk import Blobs, Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node
from nodes.transform import paths


class MoveOptions(NodeParams):
    """How text and bytes are made of each other, and what is kept."""

    add_bom: bool = Field(False, alias="addBOM", description="Begin with a byte order mark (to binary).")
    data_is_base64: bool = Field(False, alias="dataIsBase64", description="The field holds base64 (to binary).")
    encoding: str = Field("utf8", description="Encoding of the text.")
    strip_bom: bool = Field(True, alias="stripBOM", description="Drop a byte order mark (to JSON).")
    file_name: str = Field("", description="Name of the file (to binary).")
    json_parse: bool = Field(False, description="Read the text as JSON (to JSON).")
    keep_source: bool = Field(False, description="Keep what was converted.")
    keep_as_base64: bool = Field(False, alias="keepAsBase64", description="Give base64 instead of text (to JSON).")
    mime_type: str = Field("application/json", description="MIME type of the file (to binary).")
    use_raw_data: bool = Field(False, description="Take text as it is, not as a JSON string (to binary).")


class MoveBinaryData(NodeParams):
    """Which way, from where and to where."""

    mode: Literal["binaryToJson", "jsonToBinary"] = Field("binaryToJson", description="Which way.")
    set_all_data: bool = Field(True, description="The file's JSON is the whole item (to JSON).")
    convert_all_data: bool = Field(True, description="The whole item becomes the file (to binary).")
    source_key: str = Field("data", description="Binary part or field to convert.")
    destination_key: str = Field("data", description="Field or binary part to make.")
    options: MoveOptions = MoveOptions()


HELLO = {"data": {"data": "eyJhIjoxfQ==", "mimeType": "application/json"}}


@node(
    "moveBinaryData",
    group="files",
    title="Convert to/from Binary Data",
    versions=(1, 1.1),
    examples=[
        Example(title="a JSON file becomes the item", given=[{"old": 1}], binary=HELLO, then=[{"a": 1}]),
        Example(
            title="text is put in a field",
            params={"setAllData": False, "destinationKey": "file.text"},
            given=[{"old": 1}],
            binary=HELLO,
            then=[{"old": 1, "file": {"text": '{"a":1}'}}],
        ),
        Example(
            title="a field becomes a file",
            params={"mode": "jsonToBinary", "convertAllData": False, "sourceKey": "title"},
            given=[{"title": "My Title", "n": 1}],
            then=[{"n": 1}],
        ),
        Example(title="what has no such file is left out", given=[{"old": 1}], then=[]),
        Example(
            title="the file must hold JSON",
            binary={"data": {"data": "eyJhIg==", "mimeType": "application/json"}},
            fails="does not hold valid JSON",
        ),
    ],
)
async def move_binary_data(parameters: Parameters[MoveBinaryData], items: Items, run: Run, blobs: Blobs) -> Items:
    """Move data between JSON fields and binary parts; an item that lacks what is to be moved is left out."""

    made: Items = []
    for index, item in enumerate(items):
        params = parameters(index)
        if params.mode == "jsonToBinary":
            if (value := _field(params, item)) is not UNDEFINED:
                made.append(_to_binary(params, item, index, run.version, value))
        elif params.source_key in (item.binary or {}):
            made.append(_to_json(params, item, index, await binary.read(item, params.source_key, blobs)))
    return made


def _field(params: MoveBinaryData, item: Item) -> Any:
    return item.json if params.convert_all_data else paths.find(item.json, params.source_key)


def _to_json(params: MoveBinaryData, item: Item, index: int, data: bytes) -> Item:
    options = params.options
    parts = dict(item.binary or {})
    if not options.keep_source:
        parts.pop(params.source_key, None)
    if options.keep_as_base64 and not params.set_all_data:
        value: Any = decode(data, "base64")
    else:
        value = decode(data, options.encoding, keep_bom=not options.strip_bom)
        if params.set_all_data or options.json_parse:
            value = texts.parsed(value)
    if params.set_all_data:
        if not isinstance(value, dict):
            raise NodeError("the file must hold a JSON object to be the whole item", field="setAllData")
        return Item(json=value, binary=parts or None, paired=index)
    return Item(json=texts.placed(item.json, params.destination_key, value), binary=parts or None, paired=index)


def _to_binary(params: MoveBinaryData, item: Item, index: int, version: float, value: Any) -> Item:
    options = params.options
    if options.data_is_base64 and not params.convert_all_data:
        data = texts.unpacked(value)
    elif options.use_raw_data:
        data = texts.written(value, options.encoding, bom=options.add_bom)
    else:
        data = texts.written_json(value, options.encoding, bom=options.add_bom)
    name = options.file_name or (texts.default_name(options.mime_type) if version > 1 else "")
    part = binary.make(data, mime=options.mime_type, name=name)
    json: dict[str, Any] = item.json
    if not options.keep_source:
        json = {} if params.convert_all_data else texts.without(item.json, params.source_key)
    return Item(json=json, binary={**(item.binary or {}), params.destination_key: part}, paired=index)
