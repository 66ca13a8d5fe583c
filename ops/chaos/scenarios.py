"""Scenarios: what happens to a subject under load, each judged as a row of the table.

Flow: seed → **scenarios** → subjects, load, ledger → rows.
"""

import contextlib
import random
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from ops.bench.installation import Member
from ops.chaos.flows import HEARD, QUEUED, answers, counted, hearing, queued, sleeps
from ops.chaos.ledger import CALLED, listening
from ops.chaos.load import Load, load
from ops.chaos.outside import Outside
from ops.chaos.subjects import Subject
from ops.chaos.verdict import Row, judge, without_names

SETTLE_SECONDS = 1.0
FROZEN_SECONDS = 60.0
FULL = "sqlite.begin:{first}-{last}:enospc"


@dataclass
class Stage:
    """A subject under load, and what it writes to; an act may add flows, and effects that are expected of them."""

    subject: Subject
    load: Load
    outside: Outside
    chance: random.Random
    row: Row
    flows: dict[str, str]
    expected: set[CALLED] = field(default_factory=set)


Act = Callable[[Stage], None]


def play(name: str, subject: Subject, seed: int, rate: float, act: Act) -> list[Row]:
    """Let something happen to a subject under load, and judge what came of it; a second row is a plain reader's."""
    row = Row(f"{subject.name}: {name}")
    chance = random.Random(seed)  # noqa: S311 repeatable
    with (
        listening(chance) as ledger,
        contextlib.closing(Outside(ledger, subject.door.client, subject.brokers, subject.garbage)) as outside,
    ):
        steady(subject)
        with _flows(subject, outside) as flows:
            with load(subject.door.address, subject.door.client, rate, outside.effects) as under:
                time.sleep(SETTLE_SECONDS)
                began = time.monotonic()
                subject.slowest_start = 0.0
                stage = Stage(subject, under, outside, chance, row, flows)
                act(stage)
                steady(subject)
                time.sleep(SETTLE_SECONDS)
                row.silence_seconds = ledger.silence(began, time.monotonic())
                if subject.slowest_start:
                    row.notes.append(f"a start took {subject.slowest_start:.1f} s at most")
            stage.expected |= {(QUEUED, event) for event in range(under.queued)}
            stage.expected |= {(HEARD, event) for event in outside.fed()}
            judge(row, under, outside, subject.door, flows, stage.expected)
            plain = without_names(row, under, outside)
    return [row] if plain is None else [row, plain]


@contextlib.contextmanager
def _flows(subject: Subject, outside: Outside) -> Iterator[dict[str, str]]:
    """Have the workflows, and feed the one that hears a topic; whatever happens, their paths are free afterwards."""
    made = {"counted": counted(outside.places), "answers": answers(), "sleeps": sleeps()}
    made["queued"] = queued(outside.places.ledger)
    if outside.feed is not None:
        made["hearing"] = hearing(outside.places)
        outside.feed.start()
    added = {name: subject.door.add(flow) for name, flow in made.items()}
    try:
        yield added
    finally:
        steady(subject)
        for workflow in added.values():
            subject.door.client.call("POST", f"/api/v1/workflows/{workflow}/deactivate")


def steady(subject: Subject, but: Member | None = None) -> None:
    """See to it that every process runs, unarmed; but the one that is killed next in any case."""
    for member in subject.victims:
        if member is but:
            continue
        if member.process is None or member.process.poll() is not None or member.environment.get("MILLRACE_FAILPOINT"):
            member.stop(signal.SIGKILL)
            subject.start(member)


def random_kills(seconds: float) -> Act:
    """Kill a process, any of those that are up, each two to five seconds; where none is, when one is up again."""

    def act(stage: Stage) -> None:
        until = time.monotonic() + seconds
        victims, starts = stage.subject.victims, dict[Member, Future[bool]]()
        kills = 0
        with ThreadPoolExecutor(len(victims)) as pool:
            while time.monotonic() < until:
                if len(starts) == len(victims):
                    wait(starts.values(), return_when=FIRST_COMPLETED)
                time.sleep(stage.chance.uniform(2, 5))
                for member in [member for member, start in starts.items() if start.done()]:
                    starts.pop(member).result()
                if up := [member for member in victims if member not in starts]:
                    member = stage.chance.choice(up)
                    member.stop(signal.SIGKILL)
                    starts[member] = pool.submit(stage.subject.start, member)
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
