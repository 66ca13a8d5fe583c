"""Fairness: how long one tenant waits while another floods the same worker, with slow calls or with quick executions.

Flow: installation ← flood of one tenant, ten requests a second of another → **fairness** → report.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ops.bench.installation import Installation
from ops.bench.load import quantile
from ops.bench.workflows import BODY, at_once, calling

SLOW_SECONDS = 1.0
QUICK_SECONDS = 0.05
RATE = 10
FLOODERS = 20
Flood = Literal["slow calls", "quick executions"]
FLOODS: tuple[Flood, ...] = ("slow calls", "quick executions")


@dataclass
class Share:
    """What the quiet tenant's requests took (ms): alone, while the flood came in, and while it was worked on."""

    flood: Flood
    flooded: int
    refused: int
    flood_seconds: float
    alone: list[float]
    arriving: list[float]
    working: list[float]
    failed: int

    def p99(self, part: str) -> float:
        """Give the 99th percentile of a part."""
        return quantile(sorted(getattr(self, part)), 0.99)


def measure_fairness(data: Path, flood: Flood, count: int, seconds: float) -> Share:
    """Let one tenant start ``count`` executions, and another ask ten times a second for a quick call."""
    with target() as port, Installation(data, MILLRACE_HTTP_ALLOW="127.0.0.1") as millrace:
        address = f"http://127.0.0.1:{port}"
        slow = calling("flood", "onReceived", f"{address}/{SLOW_SECONDS}", "flood")
        millrace.add(slow if flood == "slow calls" else at_once("flood", "flood"))
        millrace.add(calling("quiet", "lastNode", f"{address}/{QUICK_SECONDS}", "quiet"))
        return asyncio.run(_measure(millrace.port, flood, count, seconds))


async def _measure(port: int, flood: Flood, count: int, seconds: float) -> Share:
    await _asking(port, time.monotonic() + 2)  # warm
    alone, failed = await _asking(port, time.monotonic() + seconds)
    began = time.monotonic()
    flooding = asyncio.create_task(_flood(port, count))
    arriving: list[float] = []
    while not flooding.done():
        found, lost = await _asking(port, time.monotonic() + 1)
        arriving += found
        failed += lost
    flood_seconds = time.monotonic() - began
    working, lost = await _asking(port, time.monotonic() + seconds)
    flooded, refused = flooding.result()
    return Share(flood, flooded, refused, flood_seconds, alone, arriving, working, failed + lost)


async def _flood(port: int, count: int) -> tuple[int, int]:
    """Start so many executions from a process of its own; give how many were accepted and refused."""
    accepted = refused = 0
    while accepted < count:
        command = ["-m", "ops.bench.load", f"http://127.0.0.1:{port}/w/flood", "--concurrency", str(FLOODERS)]
        command += ["--body", json.dumps(BODY)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, "--seconds", "5", stdout=asyncio.subprocess.PIPE
        )
        found = json.loads((await process.communicate())[0])
        accepted += int(found["answered"])
        refused += int(found["failed"])
        if not found["answered"]:
            break
    return accepted, refused


async def _asking(port: int, until: float) -> tuple[list[float], int]:
    """Ask at a steady rate, whatever the answers take; give latencies in ms and how many failed."""
    tasks = []
    while time.monotonic() < until:
        tasks.append(asyncio.create_task(_ask(port)))
        await asyncio.sleep(1 / RATE)
    found = await asyncio.gather(*tasks)
    return [took for took in found if took is not None], found.count(None)


async def _ask(port: int) -> float | None:
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"POST /w/quiet HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        async with asyncio.timeout(60):
            head = await reader.readline()
            await reader.read()
    except (OSError, TimeoutError):
        return None
    finally:
        writer.close()
    return (time.perf_counter() - began) * 1000 if b" 200 " in head else None


@contextmanager
def target() -> Iterator[int]:
    """Answer ``/seconds`` after so many, on a free port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(_answer, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readline():
            while (await reader.readline()).strip():
                pass
            await asyncio.sleep(float(head.split()[1][1:]))
            writer.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}')
    except OSError:
        pass
    finally:
        writer.close()


def rows(shares: Iterable[Share]) -> list[tuple[str, str, Any]]:
    """Give the report's lines."""
    return [line for share in shares for line in _lines(share)]


def _lines(share: Share) -> Iterator[tuple[str, str, Any]]:
    alone, kind = share.p99("alone"), share.flood
    yield (f"a tenant at 10/s alone: p99, before {kind}", f"{alone:.0f} ms", "")
    for part, name in (("arriving", "come in"), ("working", "are worked on")):
        found = share.p99(part)
        goal = "≤ 2× of alone" if part == "working" else ""
        yield (f"while another's {kind} {name}: p99", f"{found:.0f} ms ({found / max(alone, 0.001):.1f}×)", goal)
    told = f"{share.flooded:,} in {share.flood_seconds:.0f} s, {share.refused:,} refused, {share.failed} of the other's"
    yield (f"{kind} of the flood", f"{told} failed", "")
