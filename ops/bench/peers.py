"""Peers in the same run: what else answers the same request, as ratios.

Flow: a bare skeleton beside the repository, or URLs given by `--peer` → **peers** → report.
"""

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ops.bench.measures import Point, measure_load

SKELETON = Path("../shared/prototypes/one_process.py")
SKELETON_PORT = 5999
KNOWN = {"n8n": "http://127.0.0.1:5701/webhook/bench-b", "node-red": "http://127.0.0.1:5702/bench-b"}


def measure_peers(given: dict[str, str], skeleton: Path, levels: list[int], seconds: float) -> Iterator[Point]:
    """Measure the skeleton where it is, the peers given, and known ones that already answer."""
    if skeleton.exists():
        with _running(skeleton) as pid:
            for level in levels if pid else []:
                yield measure_load("skeleton", f"http://127.0.0.1:{SKELETON_PORT}/", pid, level, seconds)
    known = {name: url for name, url in KNOWN.items() if _listening(int(url.split(":")[2].split("/")[0]))}
    for name, url in (known | given).items():
        for level in levels:
            yield measure_load(name, url, None, level, seconds)


@contextlib.contextmanager
def _running(script: Path) -> Iterator[int | None]:
    """Have the skeleton run; give its process, None where it ends before it answers, as without its own libraries."""
    if _listening(SKELETON_PORT):
        raise RuntimeError(f"port {SKELETON_PORT}, the skeleton's, is in use")
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, str(script.absolute())], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            until = time.monotonic() + 15
            while not _listening(SKELETON_PORT) and time.monotonic() < until and process.poll() is None:
                time.sleep(0.05)
            time.sleep(1.0)  # its consumer begins a moment after its port opens
            if process.poll() is not None:
                print(f"the skeleton is left out: {script} ended with status {process.returncode}", file=sys.stderr)
            yield process.pid if process.poll() is None else None
        finally:
            process.kill()
            process.wait()


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
