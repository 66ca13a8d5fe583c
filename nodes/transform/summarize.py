"""Summarize: totals, counts and lists of fields, for all items or by group.

Flow: any node → **summarize** → any node.  Needs the whole run.
"""

from nodes.sdk import Example, Items, Run, node
from nodes.transform.summaries import Manner, Summary, summarized

AMOUNTS = [{"city": "Paris", "n": 1}, {"city": "Rome", "n": 2}, {"city": "Paris", "n": 3}]


@node(
    "summarize",
    group="transform",
    title="Summarize",
    versions=(1, 1.1),
    examples=[
        Example(
            title="sums by group",
            params={"fieldsToSummarize": {"values": [{"aggregation": "sum", "field": "n"}]}, "fieldsToSplitBy": "city"},
            given=AMOUNTS,
            then=[{"city": "Paris", "sum_n": 4}, {"city": "Rome", "sum_n": 2}],
        ),
        Example(
            title="all groups in one item",
            params={
                "fieldsToSummarize": {"values": [{"aggregation": "max", "field": "n"}]},
                "fieldsToSplitBy": "city",
                "options": {"outputFormat": "singleItem"},
            },
            given=AMOUNTS,
            then=[{"Paris": {"max_n": 3}, "Rome": {"max_n": 2}}],
        ),
        Example(
            title="joins and counts all items",
            params={"fieldsToSummarize": {"values": [
                {"aggregation": "concatenate", "field": "city", "separateBy": ", "},
                {"aggregation": "countUnique", "field": "city"},
            ]}},
            given=AMOUNTS,
            then=[{"concatenated_city": "Paris, Rome, Paris", "unique_count_city": 2}],
        ),
        Example(
            title="version 1 refuses a field that no item has",
            version=1,
            params={"fieldsToSummarize": {"values": [{"field": "x"}]}},
            given=AMOUNTS,
            fails='no item has the field "x"',
        ),
    ],
)  # fmt: skip
async def summarize(params: Summary, items: Items, run: Run) -> Items:
    """Sum, count, average or list values across items."""
    return summarized(params, items, Manner(strict=run.version < 1.1, typed=run.version >= 1.1))
