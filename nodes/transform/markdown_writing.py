"""Markdown writing: HTML as Markdown, in n8n's layout.

Flow: markdown → **markdown writing** (markdown page) → text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from selectolax.lexbor import LexborNode

from nodes.transform.markdown_page import Page, aligned, at_most, indented, quoted, tight
from nodes.transform.markup import parse

BLOCKS = frozenset((
    "address", "article", "aside", "audio", "body", "canvas", "center", "dd", "dir", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "frameset", "header", "hgroup", "html", "main", "menu", "nav", "noframes",
    "output", "p", "section", "tbody", "td", "tfoot", "th", "thead", "tr",
))  # fmt: skip
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LISTS = ("ul", "ol")
OWN = frozenset((*HEADINGS, *LISTS, "li", "pre", "blockquote", "table", "hr"))
HIDDEN = frozenset(("head", "script", "style", "noscript", "meta", "link", "base"))
SHOWN = frozenset((*HEADINGS, *LISTS, "li", "a", "img", "br", "hr", "code", "table", "input"))
LINE_STARTS = re.compile(r"^(\s*)(?=\+\s|[=>-]|#{1,6}\s)")
NUMBERS = re.compile(r"(\d)(?=\.\s)")
MARKS = re.compile(r"[\\`*_~\[\]]")
FIRST_LINES, LAST_LINES = re.compile(r"^[\r\n]+"), re.compile(r"\r?\n\s*$")
LED = re.compile(r"\s*<!doctype[^>]*>[^\S\n]+(?=<)|[^\S\n]+[^\s<]", re.IGNORECASE)
ADDRESS = {ord(mark): f"%{ord(mark):02X}" for mark in "()_*"}
INDENT = 3
DEEPEST = 120  # what is deeper is written as plain text
Escape = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class MarkdownStyle:
    """How things are marked."""

    bullet: str = "*"
    fence: str = "```"
    em: str = "_"
    strong: str = "**"
    fenced: bool = True
    references: bool = False
    keep_data_images: bool = False
    most_newlines: int = 3
    ignored: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    escape: Escape | None = None
    escape_start: Escape | None = None
    replace: tuple[Escape, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an element stands: how deep, in how many lists, in what changes the meaning of its text."""

    depth: int = 0
    lists: int = 0
    counts: tuple[list[int], ...] = ()
    within: Literal["", "pre", "code", "link", "cell"] = ""

    @property
    def flat(self) -> bool:
        return self.within in ("link", "cell")


def write_markdown(source: str, style: MarkdownStyle) -> str:
    """Write HTML as Markdown."""
    body = parse(source).body
    if body is None:
        return ""
    writer, page = _Writer(style), Page()
    if LED.match(source):
        page.add(" ")  # what a browser leaves out is text for n8n: space before words, or after the document's type
    writer.children(body, page, _Place())
    if writer.links:
        if page.last != "\n":
            page.add("\n")
        page.add("\n" + "\n".join(f"[{at}]: {link}" for at, link in enumerate(writer.links, 1)))
    return at_most(page.text().strip("\n"), max(style.most_newlines, 1))


def escape_marks(text: str) -> str:
    """Put a backslash before what Markdown would take as a mark."""
    return MARKS.sub(r"\\\g<0>", text)


def escape_starts(text: str) -> str:
    """Put a backslash before what Markdown would take as a mark of a line, and into what it would take as a number."""
    return NUMBERS.sub(r"\1\\", LINE_STARTS.sub(r"\1\\", text))


