"""HTTP answers: what came back, as items.

Flow: client → **http answers** → httpRequest's items.
"""

import base64
import mimetypes
import re
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from nodes.data.http_params import Answer
from nodes.sdk import HttpResponse, Item, Items, NodeError
from nodes.transform.field_types import parse_json

BINARY = re.compile(
    r"(image|audio|video|font)/|application/(octet-stream|gzip|zip|pdf|vnd\.(?!api\+json).*|msword|x-(gzip|tar|rar).*)"
)
EXTENSIONS = {"image/jpeg": "jpg", "text/plain": "txt", "text/html": "html", "audio/mpeg": "mp3", "image/tiff": "tiff"}
FILE_TYPES = {"application/json": "json", "text/html": "html", "application/pdf": "pdf"}
EXCERPT = 2000


def items_of(answer: Answer, response: HttpResponse, index: int) -> Items:
    """Read an answer as items that come from one input item; raise NodeError for a failure status."""
    if response.status >= 400 and not answer.never_error:
        raise failure(response)
    format_ = _detect(response) if answer.response_format == "autodetect" else answer.response_format
    name = answer.output_property_name or "data"
    if format_ == "file":
        json = head(response) if answer.full_response else {}
        return [Item(json=json, binary={name: binary(response)}, paired=index)]
    body = decode(response) if format_ == "text" else _json(response)
    if format_ == "text":
        json = {name: body, **(head(response) if answer.full_response else {})}
        return [Item(json=json, paired=index)]
    if answer.full_response:
        return [Item(json={"body": body, **head(response)}, paired=index)]
    listed = body if isinstance(body, list) else [body]
    return [Item(json=one if isinstance(one, dict) else {name: one}, paired=index) for one in listed]


def failure(response: HttpResponse) -> NodeError:
    """Make the error for a status of 400 or more; its detail holds the status and the beginning of the body."""
    known = next((one.phrase.lower() for one in HTTPStatus if one == response.status), "unknown status")
    hints = {
        401: "check the credentials",
        403: "check the credentials",
        404: "check the URL",
        405: "check the method",
        429: "send fewer requests at a time, or retry on fail",
    }
    found = NodeError(
        f"request failed with status code {response.status} ({known})",
        detail={"status": response.status, "body": decode(response)[:EXCERPT], "url": response.url},
        hint=hints.get(response.status),
    )
    found.retry_after = _retry_after(response)
    return found


def _retry_after(response: HttpResponse) -> float | None:
    """Give the seconds that a target wants to be left alone: a number, or a date against the answer's own."""
    text = (response.header("retry-after") or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max((until - parsedate_to_datetime(response.header("date") or "")).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def decode(response: HttpResponse) -> str:
    """Give the body as text, in the character set that the answer names."""
    charset = _content_type(response).get_content_charset() or "utf-8"
    try:
        return response.body.decode(charset, errors="replace")
    except LookupError:
        return response.body.decode(errors="replace")


def binary(response: HttpResponse) -> dict[str, Any]:
    """Give the body as a binary part, with what is known about the file."""
    name = _file_name(response)
    mime = _content_type(response).get_content_type() if response.header("content-type") else ""
    mime = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
    extension = EXTENSIONS.get(mime) or (mimetypes.guess_extension(mime) or "").lstrip(".")
    extension = extension or (name.rpartition(".")[2] if "." in name else "")
    main = mime.partition("/")[0]
    kind = FILE_TYPES.get(mime) or (main if main in ("image", "audio", "video", "text") else "")
    part = {"data": base64.b64encode(response.body).decode(), "mimeType": mime, "fileSize": size(len(response.body))}
    known = {"fileType": kind, "fileExtension": extension, "fileName": name}
    return part | {key: value for key, value in known.items() if value}


def size(count: int) -> str:
    """Write a number of bytes as people do."""
    value, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB"):  # noqa: B007
        if value < 1000:
            break
        value /= 1000
    return f"{value:.3g} {unit}"


def head(response: HttpResponse) -> dict[str, Any]:
    """Give an answer's headers and status as fields."""
    headers: dict[str, Any] = {}
    for name, value in response.headers:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers and key != "set-cookie" else value
    cookies = [value for name, value in response.headers if name.lower() == "set-cookie"]
    if cookies:
        headers["set-cookie"] = cookies
    return {"headers": headers, "statusCode": response.status, "statusMessage": response.reason}


def _content_type(response: HttpResponse) -> Message:
    message = Message()
    message["content-type"] = response.header("content-type") or "text/plain"
    return message


def _detect(response: HttpResponse) -> str:
    type_ = (response.header("content-type") or "").partition(";")[0].strip().lower()
    if type_ == "application/json" or type_.endswith("+json"):
        return "json"
    return "file" if BINARY.match(type_) else "text"


def _json(response: HttpResponse) -> Any:
    source = decode(response).strip()
    if not source:
        return {}
    try:
        return parse_json(source)
    except ValueError:
        raise NodeError(
            "the answer is not valid JSON",
            detail={"status": response.status, "body": source[:EXCERPT]},
            hint='choose the response format "text"',
        ) from None


def _file_name(response: HttpResponse) -> str:
    message = Message()
    message["content-disposition"] = response.header("content-disposition") or "inline"
    return message.get_filename() or unquote(urlsplit(response.url).path.rpartition("/")[2])
