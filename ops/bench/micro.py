"""Microbenchmarks: how fast the parts are that every execution passes through.

Flow: expressions in both tiers, set → **micro** → report.
"""

import asyncio
import math
import resource
import time
from collections.abc import Callable
from typing import Any, Final

from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope
from nodes.expressions.template import compile_template
from nodes.sdk.calling import call
from nodes.sdk.context import Run
from nodes.sdk.parameters import CompiledParameters, JavaScript
from nodes.sdk.registry import discover
from ops.bench.workflows import answering
from schemas.item import Item, Items

GOALS: Final = {
    "compiled $json.a.b, evaluations/s": "≥ 1,000,000",
    "set of 3 expressions over 1,000 items, ms": "≤ 15",
    "set of 3 expressions over 1,000 items in V8, ms": "≤ 40",
    "a Code node's run, ms": "≤ 5",
    "a loop without end, % of its limit": "≤ 110",
    "memory bomb in V8, MB more": "≤ 128 + 15 %",
}
IN_V8: Final = [
    "={{ (() => { const n = $json.body.qty; return n * 2 })() }}",
    "={{ new Map([['price', $json.body.price]]).get('price') }}",
    "={{ (() => { let name = $json.body.name; return name + '!' })() }}",
]
LOOP: Final = "={{ (() => { while (true) {} })() }}"
BOMB: Final = "={{ (() => { const all = []; while (true) all.push(new Array(1e5).fill(1.5)) })() }}"
LIMIT_SECONDS: Final = 1.0
CODE_RUNS: Final = 100


def measure_parts() -> dict[str, float]:
    """Give what was measured by name; GOALS has what each should reach."""
    items = [Item(json={"body": {"qty": n, "price": 2.5, "name": "widget"}}) for n in range(1000)]
    figures = [_evaluations(), asyncio.run(_set_ms(items, _fields(), None)), *asyncio.run(_javascript(items))]
    return dict(zip(GOALS, figures, strict=True))


async def _javascript(items: Items) -> tuple[float, float, float, float]:
    """Measure the JavaScript tier: milliseconds of a set node and a Code node, % of its time limit, MB of a bomb."""
    pool, scope = JavaScriptPool(timeout_seconds=LIMIT_SECONDS), Scope(inputs=[items])
    try:
        fields = zip(("doubled", "price", "name"), IN_V8, ("number", "number", "string"), strict=True)
        assigned = [{"name": name, "value": value, "type": kind} for name, value, kind in fields]
        set_ms = await _set_ms(items, {"assignments": {"assignments": assigned}}, pool.evaluate)
        code_ms = await _code_ms(pool)
        began = time.perf_counter()
        await pool.evaluate([LOOP], scope, [0])
        late = (time.perf_counter() - began) / LIMIT_SECONDS
        await pool.evaluate(IN_V8, scope, [0])
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        await pool.evaluate([BOMB], scope, [0])
    finally:
        await pool.close()
    grown = max(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before, 0)
    return set_ms, code_ms, late * 100, grown / 1024


async def _code_ms(pool: JavaScriptPool) -> float:
    """Give the mean of runs one after the other: each has an isolate of its own, made after the one before."""
    scope = Scope(inputs=[[Item(json={"n": 1})]])
    began = time.perf_counter()
    for _ in range(CODE_RUNS):
        await pool.run_code("return items", scope, per_item=False)
    return (time.perf_counter() - began) / CODE_RUNS * 1000


def _evaluations() -> float:
    template = compile_template("={{ $json.a.b }}")
    scope = Scope(inputs=[[Item(json={"a": {"b": 7}})]])
    evaluate = template.evaluate
    if evaluate is None:
        return 0.0
    return _per_second(lambda: evaluate(scope), 1000)


def _fields() -> dict[str, Any]:
    return next(dict(node["parameters"]) for node in answering()["nodes"] if node["name"] == "Fields")


async def _set_ms(items: Items, parameters: dict[str, Any], evaluate: JavaScript | None) -> float:
    node_type = discover().get("set")
    if node_type is None:
        return 0.0
    compiled = CompiledParameters(parameters, node_type.params)
    run = Run(node="Fields", type="set", version=3.4, inputs=[items], now=0)
    best = math.inf
    for _ in range(20):
        scope = Scope(inputs=[items], node="Fields", parameters=parameters)
        began = time.perf_counter()
        await call(node_type, compiled, scope, run, {}, evaluate)
        best = min(best, time.perf_counter() - began)
    return best * 1000


def _per_second(action: Callable[[], object], batch: int) -> float:
    best, until = 0.0, time.perf_counter() + 1.0
    while time.perf_counter() < until:
        began = time.perf_counter()
        for _ in range(batch):
            action()
        best = max(best, batch / (time.perf_counter() - began))
    return best
