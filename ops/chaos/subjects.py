"""Subjects: what chaos happens to: all of Millrace in one process, or a gateway and workers on a Kafka.

Flow: scenario → **subject** → processes that are killed, frozen and started again.
"""

import base64
import contextlib
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

from ops.bench.fleet import Fleet
from ops.bench.installation import Installation, Member
from schemas.clock import shift
from schemas.errors import OperationalError
from streams.topics import node_topic
from streams.transports.kafka_link import Names

PARTITIONS = 4
SESSION_SECONDS = 6
SETTINGS = {"MILLRACE_HTTP_ALLOW": "127.0.0.1", "MILLRACE_LOG_LEVEL": "warning"}
DOOR = ("gateway.", "history.")
"""Failpoints that only a process with a door reaches."""


class Subject:
    """An installation whose members may die; ``victims`` are those that chaos chooses from.

    ``clock`` is the file that shifts the clock of all of them, ``brokers`` a Kafka that workflows may send to,
    ``garbage`` a topic of the engine there.
    """

    def __init__(
        self,
        name: str,
        door: Installation,
        workers: list[Member],
        clock: Path,
        fleet: Fleet | None = None,
        brokers: str = "",
        garbage: str = "",
    ) -> None:
        self.name = name
        self.clock = clock
        self.brokers = brokers
        self.garbage = garbage
        self.slowest_start = 0.0
        self.door = door
        self.workers = workers
        self.fleet = fleet

    @property
    def victims(self) -> list[Member]:
        """Every process."""
        return [self.door, *(worker for worker in self.workers if worker is not self.door)]

    def reaching(self, failpoint: str) -> list[Member]:
        """Give the processes that may reach a failpoint."""
        return [self.door] if failpoint.startswith(DOOR) else list(self.workers)

    def kill(self, member: Member) -> None:
        """End a process as `kill -9` does, and start it again."""
        member.stop(signal.SIGKILL)
        self.start(member)

    def start(self, member: Member, failpoint: str = "") -> bool:
        """Start a process with a failpoint armed, or none; say whether it lived until it was ready."""
        member.environment["MILLRACE_FAILPOINT"] = failpoint
        try:
            member.start()
        except OperationalError:
            if member.process is None or member.process.poll() != -signal.SIGKILL:
                raise
            return False
        self.slowest_start = max(self.slowest_start, member.ready_seconds)
        return True


@contextlib.contextmanager
def embedded(folder: Path, brokers: str = "") -> Iterator[Subject]:
    """Have all of Millrace in one process."""
    clock = _clock(folder)
    alone = Installation(folder / "data", MILLRACE_CLOCK=str(clock), **SETTINGS)
    with alone:
        yield Subject("embedded", alone, [alone], clock, brokers=brokers)


@contextlib.contextmanager
def on_kafka(folder: Path, broker: str, prefix: str, workers: int = 2) -> Iterator[Subject]:
    """Have a gateway and workers on a broker."""
    clock = _clock(folder)
    ours: Mapping[str, str] = {
        "MILLRACE_CLOCK": str(clock),
        "MILLRACE_TABLES": f"sqlite://{folder / 'tables.sqlite'}",
        "MILLRACE_PARTITIONS": str(PARTITIONS),
        "MILLRACE_SESSION_SECONDS": str(SESSION_SECONDS),
        "MILLRACE_KEY": base64.b64encode(bytes(range(32))).decode(),  # what is signed is the same everywhere
    }
    with Fleet(folder, f"kafka://{broker}", prefix, workers=workers, **SETTINGS, **ours) as fleet:
        yield Subject(
            "kafka", fleet.gateway, fleet.workers, clock, fleet, broker, Names(prefix).wire(node_topic("httpRequest"))
        )


def _clock(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shift(folder / "clock", 0)
    return folder / "clock"
