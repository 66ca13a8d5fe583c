"""Blobs: values too large to travel, by the hash of their bytes.

Flow: agents (outputs over 64 KB, large rows) → **blobs** (folder, S3) → agents, gateway.
"""

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from schemas.errors import NotFoundError, OperationalError, UserError
from schemas.failpoints import failpoint
from streams.stores.protocol import Blobs

_ID = re.compile(r"[0-9a-f]{64}")


def open_blobs(url: str) -> Blobs:
    """Open the blobs at ``file:///folder``, ``memory://`` or ``s3://bucket/prefix``."""
    parsed = urlparse(url)
    match parsed.scheme:
        case "file" if parsed.path and not parsed.netloc:
            return FileBlobs(Path(unquote(parsed.path)))
        case "memory" | "s3":
            from obstore.store import from_url

            return ObjectBlobs(from_url("memory:///" if parsed.scheme == "memory" else url))
        case _:
            raise UserError(f'blobs cannot be kept at "{url}"', hint="use file:///folder, memory:// or s3://bucket")


class FileBlobs:
    """Blobs in a folder, for its owner only: a file each, whole or not there, durable when ``put`` returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, data: bytes) -> str:
        """Store bytes; give their id."""
        try:
            return await asyncio.to_thread(self._put, data)
        except OSError as bad:
            raise OperationalError(f"could not store a blob: {bad.strerror}") from bad

    async def get(self, blob: str) -> bytes:
        """Read them back; raise NotFoundError."""
        _check(blob)
        try:
            return await asyncio.to_thread(self._path(blob).read_bytes)
        except FileNotFoundError:
            raise _missing(blob) from None
        except OSError as bad:
            raise OperationalError(f"could not read a blob: {bad.strerror}") from bad

    async def close(self) -> None:
        """Nothing is held."""

    def _path(self, blob: str) -> Path:
        return self._folder / blob[:2] / blob

    def _put(self, data: bytes) -> str:
        blob = hashlib.sha256(data).hexdigest()
        path = self._path(blob)
        if path.exists():
            return blob
        fresh = not path.parent.exists()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            failpoint("blobs.write")
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync(path.parent)
        if fresh:
            _sync(self._folder)
        failpoint("blobs.written")
        return blob


class ObjectBlobs:
    """Blobs in an object store that obstore knows."""

    def __init__(self, store: Any) -> None:
        self._store = store

    async def put(self, data: bytes) -> str:
        """Store bytes; give their id."""
        blob = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
        try:
            await self._store.put_async(_key(blob), data)
        except Exception as bad:  # obstore's errors have no common ancestor that says whose fault it is
            raise OperationalError(f"could not store a blob: {bad}") from bad
        return blob

    async def get(self, blob: str) -> bytes:
        """Read them back; raise NotFoundError."""
        _check(blob)
        try:
            found = await self._store.get_async(_key(blob))
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            raise _missing(blob) from None
        except Exception as bad:
            raise OperationalError(f"could not read a blob: {bad}") from bad

    async def close(self) -> None:
        """Connections go with the store."""


def _key(blob: str) -> str:
    return f"{blob[:2]}/{blob}"


def _check(blob: str) -> None:
    if not _ID.fullmatch(blob):
        raise _missing(blob)


def _missing(blob: str) -> NotFoundError:
    return NotFoundError(f'no blob "{blob[:80]}"', hint="it may be older than what is kept")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
