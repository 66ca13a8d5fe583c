"""Markdown blocks: headings, quotes, lists, code and tables of the older Markdown, as HTML.

Flow: markdown reading → **markdown blocks** → markdown spans.
CommonMark reads many texts in another way: two spaces before a mark make no sublist here, other marks no new list, a
quote goes on after an empty line, and what is not closed is text. So blocks are found by rules of their own.
"""

import re
import string

from nodes.transform.markdown_flavour import MarkdownFlavour
from nodes.transform.markdown_kept import Kept
from nodes.transform.markdown_spans import SIZE, Spans, code

DEEPEST = 40
_MARK = r"(?:[*+-]|\d+\.)"
_HTML = re.compile(
    r"^ {0,3}<(pre|div|h[1-6]|blockquote|table|dl|ol|ul|script|noscript|form|fieldset|iframe|math|style|section|header"
    r"|footer|nav|article|aside|address|audio|canvas|figure|hgroup|output|video|details|p)\b([^<>]*)>",
    re.MULTILINE | re.IGNORECASE,
)
_COMMENT = re.compile(r"^ {0,3}<!--", re.MULTILINE)
_RULE_TAG = re.compile(r"^ {0,3}<hr\b[^<>]*>[ ]*(?=\n\n)", re.MULTILINE | re.IGNORECASE)
_FENCED = re.compile(r"(?:\A|\n) {0,3}(```+|~~~+) *([^\s`~]*)\n([\s\S]*?)\n {0,3}\1")
_REFERENCE = re.compile(
    rf"^ {{0,3}}\[([^\]\n]+)\]:[ ]{{0,9}}\n?[ ]{{0,9}}<?([^>\s]+)>?(?: {SIZE})?"
    r"[ ]{0,9}\n?[ ]{0,9}(?:[\"'(]([^\n]+?)[\"')][ ]*)?(?=\n)\n*",
    re.MULTILINE,
)
_QUOTES = re.compile(r"(?:^ {0,3}>[ ]?.+\n(?:.+\n)*\n*)+", re.MULTILINE)
_QUOTE = re.compile(r"^ {0,3}>[\s\S]*?\n\n", re.MULTILINE)
_UNDERLINED = re.compile(r"^(.+)\n(=+|-+)[ ]*\n+", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6})(.+)\n+", re.MULTILINE)
_RULE = re.compile(r"^ {0,2}(?:(?: ?-){3,}|(?: ?\*){3,}|(?: ?_){3,})[ ]*$", re.MULTILINE)
_CODE = re.compile(r"(\n\n|\A)((?: {4}.*\n+)+)")
_TABLE = re.compile(r"^ {0,3}(\|?.*\|.*)\n {0,3}(\|?[-=:| ]+)\n((?:.*\|.*(?:\n|\Z))*)", re.MULTILINE)
_OWN_ID = re.compile(r"\{([^{}]+)\}[ ]*$")
_NO_MARKS = dict.fromkeys(map(ord, set(string.punctuation) - set("-_")))
_TASK = re.compile(r"[ ]*\[([xX ]?)\]")
_BOX = '<input type="checkbox" disabled style="margin: 0px 0.35em 0.25em -1.6em; vertical-align: middle;"'


