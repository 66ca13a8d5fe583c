"""Live: what happens now, for those who watch; sampled where it is too much, counted exactly all the same.

Flow: tail → **live** (one tally for all, an outbox per watcher) → `/api/v1/live`.

Everything here is bounded: an outbox has so many events, a tally so many entries as nodes ran since the last beat.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from gateway.tail import Tail
from schemas.errors import ErrorInfo
from schemas.events import Event, ExecutionFinished, ExecutionStarted, NodeFinished
from schemas.item import Source

BEAT_SECONDS = 0.25
OUTBOX = 2_000
AGAIN_RECORDS = 20_000
FAILED_SHARE = 0.25
"""How much more than its rate a watcher may get where that is failures."""

Counts = dict[str, "WorkflowCount"]


class Subscription(msgspec.Struct, forbid_unknown_fields=True):
    """What to watch: everything, a workflow or an execution; at most ``rate`` events a second, from ``since`` on.

    ``since`` is the ``offsets`` of the last message that was seen.
    """

    workflow: str | None = None
    execution: str | None = None
    rate: float = 100.0
    since: dict[int, int] | None = None


class LiveEvent(msgspec.Struct, rename="camel", omit_defaults=True):
    """An event without its items; ``type`` is the public name of its kind, ``at`` epoch ms."""

    type: str
    execution: str
    workflow: str
    version: str
    at: int
    node: str | None = None
    node_type: str | None = None
    run: int = 0
    seq: int = 0
    status: str | None = None
    duration_us: int = 0
    attempt: int = 0
    due: int = 0
    counts: list[int] = []
    sources: list[Source | None] = []
    started: int = 0
    mode: str | None = None
    runs: int = 0
    error: ErrorInfo | None = None


class NodeCount(msgspec.Struct, rename="camel"):
    """Runs of one node since the last beat; ``items`` counts per output, which is per edge."""

    runs: int = 0
    failed: int = 0
    duration_us: int = 0
    items: list[int] = []


class WorkflowCount(msgspec.Struct):
    """What one workflow did since the last beat."""

    started: int = 0
    success: int = 0
    error: int = 0
    cancelled: int = 0
    nodes: dict[str, NodeCount] = {}


class Beat(msgspec.Struct, omit_defaults=True):
    """One message: sampled events and, on a beat, the exact counts since the last one and where to resume.

    ``skipped`` counts events that were only counted; ``gap`` says how many records a resumption had to leave out.
    """

    events: list[msgspec.Raw] = []
    counts: Counts = {}
    skipped: int = 0
    gap: int = 0
    offsets: dict[int, int] = {}


class Watcher:
    """One client: what waits for it. ``take`` gives that as one message."""

    def __init__(self, subscription: Subscription, now: Callable[[], float] = time.monotonic) -> None:
        self.subscription = subscription
        self.news = asyncio.Event()
        self._now = now
        self._rate = subscription.rate
        self._tokens = self._rate
        self._filled_at = now()
        self._events: deque[bytes] = deque()
        self._counts: Counts = {}
        self._skipped = 0
        self._gap = 0
        self._held: list[Event] | None = None
        self._offsets: dict[int, int] = {}

    def wants(self, event: Event) -> bool:
        """Say whether an event is of what this client watches."""
        watched = self.subscription
        if watched.execution is not None:
            return event.execution == watched.execution
        return watched.workflow is None or event.workflow == watched.workflow

    def put(self, event: Event) -> None:
        """Send an event if the rate and the outbox have room for it, else only say that there was one."""
        if self._held is None:
            self.send(event)
        elif len(self._held) < OUTBOX:
            self._held.append(event)
        else:
            self._skipped += 1

    def send(self, event: Event) -> None:
        """Send an event now, whatever is held."""
        # Most events of a busy workflow are only counted: nothing is encoded for them.
        if len(self._events) < OUTBOX and self._admitted(getattr(event, "error", None) is not None):
            self._events.append(_encode(event))
            self.news.set()
        else:
            self._skipped += 1

    def count(self, counts: Counts) -> None:
        """Add to what is counted for it."""
        for workflow, more in counts.items():
            if self.subscription.workflow in (None, workflow) and self.subscription.execution is None:
                known = self._counts.get(workflow)
                self._counts[workflow] = more if known is None else _sum(known, more)

    def hold(self) -> None:
        """Keep what is put now until ``release``: something older comes first."""
        self._held = []

    def release(self, gap: int = 0) -> None:
        """Send what was kept."""
        held, self._held = self._held or [], None
        self._gap = gap
        for event in held:
            self.send(event)

    def beat(self, offsets: Mapping[int, int]) -> None:
        """Say what is counted, and up to where."""
        if self._held is None:
            self._offsets = dict(offsets)
            self.news.set()

    def take(self) -> Beat | None:
        """Give all that waits, None where that is nothing new."""
        self.news.clear()
        beat = Beat([msgspec.Raw(event) for event in self._events], skipped=self._skipped, gap=self._gap)
        if self._offsets:
            beat.offsets, beat.counts = self._offsets, self._counts
            self._offsets, self._counts = {}, {}
        self._events.clear()
        self._skipped = self._gap = 0
        return beat if beat.events or beat.offsets else None

    def _admitted(self, failed: bool) -> bool:
        now = self._now()
        self._tokens = min(self._rate, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        # Failures are what people look for: they may overdraw.
        if self._tokens < (1.0 - self._rate * FAILED_SHARE if failed else 1.0):
            return False
        self._tokens -= 1.0
        return True


class Live:
    """All watchers of this gateway, fed by one reader."""

    def __init__(self, tail: Tail) -> None:
        self._tail = tail
        self._watchers: list[Watcher] = []
        self._tally: Counts = {}
        self._offsets: dict[int, int] = {}
        self._beating: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Count the watchers."""
        return len(self._watchers)

    async def open(self, subscription: Subscription) -> Watcher:
        """Begin to watch, from where ``since`` says or from now on; ``close`` ends it."""
        watcher = Watcher(subscription)
        if not self._watchers:
            await self._tail.add(self._hear)
        self.beat()
        self._watchers.append(watcher)
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat_on())
        until = self._tail.positions
        since = {at: offset for at, offset in (subscription.since or {}).items() if offset <= until.get(at, -1)}
        if since:
            watcher.hold()
            await self._again(watcher, since, until)
        watcher.beat(self._offsets)
        return watcher

    def close(self, watcher: Watcher) -> None:
        """Watch no more."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)
        if not self._watchers:
            self._tail.remove(self._hear)
            if self._beating is not None:
                self._beating.cancel()
                self._beating = None

    def beat(self) -> None:
        """Hand out the tally."""
        tally, self._tally = self._tally, {}
        positions = self._tail.positions
        if not tally and positions == self._offsets:
            return
        self._offsets = positions
        for watcher in self._watchers:
            watcher.count(tally)
            watcher.beat(positions)

    def _hear(self, events: Sequence[Event]) -> None:
        for event in events:
            _tally(self._tally, event)
            for watcher in self._watchers:
                if watcher.wants(event):
                    watcher.put(event)

    async def _again(self, watcher: Watcher, since: Mapping[int, int], until: Mapping[int, int]) -> None:
        """Give what happened between offsets, before what was held meanwhile."""
        gap = sum(until[at] - offset for at, offset in since.items())
        missed: Counts = {}
        if gap <= AGAIN_RECORDS:
            gap = 0
            async for events in self._tail.between(since, until):
                for event in filter(watcher.wants, events):
                    _tally(missed, event)
                    watcher.send(event)
        watcher.count(missed)
        watcher.release(gap)

    async def _beat_on(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self.beat()


def _tally(counts: Counts, event: Event) -> None:
    found = counts.get(event.workflow)
    if found is None:
        found = counts[event.workflow] = WorkflowCount()
    if isinstance(event, NodeFinished):
        node = found.nodes.get(event.node)
        if node is None:
            node = found.nodes[event.node] = NodeCount()
        node.runs += 1
        node.failed += event.status == "error"
        node.duration_us += event.duration_us
        node.items = _added(node.items, event.counts)
    elif isinstance(event, ExecutionStarted):
        found.started += 1
    elif isinstance(event, ExecutionFinished):
        setattr(found, event.status, getattr(found, event.status) + 1)


def _sum(one: WorkflowCount, other: WorkflowCount) -> WorkflowCount:
    nodes = dict(one.nodes)
    for name, more in other.nodes.items():
        known = nodes.get(name, NodeCount())
        nodes[name] = NodeCount(
            known.runs + more.runs,
            known.failed + more.failed,
            known.duration_us + more.duration_us,
            _added(known.items, more.items),
        )
    return WorkflowCount(
        one.started + other.started,
        one.success + other.success,
        one.error + other.error,
        one.cancelled + other.cancelled,
        nodes,
    )


def _added(one: list[int], other: list[int]) -> list[int]:
    if len(one) < len(other):
        one, other = other, one
    return [value + (other[at] if at < len(other) else 0) for at, value in enumerate(one)]


def _encode(event: Event) -> bytes:
    facts: dict[str, Any] = msgspec.structs.asdict(event)
    known = {name: value for name, value in facts.items() if name in LiveEvent.__struct_fields__}
    return msgspec.json.encode(LiveEvent(type=str(type(event).__struct_config__.tag), **known))
