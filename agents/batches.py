"""Batches: the tasks of one lane that came in one record, while they wait and run, and the row that they are parked in.

Flow: frame → **batches** by lane → rota; batch → row of the table `parked` → batch again after a restart.
"""

import asyncio
import itertools
import time
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from agents.rota import Lane, Priority
from nodes.holding import Hold
from schemas.task import Task
from streams import codecs
from streams.tables import Owner

Kind = Literal["start", "turn", "slot", "quick"]
"""What a task needs: to begin an execution; to compute and write a little; to wait for the world; to be all of an
execution that waits for nothing, which takes no place but a turn with its like."""


class Pace(NamedTuple):
    """How often tasks of a name may begin (``rate`` a second, so many at once as ``burst``), and how many run."""

    name: str
    rate: float | None = None
    burst: float = 1.0
    most: int | None = None


class Place(NamedTuple):
    """What a task needs, whose it is, and what it must be given before it may begin."""

    kind: Kind
    lane: Lane
    hold: Hold | None = None
    pace: Pace | None = None


_tasks = msgspec.json.Decoder(list[Task])
_encode = msgspec.json.Encoder().encode


class Parked(msgspec.Struct, omit_defaults=True):
    """A row: the tasks of a record that were not finished when it was acknowledged.

    It stands for the record, with its topic and offset.
    """

    topic: str
    offset: int
    tenant: str
    priority: Priority
    workflow: str
    kind: Kind
    count: int
    tasks: msgspec.Raw
    catalog: int = -1
    hold: Hold | None = None
    pace: Pace | None = None
    tag: str = ""
    index: int = 0


class Batch:
    """Tasks of one lane and one record. ``settled`` is done when all are done or parked; it fails where they are lost.

    ``key`` names its row, and ``waiting`` is the rota's count of what is not given out. Where it is parked and waits,
    its tasks are in the row alone: a long queue is bytes. One that needs a hold or keeps a pace has one task, named by
    ``tag``. Quick ones are given out all at once, in one turn.
    """

    __slots__ = (
        "_at",
        "_flying",
        "_serial",
        "_tasks",
        "arrived",
        "catalog",
        "hold",
        "index",
        "key",
        "kind",
        "lane",
        "offset",
        "open",
        "owner",
        "pace",
        "parked",
        "parking",
        "partition",
        "settled",
        "size",
        "tag",
        "topic",
        "waiting",
    )

    def __init__(
        self,
        place: Place,
        where: tuple[str, int],
        owner: Owner,
        catalog: int,
        tasks: list[Task] | int,
        tag: str = "",
        index: int = 0,
    ) -> None:
        self.kind, self.lane, self.hold, self.pace = place
        self.tag, self.index = tag, index
        self.topic, self.offset = where
        self.owner = owner
        self.partition = owner.partition
        # A record has a row for each lane. Offsets are those of a partition, and a table has the rows of all.
        self.key = f"{self.partition}/{self.topic}/{self.offset}/{self.kind}/{'/'.join(self.lane)}/{tag}"
        self.catalog = catalog
        self.open = tasks if isinstance(tasks, int) else len(tasks)
        self.waiting = 1 if self.kind == "quick" else self.open
        self.arrived = time.monotonic()
        self.size = 0
        self.parking = self.parked = isinstance(tasks, int)
        self.settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks = None if isinstance(tasks, int) else tasks
        self._at = 0
        self._flying: dict[int, Task] = {}
        self._serial = itertools.count()

    def give(self, row: bytes | None) -> tuple[int, Task]:
        """Give out the next task, under a number to return it by; ``row`` is where its tasks are if it is parked."""
        if self._tasks is None:
            if row is None:
                raise LookupError(f"the row {self.key} is gone")
            self._tasks = _tasks.decode(codecs.decode(row, Parked).tasks)
        task = self._tasks[self._at]
        self._at += 1
        number = next(self._serial)
        self._flying[number] = task
        return number, task

    def give_all(self, row: bytes | None) -> list[tuple[int, Task]]:
        """Give out all tasks, of which none was given out before."""
        return [self.give(row) for _ in range(self.open)]

    def take_back(self, number: int) -> bool:
        """Note that a task is done; tell whether all are."""
        del self._flying[number]
        self.open -= 1
        return not self.open

    def row(self) -> bytes:
        """Give the row that stands for what is unfinished."""
        self._tasks = [*self._flying.values(), *(self._tasks or [])[self._at :]]
        self._at = len(self._flying)
        lane, tasks = self.lane, msgspec.Raw(_encode(self._tasks))
        row = Parked(self.topic, self.offset, *lane, self.kind, len(self._tasks), tasks, self.catalog)
        row.hold, row.pace, row.tag, row.index = self.hold, self.pace, self.tag, self.index
        return codecs.encode(row)

    def stow(self) -> None:
        """Note that the row is durable; what waits is read from there."""
        self.parked = True
        self._tasks = None  # in the row they stand in the same order
        self.settle()

    def settle(self) -> None:
        """Let its record be acknowledged."""
        if not self.settled.done():
            self.settled.set_result(None)

    def fail(self, error: BaseException) -> None:
        """Leave its record to whoever comes after; what is parked is read again then."""
        if not self.settled.done():
            self.settled.set_exception(error)


def unparked(row: bytes, owner: Owner) -> Batch:
    """Give the batch of a row that was recovered."""
    kept = codecs.decode(row, Parked)
    lane = Lane(kept.tenant, kept.priority, kept.workflow)
    place = Place(kept.kind, lane, kept.hold, kept.pace)
    batch = Batch(place, (kept.topic, kept.offset), owner, kept.catalog, kept.count, kept.tag, kept.index)
    batch.size = len(row)
    batch.settle()
    return batch


def lowest(batches: Iterable[Batch]) -> dict[str, int]:
    """Give the lowest offset of each topic that stands in a row."""
    found: dict[str, int] = {}
    for batch in batches:
        found[batch.topic] = min(found.get(batch.topic, batch.offset), batch.offset)
    return found
