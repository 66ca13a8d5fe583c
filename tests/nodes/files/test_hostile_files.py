"""Hostile files: each is refused with an error on its node, or read for what it is; neither costs much memory or time.

Flow: bombs → file nodes → **here**.
"""

import base64
import gzip
import resource
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from nodes.sdk import Item, discover
from nodes.sdk.harness import Harness, outputs
from schemas.errors import MillraceError
from tests.nodes.files import bombs
from tests.nodes.files.bombs import FOREIGN, LAUGHS, MB

ROOM = 700 * MB
TYPES = {one.name: one for one in discover()}
UNPACK = {"operation": "decompress"}
Make = Callable[[], bytes]
SPAN = "<text:span>"


def read(format_: str, id_: str, make: Make, **options: Any) -> Any:
    return pytest.param("extractFromFile", {"operation": format_, "options": options}, make, "", id=f"{format_}: {id_}")


def unpack(id_: str, make: Make, name: str = "") -> Any:
    return pytest.param("compression", UNPACK, make, name, id=f"archive: {id_}")


def edit(id_: str, make: Make, **step: Any) -> Any:
    small = {"operation": "resize", "width": 9, "height": 9}
    return pytest.param("editImage", step or small, make, "", id=f"image: {id_}")


def many(operation: str, count: int, **step: Any) -> dict[str, Any]:
    return {"operation": "multiStep", "operations": {"operations": [{"operation": operation, **step}] * count}}


