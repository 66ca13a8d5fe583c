"""The law of blobs and caches, on every backend.

Flow: conformance.stores → **store law**.
"""

import asyncio
import hashlib
from pathlib import Path

import pytest

from schemas.errors import NotFoundError, UserError
from streams.stores.protocol import Cache
from tests.conformance.stores import BLOBS, CACHES, OpenBlobs, OpenCache


@pytest.mark.parametrize("backend", BLOBS)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00\xff\n" * 3, id="any bytes"),
        pytest.param(b"x" * 3_000_000, id="large"),
    ],
)
async def test_gives_back_the_bytes_by_their_hash(backend: OpenBlobs, tmp_path: Path, data: bytes) -> None:
    async with backend(tmp_path) as blobs:
        blob = await blobs.put(data)

        assert blob == hashlib.sha256(data).hexdigest()
        assert await blobs.get(blob) == data


@pytest.mark.parametrize("backend", BLOBS)
async def test_same_bytes_have_one_id_also_at_once(backend: OpenBlobs, tmp_path: Path) -> None:
    async with backend(tmp_path) as blobs:
        ids = await asyncio.gather(*(blobs.put(b"same") for _ in range(20)))

        assert len(set(ids)) == 1
        assert await blobs.get(ids[0]) == b"same"


@pytest.mark.parametrize("backend", BLOBS)
@pytest.mark.parametrize(
    "blob",
    [
        pytest.param("0" * 64, id="never stored"),
        pytest.param("", id="empty"),
        pytest.param("../../etc/passwd", id="path"),
        pytest.param("A" * 64, id="not in lower case"),
        pytest.param("0" * 64 + "\n", id="line end"),
    ],
)
async def test_unknown_id_is_not_found(backend: OpenBlobs, tmp_path: Path, blob: str) -> None:
    async with backend(tmp_path) as blobs:
        await blobs.put(b"something")

        with pytest.raises(NotFoundError):
            await blobs.get(blob)


@pytest.mark.parametrize("backend", CACHES)
async def test_value_is_what_was_set_last(backend: OpenCache, tmp_path: Path) -> None:
    async with backend(tmp_path) as cache:
        await cache.set("key", b"first", 60)
        await cache.set("key", b"\x00second", 60)

        assert await cache.get("key") == b"\x00second"
        assert await cache.get("other") is None


@pytest.mark.parametrize("backend", CACHES)
async def test_dropped_value_is_gone(backend: OpenCache, tmp_path: Path) -> None:
    async with backend(tmp_path) as cache:
        await cache.set("key", b"value", 60)
        await cache.drop("key")
        await cache.drop("never there")

        assert await cache.get("key") is None


@pytest.mark.parametrize("backend", CACHES)
async def test_value_goes_when_its_time_is_up(backend: OpenCache, tmp_path: Path) -> None:
    async with backend(tmp_path) as cache:
        await cache.set("short", b"value", 0.05)
        await cache.increment("count", 0.05)
        await cache.set("long", b"value", 60)

        for key in ("short", "count"):
            await _gone(cache, key)
        assert await cache.get("long") == b"value"


@pytest.mark.parametrize("backend", CACHES)
async def test_counts_every_increment_once(backend: OpenCache, tmp_path: Path) -> None:
    async with backend(tmp_path) as cache:
        counts = await asyncio.gather(*(cache.increment("count", 60) for _ in range(50)))
        last = await cache.increment("count", 60, by=-7)

        assert sorted(counts) == list(range(1, 51))
        assert last == 43
        assert await cache.get("count") == b"43"


@pytest.mark.parametrize("backend", CACHES)
async def test_counting_does_not_prolong_life(backend: OpenCache, tmp_path: Path) -> None:
    async with backend(tmp_path) as cache:
        await cache.increment("count", 0.1)

        for _ in range(100):
            await cache.increment("count", 60)
        await _gone(cache, "count")


@pytest.mark.parametrize("backend", CACHES)
async def test_refuses_to_count_what_is_no_number(backend: OpenCache, tmp_path: Path) -> None:
    async with backend(tmp_path) as cache:
        await cache.set("key", b"text", 60)

        with pytest.raises(UserError, match="no number"):
            await cache.increment("key", 60)
        assert await cache.get("key") == b"text"


async def _gone(cache: Cache, key: str) -> None:
    for _ in range(500):
        if await cache.get(key) is None:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{key} is still there")
