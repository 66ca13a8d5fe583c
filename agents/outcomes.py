"""Outcomes: what a node's answer, or its error, means by the node's settings. Pure.

Flow: node function's result → **outcomes** → outputs per index → step.
Error outputs, pass-through on errors, always-output and the inference of paired items are decided here.
"""

import msgspec

from agents.plan import PlannedNode
from nodes.sdk.ports import Call, NextBatch, Respond, Result, Routed, WaitForRequest, WaitUntil
from schemas.errors import DefectError, ErrorInfo
from schemas.item import Item, Items, Outputs

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
    settled = [outputs[at] if at < len(outputs) else [] for at in range(max(normal, len(outputs), 1))]
    if lineage or node.on_error == "continueErrorOutput" or sum(map(len, settled)) <= PAIRING_LIMIT:
        settled = _paired(inputs, settled)
    if node.on_error == "continueErrorOutput":
        settled = _split_errors(inputs, settled)
    if node.always_output and not settled[0]:
        settled[0] = [Item(json={}, paired=list(range(len(inputs[0]))) if inputs else None)]
    return settled


def pass_through(node: PlannedNode, inputs: list[Items]) -> Outputs:
    """Give what a failed node that may fail, or a disabled one, hands on: its first input as its first output."""
    return [inputs[0] if inputs else [], *[[] for _ in range(node.output_count - 1)]]


def _paired(inputs: list[Items], outputs: Outputs) -> Outputs:
    """Say where each item came from, where the node left it open and it can be known."""
    first = inputs[0] if inputs else []
    if len(first) == 1 and len(inputs) == 1 and len(outputs) == 1 and len(outputs[0]) == 1:
        only = outputs[0][0]
        return [[_pair(only, 0)]] if only is first[0] or only.paired is None else outputs
    given = {id(item): at for at, item in enumerate(first)}
    silent = not any(item.paired is not None and id(item) not in given for items in outputs for item in items)
    by_index = silent and len(outputs) == 1 and len(inputs) == 1 and len(outputs[0]) == len(first)
    single = silent and len(inputs) == 1 and len(first) == 1
    return [[_find(item, at, given, by_index, single) for at, item in enumerate(items)] for items in outputs]


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


def _split_errors(inputs: list[Items], outputs: Outputs) -> Outputs:
    failed: Items = []
    good: Outputs = []
    for items in outputs:
        good.append([item for item in items if not _is_error(item)])
        failed += [_with_input(inputs, item) for item in items if _is_error(item)]
    return [*good, failed]


def _is_error(item: Item) -> bool:
    if item.error is not None:
        return True
    keys = item.json.keys()
    return keys == {"error"} or keys == {"error", "message"}


def _with_input(inputs: list[Items], item: Item) -> Item:
    """An error item keeps the data of the item that failed, plus the error."""
    at = item.paired if isinstance(item.paired, int) else None
    if at is None or not inputs or at >= len(inputs[0]):
        return item
    data = item.json
    if "error" not in data and item.error is not None:
        text = item.error.message if isinstance(item.error, ErrorInfo) else item.error
        data = {"error": text}
    return msgspec.structs.replace(item, json={**inputs[0][at].json, **data})
