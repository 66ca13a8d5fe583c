"""The scope: everything an expression can see while it is evaluated.

Flow: agents fill it per activation → **scope** → compiled closures and the JavaScript tier.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.item import Item, Items, NodeRun, Source


def no_runs(_: str) -> list[NodeRun] | None:
    """Know no other node: what an expression sees when nothing else has run."""
    return None


@dataclass(slots=True)
class Static:
    """A workflow's static data as a node's code sees it: its own part as ``node``, everybody's as ``global``.

    ``keep`` takes both as the code left them.
    """

    seen: Mapping[str, Any]
    keep: Callable[[Mapping[str, Any]], Awaitable[None]]
    left: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Scope:
    """What one activation of one node sees; ``index`` moves over ``inputs[0]``.

    ``runs(name)`` gives the finished runs of another node: None where the workflow has no such node, an empty list
    where it has not run. ``now`` is epoch ms, ``zone`` an IANA name. ``contexts`` has loop state by node name.
    ``seed`` makes random functions repeatable. ``sources`` has where each input came from. ``extra`` has what only
    some expressions see: ``$response``, ``$request`` and ``$pageCount`` while pages are fetched. ``depth`` counts
    the expressions around this one. ``leads(name)`` gives the output of another node by which its items reach this
    one, None where none do; it is None itself where nobody knows the graph. ``placed_`` keeps what ``placed`` made.
    """

    inputs: list[Items] = field(default_factory=lambda: [[]])
    index: int = 0
    run_index: int = 0
    node: str = ""
    node_type: str = ""
    node_version: float = 1
    parameters: Mapping[str, Any] = field(default_factory=dict)
    runs: Callable[[str], list[NodeRun] | None] = no_runs
    sources: list[Source | None] = field(default_factory=list)
    workflow: Mapping[str, Any] = field(default_factory=dict)
    execution: Mapping[str, Any] = field(default_factory=dict)
    now: int = 0
    zone: str = "UTC"
    env: Mapping[str, str] | None = None
    vars: Mapping[str, str] = field(default_factory=dict)
    contexts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    node_parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seed: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    static: Static | None = None
    depth: int = 0
    leads: Callable[[str], int | None] | None = None
    placed_: tuple[Items, Items] | None = None

    @property
    def items(self) -> Items:
        """Give the items of the first input."""
        return self.inputs[0] if self.inputs else []

    @property
    def placed(self) -> Items:
        """Give the items of the first input as user code sees them: each says its place in this input.

        What an item says itself is where it came from one node earlier, which is wrong in whatever this node makes.
        """
        items = self.items
        if self.placed_ is None or self.placed_[0] is not items:
            self.placed_ = items, [Item(item.json, item.binary, at, item.error) for at, item in enumerate(items)]
        return self.placed_[1]
