"""Spreadsheet file: items as a spreadsheet, or a spreadsheet's rows as items.

Flow: any node → **spreadsheetFile** → any node.  convertToFile and extractFromFile are its successors.
"""

from typing import Literal

from nodes.files import binary, spreadsheets
from nodes.files.spreadsheets import ReadOptions, WriteOptions
from nodes.sdk import Blobs, Example, Field, Item, Items, NodeParams, Parameters, Run, node
from nodes.sdk.ports import error_item
from schemas.errors import MillraceError


class SpreadsheetOptions(ReadOptions, WriteOptions):
    """How tables are read and written."""

    sheet_name: str = Field("", description="Sheet to read, or name of the sheet to write.")


class SpreadsheetFile(NodeParams):
    """Which way, and in which format."""

    operation: Literal["fromFile", "toFile"] = Field("fromFile", description="Read a file, or write one.")
    binary_property_name: binary.PartName = Field("data", description="Binary part to read or to write.")
    file_format: Literal["autodetect", "csv", "html", "ods", "rtf", "xls", "xlsx"] | None = Field(
        None, description="Format of the file; when writing, XLS unless it is told."
    )
    options: SpreadsheetOptions = SpreadsheetOptions()


HELLO = {"data": {"data": "QSxCCjEseAo=", "mimeType": "text/csv", "fileName": "a.csv"}}


@node(
    "spreadsheetFile",
    group="files",
    title="Spreadsheet File",
    runs="compute",
    versions=(1, 2),
    examples=[
        Example(title="each row becomes an item", binary=HELLO, then=[{"A": "1", "B": "x"}]),
        Example(title="version 1 reads numbers", version=1, binary=HELLO, then=[{"A": 1, "B": "x"}]),
        Example(
            title="all items become one file",
            params={"operation": "toFile", "fileFormat": "xlsx"},
            given=[{"A": 1}, {"A": 2}],
            then=[{}],
        ),
        Example(title="there must be a file", fails='no binary data "data"'),
    ],
)
async def spreadsheet_file(parameters: Parameters[SpreadsheetFile], items: Items, run: Run, blobs: Blobs) -> Items:
    """Read spreadsheets into items, or write items as a spreadsheet."""
    if not items:
        return []
    if parameters(0).operation == "toFile":
        return await _to_file(parameters(0), items, run)

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        part = binary.part(item, params.binary_property_name)
        data = await binary.content(part, blobs)
        found: Items = await binary.aside(_read, params, part, data, index, run.version)
        return found

    return await binary.each(items, run, one)


def _read(params: SpreadsheetFile, part: binary.Part, data: bytes, index: int, version: float) -> Items:
    format_ = params.file_format if version >= 2 else None
    if format_ in (None, "autodetect"):
        format_ = "csv" if version >= 2 and spreadsheets.plain_csv(part) else None
    if format_ == "csv":
        return spreadsheets.csv_items(data, params.options, index)
    return spreadsheets.sheet_items(format_ or spreadsheets.detected(part, data), data, params.options, index)


async def _to_file(params: SpreadsheetFile, items: Items, run: Run) -> Items:
    format_ = "xls" if params.file_format in (None, "autodetect") else params.file_format
    records = [item.json for item in items]
    try:
        part = await binary.aside(spreadsheets.file_of, format_, records, params.options, "spreadsheet")
    except MillraceError as bad:
        if not run.continue_on_fail:
            raise
        return [error_item(bad, 0)]
    return [Item(json={}, binary={str(params.binary_property_name): part}, paired=list(range(len(items))))]
