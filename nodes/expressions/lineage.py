"""Lineage: follow paired items back to the node that an expression names.

Flow: ``$('X').item`` → **lineage** → item of X that made the current one.
"""

from collections.abc import Iterator
from typing import Any

from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED
from schemas.errors import ExpressionError
from schemas.item import Item, NodeRun, Paired, Source

HINT = "the node in between does not say which item made which; use .first(), .last() or .all()[i] instead"


def paired_item(scope: Scope, name: str, index: int) -> Any:
    """Find the item of node ``name`` from which input item ``index`` came; raise where that cannot be known.

    It is UNDEFINED where the item is known to have come by another way, past that node.
    """
    if not 0 <= index < len(scope.items):
        raise ExpressionError(f"Can't get data for expression: no item {index}", hint=HINT)
    source = scope.sources[0] if scope.sources else None
    trail = _Trail(scope, name)
    found = list(trail.ancestors(source, scope.items[index], index))
    if not found:
        known = scope.leads is not None and name != scope.node and scope.leads(name) is not None
        if known and not trail.lost:
            return UNDEFINED
        raise ExpressionError(f"Paired item data for item from node '{name}' is unavailable", hint=HINT)
    if any(item is not found[0] for item in found):
        raise ExpressionError(f"Multiple matching items for item [{index}] of node '{name}'", hint=HINT)
    return found[0]


class _Trail:
    """Follows an item back; ``lost`` says that some node on the way did not tell where an item came from."""

    def __init__(self, scope: Scope, name: str) -> None:
        self.lost = False
        self._runs = scope.runs
        self._name = name
        self._seen: set[tuple[str, int, int, int]] = set()

    def ancestors(self, source: Source | None, item: Item, index: int) -> Iterator[Item]:
        """Give the items of the named node from which an item came."""
        if source is None:
            return
        place = (source.node, source.run, source.output, index)
        if place in self._seen:
            return
        self._seen.add(place)
        runs = self._runs(source.node)
        run = runs[source.run] if runs and source.run < len(runs) else None
        if source.node == self._name:
            yield _output(run, source.output, index) or item
            return
        if run is None:
            self.lost = True
            return
        origin = _output(run, source.output, index) or item
        yield from self._before(run, origin)

    def _before(self, run: NodeRun, origin: Item) -> Iterator[Item]:
        pairs = _pairs(origin.paired)
        self.lost = self.lost or (not pairs and any(run.sources))
        for input_, at, other in pairs:
            before = other or (run.sources[input_] if input_ < len(run.sources) else None)
            if before is None:
                continue
            earlier = self._runs(before.node) or []
            parent = _output(earlier[before.run] if before.run < len(earlier) else None, before.output, at)
            if parent is None:
                self.lost = True
            else:
                yield from self.ancestors(before, parent, at)


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
