"""Compare datasets: what is in one input only, in both, or in both but different.

Flow: two nodes → **compareDatasets** → any node.  Waits until its inputs have data, or no more can come.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from nodes.expressions.coercion import UNDEFINED
from nodes.flow.differences import Comparison, Difference, compare
from nodes.flow.matching import check
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Paired, Routed, Run, node
from nodes.transform import paths
from nodes.transform.duplicates import mark_of
from nodes.transform.field_types import text

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
    how = _how(params, run.version)
    if run.version < 2.2 or all(inputs):
        check(inputs[0], [first for first, _ in names], 1, how.dots)
        check(inputs[1], [second for _, second in names], 2, how.dots)
    found = _Pairing(inputs, names, how, everything=params.options.multiple_matches == "all")
    same: Items = []
    different: Items = []
    for at, other in found.pairs:
        one, two = inputs[0][at], inputs[1][other]
        paired: list[int | Paired] = [Paired(item=at), Paired(item=other, input=1)]
        result = compare(one.json, two.json, how)
        if not result.different:
            same.append(Item(_prefer(params, run.version, one, two), one.binary, paired))
            continue
        json = _resolved(params, run.version, names, one, two, result)
        different.append(Item(json, one.binary, paired))
    return Routed([_kept(inputs[0], found.alone1, 0), same, different, _kept(inputs[1], found.alone2, 1)])


def _how(params: CompareDatasets, version: float) -> Comparison:
    options = params.options
    return Comparison(
        skip=frozenset(paths.names(options.skip_fields)),
        fuzzy=options.fuzzy_compare if version < 2 else params.fuzzy_compare,
        absent_equal=version >= 2.1,
        dots=not options.disable_dot_notation,
    )


class _Pairing:
    """Which items belong together: index pairs, and indexes without a partner."""

    def __init__(self, inputs: Sequence[Items], names: Names, how: Comparison, *, everything: bool) -> None:
        keys1 = [_key(item, [first for first, _ in names], how) for item in inputs[0]]
        keys2 = [_key(item, [second for _, second in names], how) for item in inputs[1]]
        places: dict[str, list[int]] = {}
        for at, key in enumerate(keys2):
            if key is not None:
                places.setdefault(key, []).append(at)
        self.pairs: list[tuple[int, int]] = []
        self.alone1: list[int] = []
        taken: set[int] = set()
        for at, key in enumerate(keys1):
            partners = places.get(key, []) if key is not None else []
            chosen = partners if everything else partners[:1]
            self.pairs += [(at, other) for other in chosen]
            taken.update(chosen)
            if not partners:
                self.alone1.append(at)
        self.alone2 = [at for at in range(len(keys2)) if at not in taken]


def _key(item: Item, names: Sequence[str], how: Comparison) -> str | None:
    values = [paths.find(item.json, name, how.dots) for name in names]
    if how.fuzzy:
        values = ["" if value in (None, UNDEFINED, "", [], {}) else text(value) for value in values]
    if any(value is UNDEFINED for value in values):
        return None
    return mark_of(values).decode()


def _kept(items: Items, indexes: Sequence[int], number: int) -> Items:
    return [Item(items[at].json, items[at].binary, Paired(item=at, input=number)) for at in indexes]


def _prefer(params: CompareDatasets, version: float, one: Item, two: Item) -> dict[str, Any]:
    if _resolve(params, version) == "preferInput2" and _how(params, version).fuzzy:
        return two.json
    return one.json


def _resolve(params: CompareDatasets, version: float) -> Resolve:
    return params.resolve or ("preferInput2" if version <= 2 else "includeBoth")


def _resolved(
    params: CompareDatasets, version: float, names: Names, one: Item, two: Item, result: Difference
) -> dict[str, Any]:
    match _resolve(params, version):
        case "preferInput1":
            return one.json
        case "preferInput2":
            return two.json
        case "mix":
            return _mixed(params, one, two)
    dots = not params.options.disable_dot_notation
    labels = ("input1", "input2") if version < 2 else ("inputA", "inputB")
    return {
        "keys": dict(_matched(names, one, dots)),
        "same": result.same,
        "different": {name: _both(labels, values) for name, values in result.different.items()},
        **_skipped(params, labels, one, two),
    }


def _matched(names: Names, one: Item, dots: bool) -> Iterator[tuple[str, Any]]:
    for first, _ in names:
        value = paths.find(one.json, first, dots)
        if value is not UNDEFINED:
            yield first, value


def _both(labels: tuple[str, str], values: tuple[Any, Any]) -> dict[str, Any]:
    return {label: None if value is UNDEFINED else value for label, value in zip(labels, values, strict=True)}


def _skipped(params: CompareDatasets, labels: tuple[str, str], one: Item, two: Item) -> dict[str, Any]:
    dots = not params.options.disable_dot_notation
    rows = {}
    for name in paths.names(params.options.skip_fields):
        values = paths.find(one.json, name, dots), paths.find(two.json, name, dots)
        if values != (UNDEFINED, UNDEFINED):
            rows[name] = _both(labels, values)
    return {"skipped": rows} if rows else {}


def _mixed(params: CompareDatasets, one: Item, two: Item) -> dict[str, Any]:
    base, other = (one, two) if params.prefer_when_mix == "input1" else (two, one)
    dots = not params.options.disable_dot_notation
    json = dict(base.json)
    for name in paths.names(params.except_when_mix):
        value = paths.find(other.json, name, dots)
        path = (name,) if name in json else paths.keys(name, dots)
        if value is UNDEFINED:
            paths.drop(json, path)
        else:
            paths.put(json, path, value)
    return json
