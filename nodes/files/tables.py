"""Tables: rows of cells as items, and items as rows.

Flow: sheets or CSV → rows → **tables** → records of items; records → **tables** → header and rows → sheets.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from nodes.sdk import NodeError
from nodes.transform.field_types import number_text

Cell = str | int | float | bool | None
Row = Sequence[Cell]
MOST_CELLS = 5_000_000
MOST_ROWS = 1_048_576
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})?\$?(\d{1,7})?")
_PARENTHESES = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows become records: with a header, with empty cells, of which part of the sheet."""

    header: bool = True
    empty_cells: bool = False
    range: str = ""


def records(rows: Iterable[Row], layout: Layout) -> Iterator[dict[str, Any]]:
    """Make a record of each row that is not blank; without a header, its cells are a list in `row`."""
    body = _cut(_counted(rows), layout)
    if not layout.header:
        yield from _lists(body, layout)
        return
    first = next(body, [])
    names = header(first)
    total = 0
    for cells in body:
        if len(cells) > len(names) and any(cell is not None for cell in cells[len(names) :]):
            names = header([*first, *[None] * (len(cells) - len(first))])
        if all(cell is None for cell in cells):
            continue
        if layout.empty_cells:
            total += len(names)  # each row is as wide as the widest
            _bounded(total)
            yield {name: _filled(cell, layout) for name, cell in zip_longest(names, cells[: len(names)])}
        else:
            yield {name: cell for name, cell in zip(names, cells, strict=False) if cell is not None}


def _lists(rows: Iterator[Row], layout: Layout) -> Iterator[dict[str, Any]]:
    if not layout.empty_cells:
        yield from ({"row": list(_trimmed(cells))} for cells in rows)
        return
    kept = list(rows)
    width = max(map(len, kept), default=0)
    _bounded(width * len(kept))
    yield from ({"row": [_filled(cell, layout) for cell in [*row, *[None] * (width - len(row))]]} for row in kept)


def header(cells: Row) -> list[str]:
    """Name columns by the first row: what holds nothing and what occurs twice is numbered."""
    names: list[str] = []
    taken: dict[str, int] = {}
    for cell in cells:
        name = own = "__EMPTY" if cell is None else shown(cell)
        while own in taken:
            own = f"{name}_{taken[name]}"
            taken[name] += 1
        taken.setdefault(name, 1)
        taken.setdefault(own, 1)
        names.append(own)
    return names


def rows_of(items: Iterable[dict[str, Any]], *, with_header: bool = True) -> list[list[Cell]]:
    """Lay records out: a column for each field in the order they first occur, nested fields by their path."""
    flat = [flattened(record) for record in items]
    columns = list(dict.fromkeys(name for record in flat for name in record))
    _bounded(len(columns) * (len(flat) + 1))
    rows: list[list[Cell]] = [[record.get(name) for name in columns] for record in flat]
    return [list(columns), *rows] if with_header and columns else rows


def flattened(record: dict[str, Any] | list[Any], path: str = "", depth: int = 0) -> dict[str, Cell]:
    """Give the leaves of nested objects and lists by their path: `a.b`, `list.0`."""
    if depth > 100:
        raise NodeError("the fields are nested too deeply for a table")
    made: dict[str, Cell] = {}
    pairs = record.items() if isinstance(record, dict) else enumerate(record)
    for key, value in pairs:
        name = f"{path}{key}"
        if isinstance(value, dict | list):
            made |= flattened(value, f"{name}.", depth + 1)
        elif not (isinstance(value, float) and not math.isfinite(value)):
            made[name] = value
    return made


def shown(cell: Cell) -> str:
    """Write a cell as text."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case int():
            return str(cell)
        case float():
            return number_text(cell)
    return cell


def guessed(text: str) -> Cell:
    """Read a cell of a format without types: numbers (also `1,234`, `$5`, `20%`, `(3)`), TRUE and FALSE, else text."""
    plain = text.strip()
    if plain in ("TRUE", "FALSE"):
        return plain == "TRUE"
    if not any(letter.isascii() and letter.isdigit() for letter in plain):
        return text
    factor, bare = 1.0, re.sub(r"(\d),(?=\d)", r"\1", plain).replace("$", "")
    factor = 100.0 ** bare.count("%")
    bare = bare.replace("%", "")
    if found := _PARENTHESES.fullmatch(bare):
        factor, bare = -factor, found[1]
    number = _number(bare.strip())
    return text if number is None else whole(number / factor)


def whole(value: float) -> int | float:
    """Give a number as an int where it is one."""
    return int(value) if abs(value) < 2**53 and value == int(value) else value


def column_name(at: int) -> str:
    """Name a column as spreadsheets do: A, B … Z, AA."""
    name, at = "", at + 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name


def _number(text: str) -> float | None:
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return None
    found = float(text)
    return found if math.isfinite(found) else None


def _filled(cell: Cell, layout: Layout) -> Cell:
    return "" if cell is None and layout.empty_cells else cell


def _trimmed(cells: Row) -> Row:
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]


def _bounded(cells: int) -> None:
    if cells > MOST_CELLS:
        raise NodeError(f"a table of more than {MOST_CELLS} cells is too large")


def _counted(rows: Iterable[Row]) -> Iterator[Row]:
    total = 0
    for count, cells in enumerate(rows):
        total += len(cells)
        if total > MOST_CELLS or count >= MOST_ROWS:
            raise NodeError(f"a table of more than {MOST_CELLS} cells or {MOST_ROWS} rows is too large")
        yield cells


def _cut(rows: Iterator[Row], layout: Layout) -> Iterator[Row]:
    """Keep a part of the sheet: `A2:C9`, or a number of rows to leave out."""
    reference, at = layout.range.strip(), -1
    if not reference:
        yield from rows
        return
    if reference.isdecimal():
        left, top, right, bottom = 0, int(reference), None, None
    else:
        (left, top), (right, bottom) = _corners(reference)
    for at, cells in enumerate(rows):
        if bottom is not None and at > bottom:
            return
        if at >= top:
            yield cells[left : None if right is None else right + 1]
    if bottom is not None and not layout.header:  # as rows, the range is given to its end
        yield from _counted([] for _ in range(max(at + 1, top), bottom + 1))


def _corners(reference: str) -> tuple[tuple[int, int], tuple[int | None, int | None]]:
    first, _, last = reference.rpartition("!")[2].partition(":")
    start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
    if not start or not end or not first:
        raise NodeError(f'"{reference}" is not a range', field="options.range", hint="write it as A1:C5")
    return (_column(start[1]) or 0, int(start[2] or 1) - 1), (_column(end[1]), int(end[2]) - 1 if end[2] else None)


def _column(letters: str | None) -> int | None:
    if not letters:
        return None
    at = 0
    for letter in letters.upper():
        at = at * 26 + ord(letter) - 64
    return at - 1
