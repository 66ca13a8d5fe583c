"""Start: the manual trigger of old workflows.

Flow: start → **start** → any node.
"""

from nodes.sdk import Example, Item, Items, NodeParams, trigger


class Start(NodeParams):
    """It has no parameters."""


@trigger("start", kind="manual", title="Start", examples=[Example(title="gives one empty item", given=[], then=[{}])])
async def start(params: Start) -> Items:
    """Start an old workflow by hand, with one empty item."""
    return [Item(json={})]
