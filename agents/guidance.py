"""Guidance: what the guide of an execution means for its runs; a part of its plan.

Flow: guiding → **guidance** → step (where it begins), running (what is answered for, and what a run sees as its own).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.state import Activation
from nodes.sdk.registry import NodeType
from schemas.guide import Effects, Past
from schemas.item import Item


@dataclass(frozen=True, slots=True)
class Opening:
    """How a partial run begins: with runs that are taken over, ``quiet`` nodes that nothing reached, or at ``root``.

    ``inputs`` has what arrives at a node in place of what its predecessors gave.
    """

    past: list[Past] = field(default_factory=list)
    quiet: frozenset[str] = frozenset()
    root: str | None = None
    inputs: Mapping[str, list[list[Item]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guidance:
    """How an execution differs from a plain run of its version. ``runs`` has earlier runs by (node, run).

    ``execution`` and ``mode`` are those of the execution that this one repeats, if it does.
    """

    effects: Effects
    opening: Opening | None
    runs: Mapping[tuple[str, int], Past]
    execution: str | None = None
    mode: str | None = None

    @property
    def replays(self) -> bool:
        """Say whether it repeats an execution: nothing is waited for, and nothing outside is asked."""
        return self.effects == "recorded"

    def now(self, activation: Activation) -> int:
        """Give the time that a run sees: that of the run which it repeats, where known."""
        past = self.recorded(activation) if self.execution is not None else None
        return past.now if past is not None and past.now else activation.at

    def answers(self, node_type: NodeType | None, activation: Activation, *, outside: bool) -> bool:
        """Say whether a run is answered for in place of being made: of an effect, a call (``outside``), or a draw."""
        if node_type is None or self.effects == "made":
            return False
        outside = outside or (node_type.draws and self.execution is not None)
        return outside and (self.effects != "once" or self.recorded(activation) is not None)

    def recorded(self, activation: Activation) -> Past | None:
        """Give the earlier run that an activation repeats."""
        return self.runs.get((activation.node, activation.run))
