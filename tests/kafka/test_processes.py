"""A gateway and workers as processes of their own on a real broker: they come, go and are killed, and nothing is lost.

Flow: fleet ← load, signals, records ← **here** → events on the log, counted.
"""

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nodes.sdk.registry import discover
from ops.bench.fleet import Fleet
from ops.bench.installation import Member, call
from ops.bench.workflows import BODY, answering, chain
from ops.kafka.runtime import Runtime
from ops.settings import read_settings
from ops.wiring import stream_settings, topics_of
from schemas.events import NodeFinished
from streams.transports.kafka_log import KafkaLog
from tests.architecture.tree import ROOT
from tests.kafka.brokers import local
from tests.kafka.team import Ledger
from tests.ops.callers import immediate, load

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

PARTITIONS = 4
RECORDS = 10_000
CALLERS = 4
IMMEDIATE = Counter(Webhook=1, Double=1, Say=1)
PAUSE_SECONDS = 0.02  # what is accepted must be worked off before the test ends, on a slow machine too
Make = Callable[..., Fleet]


@pytest.fixture
def make(kafka: str, topic_prefix: str, tmp_path: Path) -> Iterator[Make]:
    """Make fleets that are gone when the test ends; not started yet."""
    made: list[Fleet] = []

    def fleet(workers: int = 1, broker: str = kafka, **settings: str) -> Fleet:
        ours = {"MILLRACE_PARTITIONS": str(PARTITIONS), "MILLRACE_SESSION_SECONDS": "6"}
        made.append(Fleet(tmp_path, f"kafka://{broker}", topic_prefix, workers=workers, **ours, **settings))
        return made[-1]

    yield fleet
    for each in made:
        each.stop()


