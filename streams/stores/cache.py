"""Caches: small values that live for a while, in the process or in Redis.

Flow: gateway, agents (limits, cached answers) → **cache**.
"""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlparse

from schemas.errors import OperationalError, UserError
from streams.stores.protocol import Cache

ENTRIES_MAX = 100_000
PREFIX = "millrace:"


def open_cache(url: str | None = None) -> Cache:
    """Open the cache at ``redis://host``, or one in this process."""
    if url is None or url == "memory://":
        return MemoryCache()
    if urlparse(url).scheme not in ("redis", "rediss", "unix"):
        raise UserError(f'no cache can be at "{url}"', hint="use redis://host:6379/0 or memory://")
    from redis.asyncio import from_url

    return RedisCache(from_url(url))


class MemoryCache:
    """A cache in this process; above ``entries_max`` the oldest go. ``now`` gives seconds."""

    def __init__(self, entries_max: int = ENTRIES_MAX, now: Callable[[], float] = time.monotonic) -> None:
        self._entries: dict[str, tuple[bytes, float]] = {}
        self._entries_max = entries_max
        self._now = now

    async def get(self, key: str) -> bytes | None:
        """Read a value, None where there is none."""
        entry = self._live(key)
        return None if entry is None else entry[0]

    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        """Keep a value for a time."""
        self._entries.pop(key, None)  # so that the oldest stand first
        self._entries[key] = (value, self._now() + ttl_seconds)
        if len(self._entries) > self._entries_max:
            self._shrink()

    async def increment(self, key: str, ttl_seconds: float, by: int = 1) -> int:
        """Count; give the new count."""
        entry = self._live(key)
        if entry is None:
            await self.set(key, b"%d" % by, ttl_seconds)
            return by
        try:
            count = int(entry[0]) + by
        except ValueError:
            raise _no_number(key) from None
        self._entries[key] = (b"%d" % count, entry[1])
        return count

    async def drop(self, key: str) -> None:
        """Forget a value."""
        self._entries.pop(key, None)

    async def close(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def _live(self, key: str) -> tuple[bytes, float] | None:
        entry = self._entries.get(key)
        if entry is not None and entry[1] <= self._now():
            del self._entries[key]
            return None
        return entry

    def _shrink(self) -> None:
        now = self._now()
        self._entries = {key: entry for key, entry in self._entries.items() if entry[1] > now}
        excess = len(self._entries) - self._entries_max
        if excess > 0:  # more than one at a time, so that a full cache does not do this at every set
            for key in list(self._entries)[: excess + self._entries_max // 10]:
                del self._entries[key]


class RedisCache:
    """A cache in Redis, shared by all processes."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def get(self, key: str) -> bytes | None:
        """Read a value, None where there is none."""
        value: bytes | None = await self._do(self._client.get(PREFIX + key), key)
        return value

    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        """Keep a value for a time."""
        await self._do(self._client.set(PREFIX + key, value, px=_milliseconds(ttl_seconds)), key)

    async def increment(self, key: str, ttl_seconds: float, by: int = 1) -> int:
        """Count; give the new count."""
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.set(PREFIX + key, 0, px=_milliseconds(ttl_seconds), nx=True)
            pipe.incrby(PREFIX + key, by)
            _, count = await self._do(pipe.execute(), key)
        return int(count)

    async def drop(self, key: str) -> None:
        """Forget a value."""
        await self._do(self._client.delete(PREFIX + key), key)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _do(self, answer: Any, key: str) -> Any:
        from redis.exceptions import RedisError, ResponseError

        try:
            return await answer
        except ResponseError as bad:
            if "not an integer" in str(bad):
                raise _no_number(key) from None
            raise OperationalError(f"redis refused: {bad}") from bad
        except (RedisError, OSError) as bad:
            raise OperationalError(f"redis does not answer: {bad}") from bad


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _no_number(key: str) -> UserError:
    return UserError(f'cached value "{key}" is no number')
