"""File servers: files on other machines, by FTP and SFTP.

Flow: ftp, ssh → **file servers** → FTP or SSH server.
"""

import contextlib
import stat
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Literal

import aioftp
import asyncssh

from agents.ssh_connections import connected, text
from nodes.sdk.outside import Login, RemoteFile, RemoteFiles
from schemas.errors import NodeError, OperationalError

LARGEST = 128 * 1024 * 1024
MOST_ENTRIES = 50_000
BLOCK = 256 * 1024


class RealFileServers:
    """Opens a connection for each use."""

    @contextlib.asynccontextmanager
    async def connect(
        self, kind: Literal["ftp", "sftp"], login: Login, timeout_seconds: float
    ) -> AsyncIterator[RemoteFiles]:
        """Be connected."""
        if kind == "sftp":
            async with connected(login, timeout_seconds) as connection, sftp_files(connection) as files:
                yield files
            return
        host = str(login.get("host") or "")
        client = aioftp.Client(
            socket_timeout=timeout_seconds, connection_timeout=timeout_seconds, path_timeout=timeout_seconds
        )
        try:
            await client.connect(host, int(login.get("port") or 21))
            await client.login(str(login.get("username") or "anonymous"), str(login.get("password") or ""))
        except aioftp.StatusCodeError:
            client.close()
            raise NodeError("the server refused the login", hint="check user and password") from None
        except (OSError, TimeoutError) as bad:
            client.close()
            raise OperationalError(f'no FTP server answered at "{host}": {bad or "too slow"}'.lower()) from None
        try:
            yield FtpFiles(client)
            with contextlib.suppress(aioftp.AIOFTPException, OSError, TimeoutError):
                await client.quit()
        finally:
            client.close()


class FtpFiles:
    """Files of an FTP server."""

    def __init__(self, client: aioftp.Client) -> None:
        self._client = client

    async def read(self, path: str) -> bytes:
        """Read a file whole."""
        with _ftp(path):
            await self._client.stat(path)  # a refusal later would leave the data connection open
            data = bytearray()
            async with self._client.download_stream(path) as stream:
                async for block in stream.iter_by_block(BLOCK):
                    data += block
                    if len(data) > LARGEST:
                        raise _too_large(path)
            return bytes(data)

    async def write(self, path: str, data: bytes) -> None:
        """Write a file."""
        with _ftp(path):
            await self._make_folders(path)
            async with self._client.upload_stream(path) as stream:
                for at in range(0, len(data), BLOCK):
                    await stream.write(data[at : at + BLOCK])

    async def entries(self, path: str, *, recursive: bool) -> list[RemoteFile]:
        """List a folder."""
        found: list[RemoteFile] = []
        with _ftp(path):
            async for where, facts in self._client.list(path, recursive=recursive):
                found.append(_ftp_entry(where, facts))
                if len(found) > MOST_ENTRIES:
                    raise _too_many(path)
        return found

    async def delete(self, path: str, *, folder: bool, recursive: bool) -> None:
        """Remove a file, or a folder."""
        with _ftp(path):
            if recursive and folder:
                await self._client.remove(path)
            elif folder:
                await self._client.remove_directory(path)
            else:
                await self._client.remove_file(path)

    async def rename(self, old: str, new: str, *, make_folders: bool) -> None:
        """Move a file or folder."""
        with _ftp(old):
            if make_folders:
                await self._make_folders(new)
            await self._client.rename(old, new)

    async def _make_folders(self, path: str) -> None:
        parent = PurePosixPath(path).parent
        if str(parent) not in ("/", "."):
            await self._client.make_directory(parent, parents=True)


