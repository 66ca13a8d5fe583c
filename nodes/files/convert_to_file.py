"""Convert to file: items or their fields as files.

Flow: any node → **convertToFile** → any node.  Tables take all items into one file, the others make one each.
"""

from typing import Any, Literal

from nodes.expressions.coercion import UNDEFINED
from nodes.files import binary, spreadsheets, texts
from nodes.files.calendars import EventParams, event_file
from nodes.files.spreadsheets import FORMATS, WriteOptions
from nodes.sdk import Example, Field, Item, Items, NodeError, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform import paths
from schemas.errors import MillraceError

Operation = Literal["csv", "html", "iCal", "toJson", "ods", "rtf", "toText", "xls", "xlsx", "toBinary"]


class ConvertOptions(WriteOptions):
    """How files are written."""

    add_bom: bool = Field(False, alias="addBOM", description="Begin with a byte order mark.")
    data_is_base64: bool = Field(True, alias="dataIsBase64", description="The field holds base64 (version 1).")
    encoding: str = Field("utf8", description="Encoding of the text.")
    format: bool = Field(False, description="Write JSON with line breaks.")
    mime_type: str = Field("", description="MIME type of the file.")


class ConvertToFile(EventParams):
    """What to make, of what."""

    operation: Operation = Field("csv", description="Kind of the file.")
    binary_property_name: str = Field("data", description="Name of the binary part.")
    source_property: str = Field("", description="Field to convert (toText, toBinary).")
    mode: Literal["once", "each"] = Field("once", description="One file of all items, or one for each (toJson).")
    options: ConvertOptions = ConvertOptions()


@node(
    "convertToFile",
    group="files",
    title="Convert to File",
    runs="compute",
    versions=(1, 1.1),
    examples=[
        Example(title="all items become one table", given=[{"a": 1}, {"a": 2}], then=[{}]),
        Example(
            title="each item becomes a JSON file",
            params={"operation": "toJson", "mode": "each"},
            given=[{"a": 1}, {"a": 2}],
            then=[{}, {}],
        ),
        Example(
            title="the field must be there",
            params={"operation": "toText", "sourceProperty": "text"},
            fails='the item has no field "text"',
        ),
    ],
)
async def convert_to_file(parameters: Parameters[ConvertToFile], items: Items, run: Run) -> Items:
    """Convert items, or fields of items, to files."""
    if not items:
        return []
    params = parameters(0)
    if params.operation in FORMATS or (params.operation == "toJson" and params.mode == "once"):
        return await _all(params, items, run)

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        part = _part(params, item, index, run)
        return [Item(json={}, binary={params.binary_property_name: part}, paired=index)]

    return await binary.each(items, run, one)


async def _all(params: ConvertToFile, items: Items, run: Run) -> Items:
    records = [item.json for item in items]
    try:
        if params.operation == "toJson":
            part = _json(params, records)
        else:
            part = await binary.aside(spreadsheets.file_of, params.operation, records, params.options, "File")
    except MillraceError as bad:
        if not run.continue_on_fail:
            raise
        return [error_item(bad, 0)]
    return [Item(json={}, binary={params.binary_property_name: part}, paired=list(range(len(items))))]


def _part(params: ConvertToFile, item: Item, index: int, run: Run) -> binary.Part:
    match params.operation:
        case "iCal":
            return event_file(params, run, index)
        case "toJson":
            return _json(params, item.json)
        case "toText":
            return _text(params, item)
    return _binary(params, item, run.version)


def _json(params: ConvertToFile, value: Any) -> binary.Part:
    options = params.options
    data = texts.written_json(value, options.encoding, bom=options.add_bom, pretty=options.format)
    return binary.make(data, mime="application/json", name=options.file_name or "file.json")


def _text(params: ConvertToFile, item: Item) -> binary.Part:
    options, value = params.options, _source(params, item, null="null")
    data = texts.written(value, options.encoding, bom=options.add_bom)
    mime = "application/json" if isinstance(value, dict | list) else "text/plain"
    return binary.make(data, mime=mime, name=options.file_name or texts.default_name(mime))


def _binary(params: ConvertToFile, item: Item, version: float) -> binary.Part:
    options, value = params.options, _source(params, item)
    if version > 1 or options.data_is_base64:
        data = texts.unpacked(value)
    else:
        data = texts.written(value, options.encoding, bom=options.add_bom)
        if isinstance(value, dict | list) and not options.mime_type:
            return binary.make(data, mime="application/json", name=options.file_name or "file.json")
    if not options.mime_type:
        found = binary.make(data, name=options.file_name)
        name = f"file.{found['fileExtension']}" if "fileExtension" in found else "file"
        return found if options.file_name else {**found, "fileName": name}
    return binary.make(data, mime=options.mime_type, name=options.file_name or texts.default_name(options.mime_type))


def _source(params: ConvertToFile, item: Item, null: str | None = None) -> Any:
    value = paths.find(item.json, params.source_property)
    if value is None:
        value = null
    if value is UNDEFINED or value is None:
        raise NodeError(
            f'the item has no field "{params.source_property}"', field="sourceProperty", hint="name a field that it has"
        )
    return value
