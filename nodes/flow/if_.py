"""If: send each item to one of two branches.

Flow: any node → **if** → true (output 0) or false (output 1).
"""

from nodes.flow.decisions import Decision, decide
from nodes.sdk import Example, Item, Items, Parameters, Routed, Run, node
from schemas.errors import UserError


class If(Decision):
    """What must hold for an item to go to the first branch."""


@node(
    "if",
    group="flow",
    title="If",
    versions=(1, 2, 2.1, 2.2, 2.3),
    outputs=("true", "false"),
    examples=[
        Example(
            title="splits by a condition",
            version=2.2,
            params={
                "conditions": {
                    "conditions": [
                        {
                            "leftValue": "={{ $json.n }}",
                            "rightValue": 1,
                            "operator": {"type": "number", "operation": "gt"},
                        },
                    ]
                }
            },
            given=[{"n": 1}, {"n": 2}],
            outputs=[[{"n": 2}], [{"n": 1}]],
        ),
        Example(
            title="version 1 groups conditions by type",
            version=1,
            params={"conditions": {"number": [{"value1": "={{ $json.n }}", "operation": "larger", "value2": 1}]}},
            given=[{"n": 1}, {"n": 2}],
            outputs=[[{"n": 2}], [{"n": 1}]],
        ),
        Example(title="without conditions everything is true", version=2.2, given=[{"n": 1}], outputs=[[{"n": 1}], []]),
        Example(
            title="strict conditions refuse a value of another type",
            version=2.2,
            params={
                "conditions": {
                    "options": {"typeValidation": "strict"},
                    "conditions": [{"leftValue": "5", "rightValue": 5, "operator": {"type": "number"}}],
                }
            },
            fails="wrong type: '5' is of type string but number was expected",
        ),
    ],
)
async def if_(parameters: Parameters[If], items: Items, run: Run) -> Routed:
    """Send items for which the conditions hold to one branch, the rest to another.

    Where the node goes on after errors, what cannot be decided is false.
    """
    true: Items = []
    false: Items = []
    for index, item in enumerate(items):
        try:
            holds = decide(parameters, run, index)
        except UserError:
            if not run.continue_on_fail or run.version < 2:
                raise
            holds = False
        (true if holds else false).append(Item(json=item.json, binary=item.binary, paired=index))
    return Routed([true, false])
