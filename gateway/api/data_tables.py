"""Data tables: tables of rows that workflows read and write, and people as well.

Flow: `/api/v1/data-tables` → **data tables** → store.
"""

from typing import Any, Literal
from urllib.parse import quote

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from gateway.endpoints import Endpoint, Outcome
from gateway.table_files import check, columns_of, read_csv, write_csv
from schemas.data_tables import Changed, Column, ColumnType, Condition, Operator, Query, Row, RowChange, TableChange
from schemas.data_tables import Table as Kept
from schemas.errors import NotFoundError
from schemas.identifiers import new_id
from streams.stores.protocol import DataTables

PATH = "/api/v1/data-tables"
CSV = "text/csv"


class DataTableColumn(msgspec.Struct):
    """A column: its type is string, number, boolean or date."""

    name: str
    type: str


class DataTable(msgspec.Struct, rename="camel"):
    """A table; every row has id, createdAt and updatedAt besides its columns."""

    id: str
    name: str
    columns: list[DataTableColumn]
    created_at: str
    updated_at: str


class DataTableList(msgspec.Struct, rename="camel"):
    """Every table, by name."""

    data: list[DataTable]
    next_cursor: str | None = None


class DataTableRows(msgspec.Struct, rename="camel"):
    """Rows; ``next_offset`` is where the next ones begin, None at the end."""

    data: list[dict[str, Any]]
    next_offset: int | None = None


class ColumnBody(BaseModel):
    """A column to make."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Letters, digits and underscores, a letter first.")
    type: ColumnType = Field("string", description="What it holds.")


class TableBody(BaseModel):
    """A table to make."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Name.")
    columns: list[ColumnBody] = Field(default_factory=list, description="Columns.")


class RenameBody(BaseModel):
    """Another name for a column."""

    model_config = ConfigDict(extra="forbid")

    column: str = Field(description="Column.")
    to: str = Field(description="Its new name.")


class TableChangeBody(BaseModel):
    """What is to change of a table, in this order."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, description="New name.")
    add: list[ColumnBody] = Field(default_factory=list, description="Columns to add.")
    remove: list[str] = Field(default_factory=list, description="Columns to remove, with what they hold.")
    rename: list[RenameBody] = Field(default_factory=list, description="Columns to give another name.")
    clear: bool = Field(False, description="Remove every row.")


class ConditionBody(BaseModel):
    """A condition."""

    model_config = ConfigDict(extra="forbid")

    column: str = Field(description="Column.")
    operator: Operator = Field("eq", description="How it is compared.")
    value: Any = Field(None, description="With what.")


class RowsBody(BaseModel):
    """Which rows, and how many of them."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    conditions: list[ConditionBody] = Field(default_factory=list, description="Conditions; every row without any.")
    match: Literal["any", "all"] = Field("all", description="Whether one of them is enough.")
    order_by: str = Field("id", alias="orderBy", description="Column of the order.")
    descending: bool = Field(False, description="Backwards.")
    limit: int = Field(100, ge=1, le=1000, description="How many rows.")
    offset: int = Field(0, ge=0, description="How many to pass over.")

    def query(self) -> Query:
        """Give the query."""
        conditions = [Condition(one.column, one.operator, one.value) for one in self.conditions]
        return Query(conditions, self.match, self.order_by, self.descending, self.limit, self.offset)


