"""Apart: a gateway and workers on one Kafka under webhook load, idle, and with a worker killed.

Flow: fleet ← load generator, signals → **apart** → report.
"""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from ops.bench.fleet import Fleet
from ops.bench.installation import call
from ops.bench.measures import APART, Point, measure_load
from ops.bench.pipes import PARTITIONS, Cluster, Counter
from ops.bench.processes import cpu_seconds
from ops.bench.workflows import BODY, answering, five_nodes
from streams.topics import EVENTS, PREFIX

SETTLE_SECONDS = 2.0
SILENCE_SECONDS = 40.0


@contextlib.contextmanager
def apart(cluster: Cluster, folder: Path, workers: int = 1) -> Iterator[Fleet]:
    """Have a gateway and workers, each a process of its own."""
    settings = {"MILLRACE_PARTITIONS": str(PARTITIONS)}
    fleet = Fleet(folder, f"kafka://{cluster.broker}", f"{cluster.prefix}{folder.name}.", workers=workers, **settings)
    with fleet:
        yield fleet


def measure_apart(cluster: Cluster, folder: Path, levels: list[int], seconds: float) -> tuple[list[Point], float]:
    """Load a webhook of five nodes; give the points, and the worker's idle CPU in percent of a core before that."""
    with apart(cluster, folder) as fleet:
        idle = _idle(fleet, seconds)
        fleet.gateway.add(five_nodes())
        url = f"{fleet.gateway.address}/w/five"
        measure_load("warm-up", url, None, 10, 1.0)
        points = []
        for level in levels:
            before = cpu_seconds(fleet.workers[0].pid)
            point = measure_load(APART, url, fleet.gateway.pid, level, seconds)
            point.cpu_us += (cpu_seconds(fleet.workers[0].pid) - before) / max(point.answered, 1) * 1e6
            points.append(point)
    return points, idle


def measure_silence(cluster: Cluster, folder: Path) -> float:
    """Kill one of two workers under load; give the longest time, in seconds, that any partition made no progress."""
    with apart(cluster, folder, workers=2) as fleet:
        fleet.gateway.add(answering("killed"))
        stop = threading.Event()
        callers = [threading.Thread(target=_call, args=(fleet, stop), daemon=True) for _ in range(PARTITIONS * 2)]
        for caller in callers:
            caller.start()
        with cluster.counter(f"{cluster.prefix}{folder.name}.{EVENTS.removeprefix(PREFIX)}") as counter:
            _watch(counter, SETTLE_SECONDS)
            fleet.workers[0].stop(signal.SIGKILL)
            silence = _watch(counter, SILENCE_SECONDS)
        stop.set()
    return silence


def _idle(fleet: Fleet, seconds: float) -> float:
    time.sleep(SETTLE_SECONDS)
    worker = fleet.workers[0].pid
    before, began = cpu_seconds(worker), time.perf_counter()
    time.sleep(max(seconds, 5.0))
    return (cpu_seconds(worker) - before) / (time.perf_counter() - began) * 100


def _watch(counter: Counter, seconds: float) -> float:
    """Look at each partition's end until all have grown again; give how long the slowest took from the beginning."""
    began = time.perf_counter()
    before = counter.ends()
    waiting = set(before)
    slowest = 0.0
    while waiting and time.perf_counter() - began < seconds:
        time.sleep(0.05)
        ends = counter.ends()
        moved = {partition for partition in waiting if ends[partition] > before[partition]}
        if moved:
            slowest = time.perf_counter() - began
        waiting -= moved
    return slowest if not waiting else float("inf")


def _call(fleet: Fleet, stop: threading.Event) -> None:
    while not stop.is_set():
        with contextlib.suppress(OSError, ValueError):  # an answer that does not come is what is measured
            call(f"{fleet.gateway.address}/w/killed", BODY, timeout_seconds=2)
