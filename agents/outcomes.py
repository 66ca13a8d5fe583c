"""Outcomes: what a node's answer, or its error, means by the node's settings. Pure.

Flow: node function's result → **outcomes** → outputs per index → step.
Error outputs, pass-through on errors, always-output and the inference of paired items are decided here.
"""

import msgspec

from agents.plan import PlannedNode
from nodes.sdk.ports import Call, NextBatch, Respond, Result, Routed, WaitForRequest, WaitUntil
from schemas.errors import DefectError, ErrorInfo
from schemas.item import Item, Items, Outputs, Paired

PAIRING_LIMIT = 10_000


def outputs_of(result: Result) -> Outputs:
    """Give the items per output that a node answered with."""
    if isinstance(result, list):
        return [result]
    if isinstance(result, Routed | NextBatch | Respond):
        return result.outputs
    if isinstance(result, WaitUntil | WaitForRequest):
        return [result.items]
    if isinstance(result, Call):
        return result.batches
    raise DefectError(f"a node answered with {type(result).__name__}, which means nothing")


def settle(node: PlannedNode, inputs: list[Items], outputs: Outputs, *, lineage: bool) -> Outputs:
    """Apply the node's settings to what it gave: one list per output, paired, errors on their own output."""
    normal = node.output_count - (node.on_error == "continueErrorOutput")
    failing = node.on_error == "continueErrorOutput"
    known = outputs
    if failing or lineage or sum(map(len, outputs)) <= PAIRING_LIMIT:
        known = _paired(inputs, outputs)
    missing: Outputs = [[] for _ in range(max(normal, 1) - len(outputs))]
    settled = [*known, *missing]
    if failing:
        settled = _split_errors(inputs, [*outputs, *missing], settled)
    if node.always_output and not settled[0]:
        settled[0] = [Item(json={}, paired=_all_of(inputs))]
    return settled


def pass_through(node: PlannedNode, inputs: list[Items]) -> Outputs:
    """Give what a failed node that may fail, or a disabled one, hands on: its first input as its first output."""
    first = inputs[0] if inputs else []
    return [[_pair(item, at) for at, item in enumerate(first)], *[[] for _ in range(node.output_count - 1)]]


def _paired(inputs: list[Items], outputs: Outputs) -> Outputs:
    """Say where each item came from, where the node left it open and it can be known."""
    first = inputs[0] if inputs else []
    if first and len(inputs) == 1 and len(outputs) == 1 and len(outputs[0]) == 1:
        only = outputs[0][0]
        at = next((at for at, item in enumerate(first) if item is only), None if only.paired is not None else 0)
        return outputs if at is None else [[_pair(only, at)]]
    given = {id(item): at for at, item in enumerate(first)}
    by_index = len(outputs) == 1 and len(inputs) == 1 and len(outputs[0]) == len(first)
    single = len(inputs) == 1 and len(first) == 1
    return [[_find(item, at, given, by_index, single) for at, item in enumerate(items)] for items in outputs]


def _all_of(inputs: list[Items]) -> list[int | Paired] | None:
    found: list[int | Paired] = [
        Paired(item=at, input=number) if number else at
        for number, items in enumerate(inputs)
        for at in range(len(items))
    ]
    return found or None


def _find(item: Item, at: int, given: dict[int, int], by_index: bool, single: bool) -> Item:
    origin = given.get(id(item))
    if origin is not None:
        return _pair(item, origin)
    if item.paired is not None:
        return item
    if single:
        return _pair(item, 0)
    return _pair(item, at) if by_index else item


def _pair(item: Item, origin: int) -> Item:
    return item if item.paired == origin else Item(item.json, item.binary, origin, item.error)


def _split_errors(inputs: list[Items], outputs: Outputs, paired: Outputs) -> Outputs:
    """Move error items to an output of their own; those whose input the node itself named keep its data."""
    given = {id(item): at for at, item in enumerate(inputs[0] if inputs else [])}
    failed: Items = []
    good: Outputs = []
    for items, known in zip(outputs, paired, strict=True):
        good.append([pair for item, pair in zip(items, known, strict=True) if not _is_error(item)])
        failed += [
            _with_input(inputs, item, pair, given) for item, pair in zip(items, known, strict=True) if _is_error(item)
        ]
    return [*good, failed]


def _is_error(item: Item) -> bool:
    if item.error is not None:
        return True
    keys = item.json.keys()
    return keys == {"error"} or keys == {"error", "message"}


def _with_input(inputs: list[Items], item: Item, pair: Item, given: dict[int, int]) -> Item:
    at = given.get(id(item), item.paired)
    at = at.item if isinstance(at, Paired) and not at.input else at
    if not isinstance(at, int) or not inputs or at >= len(inputs[0]):
        return pair
    data = item.json
    if "error" not in data and item.error is not None:
        text = item.error.message if isinstance(item.error, ErrorInfo) else item.error
        data = {"error": text}
    return msgspec.structs.replace(pair, json={**inputs[0][at].json, **data})
