"""Data tables: rows with typed columns that outlive executions, and what is asked of them.

Flow: dataTable node, `/api/v1/data-tables` → **query, change** → store → rows.
What a change does to rows is decided here, so that every store gives the same.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from schemas.errors import ConflictError, NotFoundError, ParameterError

ColumnType = Literal["string", "number", "boolean", "date"]
Operator = Literal["eq", "neq", "like", "ilike", "gt", "gte", "lt", "lte", "isEmpty", "isNotEmpty", "isTrue", "isFalse"]
OWN_COLUMNS: Mapping[str, ColumnType] = {"id": "number", "createdAt": "date", "updatedAt": "date"}
"""Columns that every table has and nobody writes."""
HIDDEN = "~"
"""How the ids of tables begin that nodes keep for themselves: they are not listed."""
MOST_COLUMNS = 100
LONGEST_TEXT = 256 * 1024
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")


class Column(msgspec.Struct):
    """A column."""

    name: str
    type: ColumnType = "string"


class Table(msgspec.Struct, rename="camel"):
    """A table. Times are ISO 8601 in UTC."""

    id: str
    name: str
    columns: list[Column]
    created_at: str
    updated_at: str

    def type_of(self, column: str) -> ColumnType:
        """Give a column's type; raise ParameterError where there is none of that name."""
        found = {one.name: one.type for one in self.columns}.get(column) or OWN_COLUMNS.get(column)
        if found is None:
            names = ", ".join(one.name for one in self.columns)
            raise ParameterError(
                f'the table "{self.name}" has no column "{column}"', field="columns", hint=f"it has: {names}"
            )
        return found


class Row(msgspec.Struct, rename="camel"):
    """A row; ``values`` has every column, None where it holds nothing."""

    id: int
    created_at: str
    updated_at: str
    values: dict[str, Any]

    def get(self, column: str) -> Any:
        """Give a value, also of the table's own columns."""
        if column in OWN_COLUMNS:
            return {"id": self.id, "createdAt": self.created_at, "updatedAt": self.updated_at}[column]
        return self.values.get(column)

    def flat(self) -> dict[str, Any]:
        """Give the row as nodes and the API show it."""
        return {"id": self.id, **self.values, "createdAt": self.created_at, "updatedAt": self.updated_at}


class Condition(msgspec.Struct):
    """What a row has to fulfil."""

    column: str
    operator: Operator = "eq"
    value: Any = None


class Query(msgspec.Struct):
    """Which rows: those that fulfil any of the conditions, or all; every row where there are none."""

    conditions: list[Condition] = []
    match: Literal["any", "all"] = "all"
    order_by: str = "id"
    descending: bool = False
    limit: int | None = None
    offset: int = 0


class TableChange(msgspec.Struct):
    """What is to become of a table; ``name`` and ``columns`` as the kind needs them.

    ``relabel`` gives one column another name.
    """

    kind: Literal["create", "rename", "drop", "clear", "add", "remove", "relabel"]
    name: str = ""
    columns: list[Column] = []


class RowChange(msgspec.Struct):
    """What is to become of rows. ``values``: of each new row, or of every row that ``query`` finds.

    A ``dry`` change tells what it would do, and does nothing.
    """

    kind: Literal["insert", "update", "upsert", "delete"]
    values: list[dict[str, Any]] = []
    query: Query = msgspec.field(default_factory=Query)
    dry: bool = False


class Changed(msgspec.Struct):
    """A row before and after a change; None where there was none, or is none."""

    before: Row | None
    after: Row | None


RESHAPING = frozenset({"add", "remove", "relabel"})
"""Kinds of change of a table that change what its rows hold."""


def listed(tables: Iterable[Table]) -> list[Table]:
    """Leave out the tables that nodes keep for themselves."""
    return [one for one in tables if not one.id.startswith(HIDDEN)]


