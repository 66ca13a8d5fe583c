"""The load generator: a process of its own that keeps so many requests in flight and says what came of them.

Flow: ops.bench → `python -m ops.bench.load URL` → **load** → one line of JSON.
It is a bare HTTP/1.1 protocol (whole answers with a length, keep-alive), so that it burns little of the machine.
"""

import argparse
import asyncio
import json
import resource
import time
import urllib.parse
from typing import cast

import uvloop


class Caller(asyncio.Protocol):
    """One connection: send, wait for the whole answer, note the time, send again until the end."""

    def __init__(self, request: bytes, until: float, done: asyncio.Future[None], latencies: list[float]) -> None:
        self._request = request
        self._until = until
        self._done = done
        self._latencies = latencies
        self._buffer = b""
        self._sent_at = 0.0
        self.failed = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass
        self._send()

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lowered = self._buffer[:head].lower()
        at = lowered.find(b"content-length:")
        length = int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < head + 4 + length:
            return
        now = time.perf_counter()
        if self._buffer[9:12] == b"200":
            self._latencies.append(now - self._sent_at)
        else:
            self.failed += 1
        self._buffer = b""
        if now >= self._until:
            self._end()
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count what was in flight as failed, and end."""
        if not self._done.done():
            self.failed += 1
            self._end()

    def _send(self) -> None:
        assert self._transport is not None  # noqa: S101 narrows
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)

    def _end(self) -> None:
        if not self._done.done():
            self._done.set_result(None)
        if self._transport is not None:
            self._transport.close()


async def load(url: str, body: bytes, concurrency: int, seconds: float) -> dict[str, float]:
    """Keep ``concurrency`` requests in flight for so many seconds; latencies in milliseconds."""
    parts = urllib.parse.urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    head = f"POST {parts.path or '/'} HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\n"
    request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    began = time.perf_counter()
    ends = [loop.create_future() for _ in range(concurrency)]
    callers = []
    for end in ends:
        _, caller = await loop.create_connection(
            lambda end=end: Caller(request, began + seconds, end, latencies),  # type: ignore[misc]
            host,
            port,
        )
        callers.append(caller)
    await asyncio.gather(*ends)
    elapsed = time.perf_counter() - began
    own = resource.getrusage(resource.RUSAGE_SELF)
    latencies.sort()
    return {
        "concurrency": concurrency,
        "seconds": elapsed,
        "answered": len(latencies),
        "failed": sum(caller.failed for caller in callers),
        "rate": len(latencies) / elapsed,
        "p50": quantile(latencies, 0.5) * 1000,
        "p90": quantile(latencies, 0.9) * 1000,
        "p99": quantile(latencies, 0.99) * 1000,
        "max": quantile(latencies, 1.0) * 1000,
        "generator_cpu": (own.ru_utime + own.ru_stime) / elapsed,
    }


def quantile(ordered: list[float], share: float) -> float:
    """Give the value below which this share lies; 0 where there is none."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def main() -> None:
    """Read the arguments, load, print."""
    parser = argparse.ArgumentParser(description="keep requests in flight and print what came of them")
    parser.add_argument("url")
    parser.add_argument("--body", default="{}")
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    found = uvloop.run(load(given.url, given.body.encode(), given.concurrency, given.seconds))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
