"""``make chaos``: kill, freeze, fill, count, print one table; fails where anything was lost or happened twice.

Flow: `python -m ops.chaos` → **__main__** → scenarios → table.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ops.chaos.jumps import jump
from ops.chaos.points import kill_at_points
from ops.chaos.scenarios import Act, come_and_go, freeze, full_disk, play, random_kills, restart_broker
from ops.chaos.subjects import Subject, embedded, on_kafka
from ops.chaos.table import table
from ops.chaos.verdict import Row
from ops.kafka.cluster import LocalKafka
from ops.kafka.runtime import provide
from schemas.errors import MillraceError
from schemas.failpoints import FAILPOINTS

RATE = 8.0
RATE_KILLS = 20.0


def main() -> None:
    """Read the arguments, let everything happen, report."""
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="millrace-chaos-") as folder:
        rows = asyncio.run(_beside_kafka(Path(folder), given))
    print(f"\nseed {given.seed}\n\n{table(rows)}")
    sys.exit(0 if rows and all(row.good for row in rows) else 1)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make chaos", description="see what survives")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="repeats a run's choices")
    parser.add_argument("--only", default="", choices=["embedded", "kafka"], help="one part of it (default: all)")
    parser.add_argument("--scenario", default="", help="scenarios whose name has this text")
    parser.add_argument("--seconds", type=float, default=300, help="of random kills (default 300)")
    parser.add_argument("--most", type=int, default=0, help="most kills at failpoints, chosen by chance (default all)")
    parser.add_argument("--points", default="", help="failpoints whose names have one of these texts (default all)")
    parser.add_argument("--frozen", type=float, default=60, help="seconds that a worker stands still (default 60)")
    return parser.parse_args()


def _points(given: argparse.Namespace) -> list[str]:
    return [name for name in FAILPOINTS if any(text in name for text in given.points.split(","))]


def _embedded(given: argparse.Namespace) -> Iterator[tuple[str, float, Act]]:
    yield "kill at failpoints", RATE, kill_at_points(given.most, _points(given))
    yield "random kills", RATE_KILLS, random_kills(given.seconds)
    yield "disk full", RATE, full_disk()
    yield f"frozen {given.frozen:g} s", RATE, freeze(given.frozen)
    yield "clock jumps", RATE, jump


def _on_kafka(given: argparse.Namespace, kafka: LocalKafka) -> Iterator[tuple[str, float, Act]]:
    def stop() -> None:
        asyncio.run(kafka.stop_broker(1))

    def start() -> None:
        asyncio.run(kafka.start_broker(1))

    yield "kill at failpoints", RATE, kill_at_points(given.most, _points(given))
    yield "random kills", RATE_KILLS, random_kills(given.seconds)
    yield f"worker frozen {given.frozen:g} s", RATE, freeze(given.frozen)
    yield "workers come and go", RATE_KILLS, come_and_go
    yield "broker stops and starts", RATE, restart_broker(stop, start)
    yield "clock jumps", RATE, jump


async def _beside_kafka(folder: Path, given: argparse.Namespace) -> list[Row]:
    async with contextlib.AsyncExitStack() as stack:
        kafka = None
        try:
            kafka = await stack.enter_async_context(LocalKafka(folder / "broker", provide(), leashed=False))
        except MillraceError as bad:
            print(f"nothing on Kafka, and no records to count: {bad.message}", file=sys.stderr)
        return await asyncio.to_thread(_rows, folder, given, kafka)


def _rows(folder: Path, given: argparse.Namespace, kafka: LocalKafka | None) -> list[Row]:
    rows = []
    if given.only in {"", "embedded"}:
        with embedded(folder / "embedded", kafka.bootstrap if kafka else "") as subject:
            rows += _all(subject, given, _embedded(given))
    if kafka is not None and given.only in {"", "kafka"}:
        with on_kafka(folder / "fleet", kafka.bootstrap, f"chaos{time.time_ns() // 10**6}.") as subject:
            rows += _all(subject, given, _on_kafka(given, kafka))
    return rows


def _all(subject: Subject, given: argparse.Namespace, scenarios: Iterator[tuple[str, float, Act]]) -> list[Row]:
    rows = []
    for name, rate, act in scenarios:
        if given.scenario in name:
            print(f"{subject.name}: {name} …", file=sys.stderr, flush=True)
            try:
                found = play(name, subject, given.seed, rate, act)
            except MillraceError as bad:  # what does not even run is a finding too; the others go on
                found = [Row(f"{subject.name}: {name}", hung=[f"it broke: {bad.message}"])]
            rows += found
            print(table(found), file=sys.stderr, flush=True)
    return rows


if __name__ == "__main__":
    main()
