"""No operation: a place to join or label branches.

Flow: any node → **noOp** → any node.
"""

from nodes.sdk import Example, Items, NodeParams, node


class NoOp(NodeParams):
    """It has no parameters."""


@node(
    "noOp",
    group="flow",
    title="No Operation",
    examples=[
        Example(title="gives what it gets", given=[{"n": 1}, {"n": 2}], then=[{"n": 1}, {"n": 2}]),
    ],
)
async def no_op(params: NoOp, items: Items) -> Items:
    """Pass items through unchanged."""
    return items
