"""Split in batches (Loop over items): give items batch by batch, collect what comes back.

Flow: any node → **splitInBatches** → loop → body → **splitInBatches** … → done.
Version 3 has the outputs done and loop, version 2 loop and done, version 1 loop only; expressions see
``noItemsLeft``, ``done``, ``currentRunIndex`` and ``maxRunIndex`` in the node's context.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NextBatch, NodeParams, Paired, Run, node
from schemas.item import Source


class SplitInBatchesOptions(NodeParams):
    """Rarely needed choices."""

    reset: bool = Field(False, description="Begin anew with the items that arrive.")


class SplitInBatches(NodeParams):
    """How many at a time."""

    batch_size: int | None = Field(None, ge=1, description="Items in a batch: 1, or 10 before version 3.")
    options: SplitInBatchesOptions = SplitInBatchesOptions()


def _outputs(_: Mapping[str, Any], version: float) -> list[str]:
    return ["done", "loop"] if version >= 3 else ["loop", "done"] if version >= 2 else ["main"]


@node(
    "splitInBatches",
    group="flow",
    title="Loop Over Items (Split in Batches)",
    versions=(1, 2, 3),
    outputs=_outputs,
    examples=[
        Example(
            title="gives the first batch on the loop output",
            params={"batchSize": 2},
            given=[{"n": 1}, {"n": 2}, {"n": 3}],
            outputs=[[], [{"n": 1}, {"n": 2}]],
        ),
        Example(
            title="version 1 has one output", version=1, given=[{"n": 1}, {"n": 2}], outputs=[[{"n": 1}, {"n": 2}]]
        ),
        Example(title="a batch has at least one item", params={"batchSize": 0}, fails="greater than or equal to 1"),
    ],
)
async def split_in_batches(params: SplitInBatches, items: Items, run: Run, scope: Scope) -> NextBatch:
    """Work through items batch by batch; what the loop gives back comes out at its end."""
    size = params.batch_size or (1 if run.version >= 3 else 10)
    source = scope.sources[0] if scope.sources else None
    state = run.context
    if state is None or params.options.reset:
        state = _begun(items, size, source)
    else:
        state = {
            **state,
            "currentRunIndex": state["currentRunIndex"] + 1,
            "processed": state["processed"] + [_kept(item, at, source) for at, item in enumerate(items)],
        }
    batch, left = state["items"][:size], state["items"][size:]
    state = {**state, "items": left, "noItemsLeft": not left}
    if run.version >= 2:
        state["done"] = not batch
    loop = [msgspec.convert(one, Item) for one in batch]
    done = [] if batch else [msgspec.convert(one, Item) for one in state["processed"]]
    match _outputs({}, run.version):
        case ["main"]:
            return NextBatch([loop], state)
        case ["loop", _]:
            return NextBatch([loop, done], state)
    return NextBatch([done, loop], state)


def _begun(items: Items, size: int, source: Source | None) -> dict[str, Any]:
    return {
        "items": [_kept(item, at, source) for at, item in enumerate(items)],
        "processed": [],
        "currentRunIndex": 0,
        "maxRunIndex": -(-len(items) // size),
    }


def _kept(item: Item, at: int, source: Source | None) -> dict[str, Any]:
    paired = Paired(item=at, source=source) if source is not None else None
    made = Item(json=item.json, binary=item.binary, paired=paired, error=item.error)
    found: dict[str, Any] = msgspec.to_builtins(made)
    return found
