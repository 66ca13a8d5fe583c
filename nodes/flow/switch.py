"""Switch: send each item to the outputs of the rules that hold, or to the output that an expression names.

Flow: any node → **switch** → one output per rule, and a fallback.
Versions 1 and 2 compare one value; from 3 on every rule has conditions of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nodes.flow import conditions, legacy_conditions
from nodes.flow.conditions import Conditions, FilterOptions, Questions
from nodes.flow.legacy_conditions import Comparison
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Parameters, Routed, Run, node
from nodes.sdk.parameters import Leaf, LeafMaker, Path
from nodes.sdk.ports import error_item
from nodes.transform.field_types import number
from schemas.errors import UserError

LEGACY_OUTPUTS = 4
MOST_OUTPUTS = 1000


class Rule(NodeParams):
    """Conditions, and a name for the output they lead to."""

    conditions: Conditions = Conditions()
    rename_output: bool = False
    output_key: str = ""


class LegacyRule(NodeParams):
    """One comparison with the node's value, and the output it leads to (versions 1 and 2)."""

    operation: str = ""
    value2: Any = None
    output: int = Field(0, ge=0)
    output_key: str = ""


class Rules(NodeParams):
    """Rules, as the editor keeps them: ``rules`` in versions 1 and 2, ``values`` later."""

    values: list[Rule] = []
    rules: list[LegacyRule] = []


class SwitchOptions(FilterOptions):
    """Rarely needed choices."""

    fallback_output: Literal["none", "extra"] | int = Field("none", description="Where items go that fit no rule.")
    rename_fallback_output: str = Field("", description="A name for the extra output.")
    all_matching_outputs: bool = Field(False, description="Send an item to every rule's output that holds.")


class Switch(NodeParams):
    """How the output is chosen."""

    mode: Literal["rules", "expression"] = Field("rules", description="By rules, or by an expression.")
    number_outputs: int = Field(4, ge=1, le=MOST_OUTPUTS, description="Outputs in mode expression.")
    outputs_amount: int = Field(4, ge=1, le=MOST_OUTPUTS, description="Outputs in mode expression (version 2).")
    output: Any = Field(0, description="The output's index in mode expression.")
    rules: Rules = Field(Rules(), description="Rules, one per output.")
    data_type: Literal["boolean", "dateTime", "number", "string"] = Field("number", description="Type of value 1.")
    value1: Any = Field(None, description="The value that rules compare (versions 1 and 2).")
    fallback_output: int = Field(-1, description="Where items go that fit no rule (versions 1 and 2; -1: nowhere).")
    loose_type_validation: bool = Field(False, description="Convert values of another type.")
    options: SwitchOptions = SwitchOptions()


@dataclass(slots=True)
class _Layout:
    model: Switch
    output: Leaf
    rules: list[Questions]
    legacy: list[Comparison]


def _leaf(path: Path) -> bool:
    match path:
        case ("output",) | ("value1",):
            return True
        case ("rules", "values", int(), "conditions", *_):
            return conditions.leaf_of(path, 4)
        case ("rules", "rules", int(), "value2"):
            return True
    return False


def _layout(params: Switch, leaf: LeafMaker) -> _Layout:
    asked = [
        conditions.questions(one.conditions, leaf, ("rules", "values", at, "conditions"))
        for at, one in enumerate(params.rules.values)
    ]
    kind = params.data_type
    left = leaf(("value1",), legacy_conditions.given(params, "value1", kind))
    legacy = [
        legacy_conditions.comparison(kind, one, left, leaf, ("rules", "rules", at))
        for at, one in enumerate(params.rules.rules)
    ]
    return _Layout(params, leaf(("output",), params.output), asked, legacy)


def _outputs(raw: Mapping[str, Any], version: float) -> list[str]:
    if version < 2:
        return [str(at) for at in range(LEGACY_OUTPUTS)]
    if raw.get("mode") == "expression":
        count = raw.get("numberOutputs" if version >= 3 else "outputsAmount")
        known = isinstance(count, int) and 0 < count <= MOST_OUTPUTS
        return [str(at) for at in range(count if known else LEGACY_OUTPUTS)]  # type: ignore[arg-type]
    rules = raw.get("rules")
    found = rules.get("values" if version >= 3 else "rules") if isinstance(rules, dict) else None
    listed = found if isinstance(found, list) else [{}] if version >= 3 and rules is None else []
    names = [str((isinstance(one, dict) and one.get("outputKey")) or at) for at, one in enumerate(listed)]
    options = raw.get("options")
    if version >= 3 and isinstance(options, dict) and options.get("fallbackOutput") == "extra":
        names.append(str(options.get("renameFallbackOutput") or "Fallback"))
    return names


