"""Markdown spans: emphasis, links, pictures and code within lines, as HTML.

Flow: markdown blocks → **markdown spans** → HTML.
"""

import html
import json
import re
from functools import cache
from pathlib import Path

from nodes.transform.markdown_flavour import MarkdownFlavour
from nodes.transform.markdown_kept import Kept

NEW_WINDOW = ' rel="noopener noreferrer" target="_blank"'
_LENGTH = r"(\*|\d+(?:[A-Za-z]{1,4}|%)?)"
SIZE = f"={_LENGTH}x{_LENGTH}"  # of a picture, as =100x* or =50%x20px
_DOMAIN = r"(?:[a-z0-9-]+\.)+[a-z]+"
_CODE = re.compile(r"(?<![\\`])(`+)(?!`)([\s\S]*?[^`])\1(?!`)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()>#+.!~=|:-])")
_ESCAPED_TAG = re.compile(r"\\(</?[^<>]+>)")
_TARGET = re.compile(
    r"[ ]*\([ ]?(?:<([^<>\n]*)>|((?:[^\s()]|\([^\s()]*\))+))"
    rf"(?:\s{SIZE})?\s*(?:\"([^\"]*)\"|'([^']*)')?[ ]?\)"
)
_NAMED = re.compile(r"[ ]?(?:\n *)?\[([^\[\]]*)\]")
_ADDRESS = re.compile(r"<((?:https?://|ftp://|www\.)[^'\">\s<]+)>", re.IGNORECASE)
_MAIL = re.compile(rf"<(?:mailto:)?([\w.-]+@{_DOMAIN})>", re.IGNORECASE)
_BARE = re.compile(r"\b(?:(?:https?|ftp)://|www\.)[^'\">\s<]+\.[^'\">\s<]+", re.IGNORECASE)
_BARE_MAIL = re.compile(rf"(?<!\S)(?:mailto:)?([\w.+-]+@{_DOMAIN})(?!\S)", re.IGNORECASE)
_MENTION = re.compile(r"(?<!\S)(\\)?@([a-z\d](?:[a-z\d.-]*[a-z\d])?)", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--[\s\S]{0,1000}?-->")
_ODD_TAG = re.compile(r"<[^<>]+>")
_EMPHASIS = (("strong><em", 3), ("strong", 2), ("em", 1))
_LONGEST_LABEL = 4000
_LONGEST = 500  # of emphasis that must end at a word's end: to look further takes time by the square of the text


@cache
def _emoji() -> dict[str, str]:
    found: dict[str, str] = json.loads(Path(__file__).with_name("emoji.json").read_text(encoding="utf-8"))
    return found


def code(source: str) -> str:
    """Write code: as it is, but for what HTML would read."""
    return html.escape(source, quote=False)


class Spans:
    """Reads lines; ``references`` are the links that a text names at another place."""

    def __init__(self, flavour: MarkdownFlavour, kept: Kept) -> None:
        self.flavour = flavour
        self.kept = kept
        self.references: dict[str, tuple[str, str, str, str]] = {}
        self.window = NEW_WINDOW if flavour.new_window else ""

    def read(self, text: str) -> str:
        """Give HTML, in which some is kept."""
        flavour, kept = self.flavour, self.kept
        text = _CODE.sub(lambda found: kept.span(f"<code>{code(found[2].strip(' '))}</code>"), text)
        if flavour.escape_tags:
            text = _ESCAPED_TAG.sub(lambda found: kept.span(html.escape(found[1], quote=False)), text)
        text = _ESCAPED.sub(lambda found: kept.span(found[1]), text)
        text = self._addresses(self._links(text))
        text = _TAG.sub(lambda found: kept.span(found.group()), text)
        if flavour.emoji:
            text = re.sub(r":([\w+-]+):", lambda found: _emoji().get(found[1], found[0]), text)
        text = self._emphasis(text)
        if flavour.strikethrough:
            text = re.sub(r"~~([^~](?:[^~]|~(?!~))*)~~", self._deleted, text)
        text = text.replace("...", "…")
        text = _ODD_TAG.sub(lambda found: kept.span(found.group()), text)
        text = re.sub(r"&(?!#?\w+;)", "&amp;", text).replace("<", "&lt;")
        return re.sub(r"\n+" if flavour.line_breaks else r" {2,}\n", "<br />\n", text)

    def _links(self, text: str, depth: int = 0) -> str:
        """Read what stands in brackets, from the outermost on the left."""
        closes, opens = {}, []
        for found in re.finditer(r"[\[\]]", text):
            if found[0] == "[":
                opens.append(found.start())
            elif opens:
                closes[opens.pop()] = found.start()
        parts, at = [], 0
        for start in sorted(closes):
            if start < at:
                continue
            picture = start > at - (not at) and start > 0 and text[start - 1] == "!"
            made = self._link(text, start, closes[start], picture, depth)
            if made:
                parts += [text[at : start - picture], made[0]]
                at = made[1]
        return "".join([*parts, text[at:]])

    def _link(self, text: str, start: int, close: int, picture: bool, depth: int) -> tuple[str, int] | None:
        if close - start > _LONGEST_LABEL:
            return None
        label, end = text[start + 1 : close], close + 1
        target = _TARGET.match(text, end)
        if target:
            address = target[1] if target[1] is not None else target[2]
            found: tuple[str, str, str, str] | None
            found = address, (target[5] or target[6] or "").replace('"', "&quot;"), target[3] or "", target[4] or ""
            end = target.end()
        else:
            named = _NAMED.match(text, end)
            found = self.references.get(_name(named[1] or label)) if named else None
            end = named.end() if named and found else end
            found = found or self.references.get(_name(label))
        if not found:
            return None
        return (self._picture(label, *found) if picture else self._anchor(label, found, depth)), end

    def _anchor(self, label: str, found: tuple[str, str, str, str], depth: int) -> str:
        title = f' title="{found[1]}"' if found[1] else ""
        opening = self.kept.span(f'<a href="{_quoted(found[0])}"{title}{self.window}>')
        shown = self._links(label, depth + 1) if depth < 2 else label
        return f"{opening}{shown}{self.kept.span('</a>')}"

    def _picture(self, label: str, address: str, title: str, width: str, height: str) -> str:
        shown = f'<img src="{_quoted(address)}" alt="{_quoted(label)}"'
        shown += f' title="{title}"' if title else ""
        if width and height:
            sizes = ("auto" if size == "*" else size for size in (width, height))
            shown += ' width="{}" height="{}"'.format(*sizes)
        return self.kept.span(f"{shown} />")

    def _addresses(self, text: str) -> str:
        text = _ADDRESS.sub(lambda found: self._address(found[1]), text)
        text = _MAIL.sub(lambda found: self._mail(found[1]), text)
        if self.flavour.auto_link:
            text = _BARE.sub(lambda found: self._address(found[0], trim=self.flavour.trim_urls), text)
            text = _BARE_MAIL.sub(lambda found: self._mail(found[1]), text)
        if self.flavour.mentions:
            text = _MENTION.sub(self._mention, text)
        return text

    def _address(self, found: str, *, trim: bool = False) -> str:
        kept = found.rstrip(".!?,()[]") if trim else found
        target = f"http://{kept}" if kept.lower().startswith("www.") else kept
        return self.kept.span(f'<a href="{_quoted(target)}"{self.window}>{kept}</a>') + found[len(kept) :]

    def _mail(self, found: str) -> str:
        target, shown = f"mailto:{found}", found
        if self.flavour.encode_mails:
            target, shown = _encoded(target), _encoded(shown)
        return self.kept.span(f'<a href="{target}"{self.window if self.flavour.encode_mails else ""}>{shown}</a>')

    def _mention(self, found: re.Match[str]) -> str:
        if found[1]:
            return found[0][1:]
        target = _quoted(self.flavour.mentions.replace("{u}", found[2]))
        return self.kept.span(f'<a href="{target}"{self.window}>@{found[2]}</a>')

    def _deleted(self, found: re.Match[str]) -> str:
        return f"{self.kept.span('<del>')}{found[1]}{self.kept.span('</del>')}"

    def _emphasis(self, text: str) -> str:
        for mark, plain in (("_", self.flavour.plain_underscores), ("*", self.flavour.plain_stars)):
            for tag, size in _EMPHASIS:
                opening, closing = self.kept.span(f"<{tag}>"), self.kept.span(f"</{_closing(tag)}>")
                text = _pattern(mark, size, plain).sub(rf"{opening}\1{closing}", text)
        return text


def _pattern(mark: str, size: int, plain: bool) -> re.Pattern[str]:
    edge, first = re.escape(mark) * size, r"\S" if size > 1 else rf"[^\s{mark}]"
    if plain and mark == "_":
        return re.compile(rf"\b{edge}({first}[\s\S]{{0,{_LONGEST}}}?){edge}\b", re.ASCII)
    if plain:
        return re.compile(rf"(?<![\w*]){edge}({first}[\s\S]{{0,{_LONGEST}}}?){edge}(?![\w*])", re.ASCII)
    return re.compile(rf"{edge}({first}[\s\S]*?){edge}")


def _closing(tag: str) -> str:
    return "em></strong" if "><" in tag else tag


def _name(label: str) -> str:
    return re.sub(r"[ ]?\n", " ", label).lower()


def _quoted(source: str) -> str:
    return source.replace('"', "&quot;")


def _encoded(source: str) -> str:
    return "".join(f"&#x{ord(c):x};" if at % 2 else f"&#{ord(c)};" for at, c in enumerate(source))
