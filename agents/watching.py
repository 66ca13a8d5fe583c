"""Watching: what happens to files below the folders that the operator opened.

Flow: host's file system → **watching** → localFileTrigger.
A worker sees the files of its own host only.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from watchfiles import Change, awatch

from agents.files import MOST_VISITED, ConfinedFiles
from nodes.sdk.outside import FileChange
from schemas.errors import NodeError

SETTLE_SECONDS = 2.0
DEBOUNCE_MS = 200


class ConfinedWatch:
    """Watches below the given folders only."""

    def __init__(self, files: ConfinedFiles) -> None:
        self._files = files

    async def changes(
        self,
        path: str,
        *,
        depth: int | None = None,
        links: bool = True,
        polling: bool = False,
        settled: bool = False,
        initial: bool = False,
    ) -> AsyncIterator[FileChange]:
        """Give what happens at a path."""
        root = await asyncio.to_thread(self._files.inside, path)
        if not await asyncio.to_thread(root.exists):
            raise NodeError(f'there is no "{path}" to watch', field="path", hint="make it first")
        known = dict(await asyncio.to_thread(_tree, root, depth, links))
        for name in known if initial else ():
            yield _added(known, name)
        watched = root.parent if root.is_file() else root
        async for batch in awatch(watched, debounce=DEBOUNCE_MS, force_polling=polling, recursive=root == watched):
            changed = {Path(name) for kind, name in batch if kind != Change.deleted}
            if settled:
                await _until_settled(changed)
            now = dict(await asyncio.to_thread(_tree, root, depth, links))
            for change in _differences(known, now, changed):
                yield change
            known = now
            if not known:
                return


def _tree(root: Path, depth: int | None, links: bool) -> Iterator[tuple[str, bool]]:
    """Give every path below a root, with whether it is a folder; a file is its own tree."""
    if root.is_file():
        yield str(root), False
        return
    visited = 0
    waiting = [(root, 0)]
    while waiting:
        folder, level = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            visited += 1
            if visited > MOST_VISITED:
                raise NodeError(f"more than {MOST_VISITED} files to watch", hint="watch a deeper folder")
            if entry.is_symlink() and not links:
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            yield entry.path, is_folder
            if is_folder and (depth is None or level < depth):
                waiting.append((Path(entry.path), level + 1))


def _differences(before: dict[str, bool], now: dict[str, bool], changed: set[Path]) -> Iterator[FileChange]:
    for name, folder in before.items():
        if name not in now:
            yield FileChange("unlinkDir" if folder else "unlink", name)
    for name, folder in now.items():
        if name not in before:
            yield _added(now, name)
        elif not folder and Path(name) in changed:
            yield FileChange("change", name)


def _added(tree: dict[str, bool], name: str) -> FileChange:
    return FileChange("addDir" if tree[name] else "add", name)


async def _until_settled(paths: set[Path]) -> None:
    """Wait until none of the files has grown for a while."""
    sizes: dict[Path, int] | None = None
    while (found := await asyncio.to_thread(_sizes, paths)) != sizes:
        sizes = found
        await asyncio.sleep(SETTLE_SECONDS)


def _sizes(paths: set[Path]) -> dict[Path, int]:
    found = {}
    for path in paths:
        try:
            found[path] = path.stat().st_size
        except OSError:
            continue
    return found
