"""The gatherer merges tasks into frames, splits them by size, and answers for each task."""

import asyncio

import pytest

from schemas.errors import Overloaded, UserError
from schemas.item import Item
from schemas.task import Frame, Start, Task
from streams import codecs
from streams.frames import BYTES_MAX, TASKS_MAX, Gatherer
from streams.topics import Topic
from streams.transports.broker import Broker
from tests.conformance.transports import until

TOPIC = "millrace.node.set"


class SlowLog(Broker):
    """A log in memory whose records become durable when the test says so."""

    def __init__(self) -> None:
        super().__init__([Topic(TOPIC)], 4)
        self.sent: list[tuple[int, bytes]] = []
        self.waiting: list[asyncio.Future[int]] = []

    def send(self, topic, partition, value, *, key=None, headers=()):  # type: ignore[no-untyped-def]
        if len(value) > 1 << 20:
            raise UserError("too large")
        self.sent.append((partition, value))
        self.waiting.append(asyncio.get_running_loop().create_future())
        return self.waiting[-1]

    def frames(self) -> list[list[str]]:
        return [[task.execution for task in codecs.decode(value, Frame).tasks] for _, value in self.sent]


def task(name: str, size: int = 0) -> Task:
    start = Start(items=[Item({"text": "x" * size})]) if size else None
    return Task(name, "w", "v", "n", 1, start=start)


async def turn() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_a_lone_task_goes_at_once() -> None:
    log = SlowLog()
    future = Gatherer(log).add(TOPIC, 1, task("a"), 7)
    await turn()

    assert log.frames() == [["a"]]
    assert codecs.decode(log.sent[0][1], Frame) == Frame([task("a")], 7)
    assert not future.done()
    log.waiting[0].set_result(42)
    assert await future == 42


async def test_tasks_gather_while_a_frame_is_on_its_way() -> None:
    log = SlowLog()
    gatherer = Gatherer(log)
    first = gatherer.add(TOPIC, 0, task("a"))
    await turn()
    later = [gatherer.add(TOPIC, 0, task(name), catalog) for name, catalog in (("b", 3), ("c", 9), ("d", -1))]
    other = gatherer.add(TOPIC, 1, task("e"))
    await turn()
    before = log.frames()
    log.waiting[0].set_result(0)
    await turn()

    assert before == [["a"], ["e"]]
    assert log.frames() == [["a"], ["e"], ["b", "c", "d"]]
    assert codecs.decode(log.sent[2][1], Frame).catalog == 9
    log.waiting[2].set_result(1)
    await turn()
    assert [future.result() for future in (first, *later)] == [0, 1, 1, 1]
    assert not other.done()


async def test_a_frame_waits_no_longer_than_the_bound() -> None:
    log = SlowLog()
    gatherer = Gatherer(log)
    gatherer.add(TOPIC, 0, task("a"))
    await turn()
    gatherer.add(TOPIC, 0, task("b"))
    await until(lambda: len(log.sent) == 2)

    assert log.frames() == [["a"], ["b"]]


async def test_a_frame_has_no_more_tasks_than_the_bound() -> None:
    log = SlowLog()
    gatherer = Gatherer(log)
    for n in range(TASKS_MAX + 10):
        gatherer.add(TOPIC, 0, task(str(n)))
    before = [len(frame) for frame in log.frames()]
    log.waiting[0].set_result(0)
    await turn()

    assert before == [TASKS_MAX]
    assert log.frames() == [[str(n) for n in range(TASKS_MAX)], [str(n) for n in range(TASKS_MAX, TASKS_MAX + 10)]]


async def test_frames_are_split_by_their_size() -> None:
    log = SlowLog()
    gatherer = Gatherer(log)
    for n in range(12):
        gatherer.add(TOPIC, 0, task(str(n), 100_000))
    await turn()
    for future in log.waiting:
        future.set_result(0)
    await turn()

    assert [name for frame in log.frames() for name in frame] == [str(n) for n in range(12)]
    for _, value in log.sent:
        frame = codecs.decode(value, Frame)
        assert len(codecs._json.encode(frame)) <= BYTES_MAX


async def test_what_cannot_be_stored_is_the_senders_error() -> None:
    gatherer = Gatherer(Broker([Topic(TOPIC)], 4))
    large = Task("e", "w", "v", "".join(map(str, range(400_000))), 1)

    with pytest.raises(UserError, match="too large"):
        await gatherer.add(TOPIC, 0, large)
    assert await gatherer.add(TOPIC, 0, task("small")) == 0
    assert gatherer.pending == 0


async def test_too_much_that_waits_is_refused() -> None:
    log = SlowLog()
    gatherer = Gatherer(log, pending_bytes=10_000)
    future = gatherer.add(TOPIC, 0, task("a", 6_000))
    with pytest.raises(Overloaded):
        gatherer.add(TOPIC, 1, task("b", 6_000))
    await turn()
    log.waiting[0].set_result(0)
    await future

    gatherer.add(TOPIC, 1, task("b", 6_000))
    await turn()
    assert log.frames() == [["a"], ["b"]]


async def test_a_failure_of_the_log_reaches_every_task() -> None:
    log = SlowLog()
    gatherer = Gatherer(log)
    futures = [gatherer.add(TOPIC, 0, task(name)) for name in "ab"]
    await turn()
    log.waiting[0].set_exception(UserError("no"))

    answers = await asyncio.gather(*futures, return_exceptions=True)
    assert [str(answer) for answer in answers] == ["no", "no"]
    assert gatherer.pending == 0


async def test_a_sender_that_went_away_harms_no_other() -> None:
    log = SlowLog()
    gatherer = Gatherer(log)
    gone, stays = gatherer.add(TOPIC, 0, task("a")), gatherer.add(TOPIC, 0, task("b"))
    await turn()
    gone.cancel()
    log.waiting[0].set_result(3)

    assert await stays == 3
