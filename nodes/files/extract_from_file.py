"""Extract from file: what a file holds, as JSON.

Flow: any node → **extractFromFile** → any node.  Rows of tables become items; other files give one field each.
"""

from typing import Any, Literal

from nodes.files import binary, calendars, pdfs, spreadsheets, texts
from nodes.files.encodings import decode, detect
from nodes.files.pdfs import PdfLayout
from nodes.files.spreadsheets import FORMATS, ReadOptions
from nodes.sdk import Blobs, Example, Field, Item, Items, NodeParams, Parameters, Run, node

Operation = Literal[
    "csv", "html", "fromIcs", "fromJson", "ods", "pdf", "rtf", "text", "xml", "xls", "xlsx", "binaryToPropery"
]  # fmt: skip


class ExtractOptions(ReadOptions):
    """How files are read, and what else is kept."""

    strip_bom: bool = Field(True, alias="stripBOM", description="Drop a byte order mark (text).")
    keep_source: Literal["", "json", "binary", "both"] = Field("", description="What of the input is kept.")
    join_pages: bool = Field(True, description="Give one text, not one per page (PDF).")
    max_pages: int = Field(0, ge=0, description="Read so many pages (PDF); 0 reads all.")
    password: str = Field("", description="Password that opens the document (PDF).")


class ExtractFromFile(NodeParams):
    """What to read, and where to put it."""

    operation: Operation = Field("csv", description="Kind of the file.")
    binary_property_name: binary.PartName = Field("data", description="Binary part to read.")
    destination_key: str = Field("data", description="Field for the result (text, JSON, ICS, XML, base64).")
    options: ExtractOptions = ExtractOptions()


def _given(base64: str, mime: str) -> dict[str, Any]:
    return {"data": {"data": base64, "mimeType": mime}}


@node(
    "extractFromFile",
    group="files",
    title="Extract from File",
    runs="compute",
    versions=(1, 1.1),
    examples=[
        Example(
            title="each row becomes an item", binary=_given("QSxCCjEseAo=", "text/csv"), then=[{"A": "1", "B": "x"}]
        ),
        Example(
            title="JSON is put in a field",
            params={"operation": "fromJson"},
            binary=_given("eyJhIjoxfQ==", "application/json"),
            then=[{"data": {"a": 1}}],
        ),
        Example(
            title="fields of the input may be kept",
            params={"operation": "text", "destinationKey": "text", "options": {"keepSource": "json"}},
            given=[{"n": 1}],
            binary=_given("aGk=", "text/plain"),
            then=[{"n": 1, "text": "hi"}],
        ),
        Example(
            title="broken files fail",
            params={"operation": "xlsx"},
            binary=_given("aGk=", "text/plain"),
            fails="the data is not a valid XLSX file",
        ),
    ],
)
async def extract_from_file(parameters: Parameters[ExtractFromFile], items: Items, run: Run, blobs: Blobs) -> Items:
    """Read the content of files into JSON."""

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        data = await binary.read(item, params.binary_property_name, blobs)
        if params.operation in FORMATS:
            found: Items = await binary.aside(_rows, params, data, index)
            return found
        return [await binary.aside(_whole, params, item, data, index)]

    return await binary.each(items, run, one)


def _rows(params: ExtractFromFile, data: bytes, index: int) -> Items:
    if params.operation == "csv":
        return spreadsheets.csv_items(data, params.options, index)
    return spreadsheets.sheet_items(params.operation, data, params.options, index)


def _whole(params: ExtractFromFile, item: Item, data: bytes, index: int) -> Item:
    keep = params.options.keep_source
    fields = item.json if keep in ("json", "both") else {}
    if params.operation == "pdf":
        json = {**fields, **pdfs.extracted(data, _layout(params.options))}
    else:
        json = texts.placed(fields, params.destination_key, _value(params, data))
    return Item(json=json, binary=item.binary if keep in ("binary", "both") else None, paired=index)


def _layout(options: ExtractOptions) -> PdfLayout:
    return PdfLayout(options.password, options.max_pages, options.join_pages)


def _value(params: ExtractFromFile, data: bytes) -> Any:
    options = params.options
    match params.operation:
        case "binaryToPropery":
            return decode(data, "base64")
        case "fromIcs":
            return calendars.events_of(data)
    text = decode(data, options.encoding or detect(data), keep_bom=not options.strip_bom)
    return texts.parsed(text) if params.operation == "fromJson" else text