class Blocks:
    """Reads blocks; ``level`` counts the lists around, ``depth`` also the quotes."""

    def __init__(self, flavour: MarkdownFlavour) -> None:
        self.flavour = flavour
        self.kept = Kept()
        self.spans = Spans(flavour, self.kept)
        self.level = 0
        self.depth = 0
        self.ids: dict[str, int] = {}
        sublist = 1 if flavour.short_sublists else 3
        self._item = re.compile(
            rf"(\n)?(^ {{0,{sublist}}}){_MARK}[ ]+([\s\S]+?\n{{1,2}})(?=\n*(?:\Z| {{0,{sublist}}}{_MARK}[ ]+))",
            re.MULTILINE,
        )
        self._kinds = {
            "ul": re.compile(rf"^ {{0,{sublist}}}[*+-][ ]+", re.MULTILINE),
            "ol": re.compile(rf"^ {{0,{sublist}}}\d+\.[ ]+", re.MULTILINE),
        }
        self._list = re.compile(
            rf"^( {{0,3}}{_MARK}[ ]+[\s\S]+?(?:\Z|\n{{2,}}(?=\S)(?![ ]*{_MARK}[ ]+)))", re.MULTILINE
        )

    def document(self, source: str) -> str:
        """Read a whole text."""
        text = self.kept.cleaned(source.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", "&nbsp;"))
        text = re.sub(r"^[ \t]+$", "", f"\n\n{text}\n\n".replace("\t", "    "), flags=re.MULTILINE)
        text = self.html(self.fences(text))
        text = _REFERENCE.sub(self._reference, re.sub(r"\n{20,}", "\n" * 19, text))
        return self.kept.restored(self.blocks(text)).strip("\n")

    def blocks(self, text: str) -> str:
        """Read blocks within blocks."""
        self.depth += 1
        if self.depth < DEEPEST:
            quote = _QUOTE if self.flavour.split_quotes else _QUOTES
            text = quote.sub(lambda found: self._quote(found.group()), text)
            text = _UNDERLINED.sub(lambda f: self._heading(1 if f[2][0] == "=" else 2, f[1].strip()), text)
            text = _HEADING.sub(self._marked, text)
            text = _RULE.sub(lambda _: self.kept.block("<hr />"), text)
            text = self.lists(text)
            text = _CODE.sub(self._code, text)
            if self.flavour.tables:
                text = _TABLE.sub(self._table, text)
        self.depth -= 1
        return self.paragraphs(text)

    def fences(self, text: str) -> str:
        """Keep fenced code."""
        if not self.flavour.fences:
            return text

        def one(found: re.Match[str]) -> str:
            language = f' class="{found[2]} language-{found[2]}"' if found[2] else ""
            return self.kept.block(f"<pre><code{language}>{code(found[3].strip(chr(10)).rstrip())}\n</code></pre>")

        return _FENCED.sub(one, text)

    def html(self, text: str) -> str:
        """Keep elements that are blocks, with all that is in them."""
        parts, at, missed = [], 0, 0
        while missed < 20 and (found := _HTML.search(text, at)):
            end = _closed(text, found)
            if end < 0:
                missed += 1
                parts.append(text[at : found.end()])
                at = found.end()
                continue
            parts += [text[at : found.start()], self._element(text[found.start() : end], found)]
            at = end
        text = "".join([*parts, text[at:]])
        return _RULE_TAG.sub(lambda f: self.kept.block(f.group()), self._comments(text))

    def _comments(self, text: str) -> str:
        parts, at = [], 0
        while found := _COMMENT.search(text, at):
            end = text.find("-->", found.end()) + 3
            if end < 3:
                break
            alone = re.compile(r"[ ]*$", re.MULTILINE).match(text, end)
            parts += [text[at : found.start()], self.kept.block(text[found.start() : end])] if alone else [text[at:end]]
            at = end
        return "".join([*parts, text[at:]])

    def _element(self, whole: str, found: re.Match[str]) -> str:
        if not re.search(r"\bmarkdown\b", found[2]):
            return self.kept.block(whole)
        opening = len(found.group())
        inner, closing = whole[opening:].rsplit("<", 1)
        return self.kept.block(f"{whole[:opening]}{self.blocks(f'{inner}{chr(10) * 2}')}<{closing}")

    def _reference(self, found: re.Match[str]) -> str:
        name, address, width, height, title = found.groups()
        self.spans.references[name.lower()] = address, (title or "").replace('"', "&quot;"), width or "", height or ""
        return ""

    def _quote(self, text: str) -> str:
        inner = re.sub(r"^[ ]*>[ ]?", "", text, flags=re.MULTILINE)
        inner = self.blocks(self.fences(re.sub(r"^[ ]+$", "", inner, flags=re.MULTILINE)) + "\n\n")
        shown = re.sub(r"^", "  ", self.kept.restored(inner.strip("\n")), flags=re.MULTILINE)
        shown = re.sub(r"\s*<pre>[\s\S]+?</pre>", lambda f: re.sub(r"^  ", "", f[0], flags=re.MULTILINE), shown)
        return self.kept.block(f"<blockquote>\n{shown}\n</blockquote>")

    def _marked(self, found: re.Match[str]) -> str:
        rest = found[2]
        if self.flavour.heading_space and not re.match(r" +[^ ]", rest):
            return found.group()
        text = rest.strip().rstrip("#").rstrip() if rest.strip() else " "
        return self._heading(len(found[1]), text)

    def _heading(self, level: int, text: str) -> str:
        flavour = self.flavour
        own = _OWN_ID.search(text) if flavour.own_ids else None
        name = self._unique(own[1] if own else text, own is not None)
        shown = self.spans.read(text[: own.start()].rstrip() if own else text)
        tag = f"h{level + flavour.first_level - 1}"
        attribute = "" if flavour.no_ids else f' id="{name}"'
        return self.kept.block(f"<{tag}{attribute}>{shown}</{tag}>")

    def _unique(self, text: str, own: bool) -> str:
        flavour = self.flavour
        raw = flavour.raw_prefix or not flavour.id_prefix
        prefix = flavour.id_prefix if raw else re.sub(r"[^\w-]", "", flavour.id_prefix.replace(" ", "-"))
        if flavour.github_ids and not own:
            name = text.replace(" ", "-").translate(_NO_MARKS).lower()
        elif flavour.raw_ids and not own:
            name = re.sub(r"[\"']", "-", text.replace(" ", "-")).lower()
        else:
            name = re.sub(r"\W", "", text, flags=re.ASCII).lower()
        count = self.ids.get(prefix + name, 0)
        self.ids[prefix + name] = count + 1
        return f"{prefix}{name}-{count}" if count else prefix + name

    def lists(self, text: str) -> str:
        """Read lists; they need no empty line before them."""
        return self._list.sub(lambda found: self._lists(found[1], trim=self.level > 0), text)

    def _lists(self, text: str, *, trim: bool) -> str:
        kind = "ul" if re.match(r" {0,3}[*+-]", text) else "ol"
        made, rest = [], text.rstrip("\n") + "\n"
        while rest:
            other = self._kinds["ol" if kind == "ul" else "ul"].search(rest)
            end = other.start() if other and other.start() else len(rest)
            number = re.match(r" *(\d+)\.", rest) if kind == "ol" else None
            start = f' start="{int(number[1][:9])}"' if number and number[1] != "1" else ""
            items = self._items(rest[:end])
            made.append(f"<{kind}{start}>\n{items.rstrip() if trim else items}</{kind}>")
            kind, rest = "ol" if kind == "ul" else "ul", rest[end:]
        return self.kept.block("\n".join(made))

    def _items(self, text: str) -> str:
        self.level += 1
        text = text.rstrip("\n") + "\n"
        loose = re.search(r"\n[ ]*\n(?!\Z)", text) is not None
        made = self._item.sub(lambda found: self._one(found, loose), text)
        self.level -= 1
        return made

    def _one(self, found: re.Match[str], loose: bool) -> str:
        item, style = found[3], ""
        task = _TASK.match(item) if self.flavour.task_lists else None
        if task:
            style = ' class="task-list-item" style="list-style-type: none;"'
            box = f"{_BOX}{' checked' if task[1] in ('x', 'X') else ''}>"
            item = self.kept.span(box) + item[task.end() :]
        item = re.sub(r"^ {1,4}", "", item, flags=re.MULTILINE)
        if found[1] or "\n\n" in item:
            item = self.blocks(self.fences(item) + "\n\n")
        elif self.depth < DEEPEST and self.level < DEEPEST:
            item = self.lists(item).rstrip("\n")
            item = self.paragraphs(item) if loose else self.spans.read(self.kept.joined(item))
        else:
            item = self.spans.read(item.rstrip("\n"))
        return f"<li{style}>{item}</li>\n"

    def _code(self, found: re.Match[str]) -> str:
        source = re.sub(r"^ {1,4}", "", found[2], flags=re.MULTILINE).strip("\n")
        return found[1] + self.kept.block(f"<pre><code>{code(source)}\n</code></pre>")

    def _table(self, found: re.Match[str]) -> str:
        heads, marks = _cells(found[1]), _cells(found[2])
        if len(marks) < len(heads) or not all(re.fullmatch(r":?[-=]{2,}:?", mark) for mark in marks):
            return found.group()
        styles = [_aligned(mark) for mark in marks]
        shown = [
            f"<th{self._table_id(head)}{style}>{self.spans.read(head)}</th>"
            for head, style in zip(heads, styles, strict=False)
        ]
        rows = []
        for line in found[3].strip("\n").split("\n") if found[3].strip("\n") else []:
            cells = _cells(line)
            cells += [""] * (len(heads) - len(cells))
            filled = (f"<td{style}>{self.spans.read(cell)}</td>" for cell, style in zip(cells, styles, strict=False))
            rows.append("\n".join(["<tr>", *filled, "</tr>"]))
        return self.kept.block(
            "\n".join(
                ["<table>", "<thead>", "<tr>", *shown, "</tr>", "</thead>", "<tbody>", *rows, "</tbody>", "</table>"]
            )
        )

    def _table_id(self, head: str) -> str:
        name = head.replace(" ", "_").lower()
        return f' id="{name}"' if self.flavour.table_ids else ""

    def paragraphs(self, text: str) -> str:
        """Read what is left: paragraphs with empty lines between."""
        made = []
        for part in re.split(r"\n{2,}", text.strip("\n")):
            if self.kept.is_block(part):
                made.append(part)
            elif part.strip():
                made.append(f"<p>{self.spans.read(part).lstrip(' ')}</p>")
        return "\n".join(made)


def _closed(text: str, found: re.Match[str]) -> int:
    """Find the end of an element that a tag opens; -1 where it stays open."""
    depth = 0
    for tag in re.compile(rf"<(/?){found[1]}\b[^<>]*>", re.IGNORECASE).finditer(text, found.start()):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end()
    return -1


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    return [cell.strip() for cell in (line[:-1] if line.endswith("|") else line).split("|")]


def _aligned(mark: str) -> str:
    left, right = mark.startswith(":"), mark.endswith(":")
    side = "center" if left and right else "left" if left else "right" if right else ""
    return f' style="text-align:{side};"' if side else ""
