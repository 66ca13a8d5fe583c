"""Forms: a form's page and what was sent with it, as an item.

Flow: request at a form's address → **forms** → page, or item of the form trigger.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.answers import HeaderList, safe_headers
from gateway.bodies import Body, File, binary_parts, parse_query
from gateway.form_pages import CHOICE, PAGE, Values, done_page, form_page, input_name
from gateway.problems import refuse
from nodes.expressions.moments import DateTime
from schemas.form import END_TYPE, Form, FormEnd, FormField
from schemas.item import Item
from schemas.task import Reply

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
MOST_CHARACTERS = 100_000
Answer = tuple[int, HeaderList, bytes]


@dataclass(slots=True)
class Submission:
    """What was sent: JSON by the fields' names, files, and what is wrong by the fields' names in the page."""

    json: dict[str, Any] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)

    def item(self, at_ms: int, mode: str, query: Mapping[str, Any], zone: str = "UTC") -> Item:
        """Make the item that the trigger gives."""
        told = {**self.json, "submittedAt": DateTime(at_ms, zone).json(), "formMode": mode}
        if query:
            told["formQueryParameters"] = dict(query)
        return Item(json=told, binary=self.binary())

    def binary(self) -> dict[str, Any] | None:
        """Give the files as binary parts."""
        return binary_parts(self.files) if self.files else None


def show(form: Form, query_string: str, *, test: bool, sent: Submission | None = None, key: str = "") -> Answer:
    """Give the page: empty, filled by the address's query, or with what is wrong with what was sent."""
    if sent is not None:
        return 422, PAGE, form_page(form, sent.values, sent.errors, test=test, key=key)
    return 200, PAGE, form_page(form, _first_values(form, parse_query(query_string)), {}, test=test, key=key)


def done(form: Form) -> Answer:
    """Give what follows when a form was taken."""
    if form.redirect and urlsplit(form.redirect).scheme in ("http", "https"):
        return 303, safe_headers([("location", form.redirect), ("cache-control", "no-store")]), b""
    return 200, PAGE, done_page(form.done_title or form.title, form.done, form.css)


def after(form: Form, reply: Reply, body: bytes) -> Answer:
    """Give what follows when the execution that a form started has answered."""
    headers = safe_headers(reply.headers)
    kind = next((value for name, value in headers if name == b"content-type"), b"")
    if reply.status >= 500 or (reply.status >= 400 and b"html" not in kind):
        return reply.status, PAGE, done_page("This did not work", "The workflow could not take your answers.", form.css)
    if kind == END_TYPE.encode():
        return _end(msgspec.json.decode(body, type=FormEnd), form)
    if b"html" in kind or any(name in (b"content-disposition", b"location") for name, _ in headers):
        kept = [pair for pair in headers if pair[0] != b"content-security-policy"]
        return reply.status, [*kept, *[pair for pair in PAGE if pair[0] != b"content-type"]], body
    return done(form)


def _end(end: FormEnd, form: Form) -> Answer:
    if end.html is not None:
        return 200, PAGE, end.html.encode("utf-8", "replace")
    shown = Form(
        title=form.title, css=end.css or form.css, done_title=end.title, done=end.message, redirect=end.redirect
    )
    return done(shown)


