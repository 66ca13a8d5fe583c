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
from ops.chaos.scenarios import Act, Stage
from schemas.failpoints import COUNT, FAILPOINTS

ROUND_SECONDS = 4.0
LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Point:
    """A failpoint, and which time that it is reached is meant."""

    name: str
    times: int

    @property
    def rule(self) -> str:
        """Write it as a setting."""
        return f"{self.name}:{self.times}:kill"


def kill_at_points(most: int = 0, names: Sequence[str] = tuple(FAILPOINTS)) -> Act:
    """Kill at failpoints, three times at each; where ``most`` is given, so many rounds of these, chosen by chance."""

    def act(stage: Stage) -> None:
        points = _chosen(stage, most, _points(_counted(stage), names))
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
    time.sleep(ROUND_SECONDS)
    for member in stage.subject.victims:
        member.stop()
        told = json.loads((member.data / "failpoints.json").read_text())
        for name, times in told.items():
            if member is stage.subject.victim(name):
                found[name] = times
        stage.subject.start(member)
    return found


def _points(counted: dict[str, int], names: Sequence[str]) -> list[Point]:
    """Choose the first, a middle and a late time of each."""
    times = {
        name: sorted({1, max(counted[name] // 2, 1), max(int(counted[name] * 0.8), 1)})
        for name in names
        if counted.get(name)
    }
    return [Point(name, each) for name, some in times.items() for each in some]


def _chosen(stage: Stage, most: int, points: list[Point]) -> list[Point]:
    stage.chance.shuffle(points)
    return points[: most or len(points)]


def _round(stage: Stage, point: Point) -> bool:
    """Start the process that reaches a point armed; say whether that killed it."""
    member = stage.subject.victim(point.name)
    member.stop(signal.SIGKILL)
    return not stage.subject.start(member, point.rule) or _died(member, ROUND_SECONDS)


def _died(member: Member, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if member.process is None or member.process.poll() is not None:
            return True
        time.sleep(LOOK_SECONDS)
    return False
