"""Tests of the loop: batch by batch, what comes back, and what expressions see."""

from typing import Any

import pytest

from nodes.expressions.lineage import paired_item
from nodes.expressions.scope import Scope
from nodes.flow.split_in_batches import split_in_batches
from nodes.sdk import Item, NextBatch, Paired, Run
from nodes.sdk.calling import call
from nodes.sdk.parameters import CompiledParameters
from schemas.item import NodeRun, Source


async def step(
    items: list[Item],
    context: dict[str, Any] | None,
    *,
    version: float = 3,
    params: dict[str, Any] | None = None,
    source: Source | None = None,
) -> NextBatch:
    run = Run(node="Loop", type="splitInBatches", version=version, inputs=[items], now=0, context=context)
    scope = Scope(inputs=[items], sources=[source], contexts={"Loop": context or {}})
    compiled = CompiledParameters({"batchSize": 2, **(params or {})}, split_in_batches.params)
    result = await call(split_in_batches, compiled, scope, run, {}, None)
    assert isinstance(result, NextBatch)
    return result


def numbers(result: NextBatch) -> list[list[int]]:
    return [[item.json["n"] for item in items] for items in result.outputs]


def items(*given: int) -> list[Item]:
    return [Item(json={"n": n}) for n in given]


@pytest.mark.parametrize(
    ("version", "passes"),
    [
        pytest.param(3, [[[], [1, 2]], [[], [3]], [[10, 20, 30], []]], id="done, loop"),
        pytest.param(2, [[[1, 2], []], [[3], []], [[], [10, 20, 30]]], id="loop, done"),
        pytest.param(1, [[[1, 2]], [[3]], [[]]], id="loop only"),
    ],
)
async def test_all_passes(version: float, passes: list[list[list[int]]]) -> None:
    first = await step(items(1, 2, 3), None, version=version)
    second = await step(items(10, 20), first.context, version=version)
    third = await step(items(30), second.context, version=version)

    assert [numbers(first), numbers(second), numbers(third)] == passes


async def test_what_expressions_see() -> None:
    seen = []
    context = None
    for given in (items(1, 2, 3), items(0), items(0)):
        result = await step(given, context)
        context = result.context
        assert context is not None
        seen.append([context[key] for key in ("currentRunIndex", "maxRunIndex", "noItemsLeft", "done")])

    assert seen == [[0, 2, False, False], [1, 2, True, False], [2, 2, True, True]]


async def test_reset_begins_anew() -> None:
    first = await step(items(1, 2, 3), None)

    again = await step(items(7, 8, 9), first.context, params={"options": {"reset": True}})

    assert numbers(again) == [[], [7, 8]]


async def test_reset_may_look_at_the_context() -> None:
    params = {"options": {"reset": '={{ $node["Loop"].context.done }}'}}
    context = None
    for given in (items(1), items(10)):
        context = (await step(given, context, params=params)).context

    again = await step(items(7), context, params=params)

    assert numbers(again) == [[], [7]]


async def test_later_batches_pair_with_the_run_that_brought_them() -> None:
    before = Source("Before")

    first = await step(items(1, 2, 3), None, source=before)
    second = await step(items(10, 20), first.context, source=Source("Body"))

    assert second.outputs[1][0].paired == Paired(item=2, source=before)


async def test_the_body_finds_the_item_that_a_later_batch_came_from() -> None:
    before = items(1, 2, 3)
    first = await step(before, None, source=Source("Before"))
    second = await step(items(10, 20), first.context, source=Source("Body"))
    loop = [NodeRun(one.outputs, [source]) for one, source in ((first, Source("Before")), (second, Source("Body")))]
    runs = {"Before": [NodeRun([before])], "Body": [NodeRun([items(10, 20)], [Source("Loop", 1, 0)])], "Loop": loop}

    scope = Scope(inputs=[second.outputs[1]], sources=[Source("Loop", 1, 1)], runs=runs.get)

    assert paired_item(scope, "Before", 0) is before[2]


async def test_a_context_is_not_changed() -> None:
    first = await step(items(1, 2, 3), None)
    before = repr(first.context)

    await step(items(10, 20), first.context)

    assert repr(first.context) == before
