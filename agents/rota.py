"""The rota: whose waiting task runs next, fair to tenants first and then to the workflows of each.

Flow: admission adds batches of tasks → **rota** → the batch whose turn it is.
Pure: no clock, no tasks of its own. A place is free until its room, or its tenant's or workflow's part of it, is taken.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar

from nodes.holding import DEFAULT_TENANT

Priority = Literal["high", "normal", "bulk"]
SHARES: Mapping[str, float] = {"high": 16.0, "normal": 4.0, "bulk": 1.0}
"""How often a priority has its turn against the others of its tenant."""


class Lane(NamedTuple):
    """Tasks that are alike to the rota: those of one workflow, for whom it runs and how urgent it is."""

    tenant: str = DEFAULT_TENANT
    priority: Priority = "normal"
    workflow: str = ""


ANY_LANE = Lane()


class Waiting(Protocol):
    """Tasks of one lane that wait; whoever is given it by ``take`` runs one of them."""

    lane: Lane
    waiting: int


B = TypeVar("B", bound=Waiting)


@dataclass(frozen=True, slots=True)
class Room:
    """How many tasks may run at a time: of all, of one tenant, of one lane."""

    all: int
    tenant: int
    lane: int


@dataclass(slots=True)
class _Queue(Generic[B]):
    batches: deque[B] = field(default_factory=deque)
    waiting: int = 0
    running: int = 0
    served: float = 0.0


@dataclass(slots=True)
class _Tenant(Generic[B]):
    lanes: dict[Lane, _Queue[B]] = field(default_factory=dict)
    running: int = 0
    served: float = 0.0
    clock: float = 0.0


class Rota(Generic[B]):
    """Gives out places.

    Among tenants the one that has the fewest places for its weight is next, however long its tasks take; among the
    lanes of a tenant turns go round by share. Who was idle has saved nothing up.
    """

    def __init__(self, room: Room, weights: Mapping[str, float] | None = None) -> None:
        self._room = room
        self._weights = weights or {}
        self._tenants: dict[str, _Tenant[B]] = {}
        self._running = 0
        self._clock = 0.0

    def add(self, batch: B) -> None:
        """Let a batch wait behind those of its lane."""
        lane = batch.lane
        tenant = self._tenants.get(lane.tenant)
        if tenant is None:
            tenant = self._tenants[lane.tenant] = _Tenant(served=self._clock)
        queue = tenant.lanes.get(lane)
        if queue is None:
            queue = tenant.lanes[lane] = _Queue(served=tenant.clock)
        if not queue.waiting:
            queue.served = max(queue.served, tenant.clock)
            tenant.served = max(tenant.served, self._clock)
        queue.batches.append(batch)
        queue.waiting += batch.waiting

    def take(self, may: Callable[[Lane], bool] | None = None) -> B | None:
        """Give the batch whose task runs next, None where there is no place for any; ``may`` holds lanes back."""
        if self._running >= self._room.all:
            return None
        best = None
        for name, tenant in self._tenants.items():
            if tenant.running >= self._room.tenant:
                continue
            rank = (tenant.running / self._weights.get(name, 1.0), tenant.served)
            if (best is None or rank < best[0]) and (found := self._lane(tenant, may)) is not None:
                best = rank, name, tenant, *found
        if best is None:
            return None
        _, name, tenant, lane, queue = best
        self._clock, tenant.clock = tenant.served, queue.served
        tenant.served += 1 / self._weights.get(name, 1.0)
        queue.served += 1 / SHARES[lane.priority]
        for counted in (tenant, queue):
            counted.running += 1
        self._running += 1
        queue.waiting -= 1
        batch = queue.batches[0]
        batch.waiting -= 1
        if not batch.waiting:
            queue.batches.popleft()
        return batch

    def _lane(self, tenant: _Tenant[B], may: Callable[[Lane], bool] | None) -> tuple[Lane, _Queue[B]] | None:
        best = None
        for lane, queue in tenant.lanes.items():
            if not queue.waiting or queue.running >= self._room.lane:
                continue
            if (best is None or queue.served < best[1].served) and (may is None or may(lane)):
                best = lane, queue
        return best

    def done(self, lane: Lane) -> None:
        """Free the place that a task of the lane had."""
        tenant = self._tenants[lane.tenant]
        queue = tenant.lanes[lane]
        queue.running -= 1
        tenant.running -= 1
        self._running -= 1
        self._tidy(lane, tenant, queue)

    def waiting(self, lane: Lane) -> int:
        """Count the tasks of a lane that wait."""
        tenant = self._tenants.get(lane.tenant)
        queue = tenant.lanes.get(lane) if tenant is not None else None
        return queue.waiting if queue is not None else 0

    def counts(self) -> Iterator[tuple[str, int, int]]:
        """Give how many tasks of each tenant wait and run."""
        for name, tenant in self._tenants.items():
            yield name, sum(queue.waiting for queue in tenant.lanes.values()), tenant.running

    def remove(self, gone: Callable[[B], bool]) -> Iterator[B]:
        """Take out the batches that match, and give them."""
        for tenant in list(self._tenants.values()):
            for lane, queue in list(tenant.lanes.items()):
                found = [batch for batch in queue.batches if gone(batch)]
                if found:
                    queue.batches = deque(batch for batch in queue.batches if not gone(batch))
                    queue.waiting -= sum(batch.waiting for batch in found)
                    self._tidy(lane, tenant, queue)
                yield from found

    def _tidy(self, lane: Lane, tenant: _Tenant[B], queue: _Queue[B]) -> None:
        if not queue.waiting and not queue.running:
            del tenant.lanes[lane]
            if not tenant.lanes:
                self._tenants.pop(lane.tenant, None)