REFUSED = [
    unpack("a file of zeros", lambda: bombs.zipped(("a", bytes(140 * MB)))),
    unpack("many files of zeros", lambda: bombs.zipped(*((f"{at}", bytes(MB)) for at in range(140)))),
    unpack("files that share bytes", lambda: bombs.overlapping(50)),
    unpack("more than it says", lambda: bombs.lying(bombs.zipped(("a", bytes(200 * MB))))),
    unpack("bzip2", lambda: bombs.zipped(("a", bytes(MB)), method=zipfile.ZIP_BZIP2)),
    unpack("lzma", lambda: bombs.lying(bombs.zipped(("a", bytes(MB)), method=zipfile.ZIP_LZMA))),
    unpack("encrypted", lambda: bombs.encrypted(bombs.zipped(("a", b"x")))),
    unpack("too many files", lambda: bombs.zipped(*((f"{at}", b"x") for at in range(10_001)))),
    unpack("cut off", lambda: bombs.zipped(("a", bytes(99)))[:-30]),
    *[
        unpack(f"named {name}", lambda name=name: bombs.zipped((name, b"x")))
        for name in ("../../etc/x", "/etc/x", "a/../../x", "..\\x", "C:x", "\\\\host\\x")
    ],
    unpack("named with a zero", lambda: bombs.zipped(("ab", b"1")).replace(b"ab", b"\0b")),
    unpack("gzip of zeros", lambda: gzip.compress(bytes(100 * MB)), "a.gz"),
    unpack("gzip of many members", lambda: bombs.members(20_000), "a.gz"),
    unpack("gzip cut off", lambda: gzip.compress(bytes(range(256)))[:-9], "a.gz"),
    unpack("tar of a terabyte", lambda: bombs.tarred(size=1 << 33), "a.tar"),
    unpack("tar packed by gzip", lambda: gzip.compress(bombs.tarred(size=100 * MB) + bytes(100 * MB)), "a.tgz"),
    unpack("tar that climbs", lambda: bombs.tarred("../x", size=1), "a.tar"),
    unpack("tar of long names without end", lambda: bombs.tarred(kind=b"L") * 5000, "a.tar"),
    read("xlsx", "zeros inside", lambda: bombs.zipped(("xl/x.bin", bytes(70 * MB)))),
    read("xlsx", "laughs", lambda: bombs.xlsx(sheet=f"{LAUGHS}<worksheet>&j;</worksheet>")),
    read("xlsx", "a file of the host", lambda: bombs.xlsx(sheet=f"{FOREIGN}<worksheet>&j;</worksheet>")),
    read("xlsx", "laughs in UTF-16", lambda: bombs.xlsx(sheet=f"{LAUGHS}<worksheet/>", encoding="utf-16")),
    read("xlsx", "laughs in a part of any name", lambda: bombs.xlsx(sheet=f"{LAUGHS}<worksheet/>", name="s.bin")),
    read("xlsx", "a column that is none", lambda: bombs.xlsx('<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>')),
    read("xlsx", "a row far below", lambda: bombs.xlsx('<row r="9999999"><c r="A9999999"><v>1</v></c></row>')),
    read("xlsx", "no XML", lambda: bombs.xlsx(sheet="\0\1rubbish")),
    read("xlsx", "a number of 5000 digits", lambda: bombs.xlsx(f'<row r="1"><c r="A1"><v>{"9" * 5000}</v></c></row>')),
    read("ods", "a billion columns", lambda: bombs.ods(bombs.ods_cells(10**9, 1))),
    read("ods", "a billion rows", lambda: bombs.ods(bombs.ods_cells(1, 10**9))),
    read("ods", "more columns than a number holds", lambda: bombs.ods(bombs.ods_cells(10**100, 1))),
    read("ods", "a billion blank rows", lambda: bombs.ods(bombs.ods_cells(1, 10**9, "") + bombs.ods_cells(1, 1))),
    read(
        "ods",
        "a wide header over many rows",
        lambda: bombs.ods(bombs.ods_cells(10_000, 1) + bombs.ods_cells(1, 10_000)),
        includeEmptyCells=True,
    ),
    read("ods", "laughs", lambda: bombs.ods("", LAUGHS)),
    read("ods", "deep", lambda: bombs.ods(bombs.ods_cells(1, 1, "", f"<text:p>{SPAN * 5000}</text:p>"))),
    read("html", "wide cells", lambda: b"<table><tr>" + b"<td colspan=1000000000>x" * 50),
    read("html", "high cells", lambda: b"<table>" + b"<tr><td rowspan=9999999 colspan=1000>x" * 50),
    read("html", "deep", lambda: b"<div>" * 50_000 + b"<table><tr><td>x"),
    read("html", "deep tables", lambda: b"<table><tr><td>" * 9000),
    read("html", "attributes", lambda: b"<table " + b" ".join(b"a%d" % at for at in range(50_000)) + b"><tr><td>x"),
    read("html", "a long page", lambda: b" " * (33 * MB)),
    read("rtf", "deep", lambda: b"{\\rtf1" + b"{" * 100_000),
    read("rtf", "a row without end", lambda: b"{\\rtf1 " + b"\\cell x" * 20_000),
    read("rtf", "a long text", lambda: b"{\\rtf1 " + b"a" * (33 * MB)),
    read("xls", "rubbish", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 9),
    read("csv", "a field of 20 MB", lambda: b'a\n"' + b"x" * (20 * MB) + b'"'),
    read("csv", "a file of 140 MB", lambda: b"x" * (140 * MB)),
    read("csv", "a quote without end", lambda: b'a\n"' + b"x\n" * 100_000),
    read("csv", "more rows than a sheet", lambda: b"a\n" + b"1\n" * 1_050_000),
    read("csv", "a delimiter that is none", lambda: b"a\n1\n", delimiter='""'),
    *[
        read("text", f"encoding {name}", lambda: b"a" * MB, encoding=name)
        for name in ("idna", "punycode", "zlib", "unicode_escape", "rot13", "undefined")
    ],
    read("fromJson", "deep", lambda: b"[" * 100_000),
    read("fromJson", "deep objects", lambda: b'{"a":' * 100_000),
    read("fromJson", "a number of a million digits", lambda: b"1" * 1_000_000),
    read("fromJson", "numbers that are none", lambda: b"[1e999,NaN]"),
    read("fromIcs", "deep", lambda: b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 9000),
    read("fromIcs", "laughs", lambda: LAUGHS.encode()),
    read("fromIcs", "a rule of 4000 digits", lambda: _event(b"RRULE:FREQ=SECONDLY;COUNT=" + b"9" * 4001)),
    read("pdf", "a stream of zeros", lambda: bombs.pdf_page(zlib.compress(bytes(100 * MB)))),
    read("pdf", "zeros packed twice", lambda: bombs.pdf_page(zlib.compress(zlib.compress(bytes(100 * MB))), _TWICE)),
    read("pdf", "many filters", lambda: bombs.pdf_page(b"41", b"[" + b"/ASCIIHexDecode" * 9999 + b"]")),
    read("pdf", "runs", lambda: bombs.pdf_page(b"\x81a" * 2_000_000 + b"\x80", b"/RunLengthDecode")),
    read("pdf", "ASCII of zeros", lambda: bombs.pdf_page(b"z" * (20 * MB) + b"~>", b"/ASCII85Decode")),
    read("pdf", "columns of a predictor", lambda: bombs.pdf_page(zlib.compress(bytes(MB)), _WIDE)),
    read("pdf", "pages in themselves", lambda: bombs.pdf_kids(b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")),
    read("pdf", "deep pages", lambda: bombs.pdf_kids(*(_kids(at, 1) for at in range(300)), b"<</Type/Page>>")),
    read("pdf", "pages that double", lambda: bombs.pdf_kids(*(_kids(at, 2) for at in range(40)), b"<</Type/Page>>")),
    read("pdf", "references in a circle", lambda: bombs.pdf([b"2 0 R", b"1 0 R"])),
    read("pdf", "a deep list", lambda: bombs.pdf([b"<</Type/Catalog/X " + b"[" * 50_000 + b">>"])),
    read("pdf", "a table of billions", lambda: bombs.pdf([b"<<>>"]).replace(b"xref\n0 2\n", b"xref\n0 2000000000\n")),
    read("pdf", "letters without end", lambda: bombs.pdf_page(_SHOW, unicode=_LETTERS)),
    read("pdf", "rubbish", lambda: b"%PDF-1.4\n" + bytes(range(256)) * 99),
    edit("a picture of billions", lambda: bombs.png(60_000, 60_000)),
    edit("a picture of more", lambda: bombs.png(2**31 - 1, 2**31 - 1)),
    edit("a picture of none", lambda: bombs.png(0, 5)),
    edit("a picture cut off", lambda: bombs.png(100, 100)),
    edit("a text of zeros in it", lambda: bombs.png(1, 1, bytes(5), more=zlib.compress(bytes(100 * MB)))),
    edit(
        "what it knows of a text", lambda: bombs.png(1, 1, more=zlib.compress(bytes(MB * 99))), operation="information"
    ),
    edit("JPEG cut off", lambda: bombs.picture("JPEG")[:300]),
    edit("GIF of billions", lambda: bombs.gif(65_535, 65_535)),
    edit("BMP of millions", lambda: bombs.picture("BMP")[:18] + b"\x00\x70\x00\x00" * 2 + bombs.picture("BMP")[26:]),
    edit("WebP rubbish", lambda: b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(99)),
    edit("TIFF in a circle", lambda: b"II*\0\x08\0\0\0\x01\0\x00\x01\x03\0\x01\0\0\0\x01\0\0\0\x08\0\0\0"),
    edit("SVG with laughs", lambda: f"{LAUGHS}<svg>&j;</svg>".encode()),
    edit("PostScript", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n(/etc/passwd)(r) file\n"),
    *[
        edit(str(step), lambda: bombs.picture("PNG"), **step)
        for step in (
            {"operation": "resize", "width": 10**9, "height": 10**9, "resizeOption": "ignoreAspectRatio"},
            {"operation": "resize", "width": 10**6, "height": 10**6, "resizeOption": "percent"},
            {"operation": "border", "borderWidth": 10**9},
            {"operation": "create", "width": 10**6, "height": 10**6},
            {"operation": "shear", "degreesX": 89.9999},
            {"operation": "draw", "primitive": "circle", "endPositionX": 1e9},
            {"operation": "draw", "primitive": "line", "startPositionX": -1e9, "endPositionX": 1e9},
            {"operation": "draw", "cornerRadius": 1e300, "endPositionX": 1e300},
            {"operation": "text", "text": "x" * 19_000, "fontSize": 2000, "lineLength": 10**9},
            {"operation": "text", "text": "x" * 20_001},
            {"operation": "blur", "sigma": 10**6},
        )
    ],
    edit("too many steps", lambda: bombs.picture("PNG"), **many("blur", 101)),
    edit("steps that double", lambda: bombs.picture("PNG"), **many("resize", 20, width=200, resizeOption="percent")),
    edit("much work", lambda: bombs.picture("PNG", 3000), **many("draw", 60)),
]

READ = [
    unpack("an archive in an archive", lambda: bombs.zipped(("a.zip", bombs.zipped(("a", bytes(100 * MB)))))),
    unpack("gzip in gzip", lambda: gzip.compress(gzip.compress(bytes(100 * MB))), "a.gz"),
    *[
        unpack(f"tar with {kind!r}", lambda kind=kind: bombs.tarred(kind=kind), "a.tar")
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)
    ],
    read("xlsx", "a far column", lambda: bombs.xlsx('<row r="1"><c r="XFD1"><v>1</v></c></row>')),
    read("xlsx", "a size that lies", lambda: bombs.xlsx().replace(b"A1:B2", b"A1:XFD1048576")),
    read("xlsx", "a part of the sheet that is none", bombs.xlsx, range="A1:ZZZ9999999"),
    read("ods", "blank rows", lambda: bombs.ods(bombs.ods_cells(1, 1) + bombs.ods_cells(1, 10**6, ""))),
    read("html", "laughs", lambda: f"{LAUGHS}<table><tr><td>&j;</table>".encode()),
    read("rtf", "a letter beyond", lambda: b"{\\rtf1 \\u99999999999?\\cell\\row}"),
    read("csv", "a million columns", lambda: b"a," * 1_000_000),
    read("csv", "the last of few lines", lambda: b"a\n" * 9, fromLine=10**9),
    read("text", "an encoding that never closes", lambda: b"&" * 1_000_000, encoding="utf7-imap"),
    read("fromJson", "a name of JavaScript's", lambda: b'{"__proto__":{"x":1}}'),
    read("fromIcs", "a zone that climbs", lambda: _event(b"DTSTART;TZID=../../etc/passwd:20240101T000000")),
    read("fromIcs", "folded lines", lambda: _event(b"SUMMARY:" + b"x\r\n " * 99_999)),
    read("pdf", "a form in itself", lambda: bombs.pdf_page(zlib.compress(b"/X Do"))),
    read("pdf", "a deep operand", lambda: bombs.pdf_page(zlib.compress(b"[" * 99_999))),
    read("pdf", "a picture in line", lambda: bombs.pdf_page(zlib.compress(b"BI /W 1 ID " + b"E" * MB))),
    edit("pixels beyond its size", lambda: bombs.png(10, 10, bytes(100 * MB))),
]
_TWICE = b"[/FlateDecode/FlateDecode]"
_WIDE = b"/FlateDecode/DecodeParms<</Predictor 15/Columns 1000000000/Colors 32>>"
_SHOW = zlib.compress(b"BT /F 9 Tf (hi) Tj ET")
_LETTERS = b"1 beginbfrange\n<00000000> <7fffffff> <0041>\nendbfrange\n"


def _event(line: bytes) -> bytes:
    return b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + line + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def _kids(at: int, count: int) -> bytes:
    return b"<</Type/Pages/Kids[%b]/Count %d>>" % (b"%d 0 R " % (at + 3) * count, count)


async def ran(name: str, params: dict[str, Any], data: bytes, file_name: str) -> None:
    binary = {"data": {"data": base64.b64encode(data).decode(), "fileName": file_name, "mimeType": "a/b"}}
    if end := file_name.rpartition(".")[2]:
        binary["data"]["fileExtension"] = end
    outputs(await Harness(TYPES[name]).run(params, [[Item(json={}, binary=binary)]]))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("name", "params", "make", "file_name"), REFUSED)
async def test_is_refused(name: str, params: dict[str, Any], make: Make, file_name: str) -> None:
    data = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    with pytest.raises(MillraceError) as told:
        await ran(name, params, data, file_name)

    assert told.value.message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before < ROOM


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("name", "params", "make", "file_name"), READ)
async def test_is_read_for_what_it_is(name: str, params: dict[str, Any], make: Make, file_name: str) -> None:
    data = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    await ran(name, params, data, file_name)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before < ROOM
