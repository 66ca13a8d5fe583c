"""The data folder: owner-only, of one version, used by one process at a time; keeps the first token.

Flow: settings → **data folder** → log, history, blobs, token.
"""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from schemas.errors import ConflictError, UserError

VERSION = 1
Migration = Callable[[Path], None]
MIGRATIONS: Mapping[int, Migration] = {}
"""From version n to n + 1, by n; each leaves the folder usable by its next, also when it is run again."""


class DataFolder:
    """An open data folder; nobody else has it until it is closed."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    def close(self) -> None:
        """Let others have it."""
        os.close(self._lock)

    def token(self, given: str | None) -> tuple[str, bool]:
        """Give the API's token, and whether it was made just now. ``given`` wins and is not kept."""
        if given:
            return given, False
        kept = read_token(self.path)
        if kept:
            return kept, False
        made = secrets.token_urlsafe(32)
        write_private(self.path / "token", made + "\n")
        return made, True


def open_folder(path: Path, *, version: int = VERSION, migrations: Mapping[int, Migration] = MIGRATIONS) -> DataFolder:
    """Make or open a data folder, lock it and bring it to this version.

    Raise ConflictError where another process has it, UserError where it is of a newer version or not ours.
    """
    path = path.expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)
    except OSError as bad:
        raise UserError(f'data folder "{path}" cannot be used: {bad.strerror}', hint="set MILLRACE_DATA") from None
    foreign = not (path / "version").exists() and any(entry.name != "lock" for entry in path.iterdir())
    if foreign:
        raise UserError(
            f'"{path}" has files in it but is no data folder of Millrace', hint="set MILLRACE_DATA to an empty folder"
        )
    lock = _lock(path)
    try:
        _migrate(path, version, migrations)
    except BaseException:
        os.close(lock)
        raise
    return DataFolder(path, lock)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[DataFolder]:
    """Have a data folder for a while."""
    folder = open_folder(path)
    try:
        yield folder
    finally:
        folder.close()


def read_token(path: Path) -> str | None:
    """Give the token kept in a data folder, if there is one."""
    try:
        return (path / "token").read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def _lock(path: Path) -> int:
    handle = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(handle, 32).decode(errors="replace").strip()
        os.close(handle)
        raise ConflictError(
            f'data folder "{path}" is in use by process {owner or "unknown"}',
            hint="stop that one first, or set MILLRACE_DATA to another folder",
        ) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def _migrate(path: Path, version: int, migrations: Mapping[int, Migration]) -> None:
    mark = path / "version"
    try:
        found = int(mark.read_text(encoding="utf-8")) if mark.exists() else version
    except ValueError:
        raise UserError(f'the version in "{mark}" cannot be read', hint="restore it from a backup") from None
    if found > version:
        raise UserError(
            f'data folder "{path}" is of version {found}, newer than this Millrace knows ({version})',
            hint="use the newer Millrace, or another data folder",
        )
    for step in range(found, version):
        if step not in migrations:
            raise UserError(f'data folder "{path}" is of version {found}, too old to be migrated to {version}')
        migrations[step](path)
        write_private(mark, f"{step + 1}\n")
    if not mark.exists():
        write_private(mark, f"{version}\n")


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 600 so that a crash leaves the old one or the new one."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    fresh.replace(path)
