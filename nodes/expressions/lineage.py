"""Lineage: follow paired items back to the node that an expression names.

Flow: ``$('X').item`` → **lineage** → item of X that made the current one.
"""

from collections.abc import Iterator
from typing import Any

from nodes.expressions.scope import Scope
from schemas.errors import ExpressionError
from schemas.item import Item, NodeRun, Paired, Source

HINT = "the node in between does not say which item made which; use .first(), .last() or .all()[i] instead"


def paired_item(scope: Scope, name: str, index: int) -> Item:
    """Find the item of node ``name`` from which input item ``index`` came; raise where that cannot be known."""
    if not 0 <= index < len(scope.items):
        raise ExpressionError(f"Can't get data for expression: no item {index}", hint=HINT)
    source = scope.sources[0] if scope.sources else None
    found = list(_ancestors(scope, name, source, scope.items[index], index, set()))
    if not found:
        raise ExpressionError(f"Paired item data for item from node '{name}' is unavailable", hint=HINT)
    if any(item is not found[0] for item in found):
        raise ExpressionError(f"Multiple matching items for item [{index}] of node '{name}'", hint=HINT)
    return found[0]


def _ancestors(
    scope: Scope, name: str, source: Source | None, item: Item, index: int, seen: set[tuple[str, int, int, int]]
) -> Iterator[Item]:
    if source is None:
        return
    place = (source.node, source.run, source.output, index)
    if place in seen:
        return
    seen.add(place)
    runs = scope.runs(source.node)
    run = runs[source.run] if runs and source.run < len(runs) else None
    if source.node == name:
        yield _output(run, source.output, index) or item
        return
    if run is None:
        return
    origin = _output(run, source.output, index) or item
    for input_, at, other in _pairs(origin.paired):
        before = other or (run.sources[input_] if input_ < len(run.sources) else None)
        if before is None:
            continue
        earlier = scope.runs(before.node) or []
        parent = _output(earlier[before.run] if before.run < len(earlier) else None, before.output, at)
        if parent is not None:
            yield from _ancestors(scope, name, before, parent, at, seen)


def _output(run: NodeRun | None, output: int, index: int) -> Item | None:
    if run is None or output >= len(run.outputs) or not 0 <= index < len(run.outputs[output]):
        return None
    return run.outputs[output][index]


def _pairs(paired: Any) -> list[tuple[int, int, Source | None]]:
    if paired is None:
        return []
    if isinstance(paired, int):
        return [(0, paired, None)]
    if isinstance(paired, Paired):
        return [(paired.input, paired.item, paired.source)]
    return [pair for one in paired for pair in _pairs(one)]
