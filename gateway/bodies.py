"""Bodies: what a webhook was sent, as an item's body and binary parts.

Flow: ingress → **body** → item of the webhook node.
"""

import base64
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from gateway.json_text import read_json
from schemas.errors import UserError

MAX_FIELDS = 10_000


@dataclass(frozen=True, slots=True)
class File:
    """One binary part."""

    data: bytes
    media_type: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body: JSON value or text, and binary parts by property name."""

    value: Any
    files: dict[str, File] = field(default_factory=dict)


async def parse_body(raw: bytes, content_type: str, options: Mapping[str, Any]) -> Body:
    """Read a body as its content type says; raise UserError where it is not what it says.

    With ``rawBody`` the bytes come as a binary part as well, and a body that does not parse is no error.
    """
    if not raw:
        return Body({})
    media_type = content_type.partition(";")[0].strip().lower()
    name = str(options.get("binaryPropertyName") or "data")
    if options.get("binaryData") and media_type != "multipart/form-data":
        return Body({}, {name: File(raw, media_type or "application/octet-stream")})
    if not options.get("rawBody"):
        return await _parse(raw, media_type, content_type, options)
    whole = File(raw, media_type or "application/octet-stream")
    try:
        parsed = await _parse(raw, media_type, content_type, options)
    except UserError:
        parsed = Body({})
    return Body(parsed.value, {**parsed.files, name: whole})


def binary_parts(files: Mapping[str, File]) -> dict[str, Any]:
    """Give the binary parts of an item."""
    return {name: _binary(file) for name, file in files.items()}


def parse_query(text: str) -> dict[str, Any]:
    """Read a query string or form; a name that occurs more than once, or ends in ``[]``, gives a list."""
    fields: dict[str, Any] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise UserError(f"more than {MAX_FIELDS} fields") from None
    for key, value in pairs:
        _collect(fields, key, value)
    return fields


async def _parse(raw: bytes, media_type: str, content_type: str, options: Mapping[str, Any]) -> Body:
    if media_type == "application/json" or media_type.endswith("+json"):
        return Body(read_json(raw))
    if media_type == "application/x-www-form-urlencoded":
        return Body(parse_query(raw.decode("utf-8", "replace")))
    if media_type == "multipart/form-data":
        return await _multipart(raw, content_type, options)
    if media_type.startswith("text/") or media_type == "application/xml" or media_type.endswith("+xml"):
        return Body(_text(raw, content_type))
    name = str(options.get("binaryPropertyName") or "data")
    return Body({}, {name: File(raw, media_type or "application/octet-stream")})


async def _multipart(raw: bytes, content_type: str, options: Mapping[str, Any]) -> Body:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield raw

    headers = Headers({"content-type": content_type})
    try:
        parser = MultiPartParser(
            headers, stream(), max_files=MAX_FIELDS, max_fields=MAX_FIELDS, max_part_size=len(raw) + 1
        )
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as bad:
        detail = getattr(bad, "message", None) or "no boundary is given"
        raise UserError(f"the body is not valid multipart: {detail.lower().rstrip('.')}", field="body") from None
    fields: dict[str, Any] = {}
    parts: list[tuple[str, File]] = []
    for key, value in form.multi_items():
        if isinstance(value, UploadFile):
            media_type = value.content_type or "application/octet-stream"
            parts.append((key, File(await value.read(), media_type, value.filename or None)))
        else:
            _collect(fields, key, value)
    await form.close()
    return Body(fields, _name_parts(parts, options.get("binaryPropertyName")))


def _name_parts(parts: list[tuple[str, File]], prefix: Any) -> dict[str, File]:
    if prefix:
        return {f"{prefix}{at}": file for at, (_, file) in enumerate(parts)}
    grouped: dict[str, list[File]] = {}
    for key, file in parts:
        grouped.setdefault(key.removesuffix("[]"), []).append(file)
    named: dict[str, File] = {}
    for key, files in grouped.items():
        several = len(files) > 1
        named.update({f"{key}{at}" if several else key: file for at, file in enumerate(files)})
    return named


def _collect(fields: dict[str, Any], key: str, value: str) -> None:
    listed = key.endswith("[]")
    key = key.removesuffix("[]")
    if key not in fields:
        fields[key] = [value] if listed else value
    elif isinstance(fields[key], list):
        fields[key].append(value)
    else:
        fields[key] = [fields[key], value]


def _text(raw: bytes, content_type: str) -> str:
    named = (part.partition("=") for part in content_type.split(";")[1:])
    charset = next((value.strip().strip('"') for name, _, value in named if name.strip().lower() == "charset"), "utf-8")
    try:
        text = raw.decode(charset, "replace")
    except (LookupError, ValueError):
        text = raw.decode("utf-8", "replace")
    # Some charsets give halves of characters, which no JSON can hold.
    return text.encode("utf-8", "replace").decode()


def _binary(file: File) -> dict[str, Any]:
    part: dict[str, Any] = {"mimeType": file.media_type, "fileSize": _size(len(file.data)), "bytes": len(file.data)}
    if file.name:
        part["fileName"] = file.name
        if suffix := PurePosixPath(file.name).suffix:
            part["fileExtension"] = suffix[1:]
    return {"data": base64.b64encode(file.data).decode(), **part}


def _size(count: int) -> str:
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.3g} {unit}"
