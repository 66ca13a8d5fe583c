"""Spreadsheets: the parameters that nodes share for tables, and files made into items and back.

Flow: binary part + options → **spreadsheets** → records; items + options → **spreadsheets** → binary part.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nodes.files import archives, binary, csv_records, tables
from nodes.files.binary import Part
from nodes.files.csv_records import ANY, CsvLayout
from nodes.files.encodings import decode, detect
from nodes.sdk import Field, Item, Items, NodeParams

FORMATS = ("csv", "html", "ods", "rtf", "xls", "xlsx")


class Skip(NodeParams):
    """How many records with errors are passed over."""

    enabled: bool = False
    max_skipped_records: int = ANY


class SkipRecords(NodeParams):
    """The same, as the editor keeps it."""

    value: Skip = Skip()


class ReadOptions(NodeParams):
    """How a table is read."""

    delimiter: str = Field(",", description="Character between fields (CSV).")
    encoding: str = Field("", description="Encoding of the text (CSV); found out where it is not told.")
    enable_bom: bool = Field(False, alias="enableBOM", description="Drop a byte order mark (CSV).")
    relax_quotes: bool = Field(False, description="Take quotes inside of fields as they are (CSV).")
    header_row: bool = Field(True, description="The first row names the columns.")
    include_empty_cells: bool = Field(False, description="Give empty cells as empty text.")
    max_row_count: int = Field(ANY, description="Stop after so many records (CSV); -1 reads all.")
    range: str | int = Field("", description="Part of the sheet: `A2:C9`, or how many rows to leave out.")
    raw_data: bool = Field(False, description="Leave text as it is, also where it looks like a number.")
    read_as_string: bool = Field(False, description="Kept for n8n: text is always read in its own encoding.")
    sheet_name: str = Field("", description="Sheet to read; the first where it is not told.")
    from_line: int = Field(0, ge=0, description="First line to read (CSV).")
    skip_records_with_errors: SkipRecords = Field(SkipRecords(), description="Pass over records with errors (CSV).")


class WriteOptions(NodeParams):
    """How a table is written."""

    compression: bool = Field(False, description="Kept for n8n: XLSX and ODS are always compressed.")
    delimiter: str = Field(",", description="Character between fields (CSV).")
    file_name: str = Field("", description="Name of the file.")
    header_row: bool = Field(True, description="Write the columns' names first.")
    sheet_name: str = Field("Sheet", description="Name of the sheet.")


def csv_items(data: bytes, options: ReadOptions, index: int) -> Items:
    """Read CSV as items: every value is text."""
    encoding = options.encoding or detect(data)
    skip = options.skip_records_with_errors.value
    layout = CsvLayout(
        delimiter=csv_records.delimiter_of(options.delimiter),
        header=options.header_row,
        empty_cells=options.include_empty_cells,
        relaxed_quotes=options.relax_quotes,
        from_line=options.from_line,
        most_rows=options.max_row_count,
        skip=skip.max_skipped_records if skip.enabled else None,
    )
    text = decode(data, encoding, keep_bom=not options.enable_bom)
    with binary.refusing("CSV file"):
        return _items(csv_records.records(text, layout), index)


def sheet_items(format_: str, data: bytes, options: ReadOptions, index: int) -> Items:
    """Read a sheet as items: numbers are numbers."""
    from nodes.files import sheets_reading  # its libraries take long to import, and few need them

    layout = tables.Layout(options.header_row, options.include_empty_cells, str(options.range))
    with binary.refusing(f"{format_.upper()} file"):
        rows = sheets_reading.read(format_, data, options.sheet_name, raw=options.raw_data)
        return _items(tables.records(rows, layout), index)


def detected(part: Part, data: bytes) -> str:
    """Find out the format of a binary part."""
    from nodes.files import sheets_reading

    extension, mime = str(part.get("fileExtension") or "").lower(), str(part.get("mimeType") or "")
    found = sheets_reading.detected(data, extension, mime)
    if found == "xlsx":
        with binary.refusing("spreadsheet"), archives.opened(data) as archive:
            return "ods" if "content.xml" in archive.namelist() else "xlsx"
    return found


def plain_csv(part: Part) -> bool:
    """Say whether a part tells that it is CSV."""
    mime = str(part.get("mimeType") or "")
    return mime == "text/csv" or (mime == "text/plain" and part.get("fileExtension") == "csv")


def file_of(format_: str, records: Iterable[Mapping[str, Any]], options: WriteOptions, name: str) -> Part:
    """Write records as a file; ``name`` is its name without extension where the options tell none."""
    from nodes.files import sheets_writing

    rows = tables.rows_of(map(dict, records), with_header=options.header_row)
    style = sheets_writing.Style(options.sheet_name or "Sheet", csv_records.delimiter_of(options.delimiter))
    data = sheets_writing.write(format_, rows, style)
    mime = binary.told_by(options.file_name) or binary.MIME_TYPES[format_]  # the name that somebody gave counts
    return binary.make(data, mime=mime, name=options.file_name or f"{name}.{format_}")


def _items(records: Iterator[dict[str, Any]], index: int) -> Items:
    return [Item(json=record, paired=index) for record in records]
