"""Static data: what code leaves is there for the next execution, and side by side nobody loses another's keys.

Flow: code → **static data** → commands → catalog → code.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from agents.plan import Plan, compile_plan
from agents.static_data import StaticData
from nodes.expressions.scope import Scope
from schemas.commands import Command
from schemas.errors import NodeError
from streams.codecs import decode
from streams.settings import StreamSettings
from streams.topics import COMMANDS, all_topics
from streams.transports.embedded import open_broker
from tests.agents.catalogs import REGISTRY, Catalog
from tests.nodes.graphs import box, graph, hook

CODE = "const d = $getWorkflowStaticData('global');"


def planned(**more: Any) -> Plan:
    nodes = [hook(), *(box(name, "code", parameters={"jsCode": CODE}) for name in ("A", "B"))]
    return compile_plan("w1", "v1", graph(*nodes, **more), REGISTRY)


class Room:
    """Static data over a catalog and a log in memory; ``settle`` decides what was sent."""

    def __init__(self, log: Any) -> None:
        self.catalog = Catalog()
        self.log = log
        self.data = StaticData(self.catalog.view.vault, log)
        self.plan = planned()
        self._read = 0
        self._tasks = 0

    def scope(
        self, node: str = "A", *, mode: str = "production", execution: str = "e", plan: Plan | None = None
    ) -> Scope:
        self._tasks += 1
        scope = Scope(execution={"id": execution, "mode": mode}, seed=f"task {self._tasks}")
        known = plan or self.plan
        self.data.attach(known, known.nodes[node], scope, execution)
        return scope

    async def run(self, after: Mapping[str, Any], **more: Any) -> None:
        """Run a node whose code leaves this."""
        static = self.scope(**more).static
        assert static is not None
        await static.keep({**static.seen, **after})

    def seen(self, **more: Any) -> Any:
        static = self.scope(**more).static
        assert static is not None
        return static.seen

    async def settle(self) -> int:
        reader = await self.log.reader(COMMANDS, [0], "earliest")
        commands = [decode(one.value, Command) for one in await reader.read(wait_seconds=0.01)]
        await reader.close()
        for command in commands[self._read :]:
            assert self.catalog.ask(command.change, command.id).answer.ok
        count, self._read = len(commands) - self._read, len(commands)
        return count


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    log = open_broker(StreamSettings(partitions=2), all_topics([]))
    yield Room(log)
    await log.close()


async def test_what_is_left_is_seen_at_once_and_after_it_was_decided(room: Room) -> None:
    await room.run({"global": {"n": 1}, "node": {"m": 2}})

    assert room.seen() == {"global": {"n": 1}, "node": {"m": 2}}
    assert room.seen(node="B") == {"global": {"n": 1}, "node": {}}
    await room.settle()
    assert room.seen() == {"global": {"n": 1}, "node": {"m": 2}}
    kept = room.catalog.view.vault.static("w1")
    assert kept is not None
    assert kept.data == {"global": {"n": 1}, "node:A": {"m": 2}}


async def test_nothing_changed_sends_nothing(room: Room) -> None:
    await room.run({})

    assert await room.settle() == 0


async def test_side_by_side_each_keeps_the_keys_of_the_other(room: Room) -> None:
    first, second = room.scope().static, room.scope().static
    assert first is not None
    assert second is not None

    await first.keep({"global": {"a": 1}, "node": {}})
    await second.keep({"global": {"b": 2}, "node": {}})
    await room.settle()

    assert room.seen()["global"] == {"a": 1, "b": 2}


async def test_a_key_that_was_removed_is_gone(room: Room) -> None:
    await room.run({"global": {"a": 1, "b": 2}})
    await room.settle()
    await room.run({"global": {"b": 2}})
    await room.settle()

    assert room.seen()["global"] == {"b": 2}


async def test_a_repeated_task_counts_once(room: Room) -> None:
    scope = room.scope()
    assert scope.static is not None

    await scope.static.keep({"global": {"n": 1}, "node": {}})
    await scope.static.keep({"global": {"n": 1}, "node": {}})
    await room.settle()

    kept = room.catalog.view.vault.static("w1")
    assert kept is not None
    assert kept.revision == 1


async def test_a_test_run_sees_its_own_changes_and_leaves_none(room: Room) -> None:
    await room.run({"global": {"n": 1}})
    await room.settle()

    await room.run({"global": {"n": 2}}, mode="test", execution="t")

    assert room.seen(node="B", mode="test", execution="t")["global"] == {"n": 2}
    assert room.seen()["global"] == {"n": 1}
    assert await room.settle() == 0


async def test_an_imported_workflow_begins_with_what_it_brings(room: Room) -> None:
    plan = planned(staticData={"global": {"since": 5}, "node:A": {"last": 6}, "strange": 7})

    assert room.seen(plan=plan) == {"global": {"since": 5}, "node": {"last": 6}}
    await room.run({"global": {"since": 8}}, plan=plan)
    await room.settle()
    assert room.seen(plan=plan) == {"global": {"since": 8}, "node": {"last": 6}}


async def test_too_much_is_refused(room: Room) -> None:
    with pytest.raises(NodeError, match="larger than 64 kB"):
        await room.run({"global": {"n": "x" * 70_000}})

    assert room.seen()["global"] == {}


def test_only_nodes_that_ask_for_it_have_any() -> None:
    plan = planned()

    assert {name: node.keeps for name, node in plan.nodes.items()} == {"Hook": False, "A": True, "B": True}
