"""The cache in the process: what the law does not say.

Flow: streams.stores.cache → **test**.
"""

import pytest

from schemas.errors import OperationalError, UserError
from streams.stores.cache import MemoryCache, open_cache


async def test_full_cache_forgets_the_oldest() -> None:
    cache = MemoryCache(entries_max=10)
    for number in range(11):
        await cache.set(str(number), b"", 60)

    assert await cache.get("0") is None
    assert await cache.get("10") == b""


async def test_full_cache_forgets_what_is_over_before_anything_else() -> None:
    now = 0.0
    cache = MemoryCache(entries_max=3, now=lambda: now)
    await cache.set("old", b"", 100)
    await cache.set("over", b"", 1)
    await cache.set("new", b"", 100)
    now = 2.0

    await cache.set("newest", b"", 100)

    assert [await cache.get(key) for key in ("old", "over", "new", "newest")] == [b"", None, b"", b""]


async def test_redis_that_is_not_there_is_the_worlds_fault() -> None:
    cache = open_cache("redis://127.0.0.1:1/0")

    with pytest.raises(OperationalError, match="redis does not answer"):
        await cache.get("key")
    await cache.close()


def test_refuses_other_addresses() -> None:
    with pytest.raises(UserError, match="no cache can be at"):
        open_cache("memcached://host")
