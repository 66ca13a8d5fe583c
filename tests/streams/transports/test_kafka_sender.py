"""The sender's talk with brokers: what it sends, and sends again. The broker is scripted.

Flow: records → requests → **scripted broker** → outcomes.
"""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.produce import ProduceRequest_v7
from aiokafka.record.memory_records import MemoryRecords

from schemas.errors import OperationalError, UserError
from streams.transports import kafka_sender
from streams.transports.kafka_sender import Sender

A, B, C = TopicPartition("t", 0), TopicPartition("t", 1), TopicPartition("u", 0)
NOT_LEADER, TOO_LARGE, OUT_OF_ORDER, DUPLICATE, NO_RIGHT = 6, 10, 45, 46, 29


class ScriptedLink:
    """Takes writes as a broker does, unless a test says otherwise: an error, or an exception, per request."""

    def __init__(self) -> None:
        self.leaders = {A: 1, B: 1, C: 2}
        self.producers = 100
        self.script: list[Any] = []
        self.sent: list[tuple[int, dict[TopicPartition, tuple[int, int, list[bytes]]]]] = []
        self.ends: dict[TopicPartition, int] = {}
        self.gate = asyncio.Event()
        self.gate.set()

    def leader(self, part: TopicPartition) -> int | None:
        return self.leaders.get(part)

    async def ask(self, node: int, request: Any, lane: str) -> Any:
        sent = self._read(request.build(ProduceRequest_v7))
        self.sent.append((node, sent))
        await self.gate.wait()
        step = self.script.pop(0) if self.script else 0
        if isinstance(step, Exception):
            raise step
        topics: dict[str, list[tuple[int, int, int, int, int]]] = {}
        for part, (_, _, values) in sent.items():
            error = step.get(part, 0) if isinstance(step, dict) else step
            base = self.ends.get(part, 0)
            if error == 0:
                self.ends[part] = base + len(values)
            topics.setdefault(part.topic, []).append(
                (part.partition, error, base if error in (0, DUPLICATE) else -1, -1, 0)
            )
        return SimpleNamespace(topics=list(topics.items()))

    async def asked(self, count: int) -> None:
        """Wait for so many requests."""
        async with asyncio.timeout(5):
            while len(self.sent) < count:  # noqa: ASYNC110 the sender is no teller
                await asyncio.sleep(0.001)

    async def ask_any(self, request: Any, lane: str) -> Any:
        self.producers += 1
        return SimpleNamespace(error_code=0, producer_id=self.producers, producer_epoch=0)

    async def refresh(self) -> None:
        """Nothing is to be learned."""

    async def locate(self, topics: Any) -> None:
        """Nothing is to be learned."""

    def _read(self, request: Any) -> dict[TopicPartition, tuple[int, int, list[bytes]]]:
        found = {}
        for topic, parts in request.topics:
            for number, data in parts:
                batch = MemoryRecords(data).next_batch()
                found[TopicPartition(topic, number)] = (
                    batch.producer_id,
                    batch.base_sequence,
                    [record.value for record in batch],
                )
        return found


@pytest.fixture
def link() -> ScriptedLink:
    """Two brokers that take everything."""
    return ScriptedLink()


@pytest.fixture
async def sender(link: ScriptedLink, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sender]:
    """A sender to them."""
    monkeypatch.setattr(kafka_sender, "RETRY_SECONDS", 0.001)
    made = Sender(link, 1 << 20, 0.3)  # type: ignore[arg-type]
    yield made
    await made.close()


def send(sender: Sender, part: TopicPartition, *values: bytes) -> list[asyncio.Future[int]]:
    return [sender.send(part, value, None, ()) for value in values]


async def test_what_comes_during_a_request_goes_in_the_next_one_in_one_piece(
    link: ScriptedLink, sender: Sender
) -> None:
    link.gate.clear()
    futures = send(sender, A, b"1")
    await link.asked(1)
    futures += send(sender, A, b"2", b"3") + send(sender, B, b"4")
    await asyncio.sleep(0.01)
    link.gate.set()
    offsets = await asyncio.gather(*futures)

    assert offsets == [0, 1, 2, 0]
    assert link.sent == [
        (1, {A: (101, 0, [b"1"])}),
        (1, {A: (101, 1, [b"2", b"3"]), B: (101, 0, [b"4"])}),
    ]
    assert sender.ends == {A: 3, B: 1}


