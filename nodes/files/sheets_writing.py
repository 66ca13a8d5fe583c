"""Writing sheets: rows as XLSX, XLS, ODS, HTML, RTF or CSV.

Flow: tables → rows → **sheets writing** → bytes of a file.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.rich_text import CellRichText

from nodes.files import archives, csv_records, xls_writing
from nodes.files.tables import Cell, Row, column_name, shown
from nodes.sdk import NodeError

LONGEST_TEXT = 32_767
LONGEST_NAME = 31
MARK = "\ufeff"
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content office:version="1.2"'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
)
_ODS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a sheet is written."""

    sheet: str = "Sheet"
    delimiter: str = ","


def write(format_: str, rows: Sequence[Row], style: Style) -> bytes:
    """Write rows as a file of a format; raise NodeError for what the format cannot hold."""
    if format_ in ("ods", "xls", "xlsx"):
        _check_name(style.sheet)
    return WRITERS[format_](rows, style)


def _check_name(sheet: str) -> None:
    if not sheet or len(sheet) > LONGEST_NAME or set(sheet) & set("[]:*?/\\"):
        raise NodeError(
            f'"{sheet}" cannot be the name of a sheet',
            field="options.sheetName",
            hint=f"use at most {LONGEST_NAME} characters, and none of []:*?/\\",
        )


def _csv(rows: Sequence[Row], style: Style) -> bytes:
    # spreadsheets need the mark to read the text as UTF-8
    return (MARK + csv_records.written(rows, style.delimiter)).encode("utf-8", "replace")


def _html(rows: Sequence[Row], _: Style) -> bytes:
    head = '<html><head><meta charset="utf-8"/><title>SheetJS Table Export</title></head><body><table>'
    body = "".join(
        f"<tr>{''.join(_html_cell(cell, f'{column_name(x)}{y}') for x, cell in enumerate(row))}</tr>"
        for y, row in enumerate(rows, 1)
    )
    return f"{head}{body}</table></body></html>".encode("utf-8", "replace")


def _html_cell(cell: Cell, at: str) -> str:
    if cell is None:
        return f'<td id="sjs-{at}"></td>'
    kind = "b" if isinstance(cell, bool) else "s" if isinstance(cell, str) else "n"
    value = ("true" if cell else "false") if isinstance(cell, bool) else shown(cell)
    text = escape(shown(cell)).replace("\n", "<br/>")
    return f'<td data-t="{kind}" data-v="{escape(value)}" id="sjs-{at}">{text}</td>'


def _rtf(rows: Sequence[Row], _: Style) -> bytes:
    lines = []
    for row in rows:
        edges = "".join(f"\\cellx{at}" for at in range(1, len(row) + 1))
        cells = "".join(f" {_rtf_text(shown(cell))}\\cell" for cell in row)
        lines.append(f"\\trowd\\trautofit1{edges}\\pard\\intbl{cells}\\pard\\intbl\\row")
    return f"{{\\rtf1\\ansi{''.join(lines)}}}".encode("ascii")


def _rtf_text(text: str) -> str:
    made = []
    for letter in text:
        if letter in "\\{}":
            made.append(f"\\{letter}")
        elif letter == "\n":
            made.append("\\line ")
        elif letter.isascii():
            made.append(letter)
        else:
            units = letter.encode("utf-16-le", "surrogatepass")
            made += [
                f"\\u{int.from_bytes(units[at : at + 2], 'little', signed=True)}?" for at in range(0, len(units), 2)
            ]
    return "".join(made)


def _xlsx(rows: Sequence[Row], style: Style) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet(style.sheet)
    for row in rows:
        page.append([_xlsx_cell(page, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_cell(page: object, cell: Cell) -> object:
    if not isinstance(cell, str):
        return float(cell) if isinstance(cell, int) and abs(cell) >= 2**53 else cell
    text = ILLEGAL_CHARACTERS_RE.sub("", cell)[:LONGEST_TEXT]
    made = WriteOnlyCell(page, text or CellRichText(""))  # plain text that is empty would be no cell
    made.data_type = "s"  # a text that begins with = is no formula
    return made


def _ods(rows: Sequence[Row], style: Style) -> bytes:
    page = "".join(_ods_rows(rows))
    content = f"{_ODS_HEAD}<table:table table:name={quoteattr(style.sheet)}>{page}</table:table>"
    content += "</office:spreadsheet></office:body></office:document-content>"
    files = [
        ("mimetype", ODS_TYPE),
        ("content.xml", content.encode("utf-8", "replace")),
        ("META-INF/manifest.xml", _ODS_MANIFEST.encode()),
    ]
    return archives.zipped(files, stored=("mimetype",))


def _ods_rows(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        yield f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell: Cell) -> str:
    match cell:
        case None:
            return "<table:table-cell/>"
        case bool():
            value = f'office:value-type="boolean" office:boolean-value="{"true" if cell else "false"}"'
        case str():
            value = 'office:value-type="string"'
        case _:
            value = f'office:value-type="float" office:value="{shown(cell)}"'
    text = xml_escape(ILLEGAL_CHARACTERS_RE.sub("", shown(cell)))
    text = text.replace("\t", "<text:tab/>").replace("  ", " <text:s/>")
    lines = "".join(f"<text:p>{line}</text:p>" for line in text.split("\n"))
    return f"<table:table-cell {value}>{lines}</table:table-cell>"


WRITERS: dict[str, Callable[[Sequence[Row], Style], bytes]] = {
    "csv": _csv, "html": _html, "ods": _ods, "rtf": _rtf, "xlsx": _xlsx,
    "xls": lambda rows, style: xls_writing.written(rows, style.sheet),
}  # fmt: skip
