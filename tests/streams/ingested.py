"""What ingest tests share: an installation's topics, a view of active workflows, and what was started, read back.

Flow: tests → **ingested** → frames and dead letters of a log.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from schemas.commands import Snapshot, VersionSnapshot, WorkflowSnapshot, snapshot_key
from schemas.errors import OperationalError
from schemas.task import DeadLetter, Frame, Task
from streams.codecs import decode
from streams.ingest import Fence, Target
from streams.stores.views import CatalogView
from streams.topics import DEAD_LETTERS, Topic, all_topics, node_topic
from streams.transports.protocol import Log, Record

TYPE = "begin"
PARTITIONS = 4
TOPICS: list[Topic] = all_topics([TYPE])
TARGET = Target("w", "v1", "Start", TYPE, 7)


def workflow(name: str = "w", **more: Any) -> list[Snapshot]:
    """Give an active workflow and its version, as the catalog has them."""
    known: dict[str, Any] = {"name": name.upper(), "revision": 1, "draft": "v1", "created_at": 1, "updated_at": 1}
    known |= {"active": True, "published": "v1"} | more
    start = {"start_node": "Start", "start_type": TYPE}
    return [
        VersionSnapshot("v1", name, {"nodes": [], "connections": {}}, 1, **start),
        WorkflowSnapshot(id=name, **known),
    ]


def view_of(*snapshots: Snapshot) -> CatalogView:
    """Give a view that has folded them."""
    view = CatalogView()
    view.apply((at, snapshot_key(one), one) for at, one in enumerate(snapshots))
    return view


def forever() -> Fence:
    """Give a fence that never falls."""

    async def prove() -> None:
        return

    return Fence(3600, prove)


def given_away() -> Fence:
    """Give the fence of a reader whose records went to another."""

    async def prove() -> None:
        raise OperationalError("the records are somebody else's")

    return Fence(3600, prove)


class Blobs:
    """Blobs in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        self.kept[name := f"blob-{len(self.kept)}"] = data
        return name


class Starts:
    """The start tasks on a log, in the order of each partition; one that was started again stands there twice."""

    def __init__(self, log: Log, type_name: str = TYPE, partitions: int = PARTITIONS) -> None:
        self._log = log
        self._topic = node_topic(type_name)
        self._partitions = range(partitions)
        self._readers: dict[str, Any] = {}
        self.tasks: list[Task] = []
        self.letters: list[DeadLetter] = []
        self.partitions: dict[str, int] = {}

    async def read(self, wait_seconds: float = 0.02) -> None:
        """Read what has come since."""
        for record in await self._more(self._topic, wait_seconds):
            for task in decode(record.value or b"", Frame).tasks:
                self.tasks.append(task)
                self.partitions[task.execution] = record.partition
        self.letters += [decode(record.value or b"", DeadLetter) for record in await self._more(DEAD_LETTERS, 0.0)]

    async def until(self, executions: int, letters: int = 0) -> "Starts":
        """Read until so many different executions were started and so many records buried."""
        async with asyncio.timeout(40):
            while len(self.executions) < executions or len(self.letters) < letters:
                await self.read()
        return self

    async def settle(self) -> "Starts":
        """Read all that is there."""
        before = -1
        while before != (before := len(self.tasks) + len(self.letters)) or before < 0:
            await self.read(0.2)
        return self

    @property
    def executions(self) -> dict[str, Task]:
        """Give the executions that were started, each with the first task that did."""
        found: dict[str, Task] = {}
        for task in self.tasks:
            found.setdefault(task.execution, task)
        return found

    @property
    def json(self) -> list[Any]:
        """Give the JSON of the items of each execution."""
        return [[item.json for item in task.start.items or []] for task in self.executions.values() if task.start]

    def repeated_alike(self) -> bool:
        """Say whether executions that were started again were started with the same items."""
        given: dict[str, list[Any]] = defaultdict(list)
        for task in self.tasks:
            given[task.execution].append(task.start.items if task.start else None)
        return all(each == items[0] for items in given.values() for each in items)

    async def _more(self, topic: str, wait_seconds: float) -> Sequence[Record]:
        if topic not in self._readers:
            self._readers[topic] = await self._log.reader(topic, self._partitions, "earliest")
        found: Iterable[Record] = await self._readers[topic].read(1000, wait_seconds)
        return list(found)
