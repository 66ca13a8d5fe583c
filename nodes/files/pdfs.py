"""PDF: the text of a document and what it tells of itself.

Flow: bytes → **pdfs** → JSON with text, info and numbers of pages.
"""

import io
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from nodes.files import binary
from nodes.sdk import NodeError

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_PAGES = 10_000
MOST_LETTERS = 32 * 1024 * 1024
LARGEST_METADATA = 1024 * 1024
LARGEST_ASCII = 4 * 1024 * 1024
MOST_SECONDS = 60.0
FORMAT = "5.3.31"
"""The version of pdf.js whose answer's shape this is; workflows may compare it."""
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


@dataclass(frozen=True, slots=True)
class PdfLayout:
    """How a document is read; ``most_pages`` 0 reads all."""

    password: str = ""
    most_pages: int = 0
    joined: bool = True


def extracted(data: bytes, layout: PdfLayout) -> dict[str, Any]:
    """Read a document; raise NodeError where it is broken, encrypted by another password, or too large."""
    from pypdf import PdfReader  # it takes long to import, and few need it

    _bound_ascii()
    with binary.refusing("PDF file"):
        reader = PdfReader(io.BytesIO(data), strict=False)
        encrypted = reader.is_encrypted
        if encrypted:
            _unlock(reader, layout.password)
        total = len(reader.pages)
        if total > MOST_PAGES:
            raise NodeError(f"a PDF of more than {MOST_PAGES} pages is too large")
        shown = min(total, layout.most_pages) if layout.most_pages > 0 else total
        texts = list(_texts(reader, shown))
        made: dict[str, Any] = {"numpages": total, "numrender": shown, "info": _info(reader, data, encrypted)}
        if metadata := _metadata(reader):
            made["metadata"] = metadata
        return {**made, "text": "\n\n".join(texts) if layout.joined else texts, "version": FORMAT}


def _bound_ascii() -> None:
    """Have pypdf refuse long ASCII85: it takes ninety times its length, and of this alone pypdf has no limit."""
    from pypdf import filters
    from pypdf.errors import LimitReachedError

    decode = filters.ASCII85Decode.decode
    if decode.__module__ == __name__:
        return

    def bounded(data: str | bytes, *more: Any, **named: Any) -> bytes:
        if len(data) > LARGEST_ASCII:
            raise LimitReachedError(f"ASCII85 of more than {binary.size(LARGEST_ASCII)}")
        return decode(data, *more, **named)

    filters.ASCII85Decode.decode = staticmethod(bounded)  # type: ignore[method-assign]


def _unlock(reader: "PdfReader", password: str) -> None:
    from pypdf import PasswordType
    from pypdf.errors import FileNotDecryptedError

    try:
        opened = reader.decrypt(password)
    except FileNotDecryptedError:
        opened = PasswordType.NOT_DECRYPTED
    if opened == PasswordType.NOT_DECRYPTED:
        what = "the password does not open the PDF" if password else "the PDF is encrypted"
        raise NodeError(what, field="password", hint="give the password that opens it")


def _texts(reader: "PdfReader", count: int) -> Iterator[str]:
    letters, ends_at = 0, time.monotonic() + MOST_SECONDS
    for at in range(count):
        text = reader.pages[at].extract_text()
        letters += len(text)
        if letters > MOST_LETTERS:
            raise NodeError(f"a PDF of more than {MOST_LETTERS} letters is too large", hint="read fewer pages")
        if time.monotonic() > ends_at:
            raise NodeError(f"the PDF took more than {MOST_SECONDS:g} seconds to read", hint="read fewer pages")
        yield text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _info(reader: "PdfReader", data: bytes, encrypted: bool) -> dict[str, Any]:
    root = reader.root_object
    form = _object(root.get("/AcroForm"))
    fields = _object(form.get("/Fields")) if form else None
    version = str(root.get("/Version") or "").lstrip("/") or reader.pdf_header.removeprefix("%PDF-")
    language = root.get("/Lang")
    made: dict[str, Any] = {
        "PDFFormatVersion": version,
        "Language": None if language is None else str(language),
        "EncryptFilterName": _filter(reader) if encrypted else None,
        "IsLinearized": b"/Linearized" in data[:2048],
        "IsAcroFormPresent": bool(fields),
        "IsXFAPresent": bool(form and form.get("/XFA")),
        "IsCollectionPresent": "/Collection" in root,
        "IsSignaturesPresent": bool(form and fields and int(form.get("/SigFlags", 0)) & 1),
    }
    return made | {key: str(value) for key, value in _own(reader) if isinstance(value, str)}


def _own(reader: "PdfReader") -> Iterator[tuple[str, Any]]:
    for key, value in (reader.metadata or {}).items():
        yield str(key).lstrip("/"), _object(value)


def _object(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _filter(reader: "PdfReader") -> str | None:
    found = _object(reader.trailer.get("/Encrypt"))
    return str(found.get("/Filter", "")).lstrip("/") or None if isinstance(found, Mapping) else None


def _metadata(reader: "PdfReader") -> dict[str, Any]:
    """Read the XMP packet: each property by its name in lower case; what cannot be read is left out."""
    packet = _object(reader.root_object.get("/Metadata"))
    if packet is None:
        return {}
    data = packet.get_data()
    if len(data) > LARGEST_METADATA:
        return {}
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError):
        return {}
    made: dict[str, Any] = {}
    for entry in root.iterfind(f".//{_RDF}Description/*"):
        name = f"{entry.prefix}:{etree.QName(entry).localname}".lower()
        texts = ["".join(one.itertext()).strip() for one in entry.iter(f"{_RDF}li")]
        several = name in ("dc:creator", "dc:subject")
        made[name] = texts if several else "".join(entry.itertext()).strip()
    return made
