"""Reading sheets: XLSX, XLS, ODS, HTML tables, RTF tables and CSV as rows of cells.

Flow: bytes of a file → **sheets reading** → rows of one sheet → tables.
Dates are the day numbers that the sheet holds; formulas are their last values; XML entities are refused.
"""

import datetime
import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import openpyxl
import xlrd
from lxml import etree, html
from openpyxl.utils.datetime import to_excel

from nodes.files import archives, csv_records
from nodes.files.encodings import decode, detect
from nodes.files.tables import MOST_CELLS, MOST_ROWS, Cell, Row, guessed, whole
from nodes.sdk import NodeError
from nodes.transform import markup

_ODF = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT = _ODF % "table", _ODF % "office", _ODF % "text"
MOST_COLUMNS = 16_384
LARGEST_PAGE = 32 * 1024 * 1024
EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001  # sheets know no zones


def read(format_: str, data: bytes, sheet: str = "", *, raw: bool = False) -> Iterator[Row]:
    """Give the rows of a sheet (the first, or the one named); ``raw`` leaves text of untyped formats as it is."""
    return READERS[format_](data, sheet, raw)


def detected(data: bytes, extension: str, mime: str) -> str:
    """Find out a file's format, by its first bytes, its name or its MIME type."""
    head = data[:512].lstrip().lower()
    if data.startswith(b"\xd0\xcf\x11\xe0") or data[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"):
        return "xls"
    if data.startswith(b"PK"):
        return "ods" if b"opendocument.spreadsheet" in data[:200] else "xlsx"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith((b"<html", b"<!doctype html", b"<table")) or extension in ("html", "htm") or "html" in mime:
        return "html"
    return "csv"


def _xlsx(data: bytes, sheet: str, _: bool) -> Iterator[Row]:
    archives.xml_inside(data).close()
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        pages = {page.title: page for page in book.worksheets if hasattr(page, "iter_rows")}
        page = pages[_chosen(pages, sheet)]
        page.reset_dimensions()  # what a file claims of its size is not believed
        for cells in islice(page.iter_rows(values_only=True), MOST_ROWS + 1):
            yield [_value(cell, book.epoch) for cell in cells]
    finally:
        book.close()


def _value(cell: Any, epoch: datetime.datetime = EPOCH) -> Cell:
    match cell:
        case None | bool() | int() | str():
            return cell
        case float():
            return whole(cell)
        case datetime.datetime() | datetime.date() | datetime.time() | datetime.timedelta():
            return whole(round(float(to_excel(cell, epoch)), 10))
    return str(cell)


def _xls(data: bytes, sheet: str, _: bool) -> Iterator[Row]:
    silence = io.StringIO()
    with xlrd.open_workbook(file_contents=data, logfile=silence, on_demand=True, ragged_rows=True) as book:
        page = book.sheet_by_name(_chosen(book.sheet_names(), sheet))
        for at in range(page.nrows):
            yield [_xls_value(cell) for cell in page.row(at)]


def _xls_value(cell: Any) -> Cell:
    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return str(cell.value)
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            return whole(cell.value)
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    return None


def _ods(data: bytes, sheet: str, _: bool) -> Iterator[Row]:
    with archives.xml_inside(data) as archive, archive.open("content.xml") as file:
        pages = [
            page
            for _, page in etree.iterparse(
                file, tag=f"{_TABLE}table", resolve_entities=False, no_network=True, huge_tree=False
            )
        ]
    names = [page.get(f"{_TABLE}name", "") for page in pages]
    page = pages[names.index(_chosen(names, sheet))]
    total = blank = 0
    for row in page.iter(f"{_TABLE}table-row"):
        cells, times = _ods_cells(row), _repeats(row, "rows")
        if not cells:
            blank += times
            continue
        total += (len(cells) + 1) * times + blank
        if total > MOST_CELLS:
            raise NodeError(f"a table of more than {MOST_CELLS} cells is too large")
        yield from ([] for _ in range(blank))
        blank = 0
        yield from (cells for _ in range(times))


def _ods_cells(row: Any) -> list[Cell]:
    cells: list[Cell] = []
    blank = 0
    for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        value, times = _ods_value(cell), _repeats(cell, "columns")
        if value is None:
            blank += times
            continue
        if len(cells) + blank + times > MOST_CELLS:
            raise NodeError(f"a table of more than {MOST_CELLS} cells is too large")
        cells += [None] * blank + [value] * times
        blank = 0
    return cells


def _repeats(element: Any, what: str) -> int:
    return max(int(element.get(f"{_TABLE}number-{what}-repeated", "1")), 1)


def _ods_value(cell: Any) -> Cell:
    kind = cell.get(f"{_OFFICE}value-type")
    match kind:
        case "float" | "currency" | "percentage":
            return whole(float(cell.get(f"{_OFFICE}value")))
        case "boolean":
            return bool(cell.get(f"{_OFFICE}boolean-value") == "true")
        case "date":
            at = datetime.datetime.fromisoformat(cell.get(f"{_OFFICE}date-value"))
            return whole(round(float(to_excel(at.replace(tzinfo=None))), 10))
    text = "\n".join(_ods_text(part) for part in cell.iterchildren(f"{_TEXT}p"))
    return text if text or kind == "string" else None


def _ods_text(part: Any) -> str:
    made = part.text or ""
    for inner in part:
        match inner.tag:
            case _ if inner.tag == f"{_TEXT}s":
                made += " " * min(int(inner.get(f"{_TEXT}c", "1")), 1000)
            case _ if inner.tag == f"{_TEXT}tab":
                made += "\t"
            case _ if inner.tag == f"{_TEXT}line-break":
                made += "\n"
            case _ if isinstance(inner.tag, str):
                made += _ods_text(inner)
        made += inner.tail or ""
    return made


def _html(data: bytes, sheet: str, raw: bool) -> Iterator[Row]:
    if len(data) > LARGEST_PAGE:
        raise NodeError(f"HTML of more than {LARGEST_PAGE // 1024 // 1024} MB is too large")
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    source = decode(data, detect(data))
    markup.refuse_slow(source)
    root = html.document_fromstring(source.encode(), parser=parser)
    pages = root.xpath("//table")
    names = [f"Sheet{at}" for at in range(1, len(pages) + 1)]
    if not pages:
        raise NodeError("the HTML holds no table", hint="only tables can be read; use the HTML node for the rest")
    page = pages[names.index(_chosen(names, sheet))]
    return _spanned(page, raw)


def _spanned(page: Any, raw: bool) -> Iterator[Row]:
    below: dict[int, int] = {}  # column → how many more rows a cell from above covers it
    for row in page.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr"):
        cells: list[Cell] = []
        for cell in row.iterchildren("td", "th"):
            while below.get(len(cells), 0):
                below[len(cells)] -= 1
                cells.append(None)
            wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
            below |= dict.fromkeys(range(len(cells), len(cells) + wide), high - 1)
            cells += [_html_value(cell, raw), *[None] * (wide - 1)]
            if len(cells) > MOST_COLUMNS:
                raise NodeError(f"a table of more than {MOST_COLUMNS} columns is too large")
        while below.get(len(cells), 0):
            below[len(cells)] -= 1
            cells.append(None)
        yield cells


def _span(cell: Any, name: str) -> int:
    given = cell.get(name, "1").strip()
    return min(max(int(given), 1), 1000) if given.isascii() and given.isdecimal() else 1


_GAP = re.compile(r"[ \t\r\f\v]*\n\s*|[ \t\r\f\v]+")


def _gap(found: re.Match[str]) -> str:
    return "\n" if "\n" in found[0] else " "


def _html_value(cell: Any, raw: bool) -> Cell:
    kind, value = cell.get("data-t"), cell.get("data-v")
    for line in cell.iter("br"):
        line.tail = "\n" + (line.tail or "")
    text = str(value if value is not None else _GAP.sub(_gap, cell.text_content())).strip(" \t\r\n")
    if not text:
        return None
    if kind == "b":
        true = text.lower() in ("true", "1")
        return ("TRUE" if true else "FALSE") if raw else true
    return text if raw or kind == "s" else guessed(text)


_RTF = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|([\r\n]+)|([^\\{}\r\n]+|\\)")
_HIDDEN = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "generator", "header", "footer", "themedata"}
_MARKS = {
    "tab": "\t",
    "line": "\n",
    "par": "\n",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
}