async def test_a_gateway_gets_ready_with_its_first_worker_and_two_share_the_work(make: Make) -> None:
    fleet = make()
    first = fleet.workers[0]
    await asyncio.to_thread(fleet.gateway.start)
    ready_alone = await asyncio.to_thread(fleet.gateway.answers, "/ready")
    await asyncio.to_thread(first.start)
    await until(lambda: (fleet.gateway.data / "greeted").exists())
    hello = await asyncio.to_thread(call, f"{fleet.gateway.address}/w/hello", {"name": "Ada"})
    second = fleet.add_worker()
    await asyncio.to_thread(second.start)
    workflow = await asyncio.to_thread(fleet.gateway.add, answering("shared"))

    def ask() -> list[object]:
        return [call(f"{fleet.gateway.address}/w/shared", BODY)["total"] for _ in range(40)]

    answers = await asyncio.to_thread(ask)
    found = await asyncio.to_thread(fleet.gateway.settled, workflow, 40)

    assert not ready_alone
    assert "set MILLRACE_KEY" in fleet.gateway.output.read_text()
    assert "Ada" in str(hello)
    assert answers == [136.5] * 40
    assert found == {"success": 40}
    assert [owned(first), owned(second)] == [PARTITIONS // 2] * 2
    assert await asyncio.to_thread(fleet.gateway.answers, "/ready")


async def test_workers_that_join_and_leave_lose_and_repeat_nothing(make: Make) -> None:
    fleet = make(workers=1)
    await asyncio.to_thread(fleet.start)
    await asyncio.to_thread(fleet.gateway.add, answering("moving"))

    def come_and_go() -> tuple[list[str], list[int | None]]:
        with load(f"{fleet.gateway.address}/w/moving", CALLERS, PAUSE_SECONDS) as calls:
            for _ in range(2):
                fleet.add_worker().start()
            statuses = [worker.stop() for worker in fleet.workers[:2]]
        return calls.accepted, statuses

    accepted, statuses = await asyncio.to_thread(come_and_go)

    async with events_of(fleet) as ledger:
        await ledger.until_ended(accepted)
        await ledger.read(1.0)
    ledger.verify(accepted, Counter(Webhook=1, Fields=1, Large=1, Mark=1))
    assert ledger.written == len(ledger.events), "nothing ran twice"
    assert statuses == [0, 0]


async def test_workers_that_are_killed_lose_nothing_and_end_nothing_twice(make: Make) -> None:
    fleet = make(workers=2)
    await asyncio.to_thread(fleet.start)
    await asyncio.to_thread(fleet.gateway.add, immediate("killed"))

    def kill() -> list[str]:
        with load(f"{fleet.gateway.address}/w/killed", CALLERS, PAUSE_SECONDS) as calls:
            time.sleep(1)
            for worker in fleet.workers:
                worker.stop(signal.SIGKILL)
                worker.start()
        return calls.accepted

    accepted = await asyncio.to_thread(kill)

    async with events_of(fleet) as ledger:
        await ledger.until_ended(accepted)
    ledger.verify(accepted, IMMEDIATE, more=True)


async def test_a_broker_that_stops_and_starts_costs_time_alone(
    make: Make, kafka_runtime: Runtime, tmp_path: Path
) -> None:
    async with local(tmp_path / "kafka", kafka_runtime) as cluster:
        fleet = make(broker=cluster.bootstrap)
        await asyncio.to_thread(fleet.start)
        await asyncio.to_thread(fleet.gateway.add, immediate("waiting"))
        calling = Calling(f"{fleet.gateway.address}/w/waiting")
        await calling.answered()
        await cluster.stop_broker(1)
        await asyncio.sleep(2)
        await cluster.start_broker(1)
        await calling.answered()
        accepted = await calling.end()

        async with events_of(fleet) as ledger:
            await ledger.until_ended(accepted)
        fleet.stop()

    ledger.verify(accepted, IMMEDIATE, more=True)


async def test_ten_thousand_records_end_once_while_workers_are_killed_stopped_and_added(
    make: Make, tmp_path: Path
) -> None:
    fleet = make(workers=2, MILLRACE_CHAINING="false")
    await asyncio.to_thread(fleet.start)
    workflow = await asyncio.to_thread(fleet.gateway.add, counting())
    first, second = fleet.workers
    third = fleet.add_worker()

    def send(start: int, end: int) -> None:
        lines = tmp_path / "records.jsonl"
        lines.write_text("".join(f'{{"n": {n}}}\n' for n in range(start, end)))
        command = [sys.executable, "-m", "ops", "topics", "send", workflow, "--file", str(lines)]
        subprocess.run(command, env=fleet.gateway.environment, cwd=ROOT, check=True)

    def disturb() -> None:
        first.stop(signal.SIGKILL)
        third.start()
        send(RECORDS // 2, RECORDS)
        second.stop()
        first.start()

    async with events_of(fleet) as ledger:
        await asyncio.to_thread(send, 0, RECORDS // 2)
        while len(ledger.ended) < RECORDS // 20:
            await ledger.read(0.02)
        disturbing = asyncio.create_task(asyncio.to_thread(disturb))
        while len(ledger.ended) < RECORDS or not disturbing.done():
            await ledger.read()
        await ledger.read(1.0)
    await disturbing

    ledger.verify(sorted(ledger.ended), Counter(Start=1, Double=1, Say=1))
    assert sorted(doubled(ledger)) == [2 * n for n in range(RECORDS)]


class Calling:
    """Load in a thread, for a test that goes on meanwhile."""

    def __init__(self, url: str) -> None:
        self._stack = contextlib.ExitStack()
        self._load = self._stack.enter_context(load(url, CALLERS, PAUSE_SECONDS))

    async def answered(self) -> None:
        """Wait until some more requests are accepted."""
        before = len(self._load.accepted)
        await until(lambda: len(self._load.accepted) > before + 20)

    async def end(self) -> list[str]:
        """End the load; give the executions of what was accepted."""
        await asyncio.to_thread(self._stack.close)
        return self._load.accepted


def counting() -> dict[str, Any]:
    """Make a workflow that records start, of three nodes."""
    assignment = {"id": "n", "name": "n", "value": "={{ $json.n * 2 }}", "type": "number"}
    return chain(
        "counting",
        [
            ("Start", "webhook", 2, {"httpMethod": "POST", "path": "counting", "options": {}}),
            ("Double", "set", 3.4, {"assignments": {"assignments": [assignment]}, "options": {}}),
            ("Say", "noOp", 1, {}),
        ],
    )


@contextlib.asynccontextmanager
async def events_of(fleet: Fleet) -> AsyncIterator[Ledger]:
    """Have a reader of what happened."""
    settings = read_settings(
        broker=fleet.settings["MILLRACE_BROKER"], prefix=fleet.settings["MILLRACE_PREFIX"], partitions=PARTITIONS
    )
    log = KafkaLog(stream_settings(settings, fleet.folder), topics_of(discover()))
    try:
        yield Ledger(log)
    finally:
        await log.close()


def doubled(ledger: Ledger) -> Iterator[int]:
    """Give the numbers that the node "Double" made, each as often as it did."""
    for event in ledger.events.values():
        if isinstance(event, NodeFinished) and event.node == "Double":
            yield from (item["json"]["n"] for output in json.loads(bytes(event.outputs)) for item in output)


def owned(worker: Member) -> int:
    """Ask a worker how many partitions it has."""
    with urllib.request.urlopen(f"{worker.address}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return next(int(float(line.split()[1])) for line in lines if line.startswith("millrace_partitions_owned "))


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something in another process."""
    while not await asyncio.to_thread(holds):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
