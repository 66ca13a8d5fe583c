"""Bombs: small files that want to become large, run for ever or lead out, made when a test asks for them.

Flow: tables of hostile input → **bombs** → bytes.
"""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable

from PIL import Image

MB = 1024 * 1024
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))
    + "]>"
)
FOREIGN = '<!DOCTYPE l [<!ENTITY j SYSTEM "file:///etc/passwd">]>'


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def lying(packed: bytes, size: int = 10) -> bytes:
    """Have a zip of one file tell another size of it."""
    at = packed.rindex(b"PK\x01\x02") + 24
    return packed[:at] + size.to_bytes(4, "little") + packed[at + 4 :]


def encrypted(packed: bytes) -> bytes:
    at = packed.rindex(b"PK\x01\x02") + 8
    return packed[:at] + b"\x01" + packed[at + 1 :]


def overlapping(count: int) -> bytes:
    """Have many entries of a zip share one file's bytes."""
    packed = zipped(("a", bytes(10 * MB)))
    start, end = packed.rindex(b"PK\x01\x02"), packed.rindex(b"PK\x05\x06")
    entry, tail = packed[start:end], bytearray(packed[end:])
    struct.pack_into("<HHI", tail, 8, count, count, len(entry) * count)
    return packed[:start] + entry * count + bytes(tail)


def tarred(name: str = "a", kind: bytes = tarfile.REGTYPE, size: int = 0) -> bytes:
    """Write a tar's header alone: its file may claim any size."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, "/etc/passwd", size
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


def xlsx(
    rows: str = "", *, sheet: str = "", book: str = "", encoding: str = "utf-8", name: str = "sheet1.xml"
) -> bytes:
    """Write a book of one sheet, as text of its rows, or of the whole sheet or book."""
    kinds = f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/{name}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'  # noqa: E501
    root = f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'  # noqa: E501
    links = f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/{name}"/></Relationships>'  # noqa: E501
    known = book or '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>'
    page = sheet or f'<worksheet xmlns="{_SHEETS}"><dimension ref="A1:B2"/><sheetData>{rows}</sheetData></worksheet>'
    return zipped(
        ("[Content_Types].xml", kinds.encode()),
        ("_rels/.rels", root.encode()),
        ("xl/workbook.xml", f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}">{known}</workbook>'.encode()),
        ("xl/_rels/workbook.xml.rels", links.encode()),
        (f"xl/worksheets/{name}", page.encode(encoding)),
    )


def ods(body: str, head: str = "") -> bytes:
    names = " ".join(f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'{head}<office:document-content {names}><office:body><office:spreadsheet><table:table table:name="S">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.encode()))


def ods_cells(columns: int, rows: int, kind: str = 'office:value-type="float" office:value="1"', text: str = "") -> str:
    cell = f'<table:table-cell table:number-columns-repeated="{columns}" {kind}>{text}</table:table-cell>'
    return f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'


def pdf(objects: Iterable[bytes], head: bytes = b"%PDF-1.4\n") -> bytes:
    out, places = head, []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (count, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + end


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(data), more, data)


def pdf_page(content: bytes, filters: bytes = b"/FlateDecode", unicode: bytes = b"") -> bytes:
    """Write one page with its content; /X is a form that draws itself."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 7 0 R>>"
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X 6 0 R>>>>"
    return pdf([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>",
        stream(content, b"/Filter " + filters),
        font,
        stream(b"/X Do", form),
        stream(unicode),
    ])  # fmt: skip


def pdf_kids(*kids: bytes) -> bytes:
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", *kids])


def png(width: int, height: int, pixels: bytes = b"\0", *, more: bytes = b"") -> bytes:
    """Write a picture that tells its size, whatever its pixels are; ``more`` is a compressed text beside them."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    text = [_chunk(b"zTXt", b"a\0\0" + more)] if more else []
    parts = [_chunk(b"IHDR", head), *text, _chunk(b"IDAT", zlib.compress(pixels)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(kind: str, side: int = 50) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), (9, 8, 7)).save(out, kind)
    return out.getvalue()


def gif(width: int, height: int) -> bytes:
    size = struct.pack("<HH", width, height)
    return b"GIF89a" + size + b"\0\0\0," + bytes(4) + size + b"\0\2\1\0\0;"


def members(count: int) -> bytes:
    return gzip.compress(b"") * count
