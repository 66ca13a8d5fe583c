"""Frames: gathers tasks by topic and partition into records.

Flow: gateway, triggers, agents add tasks → **gatherer** → frames on node topics.

A frame goes as soon as the partition has none on its way: a lone task waits for nothing, and under load the frames
grow while the one before becomes durable.
"""

import asyncio

import msgspec

from schemas.errors import OperationalError, Overloaded
from schemas.failpoints import failpoint
from schemas.task import Frame, Task
from streams.codecs import seal_json
from streams.tables import Owner
from streams.transports.protocol import Log

TASKS_MAX = 256
BYTES_MAX = 512 << 10
WAIT_SECONDS = 0.005
_FRAME_OVERHEAD = 64

_encoder = msgspec.json.Encoder()


def frame_record(tasks: list[bytes], catalog: int) -> bytes:
    """Give tasks that are JSON already as the record of a Frame."""
    tail = b"]}" if catalog < 0 else b'],"catalog":%d}' % catalog
    return seal_json(b'{"tasks":[' + b",".join(tasks) + tail, Frame)


class _Lane:
    """What waits for one partition of one topic."""

    __slots__ = ("catalog", "futures", "inflight", "owner", "size", "tasks", "timer")

    def __init__(self) -> None:
        self.inflight = 0
        self.timer: asyncio.Handle | None = None
        self.clear()

    def clear(self) -> None:
        self.tasks: list[bytes] = []
        self.futures: list[asyncio.Future[int]] = []
        self.size = _FRAME_OVERHEAD
        self.catalog = -1
        self.owner: Owner | None = None


class Gatherer:
    """Merges tasks per topic and partition into frames and splits them by their encoded size."""

    def __init__(self, log: Log, *, pending_bytes: int = 32 << 20) -> None:
        self._log = log
        self._pending_bytes = pending_bytes
        self._pending = 0
        self._lanes: dict[tuple[str, int], _Lane] = {}

    def add(
        self, topic: str, partition: int, task: Task, catalog: int = -1, owner: Owner | None = None
    ) -> asyncio.Future[int]:
        """Add a task; the future gives the offset of its frame when that is durable.

        ``owner`` is the lease that its sender acts on: it must still hold when the frame goes. Raises Overloaded where
        too much waits already.
        """
        data = _encoder.encode(task)
        size = len(data) + 1
        if self._pending + size > self._pending_bytes:
            raise Overloaded("too many tasks wait to become durable")
        lane = self._lanes.get((topic, partition))
        if lane is None:
            lane = self._lanes[topic, partition] = _Lane()
        if lane.tasks and lane.size + size > BYTES_MAX:
            self._flush(topic, partition, lane)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        lane.tasks.append(data)
        lane.futures.append(future)
        lane.size += size
        lane.catalog = max(lane.catalog, catalog)
        lane.owner = owner or lane.owner
        self._pending += size
        if len(lane.tasks) >= TASKS_MAX:
            self._flush(topic, partition, lane)
        elif lane.timer is None:
            lane.timer = (
                loop.call_later(WAIT_SECONDS, self._flush, topic, partition, lane)
                if lane.inflight
                else loop.call_soon(self._flush, topic, partition, lane)
            )
        return future

    @property
    def pending(self) -> int:
        """Count the bytes that are not durable yet."""
        return self._pending

    def _flush(self, topic: str, partition: int, lane: _Lane) -> None:
        if lane.timer is not None:
            lane.timer.cancel()
            lane.timer = None
        if not lane.tasks:
            return
        futures, size = lane.futures, lane.size - _FRAME_OVERHEAD
        record, owner = frame_record(lane.tasks, lane.catalog), lane.owner
        lane.clear()
        try:
            if owner is not None:
                owner.check()
            failpoint("frames.send")
            sent = self._log.send(topic, partition, record)
        except Exception as refused:
            self._pending -= size
            _settle(futures, refused)
            return
        lane.inflight += 1

        def done(outcome: asyncio.Future[int]) -> None:
            failpoint("frames.sent")
            self._pending -= size
            lane.inflight -= 1
            _resolve(futures, outcome)
            if lane.tasks and not lane.inflight:
                self._flush(topic, partition, lane)

        sent.add_done_callback(done)


def _resolve(futures: list[asyncio.Future[int]], outcome: asyncio.Future[int]) -> None:
    if outcome.cancelled():
        _settle(futures, OperationalError("the frame was given up"))
        return
    error = outcome.exception()
    if error is not None:
        _settle(futures, error)
        return
    offset = outcome.result()
    for future in futures:
        if not future.done():
            future.set_result(offset)


def _settle(futures: list[asyncio.Future[int]], error: BaseException) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)
