"""Merge: bring the items of several branches together.

Flow: several nodes → **merge** → any node.  Waits until its inputs have data, or no more can come.
Versions 1 and 2 are read as version 3: their modes become one of append, combine and chooseBranch.

What stays different from n8n:

- combineBySql runs one SELECT of SQLite; n8n's is AlaSQL. What SQLite does not know is an error that names it: several
  statements, AlaSQL's own functions beside ARRAY, CONCAT, DAY, FIRST, LAST, LEN, MONTH and YEAR, properties of values
  other than `field->name`.
- SQLite knows more: USING, window functions, EXCEPT, a field of any input without the input's name before it, and a
  field beside MAX or MIN, which comes from the row that has it.
- `%` takes whole numbers. Comparisons give 1 and 0; fields that are true or false stay so.
- A field that is missing in an item, or in a join without partner, is missing in the result, unless an item has null
  in a field of that name: then it is null. A right field that is null does not replace a left one of the same name.
- Without ORDER BY the order of a UNION is another. A result without AS is named as the query has it, spaces too.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import product, zip_longest
from typing import Any, Literal

from nodes.data.item_sql import query
from nodes.flow.matching import ClashHandling, Matched, check, match, merger, suffix
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Paired, Run, node, shown
from nodes.transform import paths
from schemas.errors import UserError

MOST_INPUTS = 10
JoinMode = Literal["keepMatches", "keepNonMatches", "keepEverything", "enrichInput1", "enrichInput2"]
COMBINE = {"mergeByFields": "combineByFields", "mergeByPosition": "combineByPosition", "multiplex": "combineAll"}


class MatchFields(NodeParams):
    """Fields that must be equal."""

    field1: str = ""
    field2: str = ""


class MergeByFields(NodeParams):
    """Pairs of fields, as the editor keeps them."""

    values: list[MatchFields] = []


class MergeOptions(NodeParams):
    """Rarely needed choices."""

    clash_handling: ClashHandling = ClashHandling()
    fuzzy_compare: bool = Field(False, description='Take "3" and 3, or null and an empty text, as equal.')
    disable_dot_notation: bool = Field(False, description="Do not read `a.b` as a path.")
    multiple_matches: Literal["all", "first"] = Field("all", description="One item per match, or the first only.")
    include_unpaired: bool = Field(False, description="Keep items that have no partner at their position.")
    query_parameters: str | dict[str, Any] = Field("", description="Values for `$1` or `$name`, with commas between.")
    empty_query_result: Literal["success", "empty"] = Field("empty", description="An empty result as one empty item.")


class Merge(NodeParams):
    """How items come together."""

    mode: str = Field("append", description="append, combine, combineBySql, chooseBranch, or a name of version 1.")
    query: str = Field(
        "",
        description="SELECT over input1, input2 … (combineBySql).",
        json_schema_extra=shown("application/sql", mode="combineBySql"),
    )
    choose_branch_mode: str = Field("waitForAll", description="Kept for n8n: every input is waited for.")
    combine_by: str = Field("combineByFields", description="combineByFields, combineByPosition, combineAll.")
    combination_mode: str = Field("mergeByFields", description="The same in version 2.")
    number_inputs: int = Field(2, ge=2, le=MOST_INPUTS, description="How many inputs.")
    advanced: bool = Field(False, description="The fields have different names.")
    fields_to_match_string: str = Field("", description="Fields that must be equal, with commas between.")
    merge_by_fields: MergeByFields = Field(MergeByFields(), description="Pairs of fields that must be equal.")
    join_mode: JoinMode = Field("keepMatches", description="What to keep.")
    output_data_from: Literal["both", "input1", "input2"] = Field("both", description="Whose data.")
    output: str = Field("", description="Which input to pass on in mode chooseBranch.")
    use_data_of_input: int = Field(1, ge=1, description="The input to pass on.")
    join: Literal["left", "inner", "outer"] = Field("left", description="What to keep by position (version 1).")
    property_name1: str = Field("", description="Field of input 1 (version 1).")
    property_name2: str = Field("", description="Field of input 2 (version 1).")
    overwrite: Literal["always", "blank", "undefined"] = Field("always", description="When to overwrite (version 1).")
    options: MergeOptions = MergeOptions()


def _inputs(raw: Mapping[str, Any], version: float) -> int:
    count = raw.get("numberInputs")
    return count if version >= 3 and isinstance(count, int) and 2 <= count <= MOST_INPUTS else 2


def _required(raw: Mapping[str, Any], version: float) -> int | Sequence[int]:
    return range(_inputs(raw, version)) if raw.get("mode") in ("chooseBranch", "passThrough", "wait") else 1


@node(
    "merge",
    group="flow",
    title="Merge",
    versions=(1, 2, 2.1, 3, 3.1, 3.2),
    inputs=_inputs,
    required=_required,
    examples=[
        Example(title="appends", inputs=[[{"n": 1}], [{"n": 2}]], then=[{"n": 1}, {"n": 2}]),
        Example(
            title="combines by fields",
            params={"mode": "combine", "fieldsToMatchString": "id"},
            inputs=[[{"id": 1, "a": 1}, {"id": 2}], [{"id": 1, "b": 2}]],
            then=[{"id": 1, "a": 1, "b": 2}],
        ),
        Example(
            title="combines by position",
            params={"mode": "combine", "combineBy": "combineByPosition", "options": {"includeUnpaired": True}},
            inputs=[[{"a": 1}, {"a": 2}], [{"b": 1}]],
            then=[{"a": 1, "b": 1}, {"a": 2}],
        ),
        Example(
            title="combines everything with everything",
            params={"mode": "combine", "combineBy": "combineAll"},
            inputs=[[{"a": 1}, {"a": 2}], [{"b": 1}]],
            then=[{"a": 1, "b": 1}, {"a": 2, "b": 1}],
        ),
        Example(
            title="combines by a query",
            params={"mode": "combineBySql", "query": "SELECT a, b FROM input1 JOIN input2 ON input1.id = input2.id"},
            inputs=[[{"id": 1, "a": 1}, {"id": 2}], [{"id": 1, "b": {"c": 2}}]],
            then=[{"a": 1, "b": {"c": 2}}],
        ),
        Example(
            title="a query only reads",
            params={"mode": "combineBySql", "query": "ATTACH '/etc/passwd' AS x"},
            inputs=[[{"id": 1}], []],
            fails="the query cannot be run",
        ),
        Example(
            title="chooses a branch",
            params={"mode": "chooseBranch", "useDataOfInput": 2},
            inputs=[[{"n": 1}], [{"n": 2}]],
            then=[{"n": 2}],
        ),
        Example(
            title="fields to match must be named",
            params={"mode": "combine"},
            inputs=[[{"n": 1}], [{"n": 2}]],
            fails="name the fields to match",
        ),
    ],
)
async def merge(params: Merge, run: Run) -> Items:
    """Combine the items of several branches."""
    inputs = [*run.inputs, [], []][: max(len(run.inputs), 2)]
    if run.version < 2:
        return _first_version(params, inputs)
    if params.mode == "append":
        return _appended(inputs)
    if params.mode == "chooseBranch":
        return _branch(params, inputs)
    if params.mode == "combineBySql":
        return await _by_sql(params, inputs)
    if params.mode != "combine":
        raise UserError(f'mode "{params.mode}" of merge is not supported', field="mode", hint="use append or combine")
    how = params.combine_by if run.version >= 3 else COMBINE.get(params.combination_mode)
    match how:
        case "combineByPosition":
            return _by_position(params, inputs, run.version)
        case "combineAll":
            return _all(params, inputs)
    return _by_fields(params, (inputs[0], inputs[1]), run.version)


async def _by_sql(params: Merge, inputs: Sequence[Items]) -> Items:
    given = params.options.query_parameters
    values = given if isinstance(given, dict) else {str(at + 1): one for at, one in enumerate(paths.names(given))}
    made: Items = await asyncio.to_thread(query, inputs, params.query, values)
    return made or ([Item(json={})] if params.options.empty_query_result == "success" else [])


def _passed(items: Items, number: int) -> Items:
    return [Item(item.json, item.binary, Paired(item=at, input=number)) for at, item in enumerate(items)]


def _appended(inputs: Sequence[Items]) -> Items:
    return [item for number, items in enumerate(inputs) for item in _passed(items, number)]


def _branch(params: Merge, inputs: Sequence[Items]) -> Items:
    if params.output == "empty":
        return [Item(json={}, paired=0)]
    number = 2 if params.output == "input2" else params.use_data_of_input
    if number > len(inputs):
        raise NodeError(f"there is no input {number}", field="useDataOfInput")
    return _passed(inputs[number - 1], number - 1)


def _by_position(params: Merge, inputs: Sequence[Items], version: float) -> Items:
    values = params.options.clash_handling.values
    join = merger(values)
    rows = zip_longest(*inputs) if params.options.include_unpaired else zip(*inputs, strict=False)
    # As n8n does from version 3 on: what comes last stands under its own names too.
    again = version >= 3 and values.resolve_clash == "addSuffix"
    made: Items = []
    for at, row in enumerate(rows):
        item = join([(at, number, one) for number, one in enumerate(row) if one is not None])
        last = row[-1] if again and row else None
        made.append(item if last is None else Item({**item.json, **last.json}, item.binary, item.paired))
    return made


def _all(params: Merge, inputs: Sequence[Items]) -> Items:
    values = params.options.clash_handling.values
    join = merger(values)
    first, second = list(enumerate(inputs[0])), list(enumerate(inputs[1]))
    if values.resolve_clash == "preferInput1":
        return [join([(a, 0, one), (b, 1, two)]) for (b, two), (a, one) in product(second, first)]
    return [join([(a, 0, one), (b, 1, two)]) for (a, one), (b, two) in product(first, second)]


def _by_fields(params: Merge, inputs: tuple[Items, Items], version: float) -> Items:
    names = [(one.field1.strip(), one.field2.strip()) for one in params.merge_by_fields.values]
    if version >= 3 and not params.advanced:
        names = [(name, name) for name in paths.names(params.fields_to_match_string)]
    if not names or not all(first and second for first, second in names):
        raise NodeError("name the fields to match", field="fieldsToMatchString" if version >= 3 else "mergeByFields")
    options = params.options
    dots = not options.disable_dot_notation
    if version < 2.1 or all(inputs):
        check(inputs[0], [first for first, _ in names], 1, dots)
        check(inputs[1], [second for _, second in names], 2, dots)
    first_only = options.multiple_matches == "first"
    return _joined(params, inputs, match(inputs, names, dots=dots, fuzzy=options.fuzzy_compare, first_only=first_only))


def _joined(params: Merge, inputs: tuple[Items, Items], found: Matched) -> Items:
    whose = params.output_data_from
    if params.join_mode == "keepMatches" and whose != "both":
        return _chosen(inputs, *((0, found.partners1()) if whose == "input1" else (1, found.partners2())))
    if params.join_mode == "keepNonMatches":
        return _not_matching(inputs, found, whose)
    values = params.options.clash_handling.values
    join = merger(values, "preferInput1" if params.join_mode == "enrichInput2" else "preferLast")
    made = [join([(a, 0, inputs[0][a]), (b, 1, inputs[1][b])]) for a, b in found.pairs]
    suffixed = values.resolve_clash == "addSuffix"
    if params.join_mode in ("keepEverything", "enrichInput1"):
        made += _chosen(inputs, 0, found.alone1, suffixed)
    if params.join_mode in ("keepEverything", "enrichInput2"):
        made += _chosen(inputs, 1, found.alone2, suffixed)
    return made


def _not_matching(inputs: tuple[Items, Items], found: Matched, whose: str) -> Items:
    if whose != "both":
        return _chosen(inputs, *((0, found.alone1) if whose == "input1" else (1, found.alone2)))
    kept = [(0, _chosen(inputs, 0, found.alone1)), (1, _chosen(inputs, 1, found.alone2))]
    if not all(inputs):
        return [item for _, items in kept for item in items]
    return [
        Item({**item.json, "_source": f"input{number + 1}"}, item.binary, item.paired)
        for number, items in kept
        for item in items
    ]


def _chosen(inputs: Sequence[Items], number: int, indexes: Sequence[int], suffixed: bool = False) -> Items:
    found = [(at, inputs[number][at]) for at in indexes]
    return [
        Item(suffix(item, number + 1) if suffixed else item.json, item.binary, Paired(item=at, input=number))
        for at, item in found
    ]


def _first_version(params: Merge, inputs: Sequence[Items]) -> Items:
    match params.mode:
        case "append":
            return _appended(inputs)
        case "wait":
            return [Item(json={})]
        case "passThrough":
            number = 1 if params.output == "input2" else 0
            return _passed(inputs[number], number)
        case "multiplex":
            return _all(params, inputs)
        case "mergeByIndex":
            return _by_index(params, inputs)
        case "mergeByKey" | "keepKeyMatches" | "removeKeyMatches":
            return _by_key(params, (inputs[0], inputs[1]))
    raise UserError(f'mode "{params.mode}" of merge is not supported', field="mode")


def _by_index(params: Merge, inputs: Sequence[Items]) -> Items:
    join = merger(params.options.clash_handling.values)
    count = {"left": len(inputs[0]), "inner": min(map(len, inputs)), "outer": max(map(len, inputs))}[params.join]
    return [
        join([(at, number, items[at]) for number, items in enumerate(inputs) if at < len(items)]) for at in range(count)
    ]


def _by_key(params: Merge, inputs: tuple[Items, Items]) -> Items:
    names = [(params.property_name1, params.property_name2)]
    found = match(inputs, names, dots=True, fuzzy=False, first_only=False)
    if params.mode == "keepKeyMatches":
        return _chosen(inputs, 0, found.partners1())
    if params.mode == "removeKeyMatches":
        return _chosen(inputs, 0, found.alone1)
    partner = dict(found.pairs)
    return [_overwritten(params.overwrite, inputs, at, partner.get(at)) for at in range(len(inputs[0]))]


def _overwritten(when: str, inputs: tuple[Items, Items], at: int, other: int | None) -> Item:
    one = inputs[0][at]
    if other is None:
        return Item(one.json, one.binary, Paired(item=at))
    two = inputs[1][other]
    blank: tuple[Any, ...] = (None, "") if when == "blank" else ()
    kept = {key: value for key, value in one.json.items() if when != "always" and value not in blank}
    return Item({**one.json, **two.json, **kept}, one.binary, [Paired(item=at), Paired(item=other, input=1)])