def check_origin(headers: Mapping[str, str], host: str) -> None:
    """Refuse a form that another site's page sends in its visitor's name."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    foreign = site == "cross-site" if origin in (None, "null") else urlsplit(origin or "").netloc != host
    if foreign:
        raise refuse("Forbidden", "another site may not send this form", hint="open the form itself")


def read_submission(form: Form, body: Body) -> Submission:
    """Read what was sent; nothing that the page would not allow is taken."""
    raw = body.value if isinstance(body.value, dict) else {}
    sent = Submission()
    for at, one in enumerate(form.fields):
        name = input_name(at)
        if one.kind == "html":
            if one.name:
                sent.json[one.name] = one.html
        elif one.kind == "file":
            _take_files(one, name, body.files, sent)
        else:
            given = raw.get(name, [])
            texts = [str(text)[:MOST_CHARACTERS] for text in (given if isinstance(given, list) else [given])]
            sent.values[name] = texts = [text for text in texts if text.strip()]
            wrong = _wrong(one, texts)
            if wrong:
                sent.errors[name] = wrong
            else:
                sent.json[one.name] = _value(one, texts)
    if form.choices and (chosen := raw.get(CHOICE)) is not None:
        sent.json[CHOICE] = str(chosen)
    if form.choices and sent.json.get(CHOICE) not in [one.value for one in form.choices]:
        sent.errors[CHOICE] = "Please choose."
    return sent


def _first_values(form: Form, query: Mapping[str, Any]) -> Values:
    found: dict[str, list[str]] = {}
    for at, one in enumerate(form.fields):
        given = query.get(one.name, one.default) if one.name else one.default
        texts = given if isinstance(given, list) else [given]
        if one.several and len(texts) == 1:
            texts = [part.strip() for part in str(texts[0]).split(",")]
        found[input_name(at)] = [str(text) for text in texts if text not in ("", None)]
    return found


def _wrong(one: FormField, texts: Sequence[str]) -> str:
    if one.required and not texts:
        return "Please answer this."
    if one.kind in ("dropdown", "radio", "checkbox") and not set(texts) <= set(one.options):
        return "Please choose from the list."
    if not one.several and len(texts) > 1:
        return "Please give one answer."
    if one.kind == "checkbox" and not one.least <= len(texts) <= (one.most or len(texts)):
        return f"Please choose {_how_many(one)}."
    text = texts[0] if texts else ""
    if text and one.kind == "number" and _number(text) is None:
        return "Please enter a number."
    if text and one.kind == "email" and not EMAIL.match(text):
        return "Please enter an email address."
    if text and one.kind == "date" and not _is_date(text):
        return "Please enter a date."
    return ""


def _how_many(one: FormField) -> str:
    if one.least == one.most:
        return f"exactly {one.least}"
    return f"at least {one.least}" if one.most is None else f"from {one.least} to {one.most}"


def _value(one: FormField, texts: Sequence[str]) -> Any:
    if one.several:
        return list(texts)
    text = texts[0] if texts else ""
    if one.kind == "number":
        return _number(text)
    return text or (None if one.kind in ("dropdown", "radio", "date") else "")


def _number(text: str) -> int | float | None:
    try:
        found = float(text.strip())
    except ValueError:
        return None
    if found != found or found in (float("inf"), float("-inf")):
        return None
    return int(found) if found.is_integer() and abs(found) < 2**53 else found


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def _take_files(one: FormField, name: str, files: Mapping[str, File], sent: Submission) -> None:
    found = [file for key, file in files.items() if key.startswith(name) and (file.data or file.name)]
    endings = tuple(part.strip().lower() for part in one.accept.split(",") if part.strip())
    if one.required and not found:
        sent.errors[name] = "Please choose a file."
    elif len(found) > 1 and not one.several:
        sent.errors[name] = "Please choose one file."
    elif endings and not all(accepted(file, endings) for file in found):
        sent.errors[name] = f"Please choose files of these kinds: {', '.join(endings)}."
    else:
        key = re.sub(r"\W", "_", one.name)
        told = [{"filename": file.name, "mimetype": file.media_type, "size": len(file.data)} for file in found]
        sent.json[one.name] = told if one.several else next(iter(told), None)
        sent.files |= {f"{key}_{at}" if one.several else key: file for at, file in enumerate(found)}


def accepted(file: File, endings: Sequence[str]) -> bool:
    """Say whether a file has one of the endings or media types that are listed."""
    name, kind = (file.name or "").lower(), file.media_type.lower()
    return any(name.endswith(one) or one in ("*", "*/*", kind, f"{kind.partition('/')[0]}/*") for one in endings)
