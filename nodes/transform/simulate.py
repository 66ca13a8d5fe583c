"""Simulate: stand in for another node, with given output.

Flow: any node → **simulate** → any node.
"""

from typing import Any, Literal

from nodes.sdk import Clock, Example, Field, Item, Items, NodeError, NodeParams, node
from nodes.transform.field_types import parse_json


class Simulate(NodeParams):
    """What comes out."""

    icon: str = Field("n8n-nodes-base.noOp", description="How it looks.")
    subtitle: str = Field("", description="What it says.")
    output: Literal["all", "specify", "custom"] = Field("all", description="All items, some, or items of your own.")
    number_of_items: int = Field(1, ge=0, description="How many items to pass on.")
    json_output: Any = Field('[{"my_field_1": "value", "my_field_2": 1}]', description="The items as JSON.")
    execution_duration: int = Field(150, ge=0, le=3_600_000, description="Milliseconds to take.")


@node(
    "simulate",
    group="transform",
    title="Simulate",
    examples=[
        Example(
            title="passes some items on", params={"output": "specify"}, given=[{"n": 1}, {"n": 2}], then=[{"n": 1}]
        ),
        Example(
            title="gives items of your own", params={"output": "custom", "jsonOutput": '[{"n": 3}]'}, then=[{"n": 3}]
        ),
        Example(
            title="they must be objects",
            params={"output": "custom", "jsonOutput": "[1]"},
            fails="the output must be a JSON list of objects",
        ),
    ],
)
async def simulate(params: Simulate, items: Items, clock: Clock) -> Items:
    """Pretend to be another node."""
    await clock.sleep(params.execution_duration / 1000)
    if params.output == "custom":
        return [Item(json=row) for row in _rows(params.json_output)]
    count = len(items) if params.output == "all" else params.number_of_items
    return [Item(json=item.json, binary=item.binary, paired=at) for at, item in enumerate(items[:count])]


def _rows(value: Any) -> list[dict[str, Any]]:
    try:
        found = parse_json(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    rows = [found] if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NodeError("the output must be a JSON list of objects", field="jsonOutput")
    return rows
