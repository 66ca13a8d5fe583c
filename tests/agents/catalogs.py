"""A catalog in memory for tests of its decisions.

Flow: tests → **catalogs** → decide, view.
"""

from agents.catalog import Decision, decide
from nodes.sdk import Registry
from schemas.commands import Change, Command, VersionSnapshot, WorkflowSnapshot, snapshot_key
from streams.stores.views import CatalogView
from tests.nodes.graphs import graph, hook, toy_registry

REGISTRY = toy_registry()


class Catalog:
    """A catalog in memory: what the agent does, without a log."""

    def __init__(self, registry: Registry = REGISTRY) -> None:
        self.view = CatalogView()
        self.registry = registry
        self.now = 1000
        self.records: list[tuple[int, str, WorkflowSnapshot | VersionSnapshot]] = []

    def ask(self, change: Change, command: str | None = None) -> Decision:
        self.now += 1
        decision = decide(Command(command or f"c{self.now}", change, self.now), self.view, self.registry, self.now)
        new = [(len(self.records) + at, snapshot_key(one), one) for at, one in enumerate(decision.snapshots)]
        self.records += new
        self.view.apply(new)
        return decision

    def body(self, change: Change, command: str | None = None) -> dict[str, object]:
        """Give the answer's body; the command must have been accepted."""
        answer = self.ask(change, command).answer
        assert answer.ok, answer.body
        return answer.body

    def refused(self, change: Change) -> dict[str, object]:
        """Give the error; the command must have been refused."""
        answer = self.ask(change).answer
        assert not answer.ok
        return answer.body


def served(path: str = "orders", method: str = "POST", name: str = "Orders", **more: object) -> dict[str, object]:
    return graph(hook(parameters={"path": path, "httpMethod": method}), name=name, **more)
