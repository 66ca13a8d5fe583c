"""Data table: read and write rows of tables that outlive executions, and the tables themselves.

Flow: any node → **dataTable** → any node.  An effect; the task's id makes that a change is made once.
"""

import hashlib
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from nodes.data.table_params import Chosen, Conditions, Mapped, NewColumns, chosen, query, values
from nodes.files import binary
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, Run, node
from nodes.sdk.outside import DataTables
from schemas.data_tables import Changed, RowChange, Table, TableChange

Operation = Literal[
    "clear", "create", "delete", "deleteRows", "get", "insert", "list", "rowExists", "rowNotExists", "update", "upsert"
]
WRITES: dict[str, Literal["update", "upsert", "delete"]] = {
    "update": "update",
    "upsert": "upsert",
    "deleteRows": "delete",
}


class TableOptions(NodeParams):
    """Rarely needed choices."""

    dry_run: bool = Field(False, description="Change nothing; give each row before and after.")
    optimize_bulk: bool = Field(False, description="Give how many rows were made, not the rows (insert).")
    create_if_not_exists: bool = Field(True, description="Take the table that is there already (create).")
    filter_name: str = Field("", description="Only tables whose name has this in it (list).")
    sort_field: Literal["createdAt", "name", "updatedAt"] = Field("name", description="Order of tables (list).")
    sort_direction: Literal["asc", "desc"] = Field("asc", description="Direction of that order.")


class DataTable(NodeParams):
    """What to do with which rows of which table."""

    resource: Literal["row", "table"] = Field("row", description="Rows, or the tables themselves.")
    operation: Operation | None = Field(None, description="What to do.")
    data_table_id: Chosen | str = Field(Chosen(), description="The table.")
    match_type: Literal["anyCondition", "allConditions"] = Field(
        "anyCondition", description="Whether one condition is enough."
    )
    filters: Conditions = Field(Conditions(), description="Conditions of the rows.")
    columns: Mapped | NewColumns = Field(Mapped(), description="What is written, or the columns of a new table.")
    return_all: bool | None = Field(None, description="Give all of them (tables unless said).")
    limit: int = Field(50, ge=1, description="How many to give.")
    order_by: bool = Field(False, description="Give rows in an order.")
    order_by_column: str = Field("createdAt", description="Column of that order.")
    order_by_direction: Literal["ASC", "DESC"] = Field("DESC", description="Direction of that order.")
    table_name: str = Field("", description="Name of a new table.")
    new_name: str = Field("", description="New name of the table.")
    options: TableOptions = TableOptions()

    def what(self) -> str:
        """Give the operation."""
        return self.operation or ("insert" if self.resource == "row" else "list")


@node(
    "dataTable",
    group="data",
    title="Data table",
    runs="effect",
    repeat="keyed",
    versions=(1, 1.1),
    examples=[
        Example(
            title="makes a row",
            params={"dataTableId": {"mode": "name", "value": "People"}, "columns": {"value": {"name": "Ada"}}},
            given=[{}],
            then=[
                {
                    "id": 1,
                    "name": "Ada",
                    "age": None,
                    "createdAt": "1970-01-01T00:00:00.000Z",
                    "updatedAt": "1970-01-01T00:00:00.000Z",
                }
            ],
        ),
        Example(
            title="lets items through that have no row",
            params={
                "operation": "rowNotExists",
                "dataTableId": {"mode": "name", "value": "People"},
                "filters": {"conditions": [{"keyName": "name", "keyValue": "={{ $json.who }}"}]},
            },
            given=[{"who": "Ada"}, {"who": "Bob"}],
            then=[{"who": "Ada"}, {"who": "Bob"}],
        ),
        Example(
            title="a value has its column's type",
            params={"dataTableId": {"mode": "name", "value": "People"}, "columns": {"value": {"age": "old"}}},
            given=[{}],
            fails='"old" is no number',
        ),
    ],
)
async def data_table(parameters: Parameters[DataTable], items: Items, run: Run, tables: DataTables) -> Items:
    """Read or write rows of a data table, or tables themselves."""
    if items and parameters(0).what() == "insert" and not run.continue_on_fail:
        return await _insert_all(parameters, items, run, tables)

    async def one(index: int, item: Item) -> Items:
        params, key = parameters(index), f"{run.task}/{index}"
        if params.resource == "table":
            found = [await _of_tables(params, key, tables)] if params.what() != "list" else await _list(params, tables)
        else:
            table = await chosen(tables, params.data_table_id)
            if params.what() in ("rowExists", "rowNotExists"):
                there = await tables.find(table.id, replace(query(params.match_type, params.filters), limit=1))
                passes = bool(there) == (params.what() == "rowExists")
                return [Item(item.json, item.binary, index)] if passes else []
            found = await _of_rows(params, item, table, key, tables)
        return [Item(json=json, paired=index) for json in found]

    return await binary.each(items, run, one)


