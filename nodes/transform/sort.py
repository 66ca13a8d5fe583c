"""Sort: put items in order.

Flow: any node → **sort** → any node.  Needs the whole run.
"""

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Items, Parameters, Run, Sandbox, node
from nodes.sdk.params import validate
from nodes.transform.ordering import Sort, ordered


@node(
    "sort",
    group="transform",
    title="Sort",
    runs="compute",
    examples=[
        Example(
            title="sorts by a field",
            params={"sortFieldsUi": {"sortField": [{"fieldName": "n", "order": "descending"}]}},
            given=[{"n": 1}, {"n": 3}, {"n": 2}],
            then=[{"n": 3}, {"n": 2}, {"n": 1}],
        ),
        Example(
            title="the field must be there",
            params={"sortFieldsUi": {"sortField": [{"fieldName": "x"}]}},
            given=[{"n": 1}],
            fails='no item has the field "x"',
        ),
    ],
)
async def sort(parameters: Parameters[Sort], items: Items, run: Run, scope: Scope, sandbox: Sandbox) -> Items:
    """Change the order of items."""
    code = parameters.raw.get("type") == "code"
    params = validate(Sort, dict(parameters.raw)) if code else parameters(0)
    return await ordered(params, items, run, scope, sandbox)
