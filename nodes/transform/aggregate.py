"""Aggregate: make one item of many.

Flow: any node → **aggregate** → any node.  Needs the whole run.
"""

from nodes.sdk import Example, Items, node
from nodes.transform.aggregation import Aggregate, collect


@node(
    "aggregate",
    group="transform",
    title="Aggregate",
    examples=[
        Example(
            title="collects a field",
            params={
                "fieldsToAggregate": {
                    "fieldToAggregate": [
                        {"fieldToAggregate": "id", "renameField": True, "outputFieldName": "ids"},
                    ]
                }
            },
            given=[{"id": 1}, {"id": 2}, {}],
            then=[{"ids": [1, 2]}],
        ),
        Example(
            title="collects whole items",
            params={"aggregate": "aggregateAllItemData", "include": "allFieldsExcept", "fieldsToExclude": "x"},
            given=[{"id": 1, "x": 0}, {"id": 2}],
            then=[{"data": [{"id": 1}, {"id": 2}]}],
        ),
        Example(
            title="two lists need two names",
            params={
                "fieldsToAggregate": {
                    "fieldToAggregate": [
                        {"fieldToAggregate": "a"},
                        {"fieldToAggregate": "b.a"},
                    ]
                }
            },
            fails='the name "a" is used twice',
        ),
    ],
)
async def aggregate(params: Aggregate, items: Items) -> Items:
    """Combine fields of many items, or whole items, into lists in one item."""
    return collect(params, items)
