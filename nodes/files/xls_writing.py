"""XLS: a sheet in the format of Excel 97, for programs that read nothing newer.

Flow: rows → **xls writing** → BIFF8 records → compound file.
Written here because no library that is looked after writes it: numbers, texts and booleans of one sheet.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence

from nodes.files.tables import Cell, Row
from nodes.sdk import NodeError

MOST_ROWS = 65_536
MOST_COLUMNS = 256
LONGEST_TEXT = 32_767
LARGEST_RECORD = 8224
SECTOR = 512
FREE, END, FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
SMALLEST_STREAM = 4096
"""Streams below this size would have to be in the short-sector stream; ours is padded to it."""


def written(rows: Sequence[Row], sheet: str) -> bytes:
    """Write a workbook of one sheet; raise NodeError where the format is too small for it."""
    width = max((len(row) for row in rows), default=0)
    if len(rows) > MOST_ROWS or width > MOST_COLUMNS:
        raise NodeError(
            f"an XLS sheet has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns", hint="choose XLSX instead"
        )
    texts = {text: at for at, text in enumerate(dict.fromkeys(_texts(rows)))}
    page = b"".join(_page(rows, width, texts))
    total = sum(isinstance(cell, str) for row in rows for cell in row)
    head, name, tail = _globals(), _short_text(sheet), _strings(list(texts), total) + _record(0x0A)
    offset = len(head) + 4 + 6 + len(name) + len(tail)
    book = head + _record(0x85, struct.pack("<IBB", offset, 0, 0) + name) + tail + page
    return _compound(book.ljust(SMALLEST_STREAM, b"\0"))


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _globals() -> bytes:
    font = struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + _short_text("Arial")
    style = struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0, 0, 0x20C0)
    cell = struct.pack("<HHHBBBBIIH", 0, 0, 0x0001, 0x20, 0, 0, 0, 0, 0, 0x20C0)
    return b"".join(
        (
            _record(0x809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)),
            _record(0x42, struct.pack("<H", 1200)),
            _record(0x3D, struct.pack("<HHHHHHHHH", 0, 0, 0x4000, 0x2000, 0x38, 0, 0, 1, 600)),
            _record(0x22, struct.pack("<H", 0)),
            _record(0x31, font) * 4,
            _record(0xE0, style) * 15,
            _record(0xE0, cell),
            _record(0x293, struct.pack("<HBB", 0x8000, 0, 0xFF)),
        )
    )


def _page(rows: Sequence[Row], width: int, texts: dict[str, int]) -> Iterator[bytes]:
    yield _record(0x809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    yield _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if cell is not None:
                yield _cell(y, x, cell, texts)
    yield _record(0x23E, struct.pack("<HHHIHHI", 0x06B6, 0, 0, 0x40, 0, 0, 0))
    yield _record(0x0A)


def _cell(y: int, x: int, cell: Cell, texts: dict[str, int]) -> bytes:
    at = struct.pack("<HHH", y, x, 15)
    match cell:
        case bool():
            return _record(0x205, at + struct.pack("<BB", cell, 0))
        case str():
            return _record(0xFD, at + struct.pack("<I", texts[cell[:LONGEST_TEXT]]))
    try:
        return _record(0x203, at + struct.pack("<d", cell))
    except (OverflowError, struct.error):
        raise NodeError("a number is too large for a sheet") from None


def _texts(rows: Iterable[Row]) -> Iterator[str]:
    return (cell[:LONGEST_TEXT] for row in rows for cell in row if isinstance(cell, str))


def _strings(texts: list[str], total: int) -> bytes:
    """Write the table of texts; a record that is full goes on in the next, within a text too."""
    done: list[bytes] = []
    now = bytearray(struct.pack("<II", total, len(texts)))
    for text in texts:
        units = text.encode("utf-16-le", "surrogatepass")
        if len(now) + 5 > LARGEST_RECORD:
            done.append(bytes(now))
            now = bytearray()
        now += struct.pack("<HB", len(units) // 2, 1)
        while units:
            room = (LARGEST_RECORD - len(now)) // 2 * 2
            now += units[:room]
            units = units[room:]
            if units:
                done.append(bytes(now))
                now = bytearray(b"\x01")
    done.append(bytes(now))
    return b"".join(_record(0x3C if at else 0xFC, data) for at, data in enumerate(done))


def _short_text(text: str) -> bytes:
    units = text.encode("utf-16-le", "surrogatepass")
    return struct.pack("<BB", len(units) // 2, 1) + units


def _compound(stream: bytes) -> bytes:
    """Put one stream named `Workbook` in a compound file: header, table of sectors, directory, stream."""
    size = -(-len(stream) // SECTOR)
    tables = 1
    while tables * 128 < tables + 1 + size:
        tables += 1
    if tables > 109:
        raise NodeError("the data is too large for an XLS file", hint="choose XLSX instead")
    first = tables + 1
    chain = [FAT] * tables + [END] + [*range(first + 1, first + size), END]
    chain += [FREE] * (tables * 128 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    entries = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, NONE, first, len(stream))
    directory = (entries + _entry("", 0, NONE, 0, 0) * 2).ljust(SECTOR, b"\0")
    return header + struct.pack(f"<{len(chain)}I", *chain) + directory + stream.ljust(size * SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    units = name.encode("utf-16-le")
    length = len(units) + 2 if units else 0
    head = units.ljust(64, b"\0") + struct.pack("<HBBIII", length, kind, 1, NONE, NONE, child)
    return head + bytes(36) + struct.pack("<III", start, size, 0)
