"""The fetcher's talk with a broker: what it asks, what it makes of the answers. The broker is scripted.

Flow: requests → **scripted broker** → answers → records and positions.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.fetch import FetchRequest_v11
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from streams.transports import kafka_fetcher
from streams.transports.kafka_fetcher import Fetcher

A, B = TopicPartition("t", 0), TopicPartition("t", 1)
MOVED = 6
OUT_OF_RANGE = 1
NO_SESSION = 70


def batch(base: int, *values: bytes, span: int | None = None) -> bytes:
    """Make a batch of records; ``span``: of so many offsets, the last of which compaction took away."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
    for at, value in enumerate(values):
        builder.append(at, 1, None, value, [])
    data = bytearray(builder.build())
    data[:8] = struct.pack(">q", base)
    if span is not None:
        data[23:27] = struct.pack(">i", span - 1)
    return bytes(data)


def answer(*parts: tuple[TopicPartition, int, bytes], error: int = 0, session: int = 7, throttle: int = 0) -> Any:
    """Make an answer; a part is its end and its records, or a negative error code."""
    topics = [("t", [(p.partition, max(-end, 0), end, end, 0, [], -1, data) for p, end, data in parts])]
    return SimpleNamespace(error_code=error, session_id=session, throttle_time_ms=throttle, topics=topics)


class ScriptedLink:
    """Answers fetches one by one, and keeps what was asked."""

    def __init__(self) -> None:
        self.leaders = {A: 1, B: 1}
        self.asked: list[Any] = []
        self.answers: asyncio.Queue[Any] = asyncio.Queue()
        self.changed: Callable[[], None] = lambda: None
        self.refreshed = 0

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.changed = changed
        return lambda: None

    def leader(self, part: TopicPartition) -> int | None:
        return self.leaders.get(part)

    async def ask(self, node: int, request: Any, lane: str) -> Any:
        self.asked.append((node, request.build(FetchRequest_v11)))
        found = await self.answers.get()
        if isinstance(found, Exception):
            raise found
        return found

    async def refresh(self) -> None:
        self.refreshed += 1
        self.changed()

    async def locate(self, topics: Any) -> None:
        """Everything is located already."""

    async def offsets(self, parts: list[TopicPartition], at: int) -> dict[TopicPartition, int]:
        return dict.fromkeys(parts, 40)

    def hang_up(self, lane: str) -> None:
        """There are no connections."""

    async def settle(self, requests: int) -> list[tuple[int, int, dict[int, int], list[int]]]:
        """Wait for so many requests; give session, epoch, what was listed and what forgotten of each."""
        async with asyncio.timeout(5):
            while len(self.asked) < requests:  # noqa: ASYNC110 the fetcher is no teller
                await asyncio.sleep(0.001)
        return [
            (
                struct_.session_id,
                struct_.session_epoch,
                {p[0]: p[2] for _, parts in struct_.topics for p in parts},
                [number for _, numbers in struct_.forgotten_topics_data for number in numbers],
            )
            for _, struct_ in self.asked
        ]


@pytest.fixture
def link() -> ScriptedLink:
    """A broker that answers what a test tells it."""
    return ScriptedLink()


@pytest.fixture
async def fetcher(link: ScriptedLink, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fetcher]:
    """A fetcher of two partitions that it leads."""
    monkeypatch.setattr(kafka_fetcher, "RETRY_SECONDS", 0.001)
    made = Fetcher(link, "lane", {A: 10, B: 20})  # type: ignore[arg-type]
    yield made
    made.close()


def values(found: list[tuple[TopicPartition, list[Any], int]]) -> dict[int, tuple[list[bytes], int]]:
    return {part.partition: ([record.value for record in records], following) for part, records, following in found}


async def test_a_session_is_told_only_what_moved(link: ScriptedLink, fetcher: Fetcher) -> None:
    link.answers.put_nowait(answer((A, 12, batch(10, b"a", b"b")), (B, 20, b"")))
    link.answers.put_nowait(answer())
    asked = await link.settle(3)

    assert asked == [(0, 0, {0: 10, 1: 20}, []), (7, 1, {0: 12}, []), (7, 2, {}, [])]
    assert values(fetcher.take(100)) == {0: ([b"a", b"b"], 12)}
    assert fetcher.highs == {A: 12, B: 20}


async def test_a_session_that_is_lost_begins_again_with_everything(link: ScriptedLink, fetcher: Fetcher) -> None:
    link.answers.put_nowait(answer((A, 11, batch(10, b"a"))))
    link.answers.put_nowait(answer(error=NO_SESSION, session=0))
    asked = await link.settle(3)

    assert asked[2] == (0, 0, {0: 11, 1: 20}, [])


