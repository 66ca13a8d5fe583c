"""The shell at its edges: what does not decode, has no plan, cannot be stored, or is cancelled while it runs.

Flow: odd records on the log → worker → dead letters, errors, and the next execution all the same.
"""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from agents.plan import Plan
from agents.state import Mark, State
from agents.worker import Worker
from schemas.errors import NotFoundError
from schemas.events import ExecutionFinished
from schemas.identifiers import new_execution_id
from schemas.item import Item
from schemas.looking import Seen
from schemas.task import Control, ControlFrame, DeadLetter, Frame, ReplyFrame, ReplyTo, Start, Task
from streams import codecs
from streams.app import Streams
from streams.settings import StreamSettings
from streams.topics import CONTROL, DEAD_LETTERS, REPLIES, node_topic
from tests.agents.test_recovery import OnePlan, build, events_of, send, start, until_ended
from tests.agents.toys import workflow

FLOW = workflow({"S": "begin", "K": "keyed", "P": "pass"}, ["S > K", "K > P"])


class House:
    """A worker on a log of its own."""

    def __init__(self, streams: Streams, worker: Worker) -> None:
        self.log = streams.log
        self.streams = streams
        self.worker = worker

    async def letters(self, count: int) -> list[DeadLetter]:
        reader = await self.log.reader(DEAD_LETTERS, [0], "earliest")
        found: list[DeadLetter] = []
        while len(found) < count:
            found += [codecs.decode(record.value or b"", DeadLetter) for record in await reader.read()]
        return found

    async def ends(self, count: int) -> list[ExecutionFinished]:
        await until_ended(self.log, count)
        return [event for event in await events_of(self.log) if isinstance(event, ExecutionFinished)]


@pytest.fixture
async def house(request: pytest.FixtureRequest, anywhere: StreamSettings) -> AsyncIterator[House]:
    streams, worker = build(None, getattr(request, "param", FLOW), settings=anywhere)
    await streams.start()
    await worker.start()
    yield House(streams, worker)
    await worker.stop()
    await streams.stop()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(b"garbage", "does not start with our mark", id="no record of ours"),
        pytest.param(codecs.encode(Frame([]))[:-3], "could not decode", id="cut off"),
        pytest.param(codecs.encode(ControlFrame([])), "could not decode", id="something else"),
    ],
)
async def test_an_undecodable_record_goes_to_dead_letters_and_blocks_nothing(
    house: House, raw: bytes, reason: str
) -> None:
    await house.log.send(node_topic("begin"), 0, raw)
    await send(house.log, start(new_execution_id()))

    (end,) = await house.ends(1)
    (letter,) = await house.letters(1)

    assert end.status == "success"
    assert reason in letter.reason
    assert letter.raw == raw
    assert (letter.topic, letter.offset) == (node_topic("begin"), 0)


class NoPlan(OnePlan):
    """Knows one version only."""

    def cached(self, workflow: str, version: str) -> Plan | None:  # type: ignore[override]
        return self.plan if version == "v" else None

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        raise NotFoundError(f'workflow "{workflow}" has no version "{version}"')


async def test_a_task_without_its_plan_goes_to_dead_letters(house: House) -> None:
    house.worker._engine._plans = NoPlan(FLOW)
    lost = Task(new_execution_id(), "w", "gone", "S", 1, start=Start(items=[]))
    await send(house.log, lost, start(new_execution_id()))

    (end,) = await house.ends(1)
    (letter,) = await house.letters(1)

    assert end.status == "success"
    assert letter.task == lost
    assert 'no version "gone"' in letter.reason


@pytest.mark.parametrize(
    "house", [workflow({"S": "begin", "N": "hoard", "K": "keyed"}, ["S > N", "N > K"])], indirect=True
)
async def test_what_cannot_be_stored_is_an_error_of_the_execution(house: House) -> None:
    large, small = new_execution_id(), new_execution_id()
    task = Task(large, "w", "v", "S", 1, start=Start(items=[Item(json={"hoard": 3_000_000})]))
    await send(house.log, task, start(small))

    ends = {end.execution: end for end in await house.ends(2)}

    assert ends[small].status == "success"
    assert ends[large].status == "error"
    error = ends[large].error
    assert error is not None
    assert "too large" in error.message


@pytest.mark.parametrize("house", [workflow({"S": "begin", "H": "hang"}, ["S > H"])], indirect=True)
async def test_cancel_interrupts_what_runs(house: House) -> None:
    execution = new_execution_id()
    await send(house.log, start(execution))
    while house.streams.table("executions").get(execution) is None:  # noqa: ASYNC110
        await asyncio.sleep(0.005)

    await house.log.send(CONTROL, 0, codecs.encode(ControlFrame([Control(execution, "cancel", 1, "enough")])))
    (end,) = await house.ends(1)

    assert end.status == "cancelled"
    assert end.error is not None
    assert end.error.message == "enough"
    while any(committed < there for committed, there in house.streams.progress(0).values()):  # noqa: ASYNC110
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("house", "flying"),
    [
        pytest.param(workflow({"S": "begin", "H": "hang"}, ["S > H"]), ["H"], id="runs"),
        pytest.param(FLOW, None, id="has ended"),
    ],
    indirect=["house"],
)
async def test_whoever_looks_is_told_how_an_execution_stands(house: House, flying: list[str] | None) -> None:
    execution = new_execution_id()
    await send(house.log, start(execution))
    wanted = State if flying else Mark
    while not isinstance(house.streams.table("executions").get(execution), wanted):  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    replies = await house.log.reader(REPLIES, [0], "latest")

    looks = [Control(name, "look", 1, look=ReplyTo("boot", 0, 7)) for name in (execution, new_execution_id())]
    await house.log.send(CONTROL, 0, codecs.encode(ControlFrame(looks)))
    answers: list[Seen | None] = []
    async with asyncio.timeout(30):
        while len(answers) < 2:
            for record in await replies.read():
                told = codecs.decode(record.value or b"", ReplyFrame).replies
                answers += [msgspec.json.decode(one.body, type=Seen | None) for one in told if one.request == 7]

    seen, missing = answers
    assert missing is None
    assert seen is not None
    assert seen.status == ("running" if flying else "success")
    assert [one.node for one in seen.flying] == (flying or [])
    assert seen.workflow == ("w" if flying else "")
