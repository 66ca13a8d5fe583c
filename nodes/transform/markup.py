"""Markup: HTML as text, the way people read it, and finding elements by CSS.

Flow: html, htmlExtract, markdown → **markup** → elements, text.
"""

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from nodes.sdk import NodeError

LARGEST = 16 * 1024 * 1024
DEEPEST = 200
MOST_OPEN, MOST_ATTRIBUTES = 2000, 2000  # reading takes time by the square of either
MOST_HAS = 1  # each looks through all that is below an element, for each that the others look at
_LONG_TAG = re.compile(rf"<[A-Za-z][^<>]{{{MOST_ATTRIBUTES * 2},}}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_BETWEEN = re.compile(r"[\s/]+")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_NEVER_OPEN = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "body",
    "html", "head", "rt", "rp",
))  # fmt: skip
_BLOCKS = frozenset((
    "article", "aside", "blockquote", "body", "div", "footer", "form", "header", "html", "main", "nav", "ol",
    "section", "table", "ul",
))  # fmt: skip
_SPACED = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "table"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_HIDDEN = frozenset(("script", "style", "template", "noscript", "title"))
_LAST = re.compile(r":(first|last|eq\((-?\d+)\))\s*$")
_CONTAINS = re.compile(r":contains\(")


def parse(source: str) -> LexborHTMLParser:
    """Read HTML as browsers do."""
    if len(source) > LARGEST:
        raise NodeError(f"HTML of more than {LARGEST // 1024 // 1024} MB is too large")
    refuse_slow(source)
    return LexborHTMLParser(source)


def refuse_slow(source: str) -> None:
    """Raise NodeError for HTML that is read in more than the time of its length."""
    if source.count("<") > MOST_OPEN and _depth(source) > MOST_OPEN:
        raise NodeError(f"HTML with more than {MOST_OPEN} open elements is refused")
    for tag in _LONG_TAG.findall(source):
        if len(_BETWEEN.findall(_QUOTED.sub("", tag))) > MOST_ATTRIBUTES:
            raise NodeError(f"an HTML element with more than {MOST_ATTRIBUTES} attributes is refused")


def _depth(source: str) -> int:
    """Count how many elements are open at most, but those that close by themselves."""
    deepest = depth = 0
    for closing, name in _TAG.findall(source):
        if name.lower() in _NEVER_OPEN:
            continue
        depth = max(depth - 1, 0) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def select(root: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """Find elements by CSS; also by ``:contains(…)`` and, at the end, ``:first``, ``:last`` and ``:eq(n)``."""
    if selector.count(":has(") > MOST_HAS:
        raise NodeError(
            f"a CSS selector with more than {MOST_HAS} :has() is refused", field="cssSelector", hint="select in steps"
        )
    mark = _LAST.search(selector)
    plain = _CONTAINS.sub(":lexbor-contains(", selector[: mark.start()] if mark else selector)
    try:
        found = root.css(plain.strip() or "*")
    except SelectolaxError:
        raise NodeError(f'"{selector}" is not a CSS selector that can be read', field="cssSelector") from None
    if not mark:
        return found
    at = int(mark.group(2)) if mark.group(2) else -1 if mark.group(1) == "last" else 0
    return found[at : at + 1 or None]


def without(source: str, selectors: Iterable[str]) -> str:
    """Give HTML without the elements that selectors find."""
    tree = parse(source)
    for selector in selectors:
        for element in select(tree, selector):
            element.decompose()
    return tree.html or ""


def readable(element: LexborNode, skip: Iterable[str] = (), *, inner: bool = False) -> str:
    """Write an element as plain text: headings in capitals, links and images with their address, lists with marks.

    With ``inner`` what is in it counts, not what it is.
    """
    hidden = {node.mem_id for selector in skip for node in select(element, selector)}
    text = _Text(hidden)
    for node in element.iter(include_text=True) if inner else [element]:
        text.walk(node, 0)
    return text.finished()


class _Text:
    """Text in lines; ``gap`` is how many line ends must come before the next word."""

    def __init__(self, hidden: set[int]) -> None:
        self.hidden = hidden
        self.parts: list[str] = []
        self.gap = 0
        self.space = False
        self.numbers: list[int | None] = []

    def finished(self) -> str:
        return "".join(self.parts).strip()

    def walk(self, node: LexborNode, depth: int, capital: bool = False) -> None:
        if node.mem_id in self.hidden or node.tag in _HIDDEN:
            return
        tag = node.tag or ""
        if depth > DEEPEST:
            self.words(node.text() or "", capital)
            return
        if node.is_text_node:
            self.words(node.text(deep=False) or "", capital)
        elif tag == "br":
            self.gap = max(self.gap, 1)
            self.space = False
        elif tag == "hr":
            self.breaks(2)
            self.words("-" * 40)
            self.breaks(2)
        elif tag == "img":
            self.image(node)
        elif tag == "pre":
            self.breaks(2)
            self.raw(node.text() or "")
            self.breaks(2)
        else:
            self.element(node, tag, depth, capital)

    def element(self, node: LexborNode, tag: str, depth: int, capital: bool) -> None:
        wanted = 2 if tag in _SPACED else 1 if tag in _BLOCKS or tag == "li" else 0
        self.breaks(wanted)
        if tag == "li":
            self.raw(self.marker())
        if tag in ("ol", "ul"):
            start = node.attributes.get("start") or "1"
            self.numbers.append((int(start[:9]) if start.isdecimal() else 1) if tag == "ol" else None)
        before = len(self.parts)
        for child in node.iter(include_text=True):
            self.walk(child, depth + 1, capital or tag in _HEADINGS)
        if tag in ("ol", "ul"):
            self.numbers.pop()
        if tag == "a":
            self.link(node, "".join(self.parts[before:]).strip())
        if wanted and len(self.parts) == before and self.parts:  # what is empty keeps its place
            self.parts.append("\n" * self.gap)
            self.gap = 0
        self.breaks(wanted)

    def marker(self) -> str:
        number = self.numbers[-1] if self.numbers else None
        if number is None:
            return " * "
        self.numbers[-1] = number + 1
        return f" {number}. "

    def image(self, node: LexborNode) -> None:
        source, words = node.attributes.get("src"), node.attributes.get("alt")
        self.words(" ".join(part for part in (words, f"[{source}]" if source else "") if part))

    def link(self, node: LexborNode, shown: str) -> None:
        target = node.attributes.get("href")
        if target and target != shown and not target.startswith("#"):
            self.words(f" [{target}]" if shown else f"[{target}]")

    def breaks(self, count: int) -> None:
        if self.parts and count:
            self.gap = max(self.gap, count)
            self.space = False

    def words(self, source: str, capital: bool = False) -> None:
        found = source.split()
        if not found:
            self.space = self.space or (bool(source) and not self.gap)
            return
        text = " ".join(found)
        leading = source[0].isspace() or self.space
        spaced = bool(self.parts) and not self.parts[-1].endswith(" ")
        before = "\n" * self.gap if self.gap else " " if leading and spaced else ""
        self.parts.append(before + (text.upper() if capital else text))
        self.gap, self.space = 0, source[-1].isspace()

    def raw(self, source: str) -> None:
        self.parts.append("\n" * self.gap + source)
        self.gap, self.space = 0, False
