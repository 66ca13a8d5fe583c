"""Tests of tables: every format there and back, headers, ranges, and files that are out to harm.

Flow: items → convertToFile → extractFromFile, spreadsheetFile → **here**.
"""

import base64
import contextlib
import datetime
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.files import archives, sheets_reading, sheets_writing, spreadsheets, tables
from nodes.files.convert_to_file import convert_to_file
from nodes.files.extract_from_file import extract_from_file
from nodes.files.sheets_writing import Style
from nodes.files.spreadsheet_file import spreadsheet_file
from nodes.files.spreadsheets import ReadOptions
from nodes.sdk import Item, Items, NodeType
from nodes.sdk.harness import Harness, outputs
from schemas.errors import NodeError

SHEETS = ("html", "ods", "rtf", "xls", "xlsx")
ROWS = [{"A": 1, "B": "x y", "C": True}, {"A": 2.5, "B": "ž <&> 🐛 {}", "C": False}]


async def run(node_type: NodeType, params: dict[str, Any], items: Items, **more: Any) -> Items:
    return outputs(await Harness(node_type).run(params, [items], **more))[0]


async def read(data: bytes, operation: str, options: dict[str, Any] | None = None, **more: Any) -> list[dict[str, Any]]:
    item = Item(json={}, binary={"data": {"data": base64.b64encode(data).decode(), "mimeType": "x/y"}})
    made = await run(extract_from_file, {"operation": operation, "options": options or {}}, [item], **more)
    assert all(one.paired == 0 for one in made)
    return [one.json for one in made]


async def write(operation: str, rows: list[dict[str, Any]], options: dict[str, Any] | None = None) -> dict[str, Any]:
    params = {"operation": operation, "options": options or {}}
    made = await run(convert_to_file, params, [Item(json=row) for row in rows])
    assert len(made) == 1
    assert made[0].paired == list(range(len(rows)))
    return dict((made[0].binary or {})["data"])


def content(part: dict[str, Any]) -> bytes:
    return base64.b64decode(part["data"])


@pytest.mark.parametrize("format_", SHEETS)
async def test_sheets_give_back_what_went_in(format_: str) -> None:
    part = await write(format_, ROWS)

    assert await read(content(part), format_) == ROWS
    assert part["fileName"] == f"File.{format_}"
    assert part["fileExtension"] == format_


async def test_csv_gives_text() -> None:
    part = await write("csv", ROWS, {"delimiter": ";"})

    assert content(part) == "\ufeffA;B;C\n1;x y;TRUE\n2.5;ž <&> 🐛 {};FALSE".encode()
    assert await read(content(part), "csv", {"delimiter": ";", "enableBOM": True}) == [
        {"A": "1", "B": "x y", "C": "TRUE"},
        {"A": "2.5", "B": "ž <&> 🐛 {}", "C": "FALSE"},
    ]


CELLS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40).map(
        lambda t: f"t{t}"
    ),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.booleans(),
)


@pytest.mark.parametrize("format_", ["ods", "xls", "xlsx"])
@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5))
def test_typed_cells_survive(format_: str, rows: list[list[Any]]) -> None:
    data = sheets_writing.write(format_, rows, Style())

    assert [list(row) for row in sheets_reading.read(format_, data)] == rows


def test_long_texts_survive_xls() -> None:
    rows = [[f"{at}" * 3000, "ž" * 30000] for at in range(40)]

    assert [list(row) for row in sheets_reading.read("xls", sheets_writing.write("xls", rows, Style()))] == rows


@pytest.mark.parametrize("format_", ["csv", *SHEETS])
async def test_nested_fields_become_columns(format_: str) -> None:
    part = await write(format_, [{"a": {"b": 1, "c": ["x", "y"]}}, {"a": {"b": 2}, "d": None}])

    first = (await read(content(part), format_, {"enableBOM": True}))[0]

    assert set(first) == {"a.b", "a.c.0", "a.c.1"}


