"""Holds: which executions are under way for each key that has a limit, and which wait for one of them to end.

Flow: starts → **holds** → rota; ended executions → **holds** → the next start of that key.
Nothing is written down for it: an execution's own row is the slot that it takes, so that what is taken is right again
after whatever happened. Starts of one name begin in the order of their records.
"""

from collections import deque
from collections.abc import Callable, Iterator

from agents.batches import Batch


class _Queue:
    """One name: who is under way, and who waits."""

    __slots__ = ("held", "waiting")

    def __init__(self) -> None:
        self.held: set[str] = set()
        self.waiting: deque[Batch] = deque()


class Holds:
    """Counts by name. A batch that comes out of it has its hold until ``free`` is called for its execution."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}
        self._names: dict[str, str] = {}

    def take(self, name: str, execution: str) -> None:
        """Note an execution that is under way."""
        self._queues.setdefault(name, _Queue()).held.add(execution)
        self._names[execution] = name

    def enter(self, batch: Batch) -> list[Batch]:
        """Let a start wait for its turn; give those that may begin now."""
        assert batch.hold is not None  # noqa: S101 narrows
        if batch.tag in self._names:
            return [batch]  # a copy of what is under way
        self._queues.setdefault(batch.hold.name, _Queue()).waiting.append(batch)
        return self._next(batch.hold.name)

    def free(self, execution: str) -> list[Batch]:
        """Note that an execution is over; give the starts that may begin now."""
        name = self._names.pop(execution, None)
        if name is None:
            return []
        self._queues[name].held.discard(execution)
        return self._next(name)

    def forget(self, gone: Callable[[Batch], bool], executions: Callable[[str], bool]) -> Iterator[Batch]:
        """Take out starts that wait, and executions, that are somebody else's now; give the starts."""
        for execution in [each for each in self._names if executions(each)]:
            self._queues[self._names.pop(execution)].held.discard(execution)
        for name, queue in list(self._queues.items()):
            yield from filter(gone, queue.waiting)
            queue.waiting = deque(batch for batch in queue.waiting if not gone(batch))
            self._tidy(name, queue)

    def _next(self, name: str) -> list[Batch]:
        queue, found = self._queues[name], list[Batch]()
        while queue.waiting:
            batch = queue.waiting[0]
            assert batch.hold is not None  # noqa: S101 narrows
            if len(queue.held) >= batch.hold.limit and batch.tag not in queue.held:
                break
            found.append(queue.waiting.popleft())
            self.take(name, batch.tag)
        self._tidy(name, queue)
        return found

    def _tidy(self, name: str, queue: _Queue) -> None:
        if not queue.held and not queue.waiting:
            self._queues.pop(name, None)