def iso(now: int) -> str:
    """Write epoch ms as every table does."""
    at = datetime.fromtimestamp(now / 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def altered(table: Table | None, change: TableChange, others: Iterable[Table], table_id: str, now: int) -> Table:
    """Decide what becomes of a table's definition; raise what is wrong with the change."""
    if change.kind in ("create", "rename"):
        _check_name(change.name, [one.name for one in others if one.id != table_id])
    at = iso(now)
    if table is None:
        if change.kind != "create":
            raise NotFoundError(f'there is no data table "{table_id}"', hint="GET /api/v1/data-tables lists them")
        return Table(table_id, change.name, _checked(change.columns), at, at)
    if change.kind == "create":
        raise ConflictError(f'a data table has the id "{table_id}" already', field="id", hint="leave out the id")
    columns = table.columns
    if change.kind == "add":
        columns = _checked([*columns, *change.columns])
    elif change.kind == "remove":
        gone = {one.name for one in change.columns}
        for name in gone:
            table.type_of(name)
        columns = [one for one in columns if one.name not in gone]
    elif change.kind == "relabel":
        old = change.columns[0].name
        if old in OWN_COLUMNS:
            raise ParameterError(f'every table has the column "{old}": it keeps its name', field="rename")
        kept = Column(change.name, table.type_of(old))
        columns = _checked([kept if one.name == old else one for one in columns])
    name = change.name if change.kind == "rename" else table.name
    return Table(table.id, name, columns, table.created_at, at)


def carried(change: TableChange, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a row holds once its table is changed."""
    named = {one.name for one in change.columns}
    if change.kind == "add":
        return {**values, **dict.fromkeys(named)}
    if change.kind == "remove":
        return {name: value for name, value in values.items() if name not in named}
    return {change.name if name in named else name: value for name, value in values.items()}


def decided(table: Table, change: RowChange, found: list[Row], next_id: int, now: int) -> tuple[list[Changed], int]:
    """Decide what becomes of the rows that the change's query found; give that, and the next free id."""
    at = iso(now)
    kind = change.kind
    if kind != "insert" and not change.query.conditions:
        raise ParameterError(
            "a change of rows needs a condition", field="filters", hint="clear the table to empty it whole"
        )
    if kind == "delete":
        return [Changed(row, None) for row in found], next_id
    values = [typed(table, one) for one in change.values]
    if kind == "update" or (kind == "upsert" and found):
        merged = {name: value for one in values for name, value in one.items()}
        after = [Row(row.id, row.created_at, at, {**row.values, **merged}) for row in found]
        return [Changed(old, new) for old, new in zip(found, after, strict=True)], next_id
    empty = {one.name: None for one in table.columns}
    made = [Row(next_id + place, at, at, {**empty, **one}) for place, one in enumerate(values)]
    return [Changed(None, row) for row in made], next_id + len(made)


def typed(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values in their columns' types; raise ParameterError naming the one that does not fit."""
    made = {}
    for name, value in values.items():
        if name in OWN_COLUMNS:
            raise ParameterError(f'nobody writes the column "{name}"', field=f"columns.{name}", hint="leave it out")
        made[name] = _typed(table.type_of(name), value, name)
    return made


def ready(table: Table, query: Query) -> Query:
    """Give a query whose values have their columns' types; raise ParameterError."""
    table.type_of(query.order_by)
    conditions = []
    for one in query.conditions:
        kind = table.type_of(one.column)
        value = str(one.value) if one.operator in ("like", "ilike") else _typed(kind, one.value, one.column)
        conditions.append(Condition(one.column, one.operator, value))
    return msgspec.structs.replace(query, conditions=conditions)


def select(rows: Iterable[Row], query: Query) -> list[Row]:
    """Give the rows of a query that is ready, in its order."""
    found = [row for row in rows if fulfils(row, query)]
    found.sort(key=lambda row: row.id)
    found.sort(key=lambda row: _order(row.get(query.order_by)), reverse=query.descending)
    end = None if query.limit is None else query.offset + query.limit
    return found[query.offset : end]


def fulfils(row: Row, query: Query) -> bool:
    """Say whether a row is one of a query's."""
    if not query.conditions:
        return True
    answers = (_fulfils(row.get(one.column), one) for one in query.conditions)
    return any(answers) if query.match == "any" else all(answers)


def pattern(text: str, *, fold: bool) -> re.Pattern[str]:
    """Compile a text with ``%`` (anything) and ``_`` (one sign)."""
    parts = (".*" if sign == "%" else "." if sign == "_" else re.escape(sign) for sign in text)
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if fold else 0))


def _fulfils(value: Any, one: Condition) -> bool:
    match one.operator:
        case "eq":
            return bool(value == one.value)
        case "neq":
            return bool(value != one.value)
        case "isEmpty":
            return value in (None, "")
        case "isNotEmpty":
            return value not in (None, "")
        case "isTrue" | "isFalse":
            return value is (one.operator == "isTrue")
        case "like" | "ilike":
            return value is not None and bool(pattern(one.value, fold=one.operator == "ilike").fullmatch(str(value)))
    if value is None or one.value is None:
        return False
    above, below = bool(value > one.value), bool(value < one.value)
    return {"gt": above, "gte": not below, "lt": below, "lte": not above}[one.operator]


def _order(value: Any) -> tuple[bool, Any]:
    return value is not None, 0 if value is None else value


def _typed(kind: ColumnType, value: Any, name: str) -> Any:
    if value is None or (value == "" and kind != "string"):
        return None
    made = {"string": _text, "number": _number, "boolean": _boolean, "date": _date}[kind](value)
    if made is None:
        shown = str(value)[:50]
        raise ParameterError(f'"{shown}" is no {kind}, which the column "{name}" holds', field=f"columns.{name}")
    if isinstance(made, str) and len(made) > LONGEST_TEXT:
        raise ParameterError(f'the text for "{name}" is longer than {LONGEST_TEXT} characters', field=f"columns.{name}")
    return made


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(found):
        return None
    return int(found) if found.is_integer() and abs(found) < 2**53 else found


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "1": True, "0": False}.get(str(value).strip().lower())


def _date(value: Any) -> str | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return iso(int(value))
        found = datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError, OSError):
        return None
    at = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return iso(int(at.timestamp() * 1000))


def _check_name(name: str, taken: list[str]) -> None:
    if not name.strip() or len(name) > 128:
        raise ParameterError("a data table needs a name", field="name", hint="of up to 128 characters")
    if name in taken:
        raise ParameterError(f'there is a data table "{name}" already', field="name", hint="choose another name")


def _checked(columns: list[Column]) -> list[Column]:
    names = [one.name.lower() for one in columns]
    for one in columns:
        if not _NAME.fullmatch(one.name) or one.name in OWN_COLUMNS:
            hint = "use up to 63 letters, digits and underscores, a letter first; id, createdAt and updatedAt are there"
            raise ParameterError(f'"{one.name}" cannot be the name of a column', field="columns", hint=hint)
        if names.count(one.name.lower()) > 1:
            raise ParameterError(f'two columns are called "{one.name}"', field="columns", hint="rename one")
    if len(columns) > MOST_COLUMNS:
        raise ParameterError(f"a data table has at most {MOST_COLUMNS} columns", field="columns")
    return columns
