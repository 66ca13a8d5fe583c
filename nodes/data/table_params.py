"""Table parameters: what n8n's parameters say of a data table, its rows and their values.

Flow: dataTable's parameters → **table parameters** → query, values, the table meant.
"""

from collections.abc import Mapping
from typing import Any, Literal

from nodes.sdk import Field, NodeParams
from nodes.sdk.outside import DataTables
from schemas.data_tables import OWN_COLUMNS, Column, ColumnType, Condition, Operator, Query, Table
from schemas.errors import NotFoundError, ParameterError


class Chosen(NodeParams):
    """A table, chosen from the list, by name or by id."""

    mode: Literal["list", "name", "id"] = Field("list", description="What the value is.")
    value: str = Field("", description="Id or name.")
    cached_result_name: str = Field("", description="Its name where it was chosen from the list.")


class OneCondition(NodeParams):
    """A condition."""

    key_name: str = Field("id", description="Column.")
    condition: Operator = Field("eq", description="How it is compared.")
    key_value: Any = Field("", description="With what; in like and ilike % stands for anything, _ for one sign.")


class Conditions(NodeParams):
    """Conditions, as the editor keeps them."""

    conditions: list[OneCondition] = []


class Mapped(NodeParams):
    """What is written into which column."""

    mapping_mode: Literal["defineBelow", "autoMapInputData"] = Field(
        "defineBelow", description="Values that are said here, or the item's fields of the columns' names."
    )
    value: dict[str, Any] | None = Field(None, description="Values by column.")


class OneColumn(NodeParams):
    """A column to make."""

    name: str = ""
    type: ColumnType = "string"


class NewColumns(NodeParams):
    """Columns, as the editor keeps them."""

    column: list[OneColumn] = []

    def made(self) -> list[Column]:
        """Give them."""
        return [Column(one.name, one.type) for one in self.column]


def query(match: str, filters: Conditions) -> Query:
    """Give the rows that conditions mean."""
    conditions = [Condition(one.key_name, one.condition, one.key_value) for one in filters.conditions]
    return Query(conditions, "all" if match == "allConditions" else "any")


def values(mapped: Mapped, json: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Give what is to be written: said by column, or the item's fields; then all of them are columns."""
    if mapped.mapping_mode == "defineBelow":
        return dict(mapped.value or {})
    return {name: value for name, value in json.items() if name not in OWN_COLUMNS}


async def chosen(tables: DataTables, choice: Chosen | str) -> Table:
    """Find a table; one of another installation by the name it had there."""
    choice = Chosen(mode="id", value=choice) if isinstance(choice, str) else choice
    if not choice.value:
        raise ParameterError("no data table is chosen", field="dataTableId", hint="choose one, or make one first")
    known = await tables.tables()
    for one in known if choice.mode != "name" else ():
        if one.id == choice.value:
            return one
    named = choice.value if choice.mode == "name" else choice.cached_result_name or choice.value
    for one in known:
        if one.name == named:
            return one
    raise NotFoundError(
        f'there is no data table "{named}"',
        field="dataTableId",
        hint=f"there are: {', '.join(one.name for one in known[:10])}" if known else "make it first",
    )