@node(
    "switch",
    group="flow",
    title="Switch",
    versions=(1, 2, 3, 3.1, 3.2, 3.3, 3.4),
    outputs=_outputs,
    examples=[
        Example(
            title="each rule has an output, the rest goes to the extra one",
            version=3.2,
            params={
                "rules": {
                    "values": [
                        {"conditions": {"conditions": [{"leftValue": "={{ $json.k }}", "rightValue": "a"}]}},
                        {"conditions": {"conditions": [{"leftValue": "={{ $json.k }}", "rightValue": "b"}]}},
                    ]
                },
                "options": {"fallbackOutput": "extra"},
            },
            given=[{"k": "b"}, {"k": "c"}, {"k": "a"}],
            outputs=[[{"k": "a"}], [{"k": "b"}], [{"k": "c"}]],
        ),
        Example(
            title="an expression names the output",
            version=3.2,
            params={"mode": "expression", "numberOutputs": 2, "output": "={{ $json.to }}"},
            given=[{"to": 1}, {"to": 0}],
            outputs=[[{"to": 0}], [{"to": 1}]],
        ),
        Example(
            title="version 1 compares one value",
            version=1,
            params={"value1": 2, "rules": {"rules": [{"operation": "equal", "value2": 2, "output": 3}]}},
            given=[{"n": 1}],
            outputs=[[], [], [], [{"n": 1}]],
        ),
        Example(
            title="an output that is not there is an error",
            version=3.2,
            params={"mode": "expression", "numberOutputs": 2, "output": 2},
            fails="output 2 does not exist: there are 2, from 0 to 1",
        ),
    ],
)
async def switch(parameters: Parameters[Switch], items: Items, run: Run) -> Routed:
    """Route items to one of several branches."""
    outputs: list[Items] = [[] for _ in _outputs(parameters.raw, run.version)]
    for index, item in enumerate(items):
        try:
            layout = parameters.layout(_layout, _leaf, index)
            for output in _chosen(parameters, layout, run, index, len(outputs)):
                outputs[output].append(Item(json=item.json, binary=item.binary, paired=index))
        except UserError as bad:
            if not run.continue_on_fail or not outputs:
                raise
            outputs[0].append(error_item(bad, index))
    return Routed(outputs)


def _chosen(parameters: Parameters[Switch], layout: _Layout, run: Run, index: int, count: int) -> list[int]:
    if layout.model.mode == "expression":
        return [_within(parameters.read(layout.output, index), count)]
    if run.version >= 3:
        return _by_rules(parameters, layout, run, index, count)
    for at, one in enumerate(layout.legacy):
        if legacy_conditions.compare(parameters, one, index, run.timezone):
            return [_within(layout.model.rules.rules[at].output if run.version < 2 else at, count)]
    fallback = layout.model.fallback_output
    return [] if fallback == -1 else [_within(fallback, count)]


def _by_rules(parameters: Parameters[Switch], layout: _Layout, run: Run, index: int, count: int) -> list[int]:
    options, found = layout.model.options, []
    for at, asked in enumerate(layout.rules):
        if conditions.holds(parameters, asked, index):
            found.append(at)
            if not options.all_matching_outputs:
                break
    if not found and options.fallback_output != "none":
        found = [count - 1 if options.fallback_output == "extra" else _within(options.fallback_output, count)]
    return found if layout.rules or found or not count else [0]


def _within(value: Any, count: int) -> int:
    try:
        at = number(value)
    except ValueError:
        raise NodeError(f"{value!r:.80} is no output: a number is needed", field="output") from None
    if at != at or at not in range(count):
        raise NodeError(f"output {at} does not exist: there are {count}, from 0 to {count - 1}", field="output")
    return int(at)
