"""Suspects: tasks that ran when the process died. Who runs into a death for the third time does so alone, and who dies
alone three times is the culprit. Before that it may be chance, where a machine goes down again and again; the last of
these times comes only once the process has lived for a while without that task.

Flow: node agent → **suspects** (a local file in shared memory) → death → next start: counts → alone, or dead letters.
A segfault and a full memory know no except, so only what stands in a file tells of them. An entry costs two writes to
memory; the kernel keeps them when the process is gone.
"""

import asyncio
import hashlib
import json
import mmap
import time
from pathlib import Path

from schemas.identifiers import task_id
from schemas.task import Task

SLOTS = 2048
NAME_BYTES = 15
SLOT_BYTES = NAME_BYTES + 1
DEATHS = 2
LONE_DEATHS = 3
ALONE_SECONDS = 5.0
CALM_SECONDS = 15.0
"""How long a process lives before a task runs that may be the culprit: who kills it before that is somebody else."""
_RUNS, _ALONE = b"\x01", b"\x02"
_FREE = bytes(SLOT_BYTES)


class Suspects:
    """Notes what runs in ``folder``, and knows what ran there before; without a folder it knows nothing.

    One task is alone for a few seconds at most: whatever it waits for after that is no crash.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._deaths: dict[str, int] = {}
        self._lone_deaths: dict[str, int] = {}
        self._notes: mmap.mmap | None = None
        self._free = list(range(SLOTS))
        self._running = 0
        self._lone = -1
        self._lonely = asyncio.Lock()
        self._open = asyncio.Event()
        self._open.set()
        self._quiet = asyncio.Event()
        self._began = 0.0
        if folder is not None:
            self._notes = self._recall(folder)

    def culprit(self, task: Task) -> bool:
        """Say whether the process died while this ran alone, and not by chance."""
        return bool(self._lone_deaths) and self._lone_deaths.get(_name(task).hex(), 0) >= LONE_DEATHS

    async def enter(self, task: Task) -> int:
        """Note that a task begins; one that is suspected waits until it is alone, the others until that is over."""
        if self._notes is None:
            return -1
        name = _name(task)
        self._began = self._began or time.monotonic()
        if self._deaths and self._deaths.get(name.hex(), 0) >= DEATHS:
            if self._lone_deaths.get(name.hex(), 0) >= LONE_DEATHS - 1:
                await asyncio.sleep(CALM_SECONDS - (time.monotonic() - self._began))
            return await self._alone(name)
        if not self._open.is_set():
            await self._open.wait()
        return self._note(name, _RUNS)

    def leave(self, task: Task, slot: int) -> None:
        """Note that a task is done."""
        if slot < 0 or self._notes is None:
            return
        self._notes[slot * SLOT_BYTES : (slot + 1) * SLOT_BYTES] = _FREE
        self._free.append(slot)
        self._running -= 1
        if not self._running:
            self._quiet.set()
        if slot == self._lone:
            self._together()
        if self._deaths and self._deaths.pop(name := _name(task).hex(), 0):
            self._lone_deaths.pop(name, 0)
            self._save()

    async def _alone(self, name: bytes) -> int:
        await self._lonely.acquire()
        self._open.clear()
        try:
            if self._running:
                self._quiet.clear()
                await self._quiet.wait()
        except BaseException:
            self._together()
            raise
        slot = self._note(name, _ALONE)
        if slot < 0:
            self._together()
        else:
            self._lone = slot
            asyncio.get_running_loop().call_later(ALONE_SECONDS, self._among_others, slot, name)
        return slot

    def _together(self) -> None:
        """Let the others go on: the lonely one is done, or has taken too long."""
        self._lone = -1
        self._open.set()
        self._lonely.release()

    def _among_others(self, slot: int, name: bytes) -> None:
        at = slot * SLOT_BYTES
        if slot == self._lone and self._notes is not None and self._notes[at : at + NAME_BYTES] == name:
            self._notes[at : at + SLOT_BYTES] = name + _RUNS
            self._together()

    def _note(self, name: bytes, how: bytes) -> int:
        if self._notes is None or not self._free:
            return -1
        slot = self._free.pop()
        self._notes[slot * SLOT_BYTES : (slot + 1) * SLOT_BYTES] = name + how
        self._running += 1
        return slot

    def _recall(self, folder: Path) -> mmap.mmap:
        """Read what the process before left, and begin anew."""
        path = folder / "running"
        left = path.read_bytes() if path.exists() else b""
        self._deaths, self._lone_deaths = _read(folder / "suspects.json")
        for at in range(0, len(left) - SLOT_BYTES + 1, SLOT_BYTES):
            name, how = left[at : at + NAME_BYTES].hex(), left[at + NAME_BYTES : at + SLOT_BYTES]
            if how in (_RUNS, _ALONE):
                self._deaths[name] = self._deaths.get(name, 0) + 1
            if how == _ALONE:
                self._lone_deaths[name] = self._lone_deaths.get(name, 0) + 1
        self._save()
        path.write_bytes(bytes(SLOTS * SLOT_BYTES))
        with path.open("r+b") as file:
            return mmap.mmap(file.fileno(), SLOTS * SLOT_BYTES)

    def _save(self) -> None:
        if self._folder is not None:
            told = {"deaths": self._deaths, "alone": self._lone_deaths}
            (self._folder / "suspects.json").write_text(json.dumps(told), encoding="utf-8")


def _name(task: Task) -> bytes:
    name = task_id(task.execution, task.node, task.run)
    return hashlib.blake2b(name.encode(), digest_size=NAME_BYTES).digest()


def _read(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    if not path.exists():
        return {}, {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return dict(found["deaths"]), dict(found["alone"])
    except (ValueError, KeyError, TypeError):  # written halfway: suspicion begins anew
        return {}, {}
