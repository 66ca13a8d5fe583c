"""Tests of supplying what a node function asks for."""

from collections.abc import Sequence
from typing import Any

import pytest

from nodes.expressions.coercion import UNDEFINED
from nodes.expressions.scope import Scope
from nodes.sdk import Clock, Field, Item, Items, NodeParams, NodeType, Parameters, Run, node
from nodes.sdk.calling import call
from nodes.sdk.harness import FakeClock
from nodes.sdk.parameters import CompiledParameters
from schemas.errors import DefectError, ExpressionError, ParameterError

JAVASCRIPT = "={{ (() => { for (const x of [$json.n]) return x })() }}"


class Toy(NodeParams):
    count: int = Field(1, ge=1)
    text: Any = ""


@node("toy", group="test")
async def everything(
    params: Toy, parameters: Parameters[Toy], items: Items, run: Run, scope: Scope, clock: Clock
) -> Items:
    """Show what was given."""
    return [
        Item(
            json={
                "count": params.count,
                "same": parameters(0) == params,
                "items": len(items),
                "node": run.node,
                "zone": scope.zone,
                "now": clock.now(),
            }
        )
    ]


@node("texts", group="test")
async def texts(parameters: Parameters[Toy], items: Items) -> Items:
    """Read one leaf per item."""
    return [Item(json={"text": parameters.get(("text",), index)}) for index in range(len(items))]


async def ask(
    node_type: NodeType, params: dict[str, Any], items: Items, evaluate: Any = None, capabilities: Any = None
) -> Any:
    run = Run(node="Toy", type="toy", version=1, inputs=[items], now=5)
    compiled = CompiledParameters(params, node_type.params)
    return await call(node_type, compiled, Scope(inputs=[items]), run, capabilities or {}, evaluate)


async def test_everything_is_supplied_by_type() -> None:
    result = await ask(everything, {"count": "3"}, [Item(json={}), Item(json={})], capabilities={Clock: FakeClock(7)})

    assert result[0].json == {"count": 3, "same": True, "items": 2, "node": "Toy", "zone": "UTC", "now": 7}


async def test_what_is_not_there_is_named() -> None:
    with pytest.raises(DefectError, match='asks for "Clock"'):
        await ask(everything, {}, [Item(json={})])


async def test_a_parameter_that_does_not_fit_is_named() -> None:
    with pytest.raises(ParameterError) as refused:
        await ask(everything, {"count": 0}, [Item(json={})], capabilities={Clock: FakeClock()})

    assert refused.value.field == "count"


async def test_javascript_is_evaluated_in_one_batch() -> None:
    asked: list[tuple[Sequence[str], Sequence[int]]] = []

    async def evaluate(sources: Sequence[str], scope: Scope, indexes: Sequence[int]) -> list[list[Any]]:
        asked.append((list(sources), list(indexes)))
        return [[scope.items[at].json["n"] for at in indexes]]

    result = await ask(texts, {"text": JAVASCRIPT}, [Item(json={"n": 1}), Item(json={"n": 2})], evaluate)

    assert [item.json["text"] for item in result] == [1, 2]
    assert asked == [([JAVASCRIPT], [0, 1])]


async def test_an_error_of_one_item_waits_until_it_is_read() -> None:
    async def evaluate(sources: Sequence[str], scope: Scope, indexes: Sequence[int]) -> list[list[Any]]:
        return [[UNDEFINED, ExpressionError("no")]]

    with pytest.raises(ExpressionError) as failed:
        await ask(texts, {"text": JAVASCRIPT}, [Item(json={"n": 1}), Item(json={"n": 2})], evaluate)

    assert failed.value.field == "text"


async def test_without_the_javascript_tier_it_says_so() -> None:
    with pytest.raises(DefectError, match="JavaScript tier"):
        await ask(texts, {"text": JAVASCRIPT}, [Item(json={"n": 1})])