@pytest.mark.parametrize(
    ("options", "then"),
    [
        pytest.param({}, [{"A": "1", "C": "3"}, {"A": "4", "B": "5", "C": "6"}], id="empty cells are left out"),
        pytest.param({"includeEmptyCells": True, "maxRowCount": 1}, [{"A": "1", "B": "", "C": "3"}], id="or kept"),
        pytest.param({"headerRow": False, "maxRowCount": 2},
                     [{"row": {"0": "A", "1": "B", "2": "C"}}, {"row": {"0": "1", "2": "3"}}], id="without header"),
        pytest.param({"headerRow": False, "maxRowCount": 1, "includeEmptyCells": True},
                     [{"row": ["A", "B", "C"]}], id="without header, all cells"),
        pytest.param({"fromLine": 2}, [{"1": "4", "": "5", "3": "6"}], id="from a line"),
    ],
)  # fmt: skip
async def test_csv_options(options: dict[str, Any], then: list[dict[str, Any]]) -> None:
    assert await read(b"A,B,C\n1,,3\n\n4,5,6\n", "csv", options) == then


@pytest.mark.parametrize(
    ("text", "options", "then"),
    [
        pytest.param('a,b\n"x ""q"", y","l1\nl2"', {}, [{"a": 'x "q", y', "b": "l1\nl2"}], id="quotes"),
        pytest.param('a\nx"y"', {"relaxQuotes": True}, [{"a": 'x"y"'}], id="relaxed quotes"),
        pytest.param("a,b\n1\n2,3", {"skipRecordsWithErrors": {"value": {"enabled": True}}}, [{"a": "2", "b": "3"}],
                     id="errors skipped"),
        pytest.param("a\tb\n1\t2", {"delimiter": "\\t"}, [{"a": "1", "b": "2"}], id="tabs"),
        pytest.param("ä\né", {"encoding": "utf8"}, [{"ä": "é"}], id="utf-8"),
    ],
)  # fmt: skip
async def test_csv_text(text: str, options: dict[str, Any], then: list[dict[str, Any]]) -> None:
    assert await read(text.encode(), "csv", options) == then


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        pytest.param("a,b\n1", {}, "line 2 of the CSV cannot be read: it has 1 fields", id="too few fields"),
        pytest.param("a,b\n1,2,3", {}, "it has 3 fields, the header has 2", id="too many fields"),
        pytest.param('a\n"x', {}, "line 2", id="an open quote"),
        pytest.param("a,b\n1\n2\n3", {"skipRecordsWithErrors": {"value": {"enabled": True, "maxSkippedRecords": 2}}},
                     "line 4", id="too many errors"),
        pytest.param("a", {"delimiter": "ab"}, "a delimiter is one character", id="a long delimiter"),
    ],
)  # fmt: skip
async def test_broken_csv_fails(text: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(NodeError) as failed:
        await read(text.encode(), "csv", options)

    assert message in failed.value.message


@pytest.mark.parametrize(
    ("options", "then"),
    [
        pytest.param({"range": "A2:B3"}, [{"1": 3, "2": 4}], id="a corner"),
        pytest.param({"range": 1}, [{"1": 3, "2": 4}], id="rows left out"),
        pytest.param({"range": "B:B"}, [{"B": 2}, {"B": 4}], id="a column"),
        pytest.param({"headerRow": False, "range": "A1:B1"}, [{"row": ["A", "B"]}], id="without header"),
        pytest.param({"sheetName": "Other"}, [{"x": "y"}], id="another sheet"),
    ],
)
async def test_parts_of_a_workbook(options: dict[str, Any], then: list[dict[str, Any]]) -> None:
    book = openpyxl.Workbook()
    for row in (["A", "B"], [1, 2], [3, 4]):
        book.active.append(row)
    book.create_sheet("Other").append(["x"])
    book["Other"].append(["y"])
    out = io.BytesIO()
    book.save(out)

    assert await read(out.getvalue(), "xlsx", options) == then


async def test_dates_are_day_numbers_and_formulas_are_no_values() -> None:
    book = openpyxl.Workbook()
    book.active.append(["when", "sum"])
    book.active.append([datetime.datetime(2024, 1, 2, 12), "=1+1"])  # noqa: DTZ001
    out = io.BytesIO()
    book.save(out)

    assert await read(out.getvalue(), "xlsx") == [{"when": 45293.5}]


async def test_text_that_looks_like_a_formula_stays_text() -> None:
    part = await write("xlsx", [{"a": "=1+1"}])

    assert await read(content(part), "xlsx") == [{"a": "=1+1"}]


async def test_headers_that_are_empty_or_occur_twice_are_numbered() -> None:
    rows = [["a", "a", None, "", "a"], [1, 2, 3, 4, 5]]

    assert list(tables.records(rows, tables.Layout())) == [{"a": 1, "a_1": 2, "__EMPTY": 3, "": 4, "a_2": 5}]


@pytest.mark.parametrize("format_", ["xlsx", "xls", "ods"])
async def test_empty_text_is_a_value_where_cells_have_types(format_: str) -> None:
    part = await write(format_, [{"a": 1, "b": "", "c": None}, {"a": "", "b": None}, {"c": 2}])

    assert await read(content(part), format_) == [{"a": 1, "b": ""}, {"a": ""}, {"c": 2}]


async def test_rows_that_are_longer_than_the_header_have_columns_of_their_own() -> None:
    part = await write("xlsx", [{"a": 1, "b": None, "c": None}, {"a": 2, "d": 3}], {"headerRow": False})

    assert await read(content(part), "xlsx") == [{"1": 2, "__EMPTY_2": 3}]
    rows = await read(content(part), "xlsx", {"headerRow": False, "includeEmptyCells": True})
    assert rows == [{"row": [1, "", "", ""]}, {"row": [2, "", "", 3]}]


@pytest.mark.parametrize(
    ("options", "mime", "extension"),
    [
        pytest.param({}, "text/csv", "csv", id="its own"),
        pytest.param({"fileName": "a.bin"}, "application/octet-stream", "bin", id="by its name"),
        pytest.param({"fileName": "a"}, "text/csv", "csv", id="a name that tells nothing"),
    ],
)
async def test_the_kind_of_a_file(options: dict[str, Any], mime: str, extension: str) -> None:
    part = await write("csv", [{"a": 1}], options)

    assert (part["mimeType"], part["fileExtension"]) == (mime, extension)


async def test_html_spans_and_types() -> None:
    page = b"""<p>x</p><table><thead><tr><th>a<th>b<th>c</tr></thead>
      <tr><td rowspan=2>1</td><td colspan=2>two<br>lines</td></tr><tr><td>TRUE</td><td> 20% </td></tr></table>"""

    assert await read(page, "html") == [{"a": 1, "b": "two\nlines"}, {"b": True, "c": 0.2}]
    assert (await read(page, "html", {"rawData": True}))[0]["a"] == "1"


@pytest.mark.parametrize(
    ("text", "cell"),
    [("12", 12), ("1,234.5", 1234.5), ("$5", 5), ("50%", 0.5), ("(3)", -3), ("-1e3", -1000), ("1-2", "1-2"),
     ("٣", "٣"), ("x", "x"), ("1e999", "1e999"), ("TRUE", True), ("007", 7)],
)  # fmt: skip
def test_guesses(text: str, cell: Any) -> None:
    found = tables.guessed(text)

    assert found == cell
    assert type(found) is type(cell)


async def test_rtf_letters() -> None:
    text = r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\trowd\cellx1\intbl h\cell\row\trowd\intbl \'e9 \u382 ?x \{\}\cell\row}"

    assert await read(text.encode(), "rtf") == [{"h": "é žx {}"}]


@pytest.mark.parametrize("format_", [*SHEETS])
@pytest.mark.parametrize(
    "data", [b"", b"rubbish", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)], ids=range(4)
)
async def test_broken_files_fail(format_: str, data: bytes) -> None:
    with pytest.raises(NodeError):
        await read(data, format_)


