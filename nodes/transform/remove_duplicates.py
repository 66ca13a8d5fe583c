"""Remove duplicates: keep the first of equal items.

Flow: any node → **removeDuplicates** → any node.  Needs the whole run; an effect where it remembers.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from nodes.sdk import Example, Field, Item, Items, NodeError, Parameters, Routed, Run, node
from nodes.sdk.outside import DataTables
from nodes.sdk.ports import error_item
from nodes.sdk.registry import reaching
from nodes.transform.duplicates import DuplicateOptions, Duplicates, unique
from nodes.transform.seen import Logic, forget, growing, mark, new_ones, place_of

HISTORY = "removeItemsSeenInPreviousExecutions"
CLEAR = "clearDeduplicationHistory"


class HistoryOptions(DuplicateOptions):
    """Rarely needed choices, of the history too."""

    scope: Literal["node", "workflow"] = Field("node", description="Whose history.")
    history_size: int = Field(10_000, ge=1, le=100_000, description="How many values are remembered.")


class RemoveDuplicates(Duplicates):
    """What is compared, and with what."""

    operation: Literal[
        "removeDuplicateInputItems", "removeItemsSeenInPreviousExecutions", "clearDeduplicationHistory"
    ] = Field("removeDuplicateInputItems", description="Compare with this run or earlier ones, or forget those.")
    logic: Logic = Field(
        "removeItemsWithAlreadySeenKeyValues", description="Keep values never seen, or those above all that were."
    )
    dedupe_value: Any = Field("", description="Value that was seen or not.")
    incremental_dedupe_value: Any = Field("", description="Number that only grows.")
    date_dedupe_value: Any = Field("", description="Date that only grows.")
    mode: Literal["cleanDatabase"] = Field("cleanDatabase", description="How the history is cleared.")
    options: HistoryOptions = HistoryOptions()


def _outputs(raw: Mapping[str, Any], version: float) -> Sequence[str]:
    return ("kept", "discarded") if version >= 2 and raw.get("operation") == HISTORY else ("main",)


def _remembers(raw: Mapping[str, Any], version: float) -> bool:
    return version >= 2 and raw.get("operation") in (HISTORY, CLEAR)


@reaching(_remembers)
@node(
    "removeDuplicates",
    repeat="keyed",
    group="transform",
    title="Remove Duplicates",
    versions=(1, 1.1, 2),
    outputs=_outputs,
    examples=[
        Example(title="compares whole items", given=[{"n": 1}, {"n": 2}, {"n": 1}], then=[{"n": 1}, {"n": 2}]),
        Example(
            title="compares some fields",
            params={"compare": "selectedFields", "fieldsToCompare": "user.id", "options": {"removeOtherFields": True}},
            given=[{"user": {"id": 1}, "x": 1}, {"user": {"id": 1}, "x": 2}, {"user": {"id": 2}}],
            then=[{"user": {"id": 1}}, {"user": {"id": 2}}],
        ),
        Example(
            title="leaves some fields out",
            params={"compare": "allFieldsExcept", "fieldsToExclude": "at"},
            given=[{"n": 1, "at": 1}, {"n": 1, "at": 2}],
            then=[{"n": 1, "at": 1}],
        ),
        Example(
            title="keeps what no earlier execution had",
            params={"operation": HISTORY, "dedupeValue": "={{ $json.id }}"},
            given=[{"id": 1}, {"id": 2}, {"id": 1}],
            outputs=[[{"id": 1}, {"id": 2}], [{"id": 1}]],
        ),
        Example(title="a field must be named", params={"compare": "selectedFields"}, fails="name a field to compare"),
    ],
)
async def remove_duplicates(
    parameters: Parameters[RemoveDuplicates], items: Items, run: Run, tables: DataTables
) -> Items | Routed:
    """Drop items that are equal to an earlier one, of this run or of earlier executions."""
    params = parameters(0)
    if run.version < 2:
        return unique(params, items, run.version)
    if params.operation == "removeDuplicateInputItems":
        return _unique(params, items, run)
    if params.operation == CLEAR:
        await forget(tables, run, params.options.scope)
        return [Item(item.json, item.binary, at) for at, item in enumerate(items)]
    each = [parameters(at) for at in range(len(items))]
    if params.logic == "removeItemsWithAlreadySeenKeyValues":
        values: list[Any] = [mark(one.dedupe_value) for one in each]
    else:
        dated = params.logic == "removeItemsUpToStoredDate"
        given = [one.date_dedupe_value if dated else one.incremental_dedupe_value for one in each]
        values = [growing(one, params.logic, run.timezone) for one in given]
    place = place_of(run, params.options.scope, params.logic)
    new = await new_ones(tables, run, place, values, params.options.history_size)
    passed = [Item(item.json, item.binary, at) for at, item in enumerate(items)]
    return Routed(
        [
            [item for item, one in zip(passed, new, strict=True) if one],
            [item for item, one in zip(passed, new, strict=True) if not one],
        ]
    )


def _unique(params: RemoveDuplicates, items: Items, run: Run) -> Items:
    try:
        return unique(params, items, run.version)
    except NodeError as bad:
        if not run.continue_on_fail:
            raise
        return [error_item(bad, 0)]
