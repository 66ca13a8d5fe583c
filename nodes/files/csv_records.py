"""CSV: text with delimiters as records, and rows as text.

Flow: text → **csv records** → records of items, or NodeError; rows → **csv records** → text.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nodes.files.tables import MOST_CELLS, MOST_ROWS, Row, guessed, shown
from nodes.sdk import NodeError

LARGEST_FIELD = 16 * 1024 * 1024
DELIMITERS = ",;\t|"
ANY = -1


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How the text is read. ``skip`` is how many records with errors are passed over (ANY: all), None for none."""

    delimiter: str = ","
    header: bool = True
    empty_cells: bool = False
    relaxed_quotes: bool = False
    from_line: int = 0
    most_rows: int = ANY
    skip: int | None = None


def records(text: str, layout: CsvLayout) -> Iterator[dict[str, Any]]:
    """Read the records of a CSV text: every value is text; raise NodeError at a record that does not fit."""
    names: list[str] | None = None
    skipped = count = 0
    for line, cells, trouble in _lines(_from(text, layout.from_line), layout):
        if 0 <= layout.most_rows <= count:
            return
        if not trouble and names is not None and len(cells) != len(names):
            trouble = f"it has {len(cells)} fields, the header has {len(names)}"
        if trouble:
            skipped += 1
            if layout.skip is None or 0 <= layout.skip < skipped:
                raise _refusal(line + max(layout.from_line - 1, 0), trouble)
            continue
        if layout.header and names is None:
            names = [str(cell) for cell in cells]
            continue
        count += 1
        if names is None:
            yield {"row": cells if layout.empty_cells else {str(at): cell for at, cell in enumerate(cells) if cell}}
        else:
            pairs = zip(names, cells, strict=True)
            yield {name: cell for name, cell in pairs if cell or layout.empty_cells}


def guessed_rows(text: str, *, raw: bool = False) -> Iterator[Row]:
    """Read CSV as a spreadsheet does: the delimiter is found out, and numbers are numbers."""
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count) if any(mark in first for mark in DELIMITERS) else ","
    for line, cells, trouble in _lines(text, CsvLayout(delimiter, relaxed_quotes=True)):
        if trouble:
            raise _refusal(line, trouble)
        yield [(cell if raw else guessed(cell)) if cell else None for cell in cells]


def written(rows: Iterable[Row], delimiter: str) -> str:
    """Write rows as text; what holds a delimiter, a quote or a line's end is quoted."""
    special = {*delimiter, '"', "\n", "\r"}

    def field(value: str) -> str:
        return '"' + value.replace('"', '""') + '"' if special & set(value) else value

    return "\n".join(delimiter.join(field(shown(cell)) for cell in row) for row in rows)


def delimiter_of(given: str) -> str:
    """Read the delimiter's parameter; `\\t` stands for a tab."""
    return {"\\t": "\t", "": ","}.get(given, given)


def _lines(text: str, layout: CsvLayout) -> Iterator[tuple[int, list[str], str]]:
    """Give line number, fields and trouble of each record that is not empty."""
    if len(layout.delimiter) != 1 or layout.delimiter in '"\r\n':
        raise NodeError("a delimiter is one character", field="options.delimiter", hint="choose , ; | or a tab")
    csv.field_size_limit(LARGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=not layout.relaxed_quotes)
    total = count = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as bad:
            yield reader.line_num, [], str(bad)
            continue
        if cells:
            total, count = total + len(cells), count + 1
            if total > MOST_CELLS or count > MOST_ROWS:
                raise NodeError(
                    f"a CSV of more than {MOST_CELLS} fields or {MOST_ROWS} rows is too large",
                    hint="read it in parts: options.fromLine and options.maxRowCount",
                )
            yield reader.line_num, cells, ""


def _from(text: str, line: int) -> str:
    parts = text.split("\n", max(line - 1, 0))
    return parts[-1] if len(parts) == max(line, 1) else ""


def _refusal(line: int, trouble: str) -> NodeError:
    return NodeError(
        f"line {line} of the CSV cannot be read: {trouble}",
        hint="check delimiter and quotes, or switch on the option to skip records with errors",
    )
