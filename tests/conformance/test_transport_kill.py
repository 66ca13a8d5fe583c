"""What a log on a disk promises when its process is killed (-9)."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from streams.app import build_app
from streams.settings import StreamSettings
from streams.topics import EVENTS, EXECUTIONS, all_topics, node_topic
from streams.transports.kafka_topics import prepare
from tests.conformance.transports import NODE_TYPES, PARTITIONS, until

TOPIC = node_topic("alpha")
ROOT = Path(__file__).parents[2]


async def kill_after(lines: int, role: str, settings: StreamSettings) -> list[list[str]]:
    """Let a process say so many lines, kill it, and give everything it said."""
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.conformance.victim",
        role,
        settings.model_dump_json(),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert victim.stdout is not None
    said = [(await victim.stdout.readline()).decode().split() for _ in range(lines)]
    victim.kill()
    rest = (await victim.stdout.read()).decode().splitlines(keepends=True)
    await victim.wait()
    return said + [line.split() for line in rest if line.endswith("\n")]


async def exist(settings: StreamSettings) -> None:
    """Make the topics where that is not done by opening the log."""
    if settings.broker.startswith("kafka"):
        await prepare(settings, all_topics(NODE_TYPES))


async def test_what_was_durable_or_seen_is_there_after_a_kill(lasting: StreamSettings) -> None:
    await exist(lasting)

    said = await kill_after(600, "append", lasting)
    streams = build_app(lasting, NODE_TYPES)
    reader = await streams.log.reader(EVENTS, [0], "earliest")
    end = (await streams.log.ends(EVENTS))[0]
    kept: dict[str, str] = {}
    while reader.position[0] < end:
        kept.update((str(record.offset), str(record.value, "ascii")) for record in await reader.read() if record.value)
    offset = await streams.log.send(EVENTS, 0, b"next")
    await streams.stop()

    claims = [(at, value) for kind, at, value in said if kind in ("durable", "saw")]
    assert len(claims) >= 600
    assert [claim for claim in claims if kept.get(claim[0]) != claim[1]] == []
    assert list(kept.values()) == [str(n) for n in range(len(kept))]
    assert offset == len(kept)


async def test_a_killed_worker_is_resumed_with_nothing_lost(lasting: StreamSettings) -> None:
    await exist(lasting)
    streams = build_app(lasting, NODE_TYPES)
    total = 3000
    await asyncio.gather(*(streams.log.send(TOPIC, n % PARTITIONS, b"%d" % n) for n in range(total)))
    await streams.stop()

    said = await kill_after(400, "work", lasting)
    streams = build_app(lasting, NODE_TYPES)
    again: list[str] = []

    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            again.append(event.value.decode())
            event.ack()

    streams.app.agent(streams.topic(TOPIC))(agent)
    await streams.start()
    rows = {key for partition in range(PARTITIONS) for key, _ in streams.table(EXECUTIONS).rows(partition)}
    await until(lambda: len({*again, *(name for _, name in said)}) == total)
    await streams.stop()

    done = {name for _, name in said}
    assert done <= rows, "a row that was durable is there again"
    assert len(again) < total, "what was committed did not come again"
    for partition in range(PARTITIONS):
        mine = [int(name) for name in again if int(name) % PARTITIONS == partition]
        assert mine == sorted(mine)
