"""The measures: webhook load, idle cost, start, disk, one execution of a million items.

Flow: installation ← load generator → **measures** → report.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from ops.bench.fairness import Share
from ops.bench.installation import Installation, call
from ops.bench.processes import Peak, cpu_seconds, disk_bytes, memory_mebibytes
from ops.bench.workflows import BODY, answering, many_items

PLAIN = "plain aiokafka loop"
APART = "apart on kafka"
LEFT_OUT = 5
"""How many items of the large execution its filter drops."""


@dataclass
class Point:
    """One run of the load generator against one subject."""

    subject: str
    concurrency: int
    rate: float
    p50: float
    p99: float
    answered: int
    failed: int
    cpu_us: float
    mebibytes: float
    generator_cpu: float


@dataclass
class Pipe:
    """One way from topic to topic; ``cpu_us`` is what its processes took for a record, without the broker.

    ``goal`` says what it must reach, if anything.
    """

    subject: str
    records: int
    arrived: int
    rate: float
    cpu_us: float
    goal: str = ""


@dataclass
class Findings:
    """All that one benchmark found; what was not measured stays None."""

    points: list[Point] = field(default_factory=list)
    idle_mebibytes: float | None = None
    idle_cpu_percent: float | None = None
    ready_seconds: float | None = None
    ready_again_seconds: float | None = None
    disk_bytes_each: float | None = None
    accepted: int = 0
    in_history: dict[str, int] = field(default_factory=dict)
    million_seconds: float | None = None
    million_mebibytes: float | None = None
    micro: dict[str, float] = field(default_factory=dict)
    past: dict[str, float] = field(default_factory=dict)
    web: dict[str, float] = field(default_factory=dict)
    pipes: list[Pipe] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    kafka_idle_percent: float | None = None
    kafka_silence_seconds: float | None = None
    notes: list[str] = field(default_factory=list)


def measure_load(subject: str, url: str, root: int | None, concurrency: int, seconds: float) -> Point:
    """Load a URL from a process of its own; CPU and memory are those of the tree at ``root``."""
    command = [sys.executable, "-m", "ops.bench.load", url, "--body", json.dumps(BODY)]
    command += ["--concurrency", str(concurrency), "--seconds", str(seconds)]
    before = cpu_seconds(root) if root else 0.0
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = cpu_seconds(root) if root else 0.0
    found = json.loads(done.stdout)
    return Point(
        subject=subject,
        concurrency=concurrency,
        rate=found["rate"],
        p50=found["p50"],
        p99=found["p99"],
        answered=int(found["answered"]),
        failed=int(found["failed"]),
        cpu_us=(after - before) / max(found["answered"], 1) * 1e6,
        mebibytes=memory_mebibytes(root) if root else 0.0,
        generator_cpu=found["generator_cpu"],
    )


def measure_millrace(data: Path, levels: list[int], seconds: float, items: int) -> Findings:
    """Start a Millrace, measure it, start it again on the data it made."""
    found = Findings()
    with Installation(data) as millrace:
        found.ready_seconds = millrace.ready_seconds
        workflow = millrace.add(answering())
        _idle(millrace, found, seconds)
        _loaded(millrace, workflow, found, levels, seconds)
        if items:
            _many_items(millrace, found, items)
        millrace.stop()
        millrace.start()
        found.ready_again_seconds = millrace.ready_seconds
        millrace.count(workflow)  # wakes the history
        _idle(millrace, found, seconds)
    return found


def _idle(millrace: Installation, found: Findings, seconds: float) -> None:
    """Measure what it costs to do nothing; of several measurements the highest counts."""
    time.sleep(1.0)
    before, began = cpu_seconds(millrace.pid), time.perf_counter()
    time.sleep(max(seconds, 3.0))
    percent = (cpu_seconds(millrace.pid) - before) / (time.perf_counter() - began) * 100
    found.idle_cpu_percent = max(percent, found.idle_cpu_percent or 0.0)
    found.idle_mebibytes = max(memory_mebibytes(millrace.pid), found.idle_mebibytes or 0.0)


def _loaded(millrace: Installation, workflow: str, found: Findings, levels: list[int], seconds: float) -> None:
    url = f"{millrace.address}/w/bench"
    measure_load("warm-up", url, None, 10, 1.0)
    known = sum(millrace.settled(workflow, sys.maxsize, wait_seconds=3.0).values())
    disk = disk_bytes(millrace.data)
    for level in levels:
        point = measure_load("millrace", url, millrace.pid, level, seconds)
        found.points.append(point)
        found.accepted += point.answered
    found.in_history = millrace.settled(workflow, known + found.accepted)
    found.in_history["before"] = known
    found.disk_bytes_each = (disk_bytes(millrace.data) - disk) / max(found.accepted, 1)


def _many_items(millrace: Installation, found: Findings, items: int) -> None:
    workflow = millrace.add(many_items())
    with Peak(millrace.pid) as peak:
        began = time.perf_counter()
        try:
            call(f"{millrace.address}/w/million", {"list": list(range(items))}, timeout_seconds=300)
        except OSError as bad:
            found.notes.append(f"the execution of {items:,} items failed: {bad}")
            return
        found.million_seconds = time.perf_counter() - began
        millrace.settled(workflow, 1)
    found.million_mebibytes = peak.mebibytes
    counts = _counts(millrace, workflow)
    if counts != [1, items, items, items - LEFT_OUT, 1]:
        found.notes.append(f"the execution of {items:,} items gave {counts} items per node")


def _counts(millrace: Installation, workflow: str) -> list[int]:
    """Count the items that each node of the last execution gave."""
    [entry] = millrace.client.get("/api/v1/executions", workflow=workflow, limit=1)["data"]
    shown = millrace.client.get(f"/api/v1/executions/{entry['id']}", outputs="false")
    return [run["counts"][0] for run in shown["nodeRuns"]]
