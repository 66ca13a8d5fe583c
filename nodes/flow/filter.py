"""Filter: keep the items for which conditions hold.

Flow: any node → **filter** → any node.
"""

from nodes.flow.decisions import Decision, decide
from nodes.sdk import Example, Item, Items, Parameters, Run, node
from schemas.errors import UserError


class Filter(Decision):
    """What must hold for an item to be kept."""


@node(
    "filter",
    group="flow",
    title="Filter",
    versions=(1, 2, 2.1, 2.2, 2.3),
    examples=[
        Example(
            title="keeps what fits",
            version=2.2,
            params={
                "conditions": {
                    "conditions": [
                        {"leftValue": "={{ $json.name }}", "rightValue": "a", "operator": {"operation": "startsWith"}},
                    ]
                }
            },
            given=[{"name": "ada"}, {"name": "bob"}],
            then=[{"name": "ada"}],
        ),
        Example(
            title="version 1 groups conditions by type",
            version=1,
            params={
                "conditions": {
                    "string": [{"value1": "x", "value2": "y"}],
                    "boolean": [{"value1": True, "value2": True}],
                },
                "combineConditions": "OR",
            },
            given=[{"n": 1}],
            then=[{"n": 1}],
        ),
        Example(
            title="an unknown operation is refused",
            version=2.2,
            params={"conditions": {"conditions": [{"operator": {"type": "number", "operation": "smells"}}]}},
            fails='unknown operation "smells" for type "number"',
        ),
    ],
)
async def filter_(parameters: Parameters[Filter], items: Items, run: Run) -> Items:
    """Keep the items for which the conditions hold, drop the rest.

    Where the node goes on after errors, what cannot be decided is dropped.
    """
    kept: Items = []
    for index, item in enumerate(items):
        try:
            if decide(parameters, run, index):
                kept.append(Item(json=item.json, binary=item.binary, paired=index))
        except UserError:
            if not run.continue_on_fail or run.version < 2:
                raise
    return kept
