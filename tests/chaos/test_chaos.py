"""Chaos, in small: processes under load die at failpoints and at random, freeze, and find their disk full.

Flow: `ops.chaos` on an installation of its own → **here** → nothing lost, nothing twice. `make chaos` does all of it.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.chaos.jumps import jump
from ops.chaos.points import Point, kill_at
from ops.chaos.scenarios import Act, come_and_go, freeze, full_disk, play, random_kills
from ops.chaos.subjects import Subject, embedded, on_kafka
from ops.chaos.table import table
from ops.chaos.verdict import Row

pytestmark = [pytest.mark.process, pytest.mark.timeout(480)]

SEED = 6
RATE = 6.0
EMBEDDED = [
    Point("effect.ended", 2),
    Point("sqlite.committed", 40),
    Point("tables.recovered", 2),
    Point("outbox.emit", 15),
    Point("gateway.accepted", 3),
    Point("record.handled", 30),
]
KAFKA = [Point("kafka.produced", 30), Point("outbox.rows", 10)]


def judged(subject: Subject, scenarios: list[tuple[str, Act]]) -> Iterator[Row]:
    for name, act in scenarios:
        rows = play(name, subject, SEED, RATE, act)
        print(table(rows))
        yield from rows


def wrong(rows: Iterator[Row]) -> list[str]:
    """Run all; give what is to be said of those that are not good, or leave something open."""
    return [table([row]) for row in rows if not row.good or any("go on" in note for note in row.notes)]


def test_one_process_that_dies_again_and_again_loses_and_repeats_nothing(tmp_path: Path) -> None:
    scenarios = [
        ("points", kill_at(EMBEDDED)),
        ("random kills", random_kills(6)),
        ("disk full", full_disk(1)),
        ("clock jumps", jump),
    ]
    with embedded(tmp_path / "chaos") as subject:
        assert wrong(judged(subject, scenarios)) == []


async def test_a_fleet_on_kafka_that_dies_and_freezes_loses_and_repeats_nothing(
    kafka: str, topic_prefix: str, tmp_path: Path
) -> None:
    scenarios = [
        ("points", kill_at(KAFKA)),
        ("frozen", freeze(8)),
        ("workers come and go", come_and_go),
    ]

    def run() -> list[str]:
        with on_kafka(tmp_path / "chaos", kafka, topic_prefix) as subject:
            return wrong(judged(subject, scenarios))

    assert await asyncio.to_thread(run) == []
