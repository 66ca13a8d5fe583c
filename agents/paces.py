"""Paces: how often and how many at a time the runs of a node may begin; who comes too early waits, in order.

Flow: tasks of nodes with a rate or a limit → **paces** (a token bucket and a count by name) → rota.
A worker keeps to its part of a rate and of a limit: as much of it as it owns of the partitions, so that all keep to the
whole. One at a time it may always run, else what waits in its partitions would wait for ever.
"""

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator

from agents.batches import Batch, Pace
from agents.rota import Lane
from schemas.workflow import Node


class _Queue:
    """One name: what may begin, what runs, what waits."""

    __slots__ = ("filled_at", "running", "tokens", "waiting")

    def __init__(self, tokens: float, now: float) -> None:
        self.tokens = tokens
        self.filled_at = now
        self.running = 0
        self.waiting: deque[Batch] = deque()

    def wait(self, rate: float | None) -> float:
        """Give the seconds until a token is there."""
        return 0.0 if rate is None else max(0.0, (1 - self.tokens) / rate)


class Paces:
    """Each batch in it has one task. ``now`` gives monotonic seconds; all is ours until ``own`` is called."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._queues: dict[str, _Queue] = {}
        self.waiting: Counter[Lane] = Counter()
        self.own([0], 1)

    def own(self, owned: Iterable[int], partitions: int) -> None:
        """Learn which partitions are ours, and thereby what part of everything."""
        self._owned, self._partitions = sorted(owned), partitions
        self._share = len(self._owned) / partitions

    def enter(self, batch: Batch) -> list[Batch]:
        """Let a task wait for its time; give those that may begin now."""
        pace = _pace(batch)
        if pace.name not in self._queues:
            self._queues[pace.name] = _Queue(max(1.0, pace.burst * self._share), self._now())
        queue = self._queues[pace.name]
        queue.waiting.append(batch)
        self.waiting[batch.lane] += 1
        return self._next(pace.name, queue)

    def done(self, batch: Batch) -> list[Batch]:
        """Note that a task has run; give those that may begin now."""
        name = _pace(batch).name
        queue = self._queues[name]
        queue.running -= 1
        return self._next(name, queue)

    def due(self) -> list[Batch]:
        """Give the tasks whose time has come."""
        return [batch for name, queue in list(self._queues.items()) for batch in self._next(name, queue)]

    def wait(self) -> float | None:
        """Give the seconds until a task may begin, None where none waits for its time."""
        waits = []
        for queue in self._queues.values():
            if queue.waiting:
                pace = _pace(queue.waiting[0])
                if queue.running < self._most(pace):
                    waits.append(max(queue.wait(self._rate(pace)), 0.001))
        return min(waits, default=None)

    def forget(self, gone: Callable[[Batch], bool]) -> Iterator[Batch]:
        """Take out tasks that are somebody else's now, and give them."""
        for queue in self._queues.values():
            for batch in filter(gone, queue.waiting):
                self._left(batch)
                yield batch
            queue.waiting = deque(batch for batch in queue.waiting if not gone(batch))

    def _left(self, batch: Batch) -> None:
        self.waiting[batch.lane] -= 1
        if not self.waiting[batch.lane]:
            del self.waiting[batch.lane]

    def _rate(self, pace: Pace) -> float | None:
        return None if pace.rate is None else max(pace.rate * self._share, 1e-9)

    def _most(self, pace: Pace) -> float:
        """Give how many may run here: the places of a limit are spread evenly over the partitions."""
        if pace.most is None:
            return math.inf
        ends = pace.most, self._partitions
        return max(1, sum(_before(at + 1, *ends) - _before(at, *ends) for at in self._owned))

    def _next(self, name: str, queue: _Queue) -> list[Batch]:
        found: list[Batch] = []
        now = self._now()
        while queue.waiting:
            pace = _pace(queue.waiting[0])
            if (rate := self._rate(pace)) is not None:
                full = max(1.0, pace.burst * self._share)
                queue.tokens = min(full, queue.tokens + (now - queue.filled_at) * rate)
                queue.filled_at = now
                if queue.tokens < 1:
                    break
            if queue.running >= self._most(pace):
                break
            queue.tokens -= rate is not None
            queue.running += 1
            found.append(queue.waiting.popleft())
            self._left(found[-1])
        if not queue.waiting and not queue.running and len(self._queues) > _MOST_IDLE:
            del self._queues[name]
        return found


_MOST_IDLE = 10_000
"""So many names are remembered that nothing waits for: whoever is forgotten begins with a full bucket."""


def pace_of(workflow: str, node: Node) -> Pace | None:
    """Read a node's pace; None where it has none."""
    flow = node.millrace
    if flow is None or (flow.rate is None and flow.concurrency is None):
        return None
    name = f"node/{workflow}/{node.name}"
    most = flow.concurrency.limit if flow.concurrency is not None else None
    if flow.rate is None:
        return Pace(name, most=most)
    if flow.rate.scope == "credential" and (credential := _credential(node)) is not None:
        name = f"credential/{credential}"
    return Pace(name, flow.rate.limit / flow.rate.per, max(1.0, flow.rate.limit), most)


def _credential(node: Node) -> str | None:
    for reference in (node.credentials or {}).values():
        found = reference.get("id") or reference.get("name") if isinstance(reference, dict) else reference
        if found:
            return str(found)
    return None


def _pace(batch: Batch) -> Pace:
    assert batch.pace is not None  # noqa: S101 narrows
    return batch.pace


def _before(partition: int, places: int, partitions: int) -> int:
    """Count the places of all partitions before one."""
    return -(-partition * places // partitions)
