"""Evaluation: one expression on given items, with a value that keeps what JSON cannot hold.

Flow: `eval --batch`, the editor's preview → **evaluate_batch** → both tiers → answers.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from nodes.expressions.coercion import SAFE, UNDEFINED, item_object
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.moments import DateTime, Duration, JSDate
from nodes.expressions.scope import Scope
from nodes.expressions.template import Template, compile_template, expression
from nodes.expressions.values import HostObject, UniqueSet
from schemas.clock import now_ms
from schemas.errors import ExpressionError, MillraceError
from schemas.item import Item, NodeRun, Paired, Source

ZONE = "America/New_York"
Request = Mapping[str, Any]
Answer = dict[str, Any]


async def evaluate_request(request: Request, pool: JavaScriptPool, *, now: int | None = None) -> Answer:
    """Answer one request ``{"id", "expression", "items", "itemIndex"}``; ``scope_of`` says what else it may hold."""
    return (await evaluate_batch([request], pool, now=now))[0]


async def evaluate_batch(requests: Sequence[Request], pool: JavaScriptPool, *, now: int | None = None) -> list[Answer]:
    """Answer requests in their order; an answer has ``value`` and ``tier``, or ``error``.

    ``now`` is epoch ms, the real time by default. Requests of the JavaScript tier with equal items share a call.
    """
    at = now_ms() if now is None else now
    answers: dict[int, Answer] = {}
    waiting: dict[str, list[tuple[int, Template, Scope]]] = {}
    for place, request in enumerate(requests):
        try:
            template, scope = _prepared(request, at)
            if template.evaluate is None:
                # What the requests see is compared only where there are several: it may be long.
                key = _group(request) if len(requests) > 1 else ""
                waiting.setdefault(key, []).append((place, template, scope))
            else:
                answers[place] = {"value": marked(template.evaluate(scope)), "tier": template.tier}
        except MillraceError as bad:
            answers[place] = _failed(bad)
    for group in waiting.values():
        answers.update(await _javascript(group, pool))
    return [{"id": request.get("id"), **answers[place]} for place, request in enumerate(requests)]


def _prepared(request: Request, now: int) -> tuple[Template, Scope]:
    text = request.get("expression")
    if not isinstance(text, str):
        raise ExpressionError("request has no expression", hint='send {"id", "expression", "items", "itemIndex"}')
    return compile_template(text if expression(text) else "=" + text), scope_of(request, now)


def scope_of(request: Request, now: int) -> Scope:
    """Read what an expression sees: ``items``, and where they are given ``runs`` and ``parameters`` of other nodes.

    ``runs`` has by node the items of each output of its last run, ``sources`` where its inputs came from; ``source``
    names the node that made ``items``.
    """
    items = [_item(one) for one in request.get("items") or []]
    runs = _Runs(request.get("runs") or {}, request.get("sources") or {})
    source = request.get("source")
    parameters = request.get("parameters") or {}
    node = str(request.get("node") or "")
    return Scope(
        inputs=[items],
        index=int(request.get("itemIndex") or 0),
        node=node,
        runs=lambda name: runs.of(name, known=name in parameters),
        sources=[Source(source)] if isinstance(source, str) else [],
        parameters=parameters.get(node) or {},
        node_parameters=parameters,
        workflow=request.get("workflow") or {},
        vars=request.get("vars") or {},
        now=now,
        zone=str(request.get("zone") or ZONE),
    )


class _Runs:
    """Runs of other nodes, made when an expression asks for them: most expressions ask for none."""

    def __init__(self, outputs: Mapping[str, Any], sources: Mapping[str, Any]) -> None:
        self._outputs = outputs
        self._sources = sources
        self._made: dict[str, list[NodeRun]] = {}

    def of(self, name: str, *, known: bool) -> list[NodeRun] | None:
        if name not in self._outputs:
            return [] if known else None
        if name not in self._made:
            outputs = [[_item(one) for one in items or []] for items in self._outputs[name] or []]
            came = [source if source is None else _source(source) for source in self._sources.get(name) or []]
            self._made[name] = [NodeRun(outputs, came)] if outputs else []
        return self._made[name]


def _source(given: Any) -> Source | None:
    try:
        return msgspec.convert(given, Source)
    except msgspec.ValidationError:
        return None


def _item(one: Any) -> Item:
    if not isinstance(one, dict):
        raise ExpressionError("item is no object")
    if not isinstance(one.get("json"), dict):
        return Item(json=one)
    return Item(json=one["json"], binary=one.get("binary"), paired=_pairing(one.get("pairedItem")))


def _pairing(given: Any) -> Any:
    if isinstance(given, dict):
        return Paired(int(given.get("item") or 0), int(given.get("input") or 0))
    if isinstance(given, list):
        return [_pairing(one) for one in given]
    return given if isinstance(given, int) else None


def _group(request: Request) -> str:
    return repr([value for key, value in sorted(request.items()) if key not in ("id", "expression")])


async def _javascript(group: Sequence[tuple[int, Template, Scope]], pool: JavaScriptPool) -> dict[int, Answer]:
    scope = group[0][2]
    sources = [template.source for _, template, _ in group]
    try:
        rows = await pool.evaluate_marked(sources, scope, [scope.index], marks=True)
    except MillraceError as bad:
        return {place: _failed(bad) for place, _, _ in group}
    answers: dict[int, Answer] = {}
    for (place, _, _), row in zip(group, rows, strict=True):
        value = row[0]
        failed = isinstance(value, MillraceError)
        answers[place] = _failed(value) if failed else {"value": _unmarked(value), "tier": "javascript"}
    return answers


def _failed(error: MillraceError) -> Answer:
    return {"error": {"message": error.message, **({"hint": error.hint} if error.hint else {})}}


def _unmarked(value: Any) -> Any:
    return {"$undefined": True} if value is UNDEFINED else value


def marked(value: Any) -> Any:
    """Turn a value into JSON, with markers such as ``{"$date": …}`` for what JSON cannot hold."""
    if value is UNDEFINED:
        return {"$undefined": True}
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        return {key: marked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [marked(one) for one in value]
    if isinstance(value, Item):
        return marked(item_object(value))
    return _object(value) if isinstance(value, HostObject) else value


def _number(value: float) -> Any:
    if value != value or math.isinf(value):
        return {"$number": "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"}
    return int(value) if value.is_integer() and abs(value) <= SAFE else value


def _object(value: HostObject) -> Any:
    if value.callable:
        return {"$undefined": True}
    if isinstance(value, JSDate):
        return {"$date": value.json()}
    if isinstance(value, DateTime):
        return {"$dateTime": value.json()}
    if isinstance(value, Duration):
        return {"$duration": marked(dict(value.amounts))}
    return {} if isinstance(value, UniqueSet) else marked(value.json())
