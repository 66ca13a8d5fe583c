"""Points: kill -9 at every failpoint, the first time it is reached, in the middle of a round, and late in it.

Flow: failpoints, a counting round → **points** → rounds on a subject under load.
Each round begins with the process that the round before killed, and so is that one's recovery.
"""

import json
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ops.bench.installation import Member
from ops.chaos.scenarios import Act, Stage, steady
from ops.chaos.subjects import Subject
from schemas.failpoints import COUNT, FAILPOINTS

COUNT_SECONDS = 4.0
PATIENCE_SECONDS = 15.0
"""How long a round waits for its point: it begins with a recovery, on Kafka with a session that has to run out."""
LOOK_SECONDS = 0.02
SELDOM = {
    "ingest.begin": (1, 3, 8),
    "ingest.written": (1, 3, 8),
    "letters.send": (1, 2, 3),
    "letters.sent": (1, 2, 3),
    "parking.drop": (1, 4, 12),
    "parking.parked": (1, 4, 12),
    "parking.put": (1, 4, 12),
    "marks.drop": (1, 2),
}
"""What no counting round is long enough for, and which times are meant."""
PATIENT = {"marks.drop": 60.0, "parking.put": 30.0, "parking.parked": 30.0, "parking.drop": 30.0}
"""What comes late in a round: marks are dropped by the minute, and what is parked has waited for long."""


@dataclass(frozen=True)
class Point:
    """A failpoint, and which time that it is reached is meant."""

    name: str
    times: int
    seconds: float = PATIENCE_SECONDS

    @property
    def rule(self) -> str:
        """Write it as a setting."""
        return f"{self.name}:{self.times}:kill"


def kill_at_points(most: int = 0, names: Sequence[str] = tuple(FAILPOINTS)) -> Act:
    """Kill at failpoints, three times at each; where ``most`` is given, so many rounds of these, chosen by chance."""

    def act(stage: Stage) -> None:
        points = _chosen(stage, most, _points(stage, names))
        kill_at(points)(stage)
        never = sorted({*names} - {point.name for point in points}) if not most else []
        if never:
            stage.row.notes.append(f"not reached by this load: {', '.join(never)}")

    return act


def kill_at(points: Sequence[Point]) -> Act:
    """Kill at points, one after the other."""

    def act(stage: Stage) -> None:
        missed = []
        for point in points:
            reached = _round(stage, point)
            missed += [] if reached else [point.rule]
            print(f"  {point.rule}{'' if reached else ': not reached'}", file=sys.stderr, flush=True)
        stage.row.notes.append(f"{len(points) - len(missed)} kills at {len({point.name for point in points})} points")
        if missed:
            stage.row.notes.append(f"not reached in their round: {', '.join(missed)}")

    return act


def _counted(stage: Stage) -> dict[str, int]:
    """Count how often a round reaches each failpoint."""
    found: dict[str, int] = {}
    for member in stage.subject.victims:
        member.stop()
        stage.subject.start(member, COUNT)
    time.sleep(COUNT_SECONDS)
    for member in stage.subject.victims:
        member.stop()
        told = json.loads((member.data / "failpoints.json").read_text())
        for name, times in told.items():
            if member is stage.subject.reaching(name)[0]:
                found[name] = times
        stage.subject.start(member)
    return found


def _points(stage: Stage, names: Sequence[str]) -> list[Point]:
    """Choose the first, a middle and a late time of each; a round begins with a recovery: it gets half as far."""
    counted, seldom, found = _counted(stage), _seldom(stage.subject), []
    for name in names:
        if name in seldom:
            found += [Point(name, each, PATIENT.get(name, PATIENCE_SECONDS)) for each in seldom[name]]
        elif there := counted.get(name):
            found += [Point(name, each) for each in sorted({1, max(there // 4, 1), max(there // 2, 1)})]
    return found


def _seldom(subject: Subject) -> dict[str, tuple[int, ...]]:
    """Give what is seldom reached, but is: no topic feeds workflows without a broker, or has garbage in it."""
    without = () if subject.garbage else ("letters.",) if subject.brokers else ("letters.", "ingest.")
    return {name: times for name, times in SELDOM.items() if not name.startswith(without)}


def _chosen(stage: Stage, most: int, points: list[Point]) -> list[Point]:
    stage.chance.shuffle(points)
    return points[: most or len(points)]


def _round(stage: Stage, point: Point) -> bool:
    """Start the process that reaches a point armed; say whether that killed it.

    Where it does not, the next one that may reach it is armed too: what it is to do may be the other's by now.
    """
    members = stage.subject.reaching(point.name)
    steady(stage.subject, members[0])
    for count, member in enumerate(members, 1):
        member.stop(signal.SIGKILL)
        if not stage.subject.start(member, point.rule) or _died(members[:count], point.seconds):
            return True
    return False


def _died(members: Sequence[Member], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if any(member.process is None or member.process.poll() is not None for member in members):
            return True
        time.sleep(LOOK_SECONDS)
    return False
