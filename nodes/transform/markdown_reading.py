"""Markdown reading: Markdown as HTML, in the flavour that Showdown reads.

Flow: markdown → **markdown reading** → HTML.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from nodes.sdk import NodeError

LARGEST = 4 * 1024 * 1024
DOCUMENT = '<!DOCTYPE HTML>\n<html>\n<head>\n<meta charset="utf-8">\n</head>\n<body>\n{body}\n</body>\n</html>'
EMOJI = {
    "smile": "😄", "grin": "😁", "joy": "😂", "wink": "😉", "heart": "❤️", "thumbsup": "👍", "+1": "👍", "-1": "👎",
    "thumbsdown": "👎", "tada": "🎉", "rocket": "🚀", "fire": "🔥", "star": "⭐️", "warning": "⚠️", "bug": "🐛",
    "white_check_mark": "✅", "x": "❌", "cry": "😢", "100": "💯", "wave": "👋", "clap": "👏", "eyes": "👀",
}  # fmt: skip
_URL = re.compile(r"\b(?:https?://|ftp://|www\.)[^\s<>\"'`]+", re.IGNORECASE)
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_MENTION = re.compile(r"(?<![\w/@])@([A-Za-z\d](?:[A-Za-z\d-]{0,38}))")
_TIGHT_HEADING = re.compile(r"^( {0,3}#{1,6})(?=[^#\s])", re.MULTILINE)
_IMAGE_SIZE = re.compile(r"(!\[[^\]\n]*\]\([^)\s]+)\s+=(\d+|\*)(%|px|em)?x(\d+|\*)(%|px|em)?(\s+\"[^\"]*\")?\)")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_OWN_ID = re.compile(r"\s*\{([^{}]*)\}\s*$")


@dataclass(frozen=True, slots=True)
class MarkdownFlavour:
    """What is read, and how it is shown."""

    new_window: bool = False
    auto_link: bool = False
    trim_urls: bool = False
    escape_tags: bool = False
    document: bool = False
    own_ids: bool = False
    emoji: bool = False
    encode_mails: bool = True
    fences: bool = True
    github_ids: bool = False
    mentions: str = ""
    task_lists: bool = False
    first_level: int = 1
    heading_space: bool = False
    plain_stars: bool = False
    plain_underscores: bool = False
    no_ids: bool = False
    image_sizes: bool = False
    id_prefix: str = ""
    raw_ids: bool = False
    raw_prefix: bool = False
    line_breaks: bool = False
    strikethrough: bool = False
    table_ids: bool = False
    tables: bool = False


def read_markdown(source: str, flavour: MarkdownFlavour) -> str:
    """Give HTML."""
    if len(source) > LARGEST:
        raise NodeError(f"Markdown of more than {LARGEST // 1024 // 1024} MB is too large")
    reader = MarkdownIt("commonmark", {"html": True, "xhtmlOut": True, "breaks": flavour.line_breaks})
    if flavour.tables:
        reader.enable("table")
    if flavour.strikethrough:
        reader.enable("strikethrough")
    if not flavour.fences:
        reader.disable("fence")
    shown = _Shown(flavour, reader)
    tokens = reader.parse(_prepared(source, flavour))
    body = shown.render(tokens).strip()
    return DOCUMENT.format(body=body) if flavour.document else body


def _prepared(source: str, flavour: MarkdownFlavour) -> str:
    """Change what CommonMark reads in another way; code blocks stay as they are."""
    lines, fence = [], ""
    for line in source.replace("\r\n", "\n").split("\n"):
        found = _FENCE.match(line)
        if found and (not fence or fence == found.group(1)):
            fence = "" if fence else found.group(1)
        lines.append(line if fence or found or line.startswith("    ") else _line(line, flavour))
    return "\n".join(lines)


def _line(line: str, flavour: MarkdownFlavour) -> str:
    if not flavour.heading_space:
        line = _TIGHT_HEADING.sub(r"\1 ", line)
    if flavour.image_sizes:
        line = _IMAGE_SIZE.sub(r'\1 "=\2\3x\4\5\6")', line)
    if flavour.plain_underscores:
        line = re.sub(r"(?<=\w)_(?=\w)", r"\\_", line)
    if flavour.plain_stars:
        line = re.sub(r"(?<=\w)\*(?=\w)", r"\\*", line)
    if flavour.escape_tags:
        line = re.sub(r"\\<(/?[A-Za-z][^<>]*)>", r"&lt;\1&gt;", line)
    return line


class _Shown:
    """Tokens as HTML: with ids, links and lists as the flavour wants them."""

    def __init__(self, flavour: MarkdownFlavour, reader: MarkdownIt) -> None:
        self.flavour = flavour
        self.reader = reader
        self.renderer = RendererHTML()
        self.ids: dict[str, int] = {}

    def render(self, tokens: list[Token]) -> str:
        """Give the tokens as HTML."""
        for at, token in enumerate(tokens):
            if token.type == "heading_open":
                self.heading(token, tokens[at + 1], tokens[at + 2])
            elif token.type == "th_open" and self.flavour.table_ids:
                token.attrSet("id", re.sub(r"\W+", "_", tokens[at + 1].content.strip()).lower())
            elif token.type == "fence":
                language = token.info.split()[0] if token.info.split() else ""
                if language:
                    token.attrSet("class", language)
            elif token.type == "inline":
                task = self.flavour.task_lists and at >= 2 and tokens[at - 2].type == "list_item_open"
                box = self.task(tokens[at - 2], token) if task else []
                token.children = [*box, *self.inline(token.children or [])]
        return self.renderer.render(tokens, self.reader.options, {})

    def heading(self, opening: Token, content: Token, closing: Token) -> None:
        flavour = self.flavour
        own = _OWN_ID.search(content.content) if flavour.own_ids else None
        text = content.content
        if own and content.children:
            text = text[: own.start()]
            last = content.children[-1]
            last.content = _OWN_ID.sub("", last.content)
        if not flavour.no_ids:
            plain = "".join(child.content for child in content.children or [])
            opening.attrSet("id", self.unique(own.group(1) if own else self.identifier(plain)))
        level = min(int(opening.tag[1]) + max(flavour.first_level, 1) - 1, 6)
        opening.tag = closing.tag = f"h{level}"

    def identifier(self, text: str) -> str:
        flavour = self.flavour
        prefix = flavour.id_prefix if flavour.raw_prefix else re.sub(r"\s", "-", flavour.id_prefix).lower()
        if flavour.github_ids:
            name = re.sub(r"[&+$,/:;=?@\"#{}|^~\[\]`\\*)(%.!'<>]", "", text.replace(" ", "-")).lower()
        elif flavour.raw_ids:
            name = re.sub(r"[\"'<>&]", "", text.replace(" ", "-")).lower()
        else:
            name = re.sub(r"\W", "", text).lower()
        return prefix + name

    def unique(self, name: str) -> str:
        count = self.ids.get(name, 0)
        self.ids[name] = count + 1
        return f"{name}-{count}" if count else name

    def task(self, item: Token, content: Token) -> list[Token]:
        first = content.children[0] if content.children else None
        found = re.match(r"\[([ xX])\]\s+", first.content) if first and first.type == "text" else None
        if not first or not found:
            return []
        item.attrSet("class", "task-list-item")
        item.attrSet("style", "list-style-type: none;")
        first.content = first.content[found.end() :]
        mark = " checked" if found.group(1) != " " else ""
        style = "margin: 0px 0.35em 0.25em -1.6em; vertical-align: middle;"
        return [_raw(f'<input type="checkbox" disabled style="{style}"{mark}> ')]

    def inline(self, children: Sequence[Token]) -> list[Token]:
        made: list[Token] = []
        inside = 0
        for child in children:
            inside += child.nesting if child.type.startswith("link") else 0
            if child.type == "link_open" and self.flavour.new_window:
                child.attrSet("rel", "noopener noreferrer")
                child.attrSet("target", "_blank")
            if child.type == "link_open" and str(child.attrs.get("href", "")).startswith("mailto:"):
                made += self.mail_link(child)
            elif child.tag == "s":
                child.tag = "del"
                made.append(child)
            elif child.type == "image" and self.flavour.image_sizes:
                made.append(_sized(child))
            elif child.type == "text" and not inside:
                made += self.text(child.content)
            elif child.type == "text" and child.level and self.flavour.encode_mails and _MAIL.fullmatch(child.content):
                made.append(_raw(_encoded(child.content)))
            else:
                child.content = _dots(child.content) if child.type == "text" else child.content
                made.append(child)
        return made

    def mail_link(self, child: Token) -> list[Token]:
        target = str(child.attrs["href"])
        if not self.flavour.encode_mails:
            return [child]
        rest = "".join(f' {name}="{html.escape(str(value))}"' for name, value in child.attrs.items() if name != "href")
        return [_raw(f'<a href="{_encoded(target)}"{rest}>')]

    def text(self, source: str) -> list[Token]:
        shown = html.escape(_dots(source), quote=False)
        if self.flavour.emoji:
            shown = re.sub(r":([\w+-]+):", lambda found: EMOJI.get(found.group(1), found.group()), shown)
        extra = ' rel="noopener noreferrer" target="_blank"' if self.flavour.new_window else ""
        if self.flavour.auto_link:
            shown = _URL.sub(lambda found: self.address(found.group(), extra), shown)
        if self.flavour.mentions:
            pattern = html.escape(self.flavour.mentions)
            shown = _MENTION.sub(
                lambda found: f'<a href="{pattern.replace("{u}", found.group(1))}"{extra}>@{found.group(1)}</a>', shown
            )
        return [_raw(shown)]

    def address(self, found: str, extra: str) -> str:
        rest = ""
        if self.flavour.trim_urls:
            kept = found.rstrip(".!?,;:()[]{}")
            found, rest = kept, found[len(kept) :]
        target = found if "://" in found else f"http://{found}"
        return f'<a href="{target}"{extra}>{found}</a>{rest}'


def _raw(source: str) -> Token:
    return Token(type="html_inline", tag="", nesting=0, content=source)


def _dots(source: str) -> str:
    return source.replace("...", "…")


def _encoded(source: str) -> str:
    return "".join(f"&#x{ord(c):X};" if at % 2 else f"&#{ord(c)};" for at, c in enumerate(source))


def _sized(child: Token) -> Token:
    title = str(child.attrs.get("title") or "")
    found = re.match(r"=(\d+|\*)(%|px|em)?x(\d+|\*)(%|px|em)?(?:\s+\"?([^\"]*)\"?)?$", title)
    if found:
        attrs: dict[str, Any] = {key: value for key, value in child.attrs.items() if key != "title"}
        for name, size, unit in (("width", found[1], found[2]), ("height", found[3], found[4])):
            attrs[name] = "auto" if size == "*" else size + (unit if unit in ("%", "em") else "")
        child.attrs = {**attrs, **({"title": found[5]} if found[5] else {})}
    return child
