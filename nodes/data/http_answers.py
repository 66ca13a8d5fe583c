"""HTTP answers: what came back, as items.

Flow: client → **http answers** → httpRequest's items.
"""

import base64
import re
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from nodes.data.http_params import Answer
from nodes.files.binary import OCTETS, PLAIN, extension, file_type, size, told_by
from nodes.sdk import HttpResponse, Item, Items, NodeError
from nodes.transform.field_types import parse_json, text

BINARY = re.compile(
    r"(image|audio|video)/"
    r"|application/(octet-stream|gzip|zip|pdf|msword|epub\+zip|vnd\.(?!.*\+json).*|x-(7z-compressed|bzip2|tar.*))"
)
EXCERPT = 2000


def items_of(answer: Answer, response: HttpResponse, index: int, item: Item) -> Items:
    """Read an answer as items that come from one input item; raise NodeError where it is no success.

    A file is put beside what the input item has.
    """
    if not (answer.never_error or 200 <= response.status < 300):
        raise failure(response)
    format_ = _detect(response) if answer.response_format == "autodetect" else answer.response_format
    name = answer.output_property_name or "data"
    told = head(response) if answer.full_response else {}
    if format_ == "file":
        parts = {**(item.binary or {}), name: binary(response)}
        return [Item(json=told or dict(item.json), binary=parts, paired=index)]
    if format_ == "text":
        return [Item(json={**({name: _text(response, answer)} if response.body else {}), **told}, paired=index)]
    body = _json(response, answer)
    if told:
        return [Item(json={"body": body, **told}, paired=index)]
    listed = body if isinstance(body, list) else [body]
    return [Item(json=one if isinstance(one, dict) else {name: one}, paired=index) for one in listed]


def failure(response: HttpResponse) -> NodeError:
    """Make the error for a status that is no success; its detail holds the status and the beginning of the body."""
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
        found = response.body.decode(charset, errors="replace")
    except LookupError:
        found = response.body.decode(errors="replace")
    return found.removeprefix("\ufeff")


def binary(response: HttpResponse) -> dict[str, Any]:
    """Give the body as a binary part, with what is known about the file."""
    name = _file_name(response)
    mime = _content_type(response).get_content_type() if response.header("content-type") else ""
    mime = mime or told_by(name) or (OCTETS if response.body else PLAIN)
    part = {"data": base64.b64encode(response.body).decode(), "mimeType": mime, "fileSize": size(len(response.body))}
    known = {
        "fileType": file_type(mime),
        "fileExtension": extension(mime) or PurePosixPath(name).suffix[1:],
        "fileName": name,
    }
    return part | {key: value for key, value in known.items() if value}


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
    if type_ == "application/json":
        return "json"
    return "file" if BINARY.match(type_ or (OCTETS if response.body else PLAIN)) else "text"


def _text(response: HttpResponse, answer: Answer) -> Any:
    """Give the body as text; where text was asked for and JSON came, it is written anew, or the value that it is."""
    source = decode(response)
    try:
        body = parse_json(source) if answer.response_format == "text" else source
    except ValueError:
        return source
    return text(body) if isinstance(body, dict | list) else body


def _json(response: HttpResponse, answer: Answer) -> Any:
    source = decode(response).strip()
    if not source:
        return {}
    try:
        return parse_json(source)
    except ValueError:
        if answer.never_error and answer.response_format == "autodetect":
            return {}
        raise NodeError(
            "the answer is not valid JSON",
            hint='choose the response format "text"',
        ) from None


def _file_name(response: HttpResponse) -> str:
    message = Message()
    message["content-disposition"] = response.header("content-disposition") or "inline"
    return message.get_filename() or unquote(urlsplit(response.url).path.rpartition("/")[2])