@given(data=st.binary(max_size=200))
def test_rubbish_never_breaks_the_readers(data: bytes) -> None:
    for format_ in ("rtf", "html", "csv"):
        with contextlib.suppress(NodeError):
            assert isinstance(spreadsheets.sheet_items(format_, data, ReadOptions(), 0), list)


def replaced(data: bytes, name: str, change: Any) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [(one, archive.read(one)) for one in archive.namelist()]
    return archives.zipped([(one, change(text) if one == name else text) for one, text in files])


@pytest.mark.parametrize(
    ("format_", "name"), [("xlsx", "xl/worksheets/sheet1.xml"), ("xlsx", "xl/workbook.xml"), ("ods", "content.xml")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_xml_entities_are_refused(format_: str, name: str, encoding: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    data = content(await write(format_, ROWS))

    def poisoned(text: bytes) -> bytes:
        return text.decode().replace("?>", "?>" + bomb, 1).encode(encoding) if b"?>" in text else bomb.encode() + text

    with pytest.raises(NodeError, match="entities is refused"):
        await read(replaced(data, name, poisoned), format_)


async def test_sheets_that_claim_a_huge_size_are_read_as_they_are() -> None:
    data = content(await write("xlsx", [{"a": 1}]))
    huge = replaced(
        data,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace(b"<sheetData", b'<dimension ref="A1:XFD1048576"/><sheetData'),
    )

    assert await read(huge, "xlsx") == [{"a": 1}]


async def test_rows_and_cells_repeated_without_end_are_refused() -> None:
    data = content(await write("ods", [{"a": "x"}]))
    rows = replaced(
        data,
        "content.xml",
        lambda text: text.replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1000000000">'),
    )
    blank = replaced(
        data,
        "content.xml",
        lambda text: text.replace(
            b"</table:table>", b'<table:table-row table:number-rows-repeated="1000000000"/></table:table>'
        ),
    )

    with pytest.raises(NodeError, match="too large"):
        await read(rows, "ods")
    assert await read(blank, "ods") == [{"a": "x"}]


async def test_far_rows_are_refused() -> None:
    data = content(await write("xlsx", [{"a": 1}]))
    far = replaced(data, "xl/worksheets/sheet1.xml", lambda text: text.replace(b'<row r="2"', b'<row r="999999999"'))

    with pytest.raises(NodeError, match="too large"):
        await read(far, "xlsx")


async def test_a_sheet_that_is_not_there() -> None:
    data = content(await write("xlsx", ROWS))

    with pytest.raises(NodeError, match='no sheet "Nope"') as failed:
        await read(data, "xlsx", {"sheetName": "Nope"})

    assert failed.value.hint == "it has Sheet"


@pytest.mark.parametrize("name", ["a/b", "x" * 32, "[q]"])
async def test_names_of_sheets_are_checked(name: str) -> None:
    with pytest.raises(NodeError, match="cannot be the name of a sheet"):
        await write("xlsx", ROWS, {"sheetName": name})


def file(data: bytes, name: str, mime: str) -> Item:
    part = {"data": base64.b64encode(data).decode(), "mimeType": mime, "fileName": name}
    return Item(json={}, binary={"data": {**part, "fileExtension": name.rpartition(".")[2]}})


@pytest.mark.parametrize(
    ("version", "name", "mime", "then"),
    [
        pytest.param(2, "a.csv", "text/csv", "1", id="version 2 knows CSV"),
        pytest.param(2, "a.csv", "text/plain", "1", id="by its extension"),
        pytest.param(2, "a.bin", "application/octet-stream", 1, id="else a spreadsheet"),
        pytest.param(1, "a.csv", "text/csv", 1, id="version 1 reads all as spreadsheets"),
    ],
)
async def test_formats_are_found_out(version: float, name: str, mime: str, then: Any) -> None:
    assert [one.json for one in await run(spreadsheet_file, {}, [file(b"A\n1", name, mime)], version=version)] == [
        {"A": then}
    ]


@pytest.mark.parametrize("format_", SHEETS)
async def test_all_formats_are_found_out(format_: str) -> None:
    data = content(await write(format_, ROWS))

    made = await run(spreadsheet_file, {}, [file(data, "a", "application/octet-stream")])

    assert [one.json for one in made] == ROWS


async def test_one_bad_file_does_not_stop_the_others() -> None:
    good, bad = file(b"A\n1", "a.csv", "text/csv"), file(b"PK\x03\x04", "b.xlsx", "x/y")

    made = await run(spreadsheet_file, {}, [bad, good], continue_on_fail=True)

    assert "error" in made[0].json
    assert made[1].json == {"A": "1"}
    assert [one.paired for one in made] == [0, 1]


async def test_spreadsheet_file_names_what_it_writes() -> None:
    made = await run(spreadsheet_file, {"operation": "toFile"}, [Item(json={"a": 1})])

    part = (made[0].binary or {})["data"]
    assert (part["fileName"], part["mimeType"]) == ("spreadsheet.xls", "application/vnd.ms-excel")
