"""Error trigger: where a workflow begins that is named as another one's error workflow.

Flow: a failed execution → **errorTrigger** → any node.
"""

from nodes.sdk import Example, Item, Items, NodeParams, trigger

SAMPLE = {
    "execution": {"id": "0", "mode": "manual", "error": {"message": "example error"}, "lastNodeExecuted": "Node"},
    "workflow": {"id": "0", "name": "Example workflow"},
}


class ErrorTrigger(NodeParams):
    """It has no parameters."""


@trigger(
    "errorTrigger",
    kind="manual",
    title="Error Trigger",
    examples=[
        Example(title="a manual start stands for an example", given=[], then=[SAMPLE]),
    ],
)
async def error_trigger(params: ErrorTrigger) -> Items:
    """Start when an execution of another workflow fails."""
    return [Item(json=dict(SAMPLE))]