class _Writer:
    """Writes elements on pages; collects the links where they are listed at the end."""

    def __init__(self, style: MarkdownStyle) -> None:
        self.style = style
        self.links: list[str] = []

    def children(self, node: LexborNode, page: Page, place: _Place) -> None:
        if place.depth > DEEPEST:
            page.words(node.text() or "")
            return
        deeper = replace(place, depth=place.depth + 1)
        for child in node.iter(include_text=True):
            if child.is_text_node:
                self.text(child.text(deep=False) or "", page, place)
            elif not self._left_out(child):
                self.element(child, page, deeper)

    def inner(self, node: LexborNode, place: _Place) -> str:
        page = Page()
        self.children(node, page, place)
        return page.text()

    def _left_out(self, node: LexborNode) -> bool:
        tag = node.tag or ""
        return tag in HIDDEN or (tag in self.style.ignored and tag not in BLOCKS and tag not in OWN) or _vacant(node)

    def element(self, node: LexborNode, page: Page, place: _Place) -> None:
        tag = node.tag or ""
        own = tag in BLOCKS or tag in OWN
        if tag == "li" and not place.flat:
            self.item(node, page, place)
            return
        apart = 0 if place.flat else 1 if tag in LISTS else 2 if own or tag in self.style.blocks else 0
        page.part(apart)
        if tag in LISTS:
            self.listed(node, page, place)
        elif own and not place.flat:
            self.block(node, page, place)
        else:
            self.inline(node, page, place)
        page.part(apart)

    def block(self, node: LexborNode, page: Page, place: _Place) -> None:
        tag = node.tag or ""
        match tag:
            case "hr":
                page.add("---")
            case "pre":
                self._preformatted(node, page, place)
            case "blockquote":
                page.add(quoted(self.inner(node, place)))
            case "table":
                page.add(self._table(node, place))
            case _:
                if tag in HEADINGS:
                    page.add(f"{'#' * int(tag[1])} {self.inner(node, place)}")
                else:
                    self.children(node, page, place)

    def inline(self, node: LexborNode, page: Page, place: _Place) -> None:
        match node.tag:
            case "br" | "hr":
                page.add({"link": " ", "cell": ""}.get(place.within, "  \n"))
            case "em" | "i":
                page.marked(self.style.em, self.inner(node, place))
            case "strong" | "b":
                page.marked(self.style.strong, self.inner(node, place))
            case "del" | "s" | "strike":
                page.marked("~~", self.inner(node, place))
            case "code" if not place.flat:
                span = _code_span(self.inner(node, replace(place, within=place.within or "code")))
                page.apart(span)
                page.add(span)
            case "img":
                page.add(self._image(node))
            case "a":
                page.add(self.link(node, place))
            case _:
                self.children(node, page, place)

    def text(self, source: str, page: Page, place: _Place) -> None:
        if place.within == "pre":
            page.add(source)
            return
        if source.strip():
            source = LAST_LINES.sub("", FIRST_LINES.sub("", source))
        words = re.sub(r"\s+", " ", source)
        if place.within != "code":
            words = (self.style.escape or escape_marks)(words)
            words = (self.style.escape_start or escape_starts)(words)
            words = words.replace("|", "\\|") if place.within == "cell" else words
            for change in self.style.replace:
                words = change(words)
        page.words(words) if place.within != "link" else page.add(words)

    def _image(self, node: LexborNode) -> str:
        source = node.attributes.get("src") or ""
        if not source or (source.startswith("data:") and not self.style.keep_data_images):
            return ""
        return f"![{node.attributes.get('alt') or ''}]({source}{_title(node)})"

    def link(self, node: LexborNode, place: _Place) -> str:
        target = node.attributes.get("href") or ""
        shown = self.inner(node, replace(place, within="link"))
        if not target:
            return shown
        address = target.translate(ADDRESS)
        if node.text() == target:
            return f"<{address}>"
        if not self.style.references:
            return f"[{shown}]({address}{_title(node)})"
        if address not in self.links:
            self.links.append(address)
        return f"[{shown}][{self.links.index(address) + 1}]"

    def _preformatted(self, node: LexborNode, page: Page, place: _Place) -> None:
        inside = list(node.iter(include_text=True))
        if len(inside) != 1 or inside[0].tag != "code":
            self.children(node, page, replace(place, within="pre"))
            return
        source = inside[0].text() or ""
        if self.style.fenced:
            language = re.search(r"(?:^|\s)language-(\S+)", inside[0].attributes.get("class") or "")
            page.add(f"{self.style.fence}{language.group(1) if language else ''}\n{source}\n{self.style.fence}")
        else:
            page.add(indented(source, 4))

    def listed(self, node: LexborNode, page: Page, place: _Place) -> None:
        count = [0] if node.tag == "ol" else []
        text = self.inner(node, replace(place, lists=place.lists + 1, counts=(*place.counts, count)))
        page.add(indented(text.rstrip("\n"), INDENT * place.lists) if text.strip() else "")

    def item(self, node: LexborNode, page: Page, place: _Place) -> None:
        text = tight(self.inner(node, place))
        if not text:
            return
        count = place.counts[-1] if place.counts else []
        count[:] = [number + 1 for number in count]
        page.part(1)
        page.add(f"{f'{count[0]}.' if count else self.style.bullet} {text}")
        page.part(1)

    def _table(self, node: LexborNode, place: _Place) -> str:
        inside = replace(place, within="cell")
        rows: list[list[str]] = []
        for row in _rows(node):
            cells = [cell for cell in row.iter() if cell.tag in ("td", "th") and not _vacant(cell)]
            if cells:
                rows.append([_cell(self.inner(cell, inside)) for cell in cells])
        if not rows:
            return ""
        width = max(map(len, rows))
        made = aligned([[*row, *[""] * (width - len(row))] for row in rows])
        captions = [self.inner(one, inside).strip() for one in node.iter() if one.tag == "caption"]
        return f"__{captions[-1]}__\n{made}" if captions and captions[-1] else made


def _vacant(node: LexborNode) -> bool:
    """Say whether nothing can come of an element: nothing is in it, and it is nothing by itself."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.is_text_node or one.tag in SHOWN:
            return False
        waiting += one.iter(include_text=True)
    return True


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    for part in table.iter():
        if part.tag == "tr":
            yield part
        elif part.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in part.iter() if row.tag == "tr")


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip())


def _title(node: LexborNode) -> str:
    title = node.attributes.get("title")
    return f' "{title}"' if title else ""


def _code_span(source: str) -> str:
    if not source.strip():
        return "``"
    longest = max((len(run) for run in re.findall("`+", source)), default=0)
    space, mark = " " if longest else "", "`" * (longest + 1)
    return f"{mark}{space}{source}{space}{mark}"
