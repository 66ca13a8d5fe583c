"""Microbenchmarks: how fast the parts are that every execution passes through.

Flow: expressions, set → **micro** → report.
"""

import asyncio
import time
from collections.abc import Callable

from nodes.expressions.scope import Scope
from nodes.expressions.template import compile_template
from nodes.sdk.calling import call
from nodes.sdk.context import Run
from nodes.sdk.parameters import CompiledParameters
from nodes.sdk.registry import discover
from ops.bench.workflows import answering
from schemas.item import Item


def measure_parts() -> dict[str, float]:
    """Give operations a second by name."""
    found = {"compiled $json.a.b, evaluations/s": _evaluations()}
    found["set of 3 expressions over 1,000 items, items/s"] = asyncio.run(_set_items())
    return found


def _evaluations() -> float:
    template = compile_template("={{ $json.a.b }}")
    scope = Scope(inputs=[[Item(json={"a": {"b": 7}})]])
    evaluate = template.evaluate
    if evaluate is None:
        return 0.0
    return _per_second(lambda: evaluate(scope), 1000)


async def _set_items() -> float:
    node = next(node for node in answering()["nodes"] if node["name"] == "Fields")
    node_type = discover().get("set")
    if node_type is None:
        return 0.0
    items = [Item(json={"body": {"qty": n, "price": 2.5, "name": "widget"}}) for n in range(1000)]
    compiled = CompiledParameters(node["parameters"], node_type.params)
    run = Run(node="Fields", type="set", version=node["typeVersion"], inputs=[items], now=0)
    best = 0.0
    for _ in range(20):
        scope = Scope(inputs=[items], node="Fields", parameters=node["parameters"])
        began = time.perf_counter()
        await call(node_type, compiled, scope, run, {}, None)
        best = max(best, len(items) / (time.perf_counter() - began))
    return best


def _per_second(action: Callable[[], object], batch: int) -> float:
    best, until = 0.0, time.perf_counter() + 1.0
    while time.perf_counter() < until:
        began = time.perf_counter()
        for _ in range(batch):
            action()
        best = max(best, batch / (time.perf_counter() - began))
    return best
