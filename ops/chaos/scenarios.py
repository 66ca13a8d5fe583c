"""Scenarios: what happens to a subject under load, each judged as a row of the table.

Flow: seed → **scenarios** → subjects, load, ledger → rows.
"""

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from ops.chaos.flows import answers, counted, sleeps
from ops.chaos.ledger import Ledger, listening
from ops.chaos.load import Load, load
from ops.chaos.subjects import Subject
from ops.chaos.verdict import Row, judge

SETTLE_SECONDS = 1.0
FROZEN_SECONDS = 60.0
FULL = "sqlite.begin:{first}-{last}:enospc"


@dataclass
class Stage:
    """A subject under load, and what it writes to."""

    subject: Subject
    load: Load
    ledger: Ledger
    chance: random.Random
    row: Row


Act = Callable[[Stage], None]


def play(name: str, subject: Subject, seed: int, rate: float, act: Act) -> Row:
    """Let something happen to a subject under load, and judge what came of it."""
    row = Row(f"{subject.name}: {name}")
    chance = random.Random(seed)  # noqa: S311 repeatable
    with listening(chance) as ledger:
        flows = {
            "counted": subject.door.add(counted(ledger.url)),
            "answers": subject.door.add(answers()),
            "sleeps": subject.door.add(sleeps()),
        }
        with load(subject.door.address, subject.door.client, rate) as under:
            time.sleep(SETTLE_SECONDS)
            began = time.monotonic()
            act(Stage(subject, under, ledger, chance, row))
            _steady(subject)
            time.sleep(SETTLE_SECONDS)
            row.silence_seconds = ledger.silence(began, time.monotonic())
        judge(row, under, ledger, subject.door, flows)
        for workflow in flows.values():
            subject.door.client.call("POST", f"/api/v1/workflows/{workflow}/deactivate")
    return row


def _steady(subject: Subject) -> None:
    """See to it that every process runs, unarmed."""
    for member in subject.victims:
        if member.process is None or member.process.poll() is not None or member.environment.get("MILLRACE_FAILPOINT"):
            member.stop(signal.SIGKILL)
            subject.start(member)


def random_kills(seconds: float) -> Act:
    """Kill a process, any of them, each two to five seconds."""

    def act(stage: Stage) -> None:
        until = time.monotonic() + seconds
        kills = 0
        while time.monotonic() < until:
            time.sleep(stage.chance.uniform(2, 5))
            stage.subject.kill(stage.chance.choice(stage.subject.victims))
            kills += 1
        stage.row.notes.append(f"{kills} kills")

    return act


def freeze(seconds: float = FROZEN_SECONDS) -> Act:
    """Stop a worker as a closed laptop does (SIGSTOP), longer than its session, and let it go on."""

    def act(stage: Stage) -> None:
        process = stage.subject.workers[0].process
        assert process is not None  # noqa: S101 narrows
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)
        time.sleep(2 * SETTLE_SECONDS)

    return act


def come_and_go(stage: Stage) -> None:
    """Let a worker join, and the first one leave in order; then the other way round."""
    fleet = stage.subject.fleet
    assert fleet is not None  # noqa: S101 narrows
    first, third = fleet.workers[0], fleet.add_worker()
    stage.subject.start(third)
    time.sleep(2 * SETTLE_SECONDS)
    first.stop()
    time.sleep(2 * SETTLE_SECONDS)
    stage.subject.start(first)
    time.sleep(2 * SETTLE_SECONDS)
    third.stop()
    fleet.workers.remove(third)


def full_disk(refusals: int = 3) -> Act:
    """Let the disk be full for some tries, twice; then kill while it is."""

    def act(stage: Stage) -> None:
        alone = stage.subject.workers[0]
        rules = [FULL.format(first=first, last=first + refusals - 1) for first in (150, 400)]
        alone.stop()
        stage.subject.start(alone, ",".join(rules))
        time.sleep(2 * refusals + 8)
        alone.stop(signal.SIGKILL)
        stage.subject.start(alone, FULL.format(first=100, last="") + ",log.write:120:kill")
        time.sleep(4)

    return act


def restart_broker(stop: Callable[[], None], start: Callable[[], None], seconds: float = 5.0) -> Act:
    """Stop the broker under everybody, and start it again."""

    def act(stage: Stage) -> None:
        stop()
        time.sleep(seconds)
        start()
        until = time.monotonic() + 30
        before = len(stage.load.accepted)
        while len(stage.load.accepted) < before + 10 and time.monotonic() < until:
            time.sleep(0.1)

    return act
