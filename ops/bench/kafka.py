"""On Kafka: what a fleet does, beside a plain loop, on a broker of the benchmark's own or on one that is given.

Flow: broker → clients, plain loop, pipes, webhooks apart, a kill → **kafka** → findings.
"""

import asyncio
import contextlib
import itertools
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from ops.bench.apart import measure_apart, measure_silence
from ops.bench.clients import measure_clients
from ops.bench.measures import Findings
from ops.bench.pipes import Cluster, measure_pipe, measure_plain
from ops.bench.sleepers import KAFKA_RESTART, measure_restart
from ops.kafka.cluster import LocalKafka
from ops.kafka.runtime import provide
from schemas.errors import MillraceError

WAYS = (
    # chaining, workers, records that start one execution, share of the records
    (True, 1, 100, 1.0),
    (True, 2, 100, 1.0),
    (False, 1, 100, 0.5),
    (False, 2, 100, 0.5),
    (True, 1, 10, 0.4),
    (True, 2, 10, 0.4),
    (True, 1, 1, 0.1),
    (True, 2, 1, 0.1),
    (False, 1, 1, 0.05),
)
CROWD = 200  # callers at once: only so many keep a gateway, a worker and a broker busy all the time


@dataclass
class OnKafka:
    """What is asked for: where to work, on which broker ("" starts one), and how much."""

    folder: Path
    broker: str
    levels: list[int]
    seconds: float
    records: int


async def measure_on_kafka(asked: OnKafka, found: Findings) -> None:
    """Measure everything on one broker; where none can be started, say so in the notes."""
    try:
        async with _broker(asked) as broker:
            await asyncio.to_thread(_measure, asked, Cluster(broker, f"bench{time.time_ns() // 10**6}."), found)
    except MillraceError as bad:
        found.notes.append(f"not measured on Kafka: {bad.message}")


@contextlib.asynccontextmanager
async def _broker(asked: OnKafka) -> AsyncIterator[str]:
    if asked.broker:
        yield asked.broker
        return
    async with LocalKafka(asked.folder / "kafka", provide(), leashed=False) as kafka:
        yield kafka.bootstrap


def _measure(asked: OnKafka, cluster: Cluster, found: Findings) -> None:
    folders = _folders(asked.folder)
    found.notes.append(f"load average before: {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores")
    found.micro |= {f"kafka: {name}": value for name, value in measure_clients(cluster.broker, cluster.prefix).items()}
    points, found.kafka_idle_percent = measure_apart(cluster, next(folders), [*asked.levels, CROWD], asked.seconds)
    found.points += points
    found.kafka_silence_seconds = measure_silence(cluster, next(folders))
    found.micro[KAFKA_RESTART] = measure_restart(cluster, next(folders))
    found.pipes.append(measure_plain(cluster, asked.records))
    for chaining, workers, batch, share in WAYS:
        records = max(int(asked.records * share), 1000)
        found.pipes.append(
            measure_pipe(cluster, next(folders), records, workers=workers, chaining=chaining, batch=batch)
        )
    found.notes.append(f"load average after: {os.getloadavg()[0]:.1f}")


def _folders(folder: Path) -> Iterator[Path]:
    return (folder / f"fleet{n}" for n in itertools.count(1))
