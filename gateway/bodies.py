"""Bodies: what a webhook was sent, as an item's body and binary parts.

Flow: ingress → **body** → item of the webhook node.
"""

import base64
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from gateway.json_text import read_json
from nodes.files import binary
from nodes.transform.xml_reading import Reading, read_xml
from schemas.errors import NodeError, UserError

MAX_FIELDS = 10_000
NESTED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\]){1,5})")
LONGEST_LIST = 20
XML = Reading(merge_attrs=False, normalize=True, normalize_tags=True)


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
    """Read a query string; ``a[b]=1`` and ``a[]=1`` give objects and lists, and so does a name that comes again."""
    fields: dict[str, Any] = {}
    for key, value in _pairs(text):
        _nest(fields, key, value)
    return {key: _lists(value) for key, value in fields.items()}


def _parse_form(text: str) -> dict[str, Any]:
    """Read a form; its names stay as they are, and one that occurs more than once gives a list."""
    fields: dict[str, Any] = {}
    for key, value in _pairs(text):
        _add(fields, key, value)
    return fields


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise UserError(f"more than {MAX_FIELDS} fields") from None


def _nest(fields: dict[str, Any], key: str, value: str) -> None:
    """Put a value at the path that its name is; lists are objects with numbers for keys until all is read."""
    path = key.removesuffix("[]")
    found = NESTED.fullmatch(path)
    if found is None:
        _collect(fields, key, value)
        return
    box, name = fields, str(found[1])
    for below in str(found[2])[1:-1].split("]["):
        held = box.get(name)
        if not isinstance(held, dict):
            held = box[name] = {} if held is None else {str(at): one for at, one in enumerate(_listed(held))}
        box, name = held, below or str(len(held))
    _collect(box, f"{name}{key[len(path) :]}", value)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    made = {key: _lists(one) for key, one in value.items()}
    if all(key.isdecimal() and int(key) <= LONGEST_LIST for key in made):
        return [made[key] for key in sorted(made, key=int)]
    return made


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


async def _parse(raw: bytes, media_type: str, content_type: str, options: Mapping[str, Any]) -> Body:
    match media_type:
        case "application/json":
            return Body(read_json(raw))
        case "application/x-www-form-urlencoded":
            return Body(_parse_form(raw.decode("utf-8", "replace")))
        case "multipart/form-data":
            return await _multipart(raw, content_type, options)
        case "text/plain":
            return Body(_text(raw, content_type))
        case "application/xml" | "text/xml":
            return Body(_xml(_text(raw, content_type)))
    name = str(options.get("binaryPropertyName") or "data")
    return Body(_value(raw, media_type, content_type), {name: File(raw, media_type or "application/octet-stream")})


def _value(raw: bytes, media_type: str, content_type: str) -> Any:
    """Give what a body of another type is as JSON or text, beside its bytes."""
    if media_type.endswith("+json"):
        return read_json(raw)
    return _text(raw, content_type) if media_type.startswith("text/") or media_type.endswith("+xml") else {}


def _xml(text: str) -> Any:
    try:
        return read_xml(text, XML)
    except NodeError as bad:
        raise UserError(bad.message, field="body") from None


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
    name = key.removesuffix("[]")
    if name != key and name not in fields:
        fields[name] = [value]
    else:
        _add(fields, name, value)


def _add(fields: dict[str, Any], key: str, value: str) -> None:
    held = fields.get(key)
    if isinstance(held, list):
        held.append(value)
    else:
        fields[key] = [held, value] if key in fields else value


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
    count = len(file.data)
    known = {
        "fileType": binary.file_type(file.media_type),
        "fileName": file.name,
        "fileExtension": PurePosixPath(file.name or "").suffix[1:] or binary.extension(file.media_type),
    }
    return {
        "data": base64.b64encode(file.data).decode(),
        "mimeType": file.media_type,
        "fileSize": binary.size(count),
        "bytes": count,
        **{key: value for key, value in known.items() if value},
    }
