"""Table files: a data table as CSV, and CSV as rows and columns of one.

Flow: data table ⇄ **table files** ⇄ `/api/v1/data-tables/…/csv`.
The first line names the columns. Nothing between two commas is no value; the columns that every table has are written
for the reader's sake, and passed over when they come back.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from gateway.problems import refuse
from schemas.data_tables import OWN_COLUMNS, Column, ColumnType, Row, Table, typed
from schemas.errors import ParameterError

MOST_ROWS = 50_000
_KINDS: tuple[ColumnType, ...] = ("number", "boolean", "date")
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*")
_TRUTHS = {"true", "false"}


def write_csv(table: Table, rows: Iterable[Row]) -> str:
    """Write rows with a line of names above them."""
    names = ["id", *(one.name for one in table.columns), "createdAt", "updatedAt"]
    made = io.StringIO()
    lines = csv.writer(made)
    lines.writerow(names)
    lines.writerows([_written(row.get(name)) for name in names] for row in rows)
    return made.getvalue()


def read_csv(text: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Give the names of columns and the rows; raise a problem that names the line that does not fit."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        names = [name.strip() for name in next(lines, [])]
        if not any(names):
            raise refuse("InvalidBody", "the first line names no columns", field="csv", hint="begin with a,b,c")
        rows = []
        for cells in lines:
            if len(cells) > len(names):
                raise refuse(
                    "InvalidBody", f"line {lines.line_num} has more values than there are columns", field="csv"
                )
            if cells:
                rows.append(
                    {name: cell or None for name, cell in zip(names, cells, strict=False) if name not in OWN_COLUMNS}
                )
            if len(rows) > MOST_ROWS:
                hint = "bring it in parts, or keep it in a database"
                raise refuse("TooLarge", f"more than {MOST_ROWS} rows at a time are too many", field="csv", hint=hint)
    except csv.Error as bad:
        raise refuse("InvalidBody", f"line {lines.line_num} is no CSV: {bad}", field="csv") from None
    return [name for name in names if name not in OWN_COLUMNS], rows


def columns_of(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> tuple[list[Column], list[dict[str, Any]]]:
    """Find columns for what was read, and rows under the names that these can have."""
    known = {name: _name(name, place) for place, name in enumerate(names)}
    renamed = [{known[name]: value for name, value in row.items()} for row in rows]
    columns = [Column(known[name], _kind([row.get(name) for row in rows])) for name in names]
    return columns, renamed


def check(table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Raise a problem that names the first line whose values do not fit."""
    for place, row in enumerate(rows):
        try:
            typed(table, row)
        except ParameterError as bad:
            raise refuse("InvalidBody", f"row {place + 1}: {bad.message}", field="csv", hint=bad.hint) from None


def _written(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _name(name: str, place: int) -> str:
    made = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    return (made if made[:1].isalpha() else f"column_{made}" if made else f"column_{place + 1}")[:63]


def _kind(values: Sequence[str | None]) -> ColumnType:
    given = [value for value in values if value]
    fits = {"number": _is_number, "boolean": lambda text: text.lower() in _TRUTHS, "date": _is_date}
    return next((kind for kind in _KINDS if given and all(map(fits[kind], given))), "string")


def _is_number(text: str) -> bool:
    # What begins with a nought is a number of somebody, not of something: it keeps its noughts as a text.
    return re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d+)?", text) is not None


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        typed(Table("", "", [Column("at", "date")], "", ""), {"at": text})
    except ParameterError:
        return False
    return True
