"""Mail reading: a raw message as an item, in n8n's three forms.

Flow: emailReadImap → **mail reading** → item.
"""

import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Literal

from nodes.expressions.moments import iso_text, utc
from nodes.files import binary
from nodes.sdk import Item

MOST_PARTS = 1000
SHOWN = ("from", "to", "cc", "subject")
ADDRESSED = ("from", "to", "cc", "bcc", "reply-to")


def letter_item(
    uid: int, data: bytes, form: Literal["raw", "simple", "resolved"], prefix: str, *, attachments: bool
) -> Item:
    """Make the item of a message; what is malformed in it is read as far as it goes."""
    attributes = {"uid": uid}
    if form == "raw":
        return Item(json={"raw": data.decode("utf-8", "replace"), "attributes": attributes})
    message: EmailMessage = BytesParser(policy=policy.default).parsebytes(data)
    texts, files = _parts(message)
    parts = {f"{prefix}{at}": binary.make(body, name=name, mime=mime) for at, (name, mime, body) in enumerate(files)}
    json = _simple(message, texts) if form == "simple" else _resolved(message, texts)
    return Item(json={**json, "attributes": attributes}, binary=(parts if attachments else None) or None)


def _simple(message: EmailMessage, texts: dict[str, str]) -> dict[str, Any]:
    headers = _headers(message)
    told: dict[str, Any] = {name: headers[name] for name in SHOWN if name in headers}
    rest = {name: value for name, value in headers.items() if name not in (*told, "date")}
    return {
        "textHtml": texts.get("html", ""),
        "textPlain": texts.get("plain", ""),
        "metadata": rest,
        **told,
        "date": headers.get("date", ""),
    }


def _resolved(message: EmailMessage, texts: dict[str, str]) -> dict[str, Any]:
    headers = _headers(message)
    json: dict[str, Any] = {"headers": headers}
    for key, kind in (("html", "html"), ("text", "plain")):
        if kind in texts:
            json[key] = texts[kind]
    for name in ADDRESSED:
        if name in headers:
            value = [{"address": address, "name": shown} for shown, address in getaddresses([headers[name]])]
            json["replyTo" if name == "reply-to" else name] = {"value": value, "text": headers[name]}
    for key, name in (("subject", "subject"), ("messageId", "message-id"), ("inReplyTo", "in-reply-to")):
        if name in headers:
            json[key] = headers[name]
    if (moment := _moment(headers.get("date", ""))) is not None:
        json["date"] = moment
    return json


def _headers(message: EmailMessage) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        try:
            shown = str(message.policy.header_fetch_parse(name, value))
        except Exception:  # the parser of hostile headers raises whatever it likes
            shown = str(value)
        shown = re.sub(r"\s*\r?\n\s*", " ", shown).encode("utf-8", "replace").decode()
        key = name.lower()
        found[key] = f"{found[key]}\n{shown}" if key in found else shown
    return found


def _parts(message: EmailMessage) -> tuple[dict[str, str], list[tuple[str, str, bytes]]]:
    texts: dict[str, str] = {}
    files: list[tuple[str, str, bytes]] = []
    for at, part in enumerate(message.walk()):
        if at >= MOST_PARTS:
            break
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True)
        body = data if isinstance(data, bytes) else b""
        main, kind = part.get_content_maintype(), part.get_content_subtype()
        name = _name(part)
        if main == "text" and kind in ("plain", "html") and not name and kind not in texts:
            texts[kind] = _decoded(body, part.get_content_charset())
        elif name or main != "text":
            files.append((name, part.get_content_type(), body))
    return texts, files


def _name(part: Any) -> str:
    try:
        return str(part.get_filename() or "")
    except Exception:  # as above
        return ""


def _decoded(body: bytes, charset: str | None) -> str:
    try:
        text = body.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        text = body.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode()


def _moment(text: str) -> str | None:
    try:
        return iso_text(utc(parsedate_to_datetime(text).timestamp() * 1000), 0)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
