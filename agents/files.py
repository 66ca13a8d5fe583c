"""Files: what file nodes may touch of the host, confined to the folders that the operator opened.

Flow: MILLRACE_FILES → **files** → readBinaryFile, readWriteFile, writeBinaryFile and their like.
A path is resolved first and then opened folder by folder without following links, so that one that is swapped in
between leads nowhere.
"""

import asyncio
import errno
import fnmatch
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from schemas.errors import NodeError, OperationalError, UserError

LARGEST = 128 * 1024 * 1024
MOST_FOUND = 10_000
MOST_VISITED = 100_000
MOST_ALTERNATIVES = 64
_MAGIC = re.compile(r"(?<!\\)[*?\[{]")
_HINT = "MILLRACE_FILES lists the folders that file nodes may touch"


class ConfinedFiles:
    """Reads and writes below the given folders; without any, refuses everything."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = tuple(folders)

    async def find(self, pattern: str) -> list[str]:
        """List what a pattern names, sorted; raise NodeError where it leaves the folders."""
        return await asyncio.to_thread(self._find, pattern)

    async def read(self, path: str) -> bytes:
        """Read a regular file whole."""
        return await asyncio.to_thread(self._read, path)

    async def write(self, path: str, data: bytes, *, append: bool = False) -> None:
        """Write or extend a regular file."""
        await asyncio.to_thread(self._write, path, data, append)

    def inside(self, path: str) -> Path:
        """Give a path with its links resolved; raise NodeError where it is outside of the folders."""
        root, below = self._inside(path)
        return root / below

    def _roots(self) -> list[Path]:
        if not self._folders:
            raise UserError("file nodes are switched off: no folder is open to them", hint=_HINT)
        return [folder.resolve() for folder in self._folders]

    def _inside(self, path: str) -> tuple[Path, Path]:
        """Give the root and the path below it; links are followed, and what is outside then is refused."""
        roots = self._roots()
        if not path or "\0" in path:
            raise NodeError("name a file", hint="give its path")
        try:
            real = (roots[0] / path).resolve()
        except (OSError, RuntimeError):
            raise NodeError(f'"{path}" is not a usable path') from None
        for root in roots:
            if real.is_relative_to(root):
                return root, real.relative_to(root)
        raise NodeError(f'"{path}" is outside of the folders that file nodes may touch', hint=_HINT)

    def _open(self, path: str, flags: int) -> int:
        root, below = self._inside(path)
        if not below.parts:
            raise NodeError(f'"{path}" is a folder, not a file')
        handle = -1
        try:
            handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
            for name in below.parts[:-1]:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
                os.close(handle)
                handle = inner
            # a pipe without a writer would wait for ever
            found = os.open(below.name, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644, dir_fd=handle)
        except OSError as bad:
            raise _failure(path, bad) from None
        finally:
            if handle >= 0:
                os.close(handle)
        if not stat.S_ISREG(os.fstat(found).st_mode):
            os.close(found)
            raise NodeError(f'"{path}" is not a regular file')
        return found

    def _read(self, path: str) -> bytes:
        with os.fdopen(self._open(path, os.O_RDONLY), "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise NodeError(f'"{path}" has more than {LARGEST // 1024 // 1024} MB')
        return data

    def _write(self, path: str, data: bytes, append: bool) -> None:
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC)
        try:
            with os.fdopen(self._open(path, flags), "ab" if append else "wb") as file:
                file.write(data)
        except OSError as bad:
            raise _failure(path, bad) from None

    def _find(self, pattern: str) -> list[str]:
        parts = PurePosixPath(pattern).parts
        plain = next((at for at, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
        if plain == len(parts):
            root, below = self._inside(_plain(pattern))
            return [_plain(pattern)] if (root / below).is_file() else []
        start = _plain(str(PurePosixPath(*parts[:plain]))) if plain else "."
        root, below = self._inside(start)
        patterns = [_segments(one) for one in _alternatives("/".join(parts[plain:]))]
        found = []
        for path in _walk(root / below):
            name = path.relative_to(root / below)
            if any(_matches(one, name.parts) for one in patterns) and path.is_file() and self._reachable(path):
                found.append(str(PurePosixPath(start) / name))
            if len(found) > MOST_FOUND:
                raise NodeError(f'"{pattern}" names more than {MOST_FOUND} files', hint="choose fewer")
        return sorted(found)

    def _reachable(self, path: Path) -> bool:
        try:
            self._inside(str(path))
        except NodeError:
            return False
        return True


def _walk(folder: Path) -> Iterator[Path]:
    """Give the files below a folder; hidden ones are passed over, links to folders not followed."""
    visited, waiting = 0, [folder]
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            visited += 1
            if visited > MOST_VISITED:
                raise NodeError(f"more than {MOST_VISITED} files to look at", hint="begin with a deeper folder")
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            else:
                yield Path(entry.path)


def _alternatives(pattern: str) -> list[str]:
    """Write `{a,b}` out."""
    found = re.search(r"(?<!\\)\{([^{}]*)\}", pattern)
    if found is None:
        return [pattern]
    made: list[str] = []
    for one in found[1].split(","):
        made += _alternatives(pattern[: found.start()] + one + pattern[found.end() :])
        if len(made) > MOST_ALTERNATIVES:
            raise NodeError("the path has too many alternatives in braces")
    return made


def _segments(pattern: str) -> list[re.Pattern[str] | None]:
    """Compile a pattern folder by folder; None stands for `**`."""
    made: list[re.Pattern[str] | None] = []
    for part in pattern.split("/"):
        bracketed = re.sub(r"\\(.)", r"[\1]", part).replace("[^", "[!")
        made.append(None if part == "**" else re.compile(fnmatch.translate(bracketed)))
    return made


def _matches(segments: Sequence[re.Pattern[str] | None], names: Sequence[str]) -> bool:
    reached = {0}  # how many segments may be used up so far
    for name in [*names, None]:
        for at in sorted(reached):
            while at < len(segments) and segments[at] is None:
                at += 1
                reached.add(at)
        if name is None:
            break
        stepped = set()
        for at in reached:
            if at < len(segments):
                segment = segments[at]
                if segment is None:
                    stepped.add(at)
                elif segment.match(name):
                    stepped.add(at + 1)
        reached = stepped
    return len(segments) in reached


def _plain(pattern: str) -> str:
    return re.sub(r"\\(.)", r"\1", pattern)


def _failure(path: str, bad: OSError) -> NodeError | OperationalError:
    match bad.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return NodeError(f'the file "{path}" could not be found', hint="check the path; folders are not made")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return NodeError(f'no permission for the file "{path}"', hint="Millrace runs as a user who may not")
        case errno.EISDIR:
            return NodeError(f'"{path}" is a folder, not a file')
        case errno.ELOOP:
            return NodeError(f'"{path}" became a link', hint="it changed while it was opened")
        case errno.ENXIO:
            return NodeError(f'"{path}" is not a regular file')
        case errno.ENAMETOOLONG:
            return NodeError("the file's name is too long")
    return OperationalError(f'"{path}": {bad.strerror or bad}'.lower())
