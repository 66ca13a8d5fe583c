"""Binary parts: files that travel with items, in n8n's shape.

Flow: item + property name → **binary** → bytes; bytes + what is known of the file → **binary** → part of an item.
"""

import asyncio
import base64
import binascii
import mimetypes
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from nodes.sdk import Blobs, Item, Items, NodeError, Run
from nodes.sdk.ports import error_item
from schemas.errors import MillraceError

Part = dict[str, Any]
PartName = str | Part
"""The name of a binary property, or the property itself where an expression gave it."""
LARGEST = 128 * 1024 * 1024
PLAIN = "text/plain"
OCTETS = "application/octet-stream"
MIME_TYPES = {
    "csv": "text/csv", "html": "text/html", "htm": "text/html", "txt": PLAIN, "rtf": "application/rtf",
    "ods": "application/vnd.oasis.opendocument.spreadsheet", "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "json": "application/json",
    "ics": "text/calendar", "xml": "application/xml", "zip": "application/zip", "gz": "application/gzip",
    "gzip": "application/gzip", "tgz": "application/gzip", "tar": "application/x-tar", "md": "text/markdown",
    "yaml": "text/yaml", "yml": "text/yaml", "js": "text/javascript", "webp": "image/webp", "ico": "image/x-icon",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "mp4": "video/mp4",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", "svg": "image/svg+xml",
}  # fmt: skip
EXTENSIONS = {
    "image/jpeg": "jpg", "text/plain": "txt", "text/html": "html", "audio/mpeg": "mpga", "image/tiff": "tiff",
    "audio/wav": "wav", "application/x-bzip2": "bz2", "application/x-rar-compressed": "rar", "text/rtf": "rtf",
    "application/x-zip-compressed": "zip", "application/x-msdownload": "exe", "application/rss+xml": "rss",
    "application/postscript": "ai", "application/gzip": "gz", "text/xml": "xml", "text/markdown": "md",
    "text/yaml": "yaml", "text/javascript": "js",
    **{mime: end for end, mime in reversed(MIME_TYPES.items()) if end not in ("htm", "gzip", "tgz", "yml")},
}  # fmt: skip
FILE_TYPES = {
    "application/json": "json", "text/html": "html", "application/pdf": "pdf", "application/javascript": "text",
}  # fmt: skip
MAGIC = (
    (b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif"),
    (b"PK\x03\x04", "zip"), (b"\x1f\x8b", "gz"), (b"BM", "bmp"), (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"),
    (b"{\\rtf", "rtf"), (b"ID3", "mp3"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
)  # fmt: skip


def part(item: Item, name: PartName) -> Part:
    """Find a binary part of an item; raise NodeError where it has none of that name."""
    found = name if isinstance(name, dict) else (item.binary or {}).get(name)
    if not isinstance(found, dict) or not ("data" in found or "id" in found):
        shown = "of the expression" if isinstance(name, dict) else f'"{name}"'
        raise NodeError(
            f"the item has no binary data {shown}",
            field="binaryPropertyName",
            hint="an earlier node must make it, or the field's name is another",
        )
    return found


async def read(item: Item, name: PartName, blobs: Blobs) -> bytes:
    """Give the bytes of a binary part, inline or from the blob store; raise NodeError."""
    return await content(part(item, name), blobs)


async def content(found: Part, blobs: Blobs) -> bytes:
    """Give the bytes of a part."""
    if "id" in found and "data" not in found:
        data = await blobs.get(str(found["id"]))
    else:
        try:
            data = base64.b64decode(found["data"])
        except (binascii.Error, TypeError, ValueError):
            raise NodeError("the binary data is not base64") from None
    if len(data) > LARGEST:
        raise NodeError(f"a file of more than {size(LARGEST)} is too large")
    return data


def make(data: bytes, *, name: str = "", mime: str = "", directory: str = "") -> Part:
    """Make a binary part; what is not told is found out by the file's name, then by its first bytes."""
    suffix = PurePosixPath(name).suffix.lstrip(".")
    known = mime or told_by(name) or _sniffed(data)
    mime = known or PLAIN
    made = {
        "data": base64.b64encode(data).decode(),
        "mimeType": mime,
        "fileType": file_type(mime),
        "fileExtension": suffix or extension(known),
        "fileName": name,
        "directory": directory,
        "fileSize": size(len(data)),
    }
    return {key: value for key, value in made.items() if value or key == "data"}


def file_type(mime: str) -> str:
    """Give the kind of files of a MIME type, or nothing."""
    main = mime.partition("/")[0]
    return FILE_TYPES.get(mime) or (main if main in ("image", "audio", "video", "text") else "")


def told_by(name: str) -> str:
    """Give the MIME type that the extension of a name tells of, or nothing."""
    return _mime_of(PurePosixPath(name).suffix.lstrip(".").lower())


def extension(mime: str) -> str:
    """Give the usual extension of files of a MIME type, or nothing."""
    plain = mime.partition(";")[0].strip().lower()
    return EXTENSIONS.get(plain) or (mimetypes.guess_extension(plain) or "").lstrip(".")


def size(count: int) -> str:
    """Write a number of bytes as people do: three digits and a unit."""
    value, units = float(count), iter(("B", "kB", "MB", "GB"))
    unit = next(units)
    while float(f"{value:.3g}") >= 1000:
        value, unit = value / 1000, next(units)
    return f"{float(f'{value:.3g}'):g} {unit}"


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turn whatever a reader of a format throws at malformed data into a NodeError."""
    try:
        yield
    except MillraceError:
        raise
    except Exception as bad:
        reason = str(bad).strip().partition("\n")[0][:200]
        raise NodeError(
            f"the data is not a valid {what}{f': {reason}' if reason else ''}",
            hint="check that the file is whole and of this format",
        ) from bad


async def each(items: Items, run: Run, make_items: Callable[[int, Item], Awaitable[Items]]) -> Items:
    """Ask for the items that each item becomes; one that fails becomes an error item where the node continues."""
    made: Items = []
    for index, item in enumerate(items):
        try:
            made += await make_items(index, item)
        except MillraceError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


async def aside(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run what burns processor time in a thread, so that other nodes go on."""
    return await asyncio.to_thread(function, *arguments)


def _mime_of(extension: str) -> str:
    if not extension:
        return ""
    return MIME_TYPES.get(extension) or mimetypes.guess_type(f"a.{extension}")[0] or ""


def _sniffed(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((_mime_of(extension) for magic, extension in MAGIC if data.startswith(magic)), "")