async def test_a_broker_without_sessions_is_told_everything_always(link: ScriptedLink, fetcher: Fetcher) -> None:
    link.answers.put_nowait(answer((A, 11, batch(10, b"a")), session=0))
    asked = await link.settle(2)

    assert asked[1] == (0, 0, {0: 11, 1: 20}, [])


async def test_a_connection_that_breaks_loses_nothing(link: ScriptedLink, fetcher: Fetcher) -> None:
    link.answers.put_nowait(answer((A, 11, batch(10, b"a"))))
    link.answers.put_nowait(KafkaConnectionError("broken"))
    asked = await link.settle(3)

    assert asked[2] == (0, 0, {0: 11, 1: 20}, [])
    assert link.refreshed > 0


async def test_a_partition_goes_to_its_new_leader(link: ScriptedLink, fetcher: Fetcher) -> None:
    await link.settle(1)
    link.leaders[B] = 2
    link.answers.put_nowait(answer((A, 10, b""), (B, -MOVED, b"")))
    async with asyncio.timeout(5):
        while 2 not in [node for node, _ in link.asked]:  # noqa: ASYNC110 the fetcher is no teller
            await asyncio.sleep(0.001)

    told = [struct_ for node, struct_ in link.asked if node == 2]
    assert {p[0]: p[2] for _, parts in told[0].topics for p in parts} == {1: 20}


async def test_records_before_the_position_are_left_out(link: ScriptedLink, fetcher: Fetcher) -> None:
    link.answers.put_nowait(answer((A, 12, batch(8, b"x", b"y", b"a", b"b"))))
    await link.settle(2)

    assert values(fetcher.take(100)) == {0: ([b"a", b"b"], 12)}


async def test_the_position_passes_what_compaction_took_from_a_batch(link: ScriptedLink, fetcher: Fetcher) -> None:
    link.answers.put_nowait(answer((A, 15, batch(10, b"a", span=5))))
    asked = await link.settle(2)

    assert values(fetcher.take(100)) == {0: ([b"a"], 15)}
    assert asked[1][2] == {0: 15}


async def test_an_end_without_records_is_reached_after_two_empty_answers(link: ScriptedLink, fetcher: Fetcher) -> None:
    link.answers.put_nowait(answer((A, 15, b""), (B, 20, b"")))
    await link.settle(2)
    after_one = values(fetcher.take(100))
    link.answers.put_nowait(answer())
    asked = await link.settle(3)

    assert after_one == {}
    assert values(fetcher.take(100)) == {0: ([], 15)}
    assert asked[2][2] == {0: 15}


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(answer(throttle=100), id="throttled"),
        pytest.param(answer((B, 21, batch(20, b"z"))), id="others came"),
        pytest.param(answer((B, -MOVED, b"")), id="trouble elsewhere"),
    ],
)
async def test_an_answer_that_may_have_left_something_out_skips_nothing(
    link: ScriptedLink, fetcher: Fetcher, second: Any
) -> None:
    link.answers.put_nowait(answer((A, 15, b""), (B, 20, b"")))
    link.answers.put_nowait(second)
    await link.settle(3)

    assert 0 not in values(fetcher.take(100))


async def test_who_reads_slowly_is_not_fetched_for_until_there_is_room(
    link: ScriptedLink, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_fetcher, "HELD_BYTES", 200)
    link.answers.put_nowait(answer((A, 12, batch(10, b"x" * 200, b"y" * 200)), (B, 20, b"")))
    link.answers.put_nowait(answer((B, 21, batch(20, b"b"))))
    held = (await link.settle(3))[1:]
    first = values(fetcher.take(1, lambda part: part == A))
    rest = values(fetcher.take(1, lambda part: part == A))
    link.answers.put_nowait(answer())
    asked = await link.settle(4)

    assert held == [(7, 1, {}, [0]), (7, 2, {1: 21}, [])]
    assert (first, rest) == ({0: ([b"x" * 200], 11)}, {0: ([b"y" * 200], 12)})
    assert asked[3] == (7, 3, {0: 12}, [])


async def test_records_that_are_gone_are_passed_over(link: ScriptedLink, fetcher: Fetcher) -> None:
    link.answers.put_nowait(answer((A, -OUT_OF_RANGE, b"")))
    await link.settle(2)
    link.answers.put_nowait(answer())
    asked = await link.settle(3)

    assert {0: 40} in [listed for _, _, listed, _ in asked[1:]]


async def test_nothing_is_given_after_the_end(link: ScriptedLink, fetcher: Fetcher) -> None:
    link.answers.put_nowait(answer((A, 11, batch(10, b"a"))))
    await link.settle(2)
    fetcher.close()
    await fetcher.wait(5)

    assert fetcher.take(100) == []
