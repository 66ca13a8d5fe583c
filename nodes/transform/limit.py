"""Limit: keep the first or the last items of a run.

Flow: any node → **limit** → any node.
"""

from typing import Literal

from nodes.sdk import Example, Field, Item, Items, NodeParams, node


class Limit(NodeParams):
    """How many, and from which end."""

    max_items: int = Field(1, ge=0, description="How many items to keep.")
    keep: Literal["firstItems", "lastItems"] = Field("firstItems", description="Which end to keep.")


@node(
    "limit",
    group="transform",
    title="Limit",
    examples=[
        Example(title="keeps the first", params={"maxItems": 1}, given=[{"n": 1}, {"n": 2}], then=[{"n": 1}]),
        Example(title="keeps the last", params={"keep": "lastItems"}, given=[{"n": 1}, {"n": 2}], then=[{"n": 2}]),
        Example(title="needs a count", params={"maxItems": -1}, given=[], fails="greater than or equal to 0"),
    ],
)
async def limit(params: Limit, items: Items) -> Items:
    """Keep at most a number of items."""
    first = 0 if params.keep == "firstItems" else max(len(items) - params.max_items, 0)
    kept = items[first : first + params.max_items]
    return [Item(json=item.json, binary=item.binary, paired=at) for at, item in enumerate(kept, first)]
