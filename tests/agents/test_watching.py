"""Watching real folders: what changes is told of, once, and nothing outside of the open folders."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agents.files import ConfinedFiles
from agents.watching import ConfinedWatch
from nodes.sdk import Heard
from nodes.triggers.local_file_trigger import LocalFileTrigger, listen
from schemas.errors import NodeError

EVERY = ["add", "change", "unlink", "addDir", "unlinkDir"]


class Told:
    """What a trigger with these parameters has heard so far."""

    def __init__(self, folder: Path, **params: Any) -> None:
        watch = ConfinedWatch(ConfinedFiles([folder]))
        self.folder = folder
        self.events: list[tuple[str, str]] = []
        self._params = LocalFileTrigger.model_validate({"path": str(folder), "events": EVERY, **params})
        self._task = asyncio.create_task(self._hear(listen(self._params, watch)))

    async def _hear(self, heard: AsyncIterator[Heard]) -> None:
        async for items, _ in heard:
            found = items[0].json
            self.events.append((found["event"], str(Path(found["path"]).relative_to(self.folder))))

    async def until(self, *wanted: tuple[str, str]) -> list[tuple[str, str]]:
        """Wait until it has heard all of these; give everything that it heard."""
        async with asyncio.timeout(10):
            while not set(wanted) <= set(self.events):
                if self._task.done():
                    self._task.result()
                await asyncio.sleep(0.01)
        return self.events

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def ready(told: Told, folder: Path) -> None:
    """Make a file again and again until it is noticed: then the watch is on."""
    async with asyncio.timeout(10):
        while not told.events:
            (folder / "ready").touch()
            await asyncio.sleep(0.05)
            (folder / "ready").unlink(missing_ok=True)
            await asyncio.sleep(0.05)


async def test_a_folder_and_what_is_below_it(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("a")
    told = Told(tmp_path, triggerOn="folder")
    await ready(told, tmp_path)

    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "new.txt").write_text("a")
    await told.until(("addDir", "deep"), ("add", "deep/new.txt"))
    (tmp_path / "old.txt").write_text("b")
    await told.until(("change", "old.txt"))
    (tmp_path / "old.txt").unlink()
    (tmp_path / "deep" / "new.txt").unlink()
    (tmp_path / "deep").rmdir()
    await told.until(("unlink", "old.txt"), ("unlinkDir", "deep"))
    await told.close()

    counted = [event for event in told.events if event[1] != "ready"]
    assert len(counted) == len(set(counted))


async def test_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    told = Told(tmp_path, triggerOn="file", path=str(tmp_path / "a.txt"), options={"usePolling": True})
    async with asyncio.timeout(10):
        while not told.events:
            with (tmp_path / "a.txt").open("a") as file:
                file.write("more")
            (tmp_path / "b.txt").touch()
            await asyncio.sleep(0.1)
    await told.close()

    assert set(told.events) == {("change", "a.txt")}


async def test_what_is_there_and_what_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("a.txt", "b.tmp", "in/c.txt", "in/deep/d.txt"):
        (tmp_path / name).write_text("x")
    options = {"ignoreInitial": False, "depth": 0, "ignored": "*.tmp"}

    told = Told(tmp_path, triggerOn="folder", options=options)
    found = await told.until(("add", "a.txt"), ("addDir", "in"))
    await told.close()

    assert sorted(found) == [("add", "a.txt"), ("addDir", "in")]


@pytest.mark.parametrize("path", ["/etc", "../..", "none"])
async def test_only_what_is_open_and_there(tmp_path: Path, path: str) -> None:
    told = Told(tmp_path, path=path, triggerOn="folder")

    with pytest.raises(NodeError):
        await told.until(("add", "x"))
