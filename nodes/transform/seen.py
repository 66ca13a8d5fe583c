"""Seen: what items of earlier executions had, and which items of this run are new to it.

Flow: removeDuplicates → **seen** → data tables (one that nobody lists, for each node or workflow) → new items, others.
Each run writes down all that it has, under its task's id, and then looks at what stood there before its own first row.
Of two runs at once one is the earlier; a run that is made again finds its own rows. So every value is new exactly once.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Literal

from nodes.sdk import NodeError, Run
from nodes.sdk.outside import DataTables
from nodes.transform.duplicates import mark_of
from nodes.transform.field_types import moment, number
from schemas.data_tables import HIDDEN, Column, ColumnType, Condition, Query, RowChange, TableChange
from schemas.errors import ConflictError, NotFoundError, ParameterError

Logic = Literal[
    "removeItemsWithAlreadySeenKeyValues", "removeItemsUpToStoredIncrementalKey", "removeItemsUpToStoredDate"
]


def place_of(run: Run, scope: str, logic: Logic) -> tuple[str, ColumnType]:
    """Name the table of a node or a workflow, and the type of what it holds."""
    growing = logic != "removeItemsWithAlreadySeenKeyValues"
    named = [str(run.workflow.get("id") or ""), "" if scope == "workflow" else run.node, growing]
    digest = hashlib.sha256(mark_of(named)).hexdigest()[:24]
    return f"{HIDDEN}{digest}", "number" if growing else "string"


async def new_ones(
    tables: DataTables, run: Run, place: tuple[str, ColumnType], values: Sequence[Any], size: int
) -> list[bool]:
    """Say of each value whether it is new: never seen, or, where the values grow, above all that were."""
    table, kind = place
    rows = [{"value": value} for value in values]
    if not rows:
        return []
    await _made(tables, table, kind)
    written = await tables.write(table, RowChange("insert", rows), f"{run.task}/seen")
    first = min(one.after.id for one in written if one.after is not None)
    window = [Condition("id", "lt", first), *([Condition("id", "gte", first - size)] if kind == "string" else [])]
    before = await tables.find(table, Query(window))
    if kind == "number":
        highest = max((row.values["value"] for row in before), default=None)
        found = [highest is None or value > highest for value in values]
        if highest is not None:
            await tables.write(table, RowChange("delete", [], _below(first, highest)), f"{run.task}/kept")
        return found
    seen, found = {row.values["value"] for row in before}, []
    for value in values:
        found.append(value not in seen)
        seen.add(value)
    old = Query([Condition("id", "lt", first - size)])
    await tables.write(table, RowChange("delete", [], old), f"{run.task}/kept")
    return found


async def forget(tables: DataTables, run: Run, scope: str) -> None:
    """Forget what a node or workflow has seen."""
    for logic in ("removeItemsWithAlreadySeenKeyValues", "removeItemsUpToStoredIncrementalKey"):
        try:
            await tables.alter(place_of(run, scope, logic)[0], TableChange("clear"))
        except NotFoundError:
            continue


def mark(value: Any) -> str:
    """Give what is remembered of a value."""
    if value in (None, ""):
        raise NodeError("there is no value to tell items by", field="dedupeValue", hint="name a field that all have")
    return hashlib.sha256(mark_of(value)).hexdigest()[:32]


def growing(value: Any, logic: Logic, zone: str) -> float:
    """Give a value that is compared by size: a number, or a date as epoch ms."""
    field = "dateDedupeValue" if logic == "removeItemsUpToStoredDate" else "incrementalDedupeValue"
    try:
        return float(moment(value, zone)) if logic == "removeItemsUpToStoredDate" else float(number(value))
    except (ValueError, OverflowError, TypeError):
        what = "date" if logic == "removeItemsUpToStoredDate" else "number"
        raise ParameterError(f'"{value}" is no {what}', field=field, hint=f"name a field with a {what}") from None


async def _made(tables: DataTables, table: str, kind: ColumnType) -> None:
    try:
        await tables.find(table, Query(limit=0))
    except NotFoundError:
        try:
            await tables.alter(table, TableChange("create", table, [Column("value", kind)]))
        except ConflictError:
            return  # another run was first


def _below(end: int, kept: float) -> Query:
    """Give the rows before ``end`` that the highest value there makes needless."""
    return Query([Condition("id", "lt", end), Condition("value", "lt", kept)])
