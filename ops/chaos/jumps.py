"""Jumps: the clock goes ahead and is set back, under load, and whatever waits for a time waits for the right one.

Flow: **jumps** → clock of all processes → naps, moments and schedules → what is expected of them, for the verdict.
"""

import signal
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from ops.chaos.flows import MOMENT, MOMENTS, NAP, NAPS, TICK, TICK_SECONDS, moments, naps, ticks
from ops.chaos.ledger import CALLED
from ops.chaos.scenarios import Stage
from schemas.clock import shift

HOUR = 3600
AHEAD = 5
BEHIND = -3
SOME = 5
DOZE_SECONDS = 12
MOMENT_HOURS = 2
NOTICED_SECONDS = 60.0
"""A jump is noticed within half a minute, and what is due then takes its time."""
LOOK_SECONDS = 0.2
REST_SECONDS = 4.0


def jump(stage: Stage) -> None:
    """Go hours ahead, where what sleeps wakes; be set back behind the start, die there, go ahead dead, come home."""
    url = stage.outside.ledger.url
    stage.flows |= {
        name: stage.subject.door.add(flow(url))
        for name, flow in (("naps", naps), ("moments", moments), ("ticks", ticks))
    }
    began = int(time.time())
    _doze(stage, range(SOME), HOUR)
    _wait_for_moments(stage, began + MOMENT_HOURS * HOUR)
    _set(stage, AHEAD)
    first = (began // TICK_SECONDS + 1) * TICK_SECONDS
    _expect(stage, ((TICK, due) for due in range(first, began + AHEAD * HOUR, TICK_SECONDS)), "ahead")
    _doze(stage, range(SOME, 2 * SOME), DOZE_SECONDS)
    _set(stage, BEHIND)
    time.sleep(REST_SECONDS)
    stage.subject.kill(stage.chance.choice(stage.subject.victims))
    _expect(stage, (), "behind")
    dead = stage.chance.choice(stage.subject.victims)
    dead.stop(signal.SIGKILL)
    _set(stage, 1)
    stage.subject.start(dead)
    time.sleep(REST_SECONDS)
    _set(stage, 0)
    time.sleep(REST_SECONDS)
    stage.row.notes.append(f"{len(stage.expected)} naps, moments and due times of a schedule")


def _set(stage: Stage, hours: int) -> None:
    shift(stage.subject.clock, hours * HOUR * 1000)


def _doze(stage: Stage, numbers: Iterable[int], seconds: int) -> None:
    _begin(stage, NAPS, NAP, numbers, seconds=seconds)


def _wait_for_moments(stage: Stage, at: int) -> None:
    _begin(stage, MOMENTS, MOMENT, range(SOME), at=datetime.fromtimestamp(at, UTC).isoformat())


def _begin(stage: Stage, path: str, step: str, numbers: Iterable[int], **more: object) -> None:
    for number in numbers:
        if stage.load.insist(path, number, **more) is not None:
            stage.expected.add((step, number))


def _expect(stage: Stage, more: Iterable[CALLED], where: str) -> None:
    """Wait until all that is expected has happened, for so long as it may take; note what has not."""
    stage.expected |= set(more)
    until = time.monotonic() + NOTICED_SECONDS
    while (left := [each for each in stage.expected if not stage.outside.effects(*each)]) and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    if left:
        stage.row.hung.append(f"the clock was {where}, and these did not come: {sorted(left)[:5]}")
