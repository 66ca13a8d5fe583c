"""Markdown writing: HTML as Markdown.

Flow: markdown → **markdown writing** → text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from nodes.transform.markup import DEEPEST, parse

BLOCKS = frozenset((
    "address", "article", "aside", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "header", "html", "main", "nav", "p", "section", "summary",
))  # fmt: skip
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
HIDDEN = frozenset(("head", "script", "style", "template", "noscript", "title", "meta", "link"))
LINE_STARTS = re.compile(r"^(\s*)(?=(?:\+\s)|[=>-]|(?:#{1,6}\s))", re.MULTILINE)
NUMBER_STARTS = re.compile(r"^(\s*\d+)(?=\.\s)", re.MULTILINE)
MARKS = re.compile(r"[\\`*_~\[\]]")
BEFORE_CONTENT = re.compile(
    r"(?:<(?:script|style|title)\b.*?</(?:script|style|title)\s*>|<!--.*?-->|<[^>]*>|(\s+))*", re.DOTALL | re.IGNORECASE
)
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


def write_markdown(source: str, style: MarkdownStyle) -> str:
    """Write HTML as Markdown."""
    body = parse(source).body
    if body is None:
        return ""
    writer = _Writer(style)
    text = writer.blocks(body, 0).strip("\n")
    found = BEFORE_CONTENT.match(source)
    led = found is not None and found.group(1) is not None and writer.starts_with_block
    if writer.links:
        text += "\n\n" + "\n".join(f"[{at}]: {link}" for at, link in enumerate(writer.links, 1))
    most = "\n" * max(style.most_newlines, 1)
    text = re.sub(f"\n{{{len(most) + 1},}}", most, text)
    return f" \n\n{text}" if led and text else text


def escape_marks(text: str) -> str:
    """Put a backslash before what Markdown would take as a mark."""
    return MARKS.sub(r"\\\g<0>", text)


def escape_starts(text: str) -> str:
    """Put a backslash before what Markdown would take as a mark at the start of a line."""
    return NUMBER_STARTS.sub(r"\1\\", LINE_STARTS.sub(r"\1\\", text))


class _Writer:
    """Writes elements; collects the links where they are listed at the end."""

    def __init__(self, style: MarkdownStyle) -> None:
        self.style = style
        self.links: list[str] = []
        self.starts_with_block = False
        self.wrote = False

    def blocks(self, node: LexborNode, depth: int) -> str:
        """Write children as blocks with empty lines between."""
        parts: list[str] = []
        run = ""
        for child in node.iter(include_text=True) if depth < DEEPEST else ():
            if not self.is_block(child):
                run += self.inline(child, depth + 1)
                continue
            parts.append(self.run(run))
            run = ""
            if not self.wrote:
                self.starts_with_block = self.wrote = True
            parts.append(self.block(child, depth + 1))
        parts.append(self.run(run))
        return "\n\n".join(part for part in parts if part.strip("\n"))

    def run(self, source: str) -> str:
        """Finish text that stands between blocks."""
        return (self.style.escape_start or escape_starts)(source.strip())

    def is_block(self, node: LexborNode) -> bool:
        tag = node.tag or ""
        own = tag in BLOCKS or tag in HEADINGS or tag in ("ul", "ol", "pre", "blockquote", "table", "hr")
        return own or tag in self.style.blocks

    def block(self, node: LexborNode, depth: int) -> str:
        tag = node.tag or ""
        if tag in HIDDEN or (tag in self.style.ignored and tag not in HEADINGS):
            return ""
        if tag in HEADINGS:
            return f"{'#' * int(tag[1])} {self.children(node, depth).strip()}".replace("\n", " ")
        match tag:
            case "hr":
                return "---"
            case "pre":
                return self._code(node)
            case "blockquote":
                lines = self.blocks(node, depth).split("\n")
                return "\n".join(f"> {line}".rstrip() for line in lines)
            case "ul" | "ol":
                return self.listed(node, depth)
            case "table":
                return self._table(node, depth)
        return self.blocks(node, depth)

    def children(self, node: LexborNode, depth: int) -> str:
        if depth > DEEPEST:
            return ""
        return "".join(self.inline(child, depth + 1) for child in node.iter(include_text=True))

    def inline(self, node: LexborNode, depth: int) -> str:
        tag = node.tag or ""
        if node.is_text_node:
            return self.text(node.text(deep=False) or "")
        if tag in HIDDEN or tag in self.style.ignored:
            return ""
        match tag:
            case "br":
                return "  \n"
            case "em" | "i":
                return self.wrapped(node, self.style.em, depth)
            case "strong" | "b":
                return self.wrapped(node, self.style.strong, depth)
            case "del" | "s" | "strike":
                return self.wrapped(node, "~~", depth)
            case "code" | "kbd" | "samp":
                return _code_span(node.text() or "")
            case "img":
                return self.image(node)
            case "a":
                return self.link(node, depth)
            case "input":
                return self._checkbox(node)
        if self.is_block(node):
            return f" {self.block(node, depth)} ".replace("\n", " ")
        return self.children(node, depth)

    def text(self, source: str) -> str:
        words = re.sub(r"\s+", " ", source)
        if words.strip():
            self.wrote = True
        return (self.style.escape or escape_marks)(words)

    def wrapped(self, node: LexborNode, mark: str, depth: int) -> str:
        inner = self.children(node, depth)
        core = inner.strip()
        if not core:
            return inner
        left, right = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        return f"{left}{mark}{core}{mark}{right}"

    def _checkbox(self, node: LexborNode) -> str:
        if node.attributes.get("type") != "checkbox":
            return ""
        return "[x] " if "checked" in node.attributes else "[ ] "

    def image(self, node: LexborNode) -> str:
        source = node.attributes.get("src") or ""
        if not source or (source.startswith("data:") and not self.style.keep_data_images):
            return ""
        self.wrote = True
        title = node.attributes.get("title")
        return f"![{node.attributes.get('alt') or ''}]({source}{_title(title)})"

    def link(self, node: LexborNode, depth: int) -> str:
        target = node.attributes.get("href") or ""
        shown = self.children(node, depth)
        if not target:
            return shown
        if not shown.strip():
            return ""
        if (node.text() or "").strip() == target:
            return f"<{target}>"
        if self.style.references:
            if target not in self.links:
                self.links.append(target)
            return f"[{shown.strip()}][{self.links.index(target) + 1}]"
        address = f"<{target}>" if " " in target else target.replace("(", "\\(").replace(")", "\\)")
        return f"[{shown.strip()}]({address}{_title(node.attributes.get('title'))})"

    def _code(self, node: LexborNode) -> str:
        source = (node.text() or "").strip("\n")
        if not self.style.fenced:
            return "\n".join(f"    {line}" for line in source.split("\n"))
        inner = node.css_first("code")
        kinds = ((inner.attributes.get("class") if inner else None) or "").split()
        language = next((kind.removeprefix("language-") for kind in kinds if kind.startswith("language-")), "")
        return f"{self.style.fence}{language}\n{source}\n{self.style.fence}"

    def listed(self, node: LexborNode, depth: int) -> str:
        start = node.attributes.get("start") or "1"
        number = int(start[:9]) if start.isdecimal() else 1
        lines: list[str] = []
        for child in node.iter():
            if child.tag != "li":
                lines.append(self.block(child, depth))
                continue
            mark = f"{number}." if node.tag == "ol" else self.style.bullet
            number += 1
            inner = self.blocks(child, depth)
            tight = re.sub(rf"\n\n(?=\s*(?:[*+-]|\d+\.|{re.escape(self.style.bullet)}) )", "\n", inner)
            pad = " " * (len(mark) + 1)
            lines.append(f"{mark} " + tight.replace("\n", f"\n{pad}"))
        return "\n".join(lines)

    def _table(self, node: LexborNode, depth: int) -> str:
        rows: list[list[str]] = []
        for row in node.css("tr"):
            cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
            rows.append([self.children(cell, depth).strip().replace("|", "\\|").replace("\n", " ") for cell in cells])
        rows = [row for row in rows if row]
        if not rows:
            return ""
        width = max(map(len, rows))
        lines = [_row([*row, *[""] * (width - len(row))]) for row in rows]
        return "\n".join([lines[0], _row(["---"] * width), *lines[1:]])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _title(title: str | None) -> str:
    return f' "{title}"' if title else ""


def _code_span(source: str) -> str:
    longest = max((len(run) for run in re.findall("`+", source)), default=0)
    mark = "`" * (longest + 1)
    space = " " if source.startswith("`") or source.endswith("`") else ""
    return f"{mark}{space}{source}{space}{mark}" if source else ""
