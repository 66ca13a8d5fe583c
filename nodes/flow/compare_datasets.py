"""Compare datasets: what is in one input only, in both, or in both but different.

Flow: two nodes → **compareDatasets** → any node.  Waits until its inputs have data, or no more can come.

What stays different from n8n:
- a mix never changes the item that it began with; in n8n items that match the same one share a mix.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, Literal

from nodes.expressions.coercion import UNDEFINED
from nodes.flow.differences import Comparison, compare
from nodes.flow.matching import check
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Paired, Routed, Run, node
from nodes.transform import paths

Names = Sequence[tuple[str, str]]
Resolve = Literal["preferInput1", "preferInput2", "mix", "includeBoth"]


class MatchFields(NodeParams):
    """Fields that must be equal."""

    field1: str = ""
    field2: str = ""


class MergeByFields(NodeParams):
    """Pairs of fields, as the editor keeps them."""

    values: list[MatchFields] = [MatchFields()]


class CompareOptions(NodeParams):
    """Rarely needed choices."""

    skip_fields: str = Field("", description="Names not to compare, with commas between.")
    fuzzy_compare: bool = Field(False, description='Take "3" and 3 as equal (version 1).')
    disable_dot_notation: bool = Field(False, description="Do not read `a.b` as a path.")
    multiple_matches: Literal["first", "all"] = Field("first", description="Compare with the first match, or with all.")


class CompareDatasets(NodeParams):
    """What belongs together, and what to give where it differs."""

    merge_by_fields: MergeByFields = Field(MergeByFields(), description="Pairs of fields that must be equal.")
    resolve: Resolve | None = Field(None, description="Which values to give for items that differ.")
    fuzzy_compare: bool = Field(False, description='Take "3" and 3, or null and an empty text, as equal.')
    prefer_when_mix: Literal["input1", "input2"] = Field("input1", description="Whose values in a mix.")
    except_when_mix: str = Field("", description="Fields of a mix that come from the other input.")
    options: CompareOptions = CompareOptions()


@node(
    "compareDatasets",
    group="flow",
    title="Compare Datasets",
    versions=(1, 2, 2.1, 2.2, 2.3),
    inputs=2,
    outputs=("in A only", "same", "different", "in B only"),
    required=lambda raw, version: 1,
    examples=[
        Example(
            title="sorts items into four outputs",
            params={"mergeByFields": {"values": [{"field1": "id", "field2": "id"}]}},
            inputs=[[{"id": 1}, {"id": 2, "n": 1}, {"id": 3}], [{"id": 2, "n": 2}, {"id": 3}, {"id": 4}]],
            outputs=[
                [{"id": 1}],
                [{"id": 3}],
                [{"keys": {"id": 2}, "same": {"id": 2}, "different": {"n": {"inputA": 1, "inputB": 2}}}],
                [{"id": 4}],
            ],
        ),
        Example(
            title="mixes values",
            params={
                "mergeByFields": {"values": [{"field1": "id", "field2": "id"}]},
                "resolve": "mix",
                "exceptWhenMix": "b",
            },
            inputs=[[{"id": 1, "a": 1, "b": 1}], [{"id": 1, "a": 2, "b": 2}]],
            outputs=[[], [], [{"id": 1, "a": 1, "b": 2}], []],
        ),
        Example(
            title="fields to match must be named",
            inputs=[[{"id": 1}], [{"id": 1}]],
            fails="name the fields to match",
        ),
    ],
)
async def compare_datasets(params: CompareDatasets, run: Run) -> Routed:
    """Compare the items of two inputs."""
    inputs = [*run.inputs, [], []][:2]
    names = [(one.field1.strip(), one.field2.strip()) for one in params.merge_by_fields.values]
    if not names or not all(first and second for first, second in names):
        raise NodeError("name the fields to match", field="mergeByFields")
    how, dots = _how(params, run.version), not params.options.disable_dot_notation
    if run.version < 2.2 or all(inputs):
        check(inputs[0], [first for first, _ in names], 1, dots)
        check(inputs[1], [second for _, second in names], 2, dots)
    found = _Pairing(inputs, names, how, dots=dots, everything=params.options.multiple_matches == "all")
    same: Items = []
    different: Items = []
    for at, other in found.pairs:
        one, two = inputs[0][at], inputs[1][other]
        paired: list[int | Paired] = [Paired(item=at), Paired(item=other, input=1)]
        if how.alike(one.json, two.json):
            same.append(Item(_prefer(params, run.version, one, two, how), one.binary, paired))
            continue
        json = _resolved(params, run.version, names, one, two, how)
        different.append(Item(json, one.binary, paired))
    return Routed([_kept(inputs[0], found.alone1, 0), same, different, _kept(inputs[1], found.alone2, 1)])


def _how(params: CompareDatasets, version: float) -> Comparison:
    options = params.options
    skip = frozenset(paths.names(options.skip_fields))
    dotted = next((name for name in skip if "." in name), None)
    if dotted and options.disable_dot_notation:
        raise NodeError(f'dot notation is disabled, but the field to skip "{dotted}" has a dot', field="skipFields")
    return Comparison(
        skip=skip,
        fuzzy=options.fuzzy_compare if version < 2 else params.fuzzy_compare,
        null_is_zero=version >= 2,
        dots=not options.disable_dot_notation,
        detailed=version >= 2.1,
    )


class _Pairing:
    """Which items belong together: index pairs, and indexes without a partner."""

    def __init__(self, inputs: Sequence[Items], names: Names, how: Comparison, *, dots: bool, everything: bool) -> None:
        values1 = [[paths.find(item.json, first, dots) for first, _ in names] for item in inputs[0]]
        values2 = [[paths.find(item.json, second, dots) for _, second in names] for item in inputs[1]]
        places: dict[str, list[int]] = {}
        for at, values in enumerate(values2):
            places.setdefault(_bucket(values, how), []).append(at)
        self.pairs: list[tuple[int, int]] = []
        self.alone1: list[int] = []
        taken: set[int] = set()
        for at, values in enumerate(values1):
            partners = _partners(values, places, values2, how)
            chosen = list(partners) if everything else list(islice(partners, 1))
            self.pairs += [(at, other) for other in chosen]
            taken.update(chosen)
            if not chosen:
                self.alone1.append(at)
        self.alone2 = [at for at in range(len(values2)) if at not in taken]


def _bucket(values: Sequence[Any], how: Comparison) -> str:
    return "\n".join("" if value is UNDEFINED and not how.fuzzy else how.bucket(value) for value in values)


def _partners(
    values: Sequence[Any], places: dict[str, list[int]], others: Sequence[Sequence[Any]], how: Comparison
) -> Iterator[int]:
    """Give the places of those with equal values; an item without one of its fields has no partner."""
    if any(value is UNDEFINED for value in values):
        return
    for at in places.get(_bucket(values, how), ()):
        if all(map(how.equal, values, others[at])):
            yield at


def _kept(items: Items, indexes: Sequence[int], number: int) -> Items:
    return [Item(items[at].json, items[at].binary, Paired(item=at, input=number)) for at in indexes]


def _prefer(params: CompareDatasets, version: float, one: Item, two: Item, how: Comparison) -> dict[str, Any]:
    return two.json if how.fuzzy and _resolve(params, version) == "preferInput2" else one.json


def _resolve(params: CompareDatasets, version: float) -> Resolve:
    return params.resolve or ("preferInput2" if version <= 2 else "includeBoth")


def _resolved(
    params: CompareDatasets, version: float, names: Names, one: Item, two: Item, how: Comparison
) -> dict[str, Any]:
    match _resolve(params, version):
        case "preferInput1":
            return one.json
        case "preferInput2":
            return two.json
        case "mix":
            return _mixed(params, one, two)
    result = compare(one.json, two.json, how)
    both = partial(_both, old=version < 2)
    skipped = {name: both(values) for name, values in result.skipped.items()}
    return {
        "keys": {first: one.json[first] for first, _ in names if first in one.json},
        "same": result.same,
        "different": {name: both(values) for name, values in result.different.items()},
        **({"skipped": skipped} if skipped else {}),
    }


def _both(values: tuple[Any, Any], *, old: bool) -> dict[str, Any]:
    """Show two values; version 1 shows nothing of what is false."""
    labels = ("input1", "input2") if old else ("inputA", "inputB")
    shown = [None if value is UNDEFINED or (old and value in (0, "")) else value for value in values]
    return dict(zip(labels, shown, strict=True))


def _mixed(params: CompareDatasets, one: Item, two: Item) -> dict[str, Any]:
    base, other = (one, two) if params.prefer_when_mix == "input1" else (two, one)
    dots = not params.options.disable_dot_notation
    json = dict(base.json)
    for name in paths.names(params.except_when_mix):
        value = paths.find(other.json, name, dots)
        json[name] = None if dots and value is UNDEFINED else value
    return {name: value for name, value in json.items() if value is not UNDEFINED}
