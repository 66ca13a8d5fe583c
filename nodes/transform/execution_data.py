"""Execution data: keep a few values with the execution, to find it by them.

Flow: any node → **executionData** → any node.  Items pass through unchanged.
"""

from typing import Any, Literal

from nodes.sdk import Example, Field, Item, Items, Log, NodeError, NodeParams, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform.field_types import text
from schemas.errors import UserError

LONGEST_KEY, LONGEST_VALUE = 50, 512


class Saved(NodeParams):
    """One value."""

    key: str = ""
    value: Any = ""


class DataToSave(NodeParams):
    """Values, as the editor keeps them."""

    values: list[Saved] = []


class ExecutionData(NodeParams):
    """What to keep."""

    operation: Literal["save"] = Field("save", description="What to do.")
    data_to_save: DataToSave = Field(DataToSave(), description="Names and values.")


@node(
    "executionData",
    group="transform",
    title="Execution Data",
    versions=(1, 1.1),
    examples=[
        Example(
            title="items pass through",
            params={"dataToSave": {"values": [{"key": "order", "value": "={{ $json.id }}"}]}},
            given=[{"id": 7}],
            then=[{"id": 7}],
        ),
        Example(
            title="a value needs a name",
            params={"dataToSave": {"values": [{"key": "", "value": "x"}]}},
            fails="a value to keep needs a key",
        ),
    ],
)
async def execution_data(parameters: Parameters[ExecutionData], items: Items, run: Run, log: Log) -> Items:
    """Note values with the execution, for searching."""
    made: Items = []
    for index, item in enumerate(items):
        try:
            for one in parameters(index).data_to_save.values:
                if not one.key:
                    raise NodeError("a value to keep needs a key", field="dataToSave")
                log.note("execution data", key=one.key[:LONGEST_KEY], value=text(one.value)[:LONGEST_VALUE])
            made.append(Item(json=item.json, binary=item.binary, paired=index))
        except UserError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made
