"""``python -m ops.kafka``: start, stop and look at a Kafka of one's own.

Flow: shell, `make kafka` → **__main__** → cluster.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ops.kafka.broker import folder_of, running
from ops.kafka.cluster import STOP_SECONDS, LocalKafka
from ops.kafka.jars import VERSION
from ops.kafka.layout import read_layout
from ops.kafka.readiness import ready
from ops.kafka.runtime import HOME, provide
from schemas.errors import MillraceError

PORT = 9092


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; give the exit status."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(format="kafka: %(message)s")
    logging.getLogger("ops.kafka").setLevel(logging.INFO)
    verbs = {"start": _start, "stop": _stop, "status": _status}
    try:
        return verbs[asked.verb](asked)
    except MillraceError as bad:
        print(f"kafka: {bad.message}" + (f" ({bad.hint})" if bad.hint else ""), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ops.kafka", description="A real Kafka for development.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    start = verbs.add_parser("start", help="start and stay; Ctrl-C stops it")
    stop = verbs.add_parser("stop", help="stop the one that runs, whoever started it")
    status = verbs.add_parser("status", help="say what runs; status 0 if all brokers are ready")
    for verb in (start, stop, status):
        verb.add_argument("--data", type=Path, default=HOME / "data", help="where it keeps what it holds (%(default)s)")
    start.add_argument("--brokers", type=int, choices=range(1, 10), metavar="N", help="how many (1)")
    start.add_argument("--port", type=int, default=PORT, help="the first broker's; the next ones follow (%(default)s)")
    start.add_argument("--detach", action="store_true", help="return when it is ready, and let it run")
    start.add_argument("--quick", action="store_true", help="be sooner ready, and slower under load")
    return parser


def _start(asked: argparse.Namespace) -> int:
    runtime = provide()
    leashed = not asked.detach
    kafka = LocalKafka(asked.data, runtime, brokers=asked.brokers, port=asked.port, quick=asked.quick, leashed=leashed)
    return asyncio.run(_run(kafka, detach=asked.detach))


async def _run(kafka: LocalKafka, *, detach: bool) -> int:
    asked_to_end = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(each, asked_to_end.set)
    starting = asyncio.ensure_future(kafka.start())
    ending = asyncio.ensure_future(asked_to_end.wait())
    await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return 1
    await starting
    _greet(kafka, detach=detach)
    if detach:
        return 0
    while not asked_to_end.is_set() and any(kafka.pids().values()):
        await asyncio.wait({ending}, timeout=0.2)
    await kafka.stop()
    print("kafka: stopped")
    return 0


def _greet(kafka: LocalKafka, *, detach: bool) -> None:
    count = len(kafka.pids())
    brokers = "1 broker" if count == 1 else f"{count} brokers"
    print(f"Apache Kafka {VERSION}: {brokers} ready on {kafka.bootstrap}, {kafka.runtime.java}", flush=True)
    print(f"  MILLRACE_BROKER=kafka://{kafka.bootstrap}")
    print(f"  data and logs in {kafka.data}")
    print("  stop it with `make kafka-stop`" if detach else "  Ctrl-C, or `make kafka-stop`, stops it", flush=True)


def _stop(asked: argparse.Namespace) -> int:
    pids = [pid for _, pid in _brokers(asked.data) if pid]
    if not pids:
        print("kafka: none runs")
        return 0
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while left := [pid for _, pid in _brokers(asked.data) if pid]:
        if time.monotonic() > until:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    print("kafka: stopped")
    return 0


def _status(asked: argparse.Namespace) -> int:
    layout = read_layout(asked.data)
    healthy = layout is not None
    for node, pid in _brokers(asked.data):
        assert layout is not None  # noqa: S101 there are no brokers without one
        answers = bool(pid) and asyncio.run(ready(layout.address(node), layout.cluster, node))
        state = "ready" if answers else "not ready" if pid else "stopped"
        print(f"broker {node} on {layout.address(node)}: {state}" + (f", process {pid}" if pid else ""))
        healthy = healthy and answers
    if layout is None:
        print(f'kafka: none in "{asked.data}"')
    return 0 if healthy else 1


def _brokers(data: Path) -> list[tuple[int, int | None]]:
    layout = read_layout(data)
    return [(node, running(folder_of(data.absolute(), node))) for node in layout.nodes] if layout else []


if __name__ == "__main__":
    sys.exit(main())
