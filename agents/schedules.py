"""Schedules: active workflows' schedule triggers as rows of the `timers` table, one per rule.

Flow: catalog view (active versions) → **schedules** → timers → start frames with a digest id, so each fires once.
"""

import logging
from collections.abc import Callable

import msgspec

from agents.placing import holding_in
from agents.settings import WorkerSettings
from agents.timers import Timer, Timers
from nodes.holding import placed
from nodes.triggers.recurrence import next_fire
from schemas.errors import MillraceError
from schemas.identifiers import ExecutionId, digest_ids, partition_of
from schemas.task import Start, Task
from schemas.trigger import Schedule
from streams.app import Streams
from streams.frames import Gatherer
from streams.stores.views import CatalogView
from streams.tables import Owner
from streams.topics import node_topic

log = logging.getLogger(__name__)
DAY_SECONDS = 86_400


class Schedules:
    """Keeps one timer row per rule of each active schedule whose partition is ours, and fires them.

    The trigger node itself makes the first item: its *now* is the due time.
    """

    def __init__(
        self,
        streams: Streams,
        view: CatalogView,
        timers: Timers,
        gatherer: Gatherer,
        now: Callable[[], int],
        settings: WorkerSettings,
    ) -> None:
        self._streams = streams
        self._view = view
        self._timers = timers
        self._gatherer = gatherer
        self._now = now
        self._grace_ms = settings.misfire_seconds * 1000
        self._rules: dict[str, tuple[Timer, Schedule]] = {}

    async def reconcile(self) -> None:
        """Make the rows agree with what is active: the view must be up to date."""
        self._rules = self._wanted()
        table = self._streams.table("timers")
        for partition in range(self._streams.settings.partitions):
            owner = self._streams.owner(partition)
            if owner is None:
                continue
            for key, timer in list(table.rows(partition)):
                if timer.kind == "schedule" and key not in self._rules:
                    await table.drop(owner, key)
            for key, (timer, schedule) in self._rules.items():
                known, now = table.get(key), self._now()
                if self._partition(key) == partition and (known is None or known.ahead(now)):
                    await self._put(owner, key, timer, schedule, now)

    async def fire(self, owner: Owner, key: str, timer: Timer) -> None:
        """Start an execution for a due time, then set the next.

        A due time beyond the grace was missed: by the workflow's ``misfire`` it is skipped, or starts an execution all
        the same and stands for all that were missed, or is followed by each of them.
        """
        rule = self._rules.get(key)
        if rule is None:
            await self._streams.table("timers").drop(owner, key)
            return
        fresh, schedule = rule
        missed = timer.due + self._grace_ms < self._now()
        if missed:
            log.warning("schedule missed", extra={"workflow": timer.workflow, "node": timer.node, "due": timer.due})
        if not missed or schedule.misfire != "skip":
            await self._start(fresh, timer.due, schedule)
        leaps = missed and schedule.misfire != "all"
        await self._put(owner, key, fresh, schedule, self._now() if leaps else timer.due)

    async def _start(self, rule: Timer, due: int, schedule: Schedule) -> None:
        execution = self._id(rule, due)
        start = Start(mode="trigger", key=str(due), keep_seconds=DAY_SECONDS)
        task = Task(execution, rule.workflow, rule.version, rule.node, due, start=start)
        partition = partition_of(execution, self._streams.settings.partitions)
        await self._gatherer.add(node_topic(schedule.type), partition, task, rule.catalog)

    def _id(self, rule: Timer, due: int) -> ExecutionId:
        holding = holding_in(self._view, rule.workflow, rule.version)
        ids = digest_ids(rule.workflow, rule.node, due)
        return placed(holding, [], self._streams.settings.partitions, ids)

    async def _put(self, owner: Owner, key: str, rule: Timer, schedule: Schedule, after: int) -> None:
        try:
            due = next_fire(schedule, after)
        except MillraceError:
            log.exception("schedule cannot be computed", extra={"workflow": rule.workflow, "node": rule.node})
            return
        timer = msgspec.structs.replace(rule, due=due, span=max(due - self._now(), 0))
        await self._streams.table("timers").put(owner, key, timer)
        self._timers.add(owner.partition, key, timer)

    def _wanted(self) -> dict[str, tuple[Timer, Schedule]]:
        wanted = {}
        numbers: dict[tuple[str, str], int] = {}
        live = ((snapshot, version.id, one) for snapshot, version in self._view.live() for one in version.schedules)
        for snapshot, version, schedule in live:
            number = numbers.get((snapshot.id, schedule.node), 0)
            numbers[snapshot.id, schedule.node] = number + 1
            # The rule is part of the key: a changed rule starts afresh, an unchanged one keeps its due time.
            rule = f"{schedule.cron}|{schedule.every}{schedule.unit}|{schedule.zone}"
            key = f"schedule/{snapshot.id}/{schedule.node}/{number}/{rule}"
            timer = Timer(
                0, "schedule", snapshot.id, version, schedule.node, run=number, catalog=self._view.position - 1
            )
            wanted[key] = (timer, schedule)
        return wanted

    def _partition(self, key: str) -> int:
        return partition_of(key, self._streams.settings.partitions)
