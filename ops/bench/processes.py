"""Process trees: their CPU time, their memory, their folder's size, from the outside.

Flow: /proc → **processes** → measures.
"""

import os
import threading
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
MEBIBYTE = 2**20


def tree(root: int) -> list[int]:
    """Give a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_seconds(root: int) -> float:
    """Add up the CPU time of a tree, with that of children already gone."""
    total = 0
    for pid in tree(root):
        if fields := _stat(pid):
            total += sum(map(int, fields[11:15]))
    return total / TICK


def memory_mebibytes(root: int) -> float:
    """Add up the proportional set size of a tree."""
    return sum(_field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") for pid in tree(root)) / 1024


def disk_bytes(folder: Path) -> int:
    """Add up the blocks that a folder's files take."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_blocks * 512
        except FileNotFoundError:
            continue
    return total


class Peak:
    """Samples a tree's memory while it is entered; ``mebibytes`` is the most that was seen."""

    def __init__(self, root: int, every_seconds: float = 0.05) -> None:
        self._root = root
        self._every = every_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.mebibytes = 0.0

    def __enter__(self) -> "Peak":
        """Begin to sample."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.is_set():
            self.mebibytes = max(self.mebibytes, memory_mebibytes(self._root))
            self._stop.wait(self._every)


def _stat(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat after the command: state, parent, …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _field(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