async def test_brokers_do_not_wait_for_one_another(link: ScriptedLink, sender: Sender) -> None:
    link.gate.clear()
    futures = send(sender, A, b"1") + send(sender, C, b"2")
    await link.asked(2)
    link.gate.set()
    await asyncio.gather(*futures)

    assert [node for node, _ in link.sent] == [1, 2]


@pytest.mark.parametrize(
    "trouble",
    [pytest.param(KafkaConnectionError("broken"), id="no answer"), pytest.param({A: NOT_LEADER}, id="not the leader")],
)
async def test_a_batch_is_sent_again_as_it_was(link: ScriptedLink, sender: Sender, trouble: Any) -> None:
    link.script = [trouble]
    first = send(sender, A, b"1", b"2")
    await link.asked(1)
    offsets = await asyncio.gather(*first, *send(sender, A, b"3"))

    assert offsets == [0, 1, 2]
    assert [sent[A] for _, sent in link.sent] == [(101, 0, [b"1", b"2"]), (101, 0, [b"1", b"2"]), (101, 2, [b"3"])]


async def test_a_batch_that_was_there_already_is_well(link: ScriptedLink, sender: Sender) -> None:
    link.ends[A] = 5
    link.script = [DUPLICATE]

    assert await asyncio.gather(*send(sender, A, b"1", b"2")) == [5, 6]


async def test_a_producer_that_is_forgotten_begins_anew(link: ScriptedLink, sender: Sender) -> None:
    await asyncio.gather(*send(sender, A, b"1"), *send(sender, B, b"2"))
    link.script = [{A: OUT_OF_ORDER}]
    await asyncio.gather(*send(sender, A, b"3"), *send(sender, B, b"4"))
    await asyncio.gather(*send(sender, A, b"5"), *send(sender, B, b"6"))

    assert [sent[A] for _, sent in link.sent if A in sent] == [
        (101, 0, [b"1"]),
        (101, 1, [b"3"]),
        (102, 0, [b"3"]),
        (102, 1, [b"5"]),
    ]
    assert [sent[B] for _, sent in link.sent if B in sent] == [(101, 0, [b"2"]), (101, 1, [b"4"]), (101, 2, [b"6"])]


async def test_what_waited_too_long_is_given_up_and_never_sent(link: ScriptedLink, sender: Sender) -> None:
    link.gate.clear()
    futures = send(sender, A, b"1")
    await link.asked(1)
    futures += send(sender, A, b"2") + send(sender, B, b"3")
    await asyncio.sleep(0.35)
    link.script = [KafkaConnectionError("broken")]
    link.gate.set()
    outcomes = await asyncio.gather(*futures, return_exceptions=True)
    await asyncio.gather(*send(sender, A, b"4"))

    assert [type(outcome) for outcome in outcomes] == [OperationalError] * 3
    assert [sent for _, sent in link.sent] == [{A: (101, 0, [b"1"])}, {A: (102, 0, [b"4"])}]


@pytest.mark.parametrize(
    ("error", "kind"),
    [pytest.param(TOO_LARGE, UserError, id="too large"), pytest.param(NO_RIGHT, OperationalError, id="not allowed")],
)
async def test_what_is_refused_for_good_fails_alone(
    link: ScriptedLink, sender: Sender, error: int, kind: type[Exception]
) -> None:
    link.script = [{A: error}]
    outcomes = await asyncio.gather(*send(sender, A, b"1"), *send(sender, B, b"2"), return_exceptions=True)
    after = await asyncio.gather(*send(sender, A, b"3"))

    assert isinstance(outcomes[0], kind)
    assert (outcomes[1], after) == (0, [0])


async def test_close_sends_what_waits(link: ScriptedLink, sender: Sender) -> None:
    futures = send(sender, A, b"1") + send(sender, C, b"2")
    await sender.close()

    assert [future.result() for future in futures] == [0, 0]
    with pytest.raises(OperationalError, match="closed"):
        send(sender, A, b"3")
