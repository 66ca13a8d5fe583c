"""Decisions: a yes or no about each item, in the parameters that if and filter share.

Flow: if, filter → **decisions** → conditions or legacy conditions.
Version 1 groups conditions by type; from 2 on they are n8n's filter parameter.
"""

from typing import Any, Literal

from nodes.flow import conditions, legacy_conditions
from nodes.flow.conditions import Conditions, FilterOptions, Questions
from nodes.flow.legacy_conditions import Comparison, LegacyConditions
from nodes.sdk import Field, NodeParams, Parameters, Run
from nodes.sdk.parameters import LeafMaker, Path


class AnyConditions(Conditions, LegacyConditions):
    """Conditions of any version."""


class Decision(NodeParams):
    """What is asked of each item."""

    conditions: AnyConditions = Field(AnyConditions(), description="What must hold.")
    combine_operation: Literal["all", "any"] = Field("all", description="How they combine (if, version 1).")
    combine_conditions: Literal["AND", "OR"] = Field("AND", description="How they combine (filter, version 1).")
    loose_type_validation: bool = Field(False, description="Convert values of another type.")
    options: FilterOptions = FilterOptions()


def decide(parameters: Parameters[Any], run: Run, index: int) -> bool:
    """Answer for one item."""
    if run.version >= 2:
        return conditions.holds(parameters, parameters.layout(_layout, _leaf, index), index)
    compared, every = parameters.layout(_legacy_layout, _leaf, index)
    answers = (legacy_conditions.compare(parameters, one, index, run.timezone) for one in compared)
    return all(answers) if every else any(answers)


def _leaf(path: Path) -> bool:
    if path[0] != "conditions":
        return False
    return conditions.leaf_of(path, 1) or legacy_conditions.leaf_of(path, 1)


def _layout(params: Decision, leaf: LeafMaker) -> Questions:
    return conditions.questions(params.conditions, leaf, ("conditions",))


def _legacy_layout(params: Decision, leaf: LeafMaker) -> tuple[tuple[Comparison, ...], bool]:
    every = params.combine_operation == "all" and params.combine_conditions == "AND"
    return legacy_conditions.comparisons(params.conditions, leaf, ("conditions",)), every
