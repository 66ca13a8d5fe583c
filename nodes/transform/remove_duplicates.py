"""Remove duplicates: keep the first of equal items.

Flow: any node → **removeDuplicates** → any node.  Needs the whole run.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from nodes.sdk import Example, Field, Items, node
from nodes.transform.duplicates import DuplicateOptions, Duplicates, unique
from schemas.errors import UserError

HISTORY = "removeItemsSeenInPreviousExecutions"


class HistoryOptions(DuplicateOptions):
    """Rarely needed choices, of the history too."""

    scope: Literal["node", "workflow"] = Field("node", description="Whose history (not supported).")
    history_size: int = Field(10_000, ge=1, description="How many values are remembered (not supported).")


class RemoveDuplicates(Duplicates):
    """What is compared, and with what."""

    operation: Literal[
        "removeDuplicateInputItems", "removeItemsSeenInPreviousExecutions", "clearDeduplicationHistory"
    ] = Field("removeDuplicateInputItems", description="Compare the items of this run; the others are not supported.")
    logic: str = Field("removeItemsWithAlreadySeenKeyValues", description="How earlier runs count (not supported).")
    dedupe_value: Any = Field("", description="Value that was seen or not (not supported).")
    incremental_dedupe_value: Any = Field("", description="Number that only grows (not supported).")
    date_dedupe_value: Any = Field("", description="Date that only grows (not supported).")
    mode: str = Field("cleanDatabase", description="How the history is cleared (not supported).")
    options: HistoryOptions = HistoryOptions()


def _outputs(raw: Mapping[str, Any], version: float) -> Sequence[str]:
    return ("kept", "discarded") if version >= 2 and raw.get("operation") == HISTORY else ("main",)


@node(
    "removeDuplicates",
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
        Example(title="a field must be named", params={"compare": "selectedFields"}, fails="name a field to compare"),
    ],
)
async def remove_duplicates(params: RemoveDuplicates, items: Items) -> Items:
    """Drop items that are equal to an earlier one."""
    if params.operation != "removeDuplicateInputItems":
        raise UserError(
            f'operation "{params.operation}" of removeDuplicates is not supported',
            field="operation",
            hint="earlier executions are not remembered; compare the items of one run",
        )
    return unique(params, items)
