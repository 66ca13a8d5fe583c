"""Manual trigger: begin when a person or the API says so.

Flow: start → **manualTrigger** → any node.
"""

from nodes.sdk import Example, Item, Items, NodeParams, trigger


class ManualTrigger(NodeParams):
    """It has no parameters."""


@trigger(
    "manualTrigger",
    kind="manual",
    title="Manual Trigger",
    examples=[Example(title="gives one empty item", given=[], then=[{}])],
)
async def manual_trigger(params: ManualTrigger) -> Items:
    """Start a workflow by hand, with one empty item."""
    return [Item(json={})]