class SftpFiles:
    """Files of an SSH server."""

    def __init__(self, client: asyncssh.SFTPClient) -> None:
        self._client = client

    async def read(self, path: str) -> bytes:
        """Read a file whole."""
        with _sftp(path):
            if ((await self._client.stat(path)).size or 0) > LARGEST:
                raise _too_large(path)
            async with self._client.open(path, "rb") as file:
                data: bytes = await file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise _too_large(path)
        return data

    async def write(self, path: str, data: bytes) -> None:
        """Write a file."""
        with _sftp(path):
            await self._client.makedirs(str(PurePosixPath(path).parent), exist_ok=True)
            async with self._client.open(path, "wb") as file:
                await file.write(data)

    async def entries(self, path: str, *, recursive: bool) -> list[RemoteFile]:
        """List a folder."""
        found: list[RemoteFile] = []
        waiting = [path.rstrip("/") or "/"]
        with _sftp(path):
            while waiting:
                folder = waiting.pop(0)
                async for name in self._client.scandir(folder):
                    if name.filename in (".", "..", b".", b".."):
                        continue
                    entry = _sftp_entry(folder, name)
                    found.append(entry)
                    if len(found) > MOST_ENTRIES:
                        raise _too_many(path)
                    if recursive and entry.kind == "d":
                        waiting.append(entry.path)
        return found

    async def delete(self, path: str, *, folder: bool, recursive: bool) -> None:
        """Remove a file, or a folder."""
        with _sftp(path):
            if recursive and folder:
                await self._client.rmtree(path)
            elif folder:
                await self._client.rmdir(path)
            else:
                await self._client.remove(path)

    async def rename(self, old: str, new: str, *, make_folders: bool) -> None:
        """Move a file or folder."""
        with _sftp(old):
            if make_folders:
                await self._client.makedirs(str(PurePosixPath(new).parent), exist_ok=True)
            await self._client.rename(old, new)


@contextlib.asynccontextmanager
async def sftp_files(connection: asyncssh.SSHClientConnection) -> AsyncIterator[SftpFiles]:
    """Have the files of a host that one is connected to."""
    try:
        client = await connection.start_sftp_client()
    except asyncssh.Error as bad:
        raise NodeError(f"the server offers no files: {bad.reason}".lower()) from None
    async with client:
        yield SftpFiles(client)


@contextlib.contextmanager
def _ftp(path: str) -> Iterator[None]:
    try:
        yield
    except aioftp.StatusCodeError as bad:
        said = " ".join(part.strip() for part in bad.info)[:200]
        raise NodeError(f'the server refused "{path}": {said}'.lower(), hint="check the path and the rights") from None
    except aioftp.AIOFTPException as bad:
        raise NodeError(f'the server\'s answer about "{path}" cannot be read: {bad}'.lower()) from None
    except (OSError, TimeoutError) as bad:
        raise OperationalError(f"the FTP server broke off: {bad or 'too slow'}".lower()) from None


@contextlib.contextmanager
def _sftp(path: str) -> Iterator[None]:
    try:
        yield
    except asyncssh.SFTPError as bad:
        raise NodeError(
            f'the server refused "{path}": {bad.reason}'.lower(), hint="check the path and the rights"
        ) from None
    except (asyncssh.Error, OSError, TimeoutError) as bad:
        raise OperationalError(f"the SSH server broke off: {bad or 'too slow'}".lower()) from None


def _ftp_entry(where: PurePosixPath, facts: Mapping[str, Any]) -> RemoteFile:
    kind: Literal["-", "d", "l"] = {"dir": "d", "link": "l"}.get(str(facts.get("type")), "-")  # type: ignore[assignment]
    size = str(facts.get("size") or "0")
    return RemoteFile(
        path=str(where),
        name=where.name,
        kind=kind,
        size=int(size) if size.isdecimal() else 0,
        modified=_moment(str(facts.get("modify") or "")),
        rights=str(facts.get("unix.mode") or ""),
        owner=facts.get("unix.owner"),
        group=facts.get("unix.group"),
    )


def _sftp_entry(folder: str, name: asyncssh.SFTPName) -> RemoteFile:
    attributes = name.attrs
    mode = attributes.permissions or 0
    kind: Literal["-", "d", "l"] = "d" if stat.S_ISDIR(mode) else "l" if stat.S_ISLNK(mode) else "-"
    shown = text(name.filename)
    return RemoteFile(
        path=f"{folder.rstrip('/')}/{shown}",
        name=shown,
        kind=kind,
        size=attributes.size or 0,
        modified=None if attributes.mtime is None else int(attributes.mtime) * 1000,
        accessed=None if attributes.atime is None else int(attributes.atime) * 1000,
        rights=stat.filemode(mode)[1:],
        owner=attributes.uid,
        group=attributes.gid,
    )


def _moment(stamp: str) -> int | None:
    """Read a time as MLSD writes it, such as 20240102030405."""
    try:
        return int(datetime.strptime(stamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None


def _too_large(path: str) -> NodeError:
    return NodeError(f'"{path}" has more than {LARGEST // 1024 // 1024} MB')


def _too_many(path: str) -> NodeError:
    return NodeError(f'"{path}" has more than {MOST_ENTRIES} entries', hint="list a deeper folder")
