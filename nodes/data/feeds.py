"""Feeds: RSS and Atom documents as lists of entries.

Flow: rssFeedRead → **feeds** → entries.
"""

import math
import re
from collections.abc import Iterable
from typing import Any

from nodes.expressions.builtins.dates import parse_date
from nodes.expressions.moments import iso_text, utc
from nodes.sdk import NodeError
from nodes.transform.markup import parse
from nodes.transform.xml_reading import Reading, read_xml

SHAPE = Reading(explicit_array=True, merge_attrs=False)
SAME = ("title", "comments", "guid", "pubDate", "author", "summary", "content:encoded", "dc:creator", "dc:date")
Entry = dict[str, Any]


def read_feed(source: bytes, extra: Iterable[str] = ()) -> list[Entry]:
    """Read a feed's entries; ``extra`` names further elements to keep. Raise NodeError where it is no feed."""
    document = read_xml(source, SHAPE)
    root, fields = next(iter(document.items()))
    wanted = list(extra)
    name = root.rpartition(":")[2].lower()
    if name == "rss":
        return [_rss(entry, wanted) for channel in _all(fields, "channel") for entry in _all(channel, "item")]
    if name == "rdf":
        return [_rss(entry, wanted) for entry in _all(fields, "item")]
    if name == "feed":
        return [_atom(entry, wanted) for entry in _all(fields, "entry")]
    raise NodeError("the answer is neither RSS nor Atom", hint="check the address")


def _rss(entry: Any, extra: list[str]) -> Entry:
    made: Entry = {}
    for name in SAME:
        _keep(made, name, _text(entry, name))
    _keep_whole(made, entry, extra)
    attributes = entry.get("$") if isinstance(entry, dict) else None
    _keep(made, "rdf:about", attributes.get("rdf:about") if isinstance(attributes, dict) else None)
    _keep(made, "creator", _text(entry, "dc:creator"))
    _keep(made, "link", _text(entry, "link"))
    _keep(made, "content", _text(entry, "description") or _text(entry, "content:encoded"))
    for enclosure in _all(entry, "enclosure")[:1]:
        _keep(made, "enclosure", enclosure.get("$") if isinstance(enclosure, dict) else None)
    categories = [_value(one) for one in _all(entry, "category")]
    _keep(made, "categories", [one for one in categories if one])
    for name in ("content", "content:encoded"):
        _keep(made, f"{name}Snippet", _snippet(made.get(name)))
    _keep(made, "isoDate", _iso(made.get("pubDate") or made.get("dc:date")))
    return made


def _atom(entry: Any, extra: list[str]) -> Entry:
    made: Entry = {}
    for name in ("title", "id", "summary"):
        _keep(made, name, _text(entry, name))
    _keep_whole(made, entry, extra)
    links = [one["$"] for one in _all(entry, "link") if isinstance(one, dict) and isinstance(one.get("$"), dict)]
    link = next((one for one in links if one.get("rel", "alternate") == "alternate"), links[0] if links else {})
    _keep(made, "link", link.get("href"))
    _keep(made, "author", next((_text(author, "name") for author in _all(entry, "author")), None))
    _keep(made, "content", _text(entry, "content"))
    _keep(made, "contentSnippet", _snippet(made.get("content")))
    _keep(made, "pubDate", _iso(_text(entry, "published") or _text(entry, "updated")))
    _keep(made, "isoDate", made.get("pubDate"))
    return made


def _keep(made: Entry, name: str, value: Any) -> None:
    if value not in (None, "", []):
        made[name] = value


def _keep_whole(made: Entry, entry: Any, names: Iterable[str]) -> None:
    """Keep elements that somebody named: their text or, where they have none, an object of what they have."""
    for name in names:
        found = next(iter(_all(entry, name)), None)
        _keep(made, name, found.get("_", found) if isinstance(found, dict) else found)


def _all(fields: Any, name: str) -> list[Any]:
    return fields.get(name, []) if isinstance(fields, dict) else []


def _text(fields: Any, name: str) -> str | None:
    found = _all(fields, name)
    return _value(found[0]) if found else None


def _value(element: Any) -> str:
    if isinstance(element, dict):
        attributes = element.get("$")
        return str(element.get("_") or (attributes.get("term", "") if isinstance(attributes, dict) else "")).strip()
    return str(element).strip()


def _snippet(source: Any) -> str | None:
    if not isinstance(source, str):
        return None
    body = parse(source).body
    return re.sub(r"\n{2,}", "\n", (body.text() if body else "") or "").strip()


def _iso(date: Any) -> str | None:
    ms = parse_date(str(date)) if date else math.nan
    return None if math.isnan(ms) else iso_text(utc(ms), 0)
