"""Item lists: split, aggregate, sort, limit, summarize items or drop duplicates; now nodes of their own.

Flow: any node → **itemLists** → any node.
"""

from typing import Any, Literal, TypeVar

from nodes.expressions.coercion import UNDEFINED
from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, Sandbox, node
from nodes.sdk.params import validate
from nodes.transform import paths
from nodes.transform.aggregation import Aggregate, collect
from nodes.transform.duplicates import Duplicates, unique
from nodes.transform.ordering import Sort, ordered
from nodes.transform.splitting import SplitOut, split
from nodes.transform.summaries import Manner, Summary, summarized

P = TypeVar("P", bound=NodeParams)
NAMES = ("fieldsToInclude", "fieldsToExclude", "fieldsToCompare")


class ItemLists(NodeParams):
    """The operation; the other fields are those of the node that does it now."""

    operation: Literal[
        "splitOutItems", "aggregateItems", "concatenateItems", "removeDuplicates", "sort", "limit", "summarize"
    ] = Field("splitOutItems", description="What to do.")
    max_items: int = Field(1, ge=0, description="How many items to keep (limit).")
    keep: Literal["firstItems", "lastItems"] = Field("firstItems", description="Which end to keep (limit).")
    options: dict[str, Any] = Field({}, description="As in splitOut, aggregate, removeDuplicates, sort, summarize.")


@node(
    "itemLists",
    group="transform",
    title="Item Lists",
    runs="compute",
    versions=(1, 2, 2.1, 2.2, 3, 3.1),
    examples=[
        Example(
            title="splits out the elements of a list",
            params={"fieldToSplitOut": "list"},
            given=[{"list": [{"n": 1}, {"n": 2}]}],
            then=[{"n": 1}, {"n": 2}],
        ),
        Example(
            title="before version 3 names stand in a collection",
            version=2,
            params={
                "fieldToSplitOut": "list",
                "include": "selectedOtherFields",
                "fieldsToInclude": {"fields": [{"fieldName": "x"}]},
            },
            given=[{"list": ["a"], "x": 0, "y": 0}],
            then=[{"x": 0, "list": "a"}],
        ),
        Example(
            title="aggregates",
            params={
                "operation": "concatenateItems",
                "fieldsToAggregate": {"fieldToAggregate": [{"fieldToAggregate": "n"}]},
            },
            given=[{"n": 1}, {"n": 2}],
            then=[{"n": [1, 2]}],
        ),
        Example(
            title="keeps some items",
            params={"operation": "limit", "keep": "lastItems"},
            given=[{"n": 1}, {"n": 2}],
            then=[{"n": 2}],
        ),
        Example(
            title="before version 2.1 a missing field fails",
            version=2,
            params={"fieldToSplitOut": "x"},
            fails='no item has the field "x"',
        ),
    ],
)
async def item_lists(
    parameters: Parameters[ItemLists], items: Items, run: Run, scope: Scope, sandbox: Sandbox
) -> Items:
    """Work on lists of items."""
    if not items:
        return []
    if parameters.raw.get("operation") == "sort" and parameters.raw.get("type") == "code":
        return await ordered(_as(Sort, dict(parameters.raw)), items, run, scope, sandbox)
    params = parameters(0)
    fields = params.model_dump(by_alias=True)
    match params.operation:
        case "splitOutItems":
            return _split(parameters, items, run)
        case "aggregateItems" | "concatenateItems":
            return collect(_present(_as(Aggregate, fields), items, run), items)
        case "removeDuplicates":
            return unique(_as(Duplicates, fields), items)
        case "sort":
            return await ordered(_as(Sort, fields), items, run, scope, sandbox)
        case "summarize":
            return summarized(
                _as(Summary, fields), items, Manner(run.version < 2.1, keyed=True, dotted=run.version < 2)
            )
    first = 0 if params.keep == "firstItems" else max(len(items) - params.max_items, 0)
    kept = items[first : first + params.max_items]
    return [Item(json=item.json, binary=item.binary, paired=at) for at, item in enumerate(kept, first)]


def _as(model: type[P], fields: dict[str, Any]) -> P:
    """Read the parameters as another node's: names listed in a collection become a list."""
    read = dict(fields)
    for name in NAMES:
        rows = read[name].get("fields") if isinstance(read.get(name), dict) else None
        if isinstance(rows, list):
            read[name] = [str(row.get("fieldName", "")) for row in rows if isinstance(row, dict)]
    return validate(model, read)


def _present(params: Aggregate, items: Items, run: Run) -> Aggregate:
    dots = not params.options.disable_dot_notation
    fields = params.fields_to_aggregate.field_to_aggregate if params.aggregate == "aggregateIndividualFields" else []
    for one in fields:
        _require(one.field_to_aggregate, items, dots, run)
    return params


def _require(name: str, items: Items, dots: bool, run: Run) -> None:
    if run.version < 2.1 and name and all(paths.find(item.json, name, dots) is UNDEFINED for item in items):
        raise NodeError(f'no item has the field "{name}"', hint="check its name")


def _split(parameters: Parameters[ItemLists], items: Items, run: Run) -> Items:
    made: Items = []
    for index, item in enumerate(items):
        params = _as(SplitOut, parameters(index).model_dump(by_alias=True))
        made += split(_splittable(params, item, run), item, index)
    return made


def _splits(value: Any, version: float) -> bool:
    return isinstance(value, list if version < 2 else dict | list) or (version >= 2.1 and value is UNDEFINED)


def _splittable(params: SplitOut, item: Item, run: Run) -> SplitOut:
    dots = not params.options.disable_dot_notation
    for name in paths.names(params.field_to_split_out):
        if name == "$binary":
            continue
        _require(name, [item], dots, run)
        found = paths.find(item.json, name, dots)
        if run.version < 2.2 and not _splits(found, run.version):
            raise NodeError(f'the field "{name}" holds no list', hint="name a field with a list or an object")
    return params
