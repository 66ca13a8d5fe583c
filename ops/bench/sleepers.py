"""Sleepers: rows of executions that sleep, written beforehand, in an embedded log or on Kafka.

Flow: **sleepers** → rows of executions and timers → installation that starts on them → durable, restart of a worker.
"""

import asyncio
import time
from pathlib import Path
from typing import Final

from agents.state import Activation, Packet, State, encode_row
from agents.timers import Timer
from nodes.sdk.registry import discover
from ops.bench.apart import apart
from ops.bench.pipes import PARTITIONS, Cluster
from ops.bench.workflows import BODY
from ops.wiring import EMBEDDED_PARTITIONS, topics_of
from schemas.identifiers import new_execution_id, partition_of
from schemas.item import Item
from streams import codecs
from streams.settings import StreamSettings
from streams.topics import EXECUTIONS, TIMERS, table_topic
from streams.transports.opening import open_log

SLEEPERS: Final = 100_000
KAFKA_RESTART: Final = "kafka: restart of a worker with 100,000 rows of state, s"
YEAR_MS: Final = 365 * 86_400_000
_FLUSH_EVERY = 1000


async def write_sleepers(data: Path, count: int) -> None:
    """Write the log of an installation where so many executions sleep for a year."""
    await _write(StreamSettings(broker=f"sqlite:///{data / 'log.sqlite'}", partitions=EMBEDDED_PARTITIONS), count)


def measure_restart(cluster: Cluster, folder: Path, count: int = SLEEPERS) -> float:
    """Kill the only worker, and start it on so many rows; give the seconds until it is ready.

    It keeps nothing on its own disk: all rows come from the changelogs.
    """
    with apart(cluster, folder) as fleet:
        worker = fleet.workers[0]
        worker.stop()
        prefix = fleet.settings["MILLRACE_PREFIX"]
        asyncio.run(
            _write(StreamSettings(broker=f"kafka://{cluster.broker}", prefix=prefix, partitions=PARTITIONS), count)
        )
        worker.start(wait_seconds=300)
        return worker.ready_seconds


async def _write(settings: StreamSettings, count: int) -> None:
    log = open_log(settings, topics_of(discover()))
    try:
        for at in range(count):
            execution, due = new_execution_id(), int(time.time() * 1000) + YEAR_MS
            partition = partition_of(execution, settings.partitions)
            row, timer = encode_row(_asleep(execution, due)), Timer(due, "task", "w", "v", "Nap", execution, why="wait")
            log.send(table_topic(EXECUTIONS), partition, row, key=execution.encode())
            log.send(table_topic(TIMERS), partition, codecs.encode(timer), key=f"{execution}/Nap/0".encode())
            if at % _FLUSH_EVERY == 0:
                await log.flush()
        await log.flush()
    finally:
        await log.close()


def _asleep(execution: str, due: int) -> State:
    packet = Packet(items=[Item(json=BODY)], count=1)
    nap = Activation("Nap", [packet], [], due=due, why="wait", held=[packet])
    runs, flight = {"Start": 1, "Nap": 1}, {nap.key: nap}
    return State(execution, "w", "v", "webhook", due - YEAR_MS, "Start", "waiting", runs=runs, flight=flight)
