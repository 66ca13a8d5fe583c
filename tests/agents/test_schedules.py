"""Schedules under a clock that a test moves: whoever dies when, each due time starts one execution.

Flow: catalog view → schedules → timers, a year long → start frames counted.
"""

import random
from collections import Counter
from typing import Any

import pytest

from agents.schedules import Schedules
from agents.settings import WorkerSettings
from agents.timers import Timer, Timers
from agents.worker import row_codecs
from nodes.triggers.recurrence import next_fire
from schemas.commands import VersionSnapshot, WorkflowSnapshot, snapshot_key
from schemas.task import Frame
from schemas.trigger import Misfire, Schedule
from streams import codecs
from streams.app import build_app
from streams.frames import Gatherer
from streams.settings import StreamSettings
from streams.stores.views import CatalogView
from streams.tables import Owner
from streams.topics import all_topics, node_topic
from streams.transports.broker import Broker

HOUR = 3_600_000
DAY = 24 * HOUR
BEGIN = 1_700_000_000_000
SETTINGS = StreamSettings(broker="memory://", partitions=1)


class Dying(Gatherer):
    """Sends, and then at times the process dies before it hears of it."""

    def __init__(self, log: Any, chance: random.Random) -> None:
        super().__init__(log)
        self._chance = chance

    def add(self, *args: Any, **more: Any) -> Any:
        sent = super().add(*args, **more)
        if self._chance.random() < 0.2:
            raise ConnectionError("killed")
        return sent


class House:
    """Schedules of one workflow on a log in memory, and a clock; ``restart`` is a process that was killed."""

    def __init__(self, schedule: Schedule, seed: int = 0) -> None:
        self.now = BEGIN
        self.schedule = schedule
        self._chance = random.Random(seed)
        self.view = CatalogView()
        body: dict[str, Any] = {"nodes": [], "connections": {}}
        version = VersionSnapshot("v", "w", body, 0, schedules=[schedule])
        flow = WorkflowSnapshot("w", "W", 1, "v", 0, 0, active=True, published="v")
        self.view.apply([(0, snapshot_key(version), version), (1, snapshot_key(flow), flow)])
        self.broker = Broker(all_topics(["scheduleTrigger"]), 1)

    async def restart(self, *, dies: bool = False) -> None:
        self.streams = build_app(SETTINGS, ["scheduleTrigger"], row_codecs(), broker=self.broker)
        self.streams._owners[0] = Owner(0, 1)
        await self.streams.table("timers").recover([0], lambda: True)
        gatherer = Dying(self.streams.log, self._chance) if dies else Gatherer(self.streams.log)
        self.timers = Timers(self.streams, lambda: self.now, self._fire, self._set_back)
        self._behind = False
        how = WorkerSettings()
        self.schedules = Schedules(self.streams, self.view, self.timers, gatherer, lambda: self.now, how)
        self.timers.own({0})
        await self.schedules.reconcile()

    def _set_back(self) -> None:
        self._behind = True

    async def _fire(self, owner: Owner, key: str, timer: Timer) -> None:
        await self.schedules.fire(owner, key, timer)

    def due(self) -> int:
        (row,) = [timer for _, timer in self.streams.table("timers").rows(0)]
        return int(row.due)

    async def settle(self) -> None:
        """Fire until nothing is due; a process that dies is followed by another."""
        await self.timers.fire_due()
        if self._behind:
            self._behind = False
            await self.schedules.reconcile()
        while self.due() <= self.now:
            await self.timers.fire_due()

    async def started(self) -> Counter[int]:
        """Count the executions, by their due times: a start that is sent twice is the same execution."""
        reader = await self.broker.reader(node_topic("scheduleTrigger"), [0], "earliest")
        ends = await self.broker.ends(node_topic("scheduleTrigger"))
        found: dict[str, int] = {}
        while reader.position[0] < ends.get(0, 0):
            for record in await reader.read():
                assert record.value is not None
                found |= {task.execution: task.at for task in codecs.decode(record.value, Frame).tasks}
        return Counter(found.values())


@pytest.mark.parametrize(
    "schedule",
    [
        pytest.param(Schedule("S", "scheduleTrigger", "30 2 * * *", zone="Europe/Berlin"), id="in the hour that goes"),
        pytest.param(Schedule("S", "scheduleTrigger", "0 */6 * * *", zone="America/New_York"), id="four a day"),
        pytest.param(Schedule("S", "scheduleTrigger", every=420, unit="minutes"), id="every seven hours"),
    ],
)
async def test_a_year_of_deaths_and_each_due_time_starts_once_and_in_time(schedule: Schedule) -> None:
    house = House(schedule, seed=7)
    wanted, at = [], BEGIN
    while (at := next_fire(schedule, at)) <= BEGIN + 365 * DAY:
        wanted.append(at)
    chance = random.Random(1)

    await house.restart(dies=True)
    for due in wanted:
        house.now = due
        if chance.random() < 0.3:
            await house.restart(dies=True)
        await house.settle()

    assert await house.started() == Counter(wanted)


@pytest.mark.parametrize("dies", [False, True])
async def test_a_clock_that_goes_ahead_and_is_set_back_neither_repeats_a_due_time_nor_silences_a_schedule(
    dies: bool,
) -> None:
    house = House(Schedule("S", "scheduleTrigger", every=60, unit="minutes", misfire="all"))
    first = next_fire(house.schedule, BEGIN)
    await house.restart()

    for hours in (0, 5, 1, 2, 6):  # it is five hours ahead for a while
        house.now = first + hours * HOUR
        if dies:
            await house.restart()
        await house.settle()
        assert house.due() <= house.now + HOUR

    assert await house.started() == Counter(first + hour * HOUR for hour in range(7))


@pytest.mark.parametrize(
    ("misfire", "hours"),
    [
        pytest.param("skip", [1, 6], id="skip"),
        pytest.param("once", [1, 2, 6], id="once: the first missed stands for all"),
        pytest.param("all", [1, 2, 3, 4, 5, 6], id="all"),
    ],
)
async def test_what_becomes_of_due_times_that_were_missed(misfire: Misfire, hours: list[int]) -> None:
    house = House(Schedule("S", "scheduleTrigger", every=60, unit="minutes", misfire=misfire))
    first = next_fire(house.schedule, BEGIN)
    await house.restart()
    house.now = first
    await house.settle()

    house.now = first + 4 * HOUR + 30 * 60_000
    await house.restart()
    await house.settle()
    house.now = first + 5 * HOUR
    await house.settle()

    assert await house.started() == Counter(first + (hour - 1) * HOUR for hour in hours)
