"""Sticky note: a remark on the canvas.

Flow: **stickyNote** is connected to nothing and never runs.
"""

from nodes.sdk import Example, Field, Items, NodeParams, node


class StickyNote(NodeParams):
    """What it says, and how it looks."""

    content: str = Field("", description="Markdown.")
    height: float = Field(160, description="Pixels.")
    width: float = Field(240, description="Pixels.")
    color: int | str = Field(1, description="A colour, or its number.")


@node(
    "stickyNote",
    group="flow",
    title="Sticky Note",
    inputs=0,
    outputs=(),
    examples=[
        Example(title="gives nothing", params={"content": "## Hello"}, given=[], then=[]),
        Example(title="content is text", params={"content": {}}, given=[], fails='"content"'),
    ],
)
async def sticky_note(params: StickyNote) -> Items:
    """Explain a part of the workflow."""
    return []
