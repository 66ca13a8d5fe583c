"""Split out: make an item of each element of a list.

Flow: any node → **splitOut** → any node.
"""

from nodes.sdk import Example, Items, Parameters, node
from nodes.transform.splitting import SplitOut, split


@node(
    "splitOut",
    group="transform",
    title="Split Out",
    examples=[
        Example(
            title="objects become items",
            params={"fieldToSplitOut": "list"},
            given=[{"list": [{"n": 1}, {"n": 2}], "x": 0}],
            then=[{"n": 1}, {"n": 2}],
        ),
        Example(
            title="other elements keep the field's name",
            params={"fieldToSplitOut": "list", "include": "allOtherFields"},
            given=[{"list": ["a", "b"], "x": 0}],
            then=[{"x": 0, "list": "a"}, {"x": 0, "list": "b"}],
        ),
        Example(
            title="a destination renames",
            params={"fieldToSplitOut": "a.list", "options": {"destinationFieldName": "one"}},
            given=[{"a": {"list": [1]}}],
            then=[{"one": 1}],
        ),
        Example(
            title="several lists are split side by side",
            params={"fieldToSplitOut": "a, b"},
            given=[{"a": [1, 2], "b": [3]}],
            then=[{"a": 1, "b": 3}, {"a": 2}],
        ),
        Example(title="a field must be named", params={"fieldToSplitOut": ""}, fails="name a field to split out"),
    ],
)
async def split_out(parameters: Parameters[SplitOut], items: Items) -> Items:
    """Turn the elements of a list into items."""
    made: Items = []
    for index, item in enumerate(items):
        made += split(parameters(index), item, index)
    return made
