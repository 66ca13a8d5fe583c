"""Backends of the stores, for the store law: one line each.

Flow: **backends** → test_store_law.
"""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from subprocess import DEVNULL
from urllib.request import Request, urlopen

import pytest
from fakeredis import FakeAsyncRedis
from moto.server import ThreadedMotoServer

from streams.stores.blobs import open_blobs
from streams.stores.cache import MemoryCache, RedisCache, open_cache
from streams.stores.protocol import Blobs, Cache

OpenBlobs = Callable[[Path], AbstractAsyncContextManager[Blobs]]
OpenCache = Callable[[Path], AbstractAsyncContextManager[Cache]]


@asynccontextmanager
async def _file_blobs(folder: Path) -> AsyncIterator[Blobs]:
    yield open_blobs((folder / "blobs").as_uri())


@asynccontextmanager
async def _memory_blobs(folder: Path) -> AsyncIterator[Blobs]:
    yield open_blobs("memory://")


@asynccontextmanager
async def _s3_blobs(folder: Path) -> AsyncIterator[Blobs]:
    """A bucket of moto's server, reached as every S3: obstore takes address and keys from AWS's own variables."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    await asyncio.to_thread(server.start)
    address = "http://{}:{}".format(*server.get_host_and_port())
    try:
        await asyncio.to_thread(urlopen, Request(f"{address}/bucket", method="PUT"))
        with pytest.MonkeyPatch.context() as environment:
            for name, value in {"ENDPOINT_URL": address, "ALLOW_HTTP": "true", "REGION": "us-east-1"}.items():
                environment.setenv(f"AWS_{name}", value)
            for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
                environment.setenv(name, "any")
            blobs = open_blobs("s3://bucket/some/prefix")
        yield blobs
        await blobs.close()
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def _memory_cache(folder: Path) -> AsyncIterator[Cache]:
    yield MemoryCache()


@asynccontextmanager
async def _fake_redis_cache(folder: Path) -> AsyncIterator[Cache]:
    cache = RedisCache(FakeAsyncRedis())
    try:
        yield cache
    finally:
        await cache.close()


@asynccontextmanager
async def real_redis(folder: Path) -> AsyncIterator[str]:
    """A server of our own; gives its address."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine: the store was not tried on a real one")
    port = _free_port()
    arguments = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
    server = await asyncio.create_subprocess_exec(program, *arguments, stdout=DEVNULL, stderr=DEVNULL)
    try:
        await _await_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        await server.wait()


@asynccontextmanager
async def _redis_cache(folder: Path) -> AsyncIterator[Cache]:
    async with real_redis(folder) as url:
        cache = open_cache(url)
        yield cache
        await cache.close()


BLOBS = [
    pytest.param(_file_blobs, id="file"),
    pytest.param(_memory_blobs, id="memory"),
    pytest.param(_s3_blobs, id="s3"),
]
CACHES = [
    pytest.param(_memory_cache, id="process"),
    pytest.param(_fake_redis_cache, id="fakeredis"),
    pytest.param(_redis_cache, id="redis"),
]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _await_port(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("redis-server did not come up")
