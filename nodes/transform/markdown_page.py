"""Markdown page: Markdown that grows, and what its layout asks for at each seam.

Flow: markdown writing → **markdown page** → text.
"""

import re

_LINE = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)
_RUN = re.compile(r"(?:[^\S\n]*\n)+")


class Page:
    """Text that is written from its begin to its end."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._line_ends = 0
        self.last = ""

    def add(self, text: str) -> None:
        """Write on."""
        if not text:
            return
        self._parts.append(text)
        self.last = text[-1]
        words = text.rstrip()
        ends = text.count("\n", len(words))
        self._line_ends = ends if words else self._line_ends + ends

    def part(self, line_ends: int) -> None:
        """See to it that so many line ends stand before what follows, unless nothing does."""
        if self._parts:
            self.add("\n" * max(line_ends - self._line_ends, 0))

    def words(self, text: str) -> None:
        """Write words; spaces alone only where none stand yet."""
        if text.strip() or (self._parts and not self.last.isspace()):
            self.add(text)

    def marked(self, mark: str, text: str) -> None:
        """Write what a mark encloses, line by line; a space keeps it apart from a mark of its kind."""
        if not text.strip():
            return
        enclosed = "\n".join(_enclosed(line, mark) for line in text.split("\n"))
        self.apart(enclosed)
        self.add(enclosed)

    def apart(self, text: str) -> None:
        """Write a space where text would run into what stands before it."""
        if self._parts and self.last == text[0] and not text[0].isalnum() and text[0] != "\n":
            self.add(" ")

    def text(self) -> str:
        """Give what is written."""
        return "".join(self._parts)


def _enclosed(line: str, mark: str) -> str:
    found = _LINE.match(line)
    if found is None or not found.group(2):
        return line
    before, core, after = found.groups()
    return f"{before and ' '}{mark}{core}{mark}{after and ' '}"


def quoted(text: str) -> str:
    """Put the mark of a quote before each line."""
    lines = text.strip().split("\n")
    return "\n".join(f">{line}" if re.match(r"[>\s]", line) else f"> {line}" for line in lines)


def tight(text: str) -> str:
    """Give what stands in an item of a list: no empty lines, each line with a line break at its end."""
    lines = [line for line in text.strip().split("\n") if line]
    last = len(lines) - 1
    return "\n".join(line if at == last else _broken(line) for at, line in enumerate(lines))


def _broken(line: str) -> str:
    return f"{line.rstrip() if line.strip() else line}  "


def indented(text: str, width: int) -> str:
    """Put spaces before each line."""
    return re.sub("^", " " * width, text, flags=re.MULTILINE)


def at_most(text: str, line_ends: int) -> str:
    """Leave so many line ends in a row: the first, and the last ones."""

    def cut(run: re.Match[str]) -> str:
        lines = run.group().split("\n")[:-1]
        if len(lines) <= line_ends:
            return run.group()
        return "".join(f"{line}\n" for line in [lines[0], *lines[len(lines) - line_ends + 1 :]])

    return _RUN.sub(cut, text)


def aligned(rows: list[list[str]]) -> str:
    """Give a table whose first row is its head; the length of a cell is that of JavaScript's strings."""
    widths = [max(1, *map(_length, column)) for column in zip(*rows, strict=True)]
    head, *others = [_row(list(map(_padded, row, widths))) for row in rows]
    return "\n".join([head, _row(["-" * width for width in widths]), *others])


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _length(cell))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
