"""Durable: what sleeping, restarting, cancelling, being killed and being durable at all cost, in one process.

Flow: rows written beforehand, a slow HTTP sink, signals → installation → **durable** → report.
"""

import asyncio
import contextlib
import http.server
import shutil
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ops.bench.installation import Installation, call
from ops.bench.measures import measure_load
from ops.bench.processes import memory_mebibytes
from ops.bench.sleepers import KAFKA_RESTART, SLEEPERS, write_sleepers
from ops.bench.workflows import BODY, answering, chain

GOALS: Final = {
    "100,000 executions that sleep, MiB more": "< 200",
    "restart with 100,000 rows of state, s": "≤ 10",
    KAFKA_RESTART: "≤ 10",
    "of the throughput without fsync, %": "≥ 80",
    "cancel to last effect, p99 ms": "< 1,000",
    "diamond of two calls of 1 s, ms": "< 1,300",
    "silence after kill -9, s": "≤ 2",
}
CANCELS: Final = 40
CALLS: Final = 300
CALL_SECONDS: Final = 1.0
ALLOWED: Final = {"MILLRACE_HTTP_ALLOW": "127.0.0.1"}


def measure_durable(folder: Path, seconds: float) -> dict[str, float]:
    """Measure all of it; give figures by their names."""
    folder.mkdir(parents=True, exist_ok=True)
    with _sink() as sink, Installation(folder / "live", **ALLOWED) as millrace:
        found = {"diamond of two calls of 1 s, ms": _diamond(millrace, sink)}
        found["cancel to last effect, p99 ms"] = _cancels(millrace, sink)
        found["silence after kill -9, s"] = _silence(millrace)
        plain = _memory(millrace)
    with Installation(folder / "asleep"):
        pass  # it makes its data folder, and is gone
    asyncio.run(write_sleepers(folder / "asleep", SLEEPERS))
    with Installation(folder / "asleep") as millrace:
        found["restart with 100,000 rows of state, s"] = millrace.ready_seconds
        found["100,000 executions that sleep, MiB more"] = _memory(millrace) - plain
    if (part := _without_fsync(folder, seconds)) is not None:
        found["of the throughput without fsync, %"] = part
    return found


def _memory(millrace: Installation) -> float:
    """Give the memory of all processes once the history answers: its own takes twice as much when it is ready."""
    millrace.count("")
    return memory_mebibytes(millrace.pid)


def _diamond(millrace: Installation, sink: "_Sink") -> float:
    """Call two slow things side by side; give the time of the whole, of three the middle one."""
    millrace.add(_two_calls(sink.url))
    took = []
    for _ in range(3):
        began = time.perf_counter()
        call(f"{millrace.address}/w/diamond", BODY)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def _cancels(millrace: Installation, sink: "_Sink") -> float:
    """Cancel executions that go on making calls; give how long after being asked the slowest made its last one."""
    millrace.add(_steady_calls(sink.url))
    late = []
    for _ in range(CANCELS):
        call(f"{millrace.address}/w/steady", BODY)
        sink.wait_for_next()
        execution = sink.last
        asked = time.monotonic()
        millrace.client.call("POST", f"/api/v1/executions/{execution}/stop")
        time.sleep(0.5)
        late.append(max((sink.moments[execution][-1] - asked) * 1000, 0.0))
    return max(late)  # of forty the highest is above the 97th: an upper bound of what is asked for


def _silence(millrace: Installation) -> float:
    """Kill it while it answers, and start it at once; give the time until it answers again."""
    millrace.add(answering("again"))
    url = f"{millrace.address}/w/again"
    call(url, BODY)
    began = time.perf_counter()
    millrace.stop(signal.SIGKILL)
    millrace.start()
    call(url, BODY)
    return time.perf_counter() - began


def _without_fsync(folder: Path, seconds: float) -> float | None:
    """Compare with the same in memory, where fsync does nothing, by turns; None where there is no such place."""
    memory = Path("/dev/shm")  # noqa: S108 a folder of our own in it
    if not memory.is_dir():
        return None
    rates: dict[str, list[float]] = {"disk": [], "memory": []}
    quick = Path(tempfile.mkdtemp(prefix="millrace-bench-", dir=memory))
    try:
        with Installation(folder / "disk") as slow, Installation(quick / "data") as fast:
            for millrace in (slow, fast):
                millrace.add(answering())
                measure_load("warm-up", f"{millrace.address}/w/bench", None, 10, 1.0)
            for _ in range(3):
                for name, millrace in (("disk", slow), ("memory", fast)):
                    point = measure_load(name, f"{millrace.address}/w/bench", None, 50, seconds / 2)
                    rates[name].append(point.rate)
    finally:
        shutil.rmtree(quick, ignore_errors=True)
    return statistics.median(rates["disk"]) / statistics.median(rates["memory"]) * 100


class _Sink(http.server.ThreadingHTTPServer):
    """Answers `/slow` after a second, everything else at once, and notes when it was called for which execution."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.moments: dict[str, list[float]] = {}
        self.last = ""
        self._called = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def note(self, execution: str) -> None:
        """Note a call."""
        self.moments.setdefault(execution, []).append(time.monotonic())
        if len(self.moments[execution]) > 2 and execution != self.last:
            self.last = execution
            self._called.set()

    def wait_for_next(self) -> None:
        """Wait until an execution that was not seen before has called a few times."""
        self._called.wait(10)
        self._called.clear()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        sink: _Sink = self.server  # type: ignore[assignment]
        if self.path.startswith("/slow"):
            time.sleep(CALL_SECONDS)
        else:
            sink.note(self.path.rpartition("/")[2])
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def _sink() -> Iterator[_Sink]:
    with _Sink() as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        try:
            yield sink
        finally:
            sink.shutdown()


def _two_calls(sink: str) -> dict[str, Any]:
    hook = {"httpMethod": "POST", "path": "diamond", "responseMode": "lastNode", "options": {}}
    slow = {"url": f"{sink}/slow", "options": {}}
    flow = chain(
        "bench: diamond",
        [("Start", "webhook", 2, hook), ("One", "httpRequest", 4.2, slow), ("Join", "merge", 3, {})],
    )
    other = {**flow["nodes"][1], "id": "other", "name": "Other", "position": [220, 220]}
    flow["nodes"].append(other)
    flow["connections"]["Start"]["main"][0].append({"node": "Other", "type": "main", "index": 0})
    flow["connections"]["Other"] = {"main": [[{"node": "Join", "type": "main", "index": 1}]]}
    return flow


def _steady_calls(sink: str) -> dict[str, Any]:
    """Call again and again, far longer than it takes to cancel."""
    hook = {"httpMethod": "POST", "path": "steady", "responseMode": "onReceived", "options": {}}
    steady = {"url": f"={sink}/{{{{ $execution.id }}}}", "options": {}}
    calls = [(f"Call {at}", "httpRequest", 4.2, steady) for at in range(CALLS)]
    return chain("bench: steady", [("Start", "webhook", 2, hook), *calls])
