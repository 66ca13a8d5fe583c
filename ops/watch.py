"""The watch: how far the engine is behind, how old its oldest unfinished task is, whether every partition has an owner.

Flow: this worker's progress, or the cluster's groups → **watch** (looks now and then) → `/ready`, `/metrics`.

The age comes from offsets alone: what lies at the committed offset was there when the end first lay beyond it, and the
watch remembers when it saw which end. So it is as exact as the looks are frequent, and no record is read.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ops.worker_part import WorkerPart
from streams.settings import StreamSettings
from streams.topics import NODE_PREFIX, Topic
from streams.transports.kafka_link import Names
from streams.transports.kafka_owners import owned_partitions
from streams.transports.kafka_topics import lag

LOOK_SECONDS = 10.0
BLIND_LOOKS = 3
SAMPLES = 120

log = logging.getLogger(__name__)


class Behind(NamedTuple):
    """How far a group is in one partition."""

    group: str
    topic: str
    partition: int
    committed: int
    end: int


class Sight(NamedTuple):
    """What one look saw: the positions, and how many partitions nobody works on."""

    positions: list[Behind]
    unowned: int


Look = Callable[[], Awaitable[Sight]]


class Watch(Collector):
    """Looks every ten seconds. A partition may be without owner for ``grace_seconds``, while it goes to another.

    Who cannot look any more does not know: after three looks without an answer nothing counts as owned.
    """

    def __init__(
        self, look: Look, limit_seconds: float, grace_seconds: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._look = look
        self._limit_seconds = limit_seconds
        self._grace_seconds = grace_seconds
        self._now = now
        self._ends: dict[tuple[str, int], list[tuple[float, int]]] = {}
        self._sight: Sight | None = None
        self._seen_at = -math.inf
        self._whole_at = -math.inf
        self._oldest_seconds = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="watch")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Look once."""
        sight = await self._look()
        self._seen_at = now = self._now()
        if not sight.unowned:
            self._whole_at = now
        self._sight = sight
        self._oldest_seconds = max((self._age(each, now) for each in sight.positions if _tasks(each)), default=0.0)

    async def owned(self) -> bool:
        """Say whether every partition has an owner, or had one a moment ago."""
        if self._sight is None:
            await self.look()
        now = self._now()
        if now - self._seen_at > BLIND_LOOKS * LOOK_SECONDS:
            return False
        whole = self._sight is not None and not self._sight.unowned
        return whole or now - self._whole_at < self._grace_seconds

    async def young(self) -> bool:
        """Say whether the oldest unfinished task is younger than the limit."""
        return self._oldest_seconds <= self._limit_seconds

    def collect(self) -> list[Metric]:
        """Give what was seen last."""
        lags: dict[tuple[str, str], int] = {}
        for each in self._sight.positions if self._sight else ():
            key = each.group, each.topic
            lags[key] = lags.get(key, 0) + max(0, each.end - each.committed)
        behind = GaugeMetricFamily("millrace_lag", "Records not yet worked off.", labels=["group", "topic"])
        for labels, value in sorted(lags.items()):
            behind.add_metric(labels, value)
        unowned = self._sight.unowned if self._sight else 0
        return [
            behind,
            GaugeMetricFamily("millrace_partitions_unowned", "Partitions that nobody works on.", value=unowned),
            GaugeMetricFamily(
                "millrace_oldest_task_seconds", "Age of the oldest unfinished task.", value=self._oldest_seconds
            ),
        ]

    def _age(self, found: Behind, now: float) -> float:
        key = found.topic, found.partition
        seen = [sample for sample in self._ends.get(key, ()) if sample[1] > found.committed]
        if found.end > max(found.committed, seen[-1][1] if seen else 0):
            seen.append((now, found.end))
        if len(seen) > SAMPLES:
            del seen[1::2]  # coarser, but the oldest stays
        self._ends[key] = seen
        return now - seen[0][0] if seen else 0.0

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.warning("could not see how far the engine is; trying again", exc_info=True)
            await asyncio.sleep(LOOK_SECONDS)


def own_look(worker: WorkerPart) -> Look:
    """Look at what this process works on."""

    async def look() -> Sight:
        streams = worker.streams
        group = streams.settings.app_id
        given = worker.assigned()
        owned = [each for each in sorted(given) if streams.owner(each) is not None]
        positions = [
            Behind(group, topic, each, committed, end)
            for each in owned
            for topic, (committed, end) in streams.progress(each).items()
        ]
        return Sight(positions, len(given) - len(owned))

    return look


def cluster_look(settings: StreamSettings, topics: Sequence[Topic]) -> Look:
    """Look at the groups of the whole installation."""
    names = Names(settings.prefix)

    async def look() -> Sight:
        rows = await lag(settings, topics)
        owned = await owned_partitions(settings)
        positions = [Behind(row.group, names.local(row.topic), *row[2:]) for row in rows]
        return Sight(positions, settings.partitions - len(owned))

    return look


def _tasks(found: Behind) -> bool:
    return found.topic.startswith(NODE_PREFIX)