async def _insert_all(parameters: Parameters[DataTable], items: Items, run: Run, tables: DataTables) -> Items:
    """Make the rows of all items, in one change for each table: all of them or none."""
    by_table: dict[str, list[int]] = {}
    rows: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        params = parameters(index)
        table = await chosen(tables, params.data_table_id)
        rows.append(values(_mapped(params), item.json, table))
        by_table.setdefault(table.id, []).append(index)
    made: dict[int, Item] = {}
    for name, indexes in by_table.items():
        change = RowChange("insert", [rows[at] for at in indexes])
        changed = await tables.write(name, change, f"{run.task}/{name}")
        for at, row in zip(indexes, _shown(changed, dry=False), strict=True):
            made[at] = Item(json=row, paired=at)
    if parameters(0).options.optimize_bulk:
        return [Item(json={"success": True, "insertedRows": len(made)}, paired=list(range(len(items))))]
    return [made[at] for at in sorted(made)]


async def _of_rows(params: DataTable, item: Item, table: Table, key: str, tables: DataTables) -> list[dict[str, Any]]:
    operation = params.what()
    if operation == "get":
        wanted = query(params.match_type, params.filters)
        if params.order_by:
            wanted = replace(wanted, order_by=params.order_by_column, descending=params.order_by_direction == "DESC")
        wanted = replace(wanted, limit=None if params.return_all else params.limit)
        return [row.flat() for row in await tables.find(table.id, wanted)]
    if operation == "insert":
        change = RowChange("insert", [values(_mapped(params), item.json, table)])
        return _shown(await tables.write(table.id, change, key), dry=False)
    given = [] if operation == "deleteRows" else [values(_mapped(params), item.json, table)]
    dry = params.options.dry_run
    change = RowChange(WRITES[operation], given, query(params.match_type, params.filters), dry)
    return _shown(await tables.write(table.id, change, key), dry=dry)


async def _of_tables(params: DataTable, key: str, tables: DataTables) -> dict[str, Any]:
    if params.what() == "create":
        for one in await tables.tables() if params.options.create_if_not_exists else ():
            if one.name == params.table_name:
                return _table(one)
        columns = params.columns.made() if isinstance(params.columns, NewColumns) else []
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        return _table(await tables.alter(name, TableChange("create", params.table_name, columns)))
    table = await chosen(tables, params.data_table_id)
    match params.what():
        case "update":
            await tables.alter(table.id, TableChange("rename", params.new_name))
            return {"success": True, "name": params.new_name}
        case "delete":
            await tables.alter(table.id, TableChange("drop"))
            return {"success": True, "deletedTableId": table.id}
    await tables.alter(table.id, TableChange("clear"))
    return {"success": True, "clearedTableId": table.id}


async def _list(params: DataTable, tables: DataTables) -> list[dict[str, Any]]:
    options = params.options
    wanted = options.filter_name.lower()
    found = [_table(one) for one in await tables.tables() if wanted in one.name.lower()]
    found.sort(key=lambda one: str(one[options.sort_field]).lower(), reverse=options.sort_direction == "desc")
    return found if params.return_all in (None, True) else found[: params.limit]


def _mapped(params: DataTable) -> Mapped:
    return params.columns if isinstance(params.columns, Mapped) else Mapped()


def _table(table: Table) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(table)
    return shown


def _shown(changed: list[Changed], *, dry: bool) -> list[dict[str, Any]]:
    if not dry:
        return [row.flat() for one in changed if (row := one.after or one.before) is not None]
    pairs = ((row, state) for one in changed for row, state in ((one.before, "before"), (one.after, "after")))
    return [{**row.flat(), "dryRunState": state} for row, state in pairs if row is not None]