def _rtf(data: bytes, _: str, raw: bool) -> Iterator[Row]:
    cells: list[Cell] = []
    if len(data) > LARGEST_PAGE:
        raise NodeError(f"RTF of more than {LARGEST_PAGE // 1024 // 1024} MB is too large")
    for text, ended in _rtf_cells(data.decode("latin-1")):
        if len(cells) > MOST_COLUMNS:
            raise NodeError(f"a table of more than {MOST_COLUMNS} columns is too large")
        if ended == "row":
            yield cells
            cells = []
        else:
            plain = text.strip()
            cells.append((plain if raw else guessed(plain)) if plain else None)


def _rtf_cells(source: str) -> Iterator[tuple[str, str]]:
    """Give the text of each cell, and each row's end."""
    if not source.lstrip("\ufeffï»¿ \r\n").startswith("{\\rtf"):
        raise NodeError("the data is not RTF")
    text: list[str] = []
    hidden: list[bool] = [False]
    skip = 0
    for found in _RTF.finditer(source):
        word, number, code, symbol, brace, _, plain = found.groups(default="")
        if brace:
            hidden = [*hidden, hidden[-1]] if brace == "{" else hidden[:-1] or [False]
            if len(hidden) > 1000:
                raise NodeError("the RTF is nested too deeply")
        elif word in ("cell", "row"):
            yield "".join(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace"), word
            text = []
        elif word in _HIDDEN or symbol == "*":
            hidden[-1] = True
        elif not hidden[-1]:
            letters = (
                _MARKS.get(word, "") if word else bytes.fromhex(code).decode("cp1252", "replace") or symbol or plain
            )
            if word == "u" and number:
                text.append(chr(int(number) % 65536))
                skip = 1
                continue
            if word or not letters:
                text.append(letters)
                continue
            text.append(letters[skip:])
            skip = 0


def _csv(data: bytes, _: str, raw: bool) -> Iterator[Row]:
    return csv_records.guessed_rows(decode(data, detect(data)), raw=raw)


def _chosen(names: Iterable[str], wanted: str) -> str:
    known = list(names)
    if not known:
        raise NodeError("the spreadsheet has no sheet")
    if not wanted:
        return known[0]
    if wanted not in known:
        raise NodeError(
            f'the spreadsheet has no sheet "{wanted}"',
            field="options.sheetName",
            hint=f"it has {', '.join(known)[:200]}",
        )
    return wanted


READERS: dict[str, Callable[[bytes, str, bool], Iterator[Row]]] = {
    "csv": _csv, "html": _html, "ods": _ods, "rtf": _rtf, "xls": _xls, "xlsx": _xlsx,
}  # fmt: skip