class RowChangeBody(BaseModel):
    """What is to become of rows."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["insert", "update", "upsert", "delete"] = Field(description="What is done.")
    values: list[dict[str, Any]] = Field(
        default_factory=list, max_length=10_000, description="Values of new rows, or of every row that is found."
    )
    conditions: list[ConditionBody] = Field(default_factory=list, description="Which rows (all but insert).")
    match: Literal["any", "all"] = Field("all", description="Whether one of the conditions is enough.")
    dry: bool = Field(False, description="Only tell what would happen.")


class CsvBody(BaseModel):
    """Rows as CSV; the first line names the columns."""

    model_config = ConfigDict(extra="forbid")

    csv: str = Field(description="The text.")


class NewCsvBody(CsvBody):
    """A table to make of CSV."""

    name: str = Field(description="Name of the table.")


class Brought(msgspec.Struct):
    """How many rows came in."""

    rows: int


class ChangedRows(msgspec.Struct):
    """Rows before and after, each null where there was none, or is none."""

    data: list[dict[str, Any]]


class DataTablesResource:
    """The resource."""

    def __init__(self, tables: DataTables) -> None:
        self._tables = tables

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one, tag, changes = f"{PATH}/{{table}}", "data tables", (404, 409, 422)
        return [
            Endpoint("GET", PATH, self.browse, tag, {200: DataTableList}),
            Endpoint("POST", PATH, self.create, tag, {201: DataTable}, (409, 422)),
            Endpoint("POST", f"{PATH}/csv", self.make_of_csv, tag, {201: DataTable}, (409, 413, 422)),
            Endpoint("GET", one, self.get, tag, {200: DataTable}, (404,)),
            Endpoint("PATCH", one, self.update, tag, {200: DataTable}, changes),
            Endpoint("DELETE", one, self.delete, tag, {204: None}, (404,)),
            Endpoint("POST", f"{one}/query", self.find, tag, {200: DataTableRows}, (404, 422)),
            Endpoint("POST", f"{one}/rows", self.change, tag, {200: ChangedRows}, (404, 422)),
            Endpoint("GET", f"{one}/csv", self.as_csv, tag, {200: CSV}, (404,)),
            Endpoint("POST", f"{one}/csv", self.add_csv, tag, {200: Brought}, (404, 413, 422)),
        ]

    async def browse(self) -> Outcome:
        """List data tables by name."""
        return Outcome(DataTableList([_shown(one) for one in await self._tables.tables()]))

    async def create(self, body: TableBody) -> Outcome:
        """Make a data table."""
        name = new_id()
        made = await self._tables.alter(name, TableChange("create", body.name, _columns(body.columns)))
        return Outcome(_shown(made), 201, {"Location": f"{PATH}/{name}"})

    async def make_of_csv(self, body: NewCsvBody) -> Outcome:
        """Make a data table of CSV: the first line names its columns, whose types are found in their values."""
        columns, rows = columns_of(*read_csv(body.csv))
        name = new_id()
        made = await self._tables.alter(name, TableChange("create", body.name, columns))
        await self._tables.write(name, RowChange("insert", rows))
        return Outcome(_shown(made), 201, {"Location": f"{PATH}/{name}"})

    async def get(self, table: str) -> Outcome:
        """Read a data table's definition."""
        return Outcome(_shown(await self._known(table)))

    async def update(self, table: str, body: TableChangeBody) -> Outcome:
        """Rename a data table, add, remove or rename columns, or empty it."""
        if body.name is not None:
            await self._tables.alter(table, TableChange("rename", body.name))
        if body.add:
            await self._tables.alter(table, TableChange("add", columns=_columns(body.add)))
        if body.remove:
            await self._tables.alter(table, TableChange("remove", columns=[Column(name) for name in body.remove]))
        for one in body.rename:
            await self._tables.alter(table, TableChange("relabel", one.to, [Column(one.column)]))
        if body.clear:
            await self._tables.alter(table, TableChange("clear"))
        return await self.get(table)

    async def delete(self, table: str) -> Outcome:
        """Remove a data table with its rows."""
        await self._tables.alter(table, TableChange("drop"))
        return Outcome(None, 204)

    async def find(self, table: str, body: RowsBody) -> Outcome:
        """Give the rows that fulfil conditions."""
        rows = await self._tables.find(table, body.query())
        following = body.offset + len(rows) if len(rows) == body.limit else None
        return Outcome(DataTableRows([row.flat() for row in rows], following))

    async def change(self, table: str, body: RowChangeBody) -> Outcome:
        """Insert, update, upsert or delete rows; all of it or none."""
        conditions = [Condition(one.column, one.operator, one.value) for one in body.conditions]
        change = RowChange(body.kind, body.values, Query(conditions, body.match), body.dry)
        return Outcome(ChangedRows([_pair(one) for one in await self._tables.write(table, change)]))

    async def as_csv(self, table: str) -> Response:
        """Give every row of a data table as CSV, with a line of names above them."""
        known = await self._known(table)
        text = write_csv(known, await self._tables.find(table, Query()))
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(known.name)}.csv"}
        return Response(text, media_type=CSV, headers=headers)

    async def add_csv(self, table: str, body: CsvBody) -> Outcome:
        """Add rows of CSV to a data table; all of them or none."""
        known = await self._known(table)
        _, rows = read_csv(body.csv)
        check(known, rows)
        await self._tables.write(table, RowChange("insert", rows))
        return Outcome(Brought(len(rows)))

    async def _known(self, table: str) -> Kept:
        for one in await self._tables.tables():
            if one.id == table:
                return one
        raise NotFoundError(f'there is no data table "{table}"', hint=f"GET {PATH} lists them")


def _columns(given: list[ColumnBody]) -> list[Column]:
    return [Column(one.name, one.type) for one in given]


def _shown(table: Kept) -> DataTable:
    columns = [DataTableColumn(one.name, one.type) for one in table.columns]
    return DataTable(table.id, table.name, columns, table.created_at, table.updated_at)


def _pair(changed: Changed) -> dict[str, Any]:
    def flat(row: Row | None) -> dict[str, Any] | None:
        return None if row is None else row.flat()

    return {"before": flat(changed.before), "after": flat(changed.after)}
