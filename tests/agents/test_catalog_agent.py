"""The catalog agent on a real log in memory: durable, answered, repeated, restarted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from agents.catalog_agent import attach_catalog
from schemas.commands import ActivateWorkflow, Answer, Change, Command, CreateWorkflow, DeleteWorkflow, UpdateWorkflow
from schemas.task import DeadLetter, ReplyFrame
from streams.app import build_app
from streams.codecs import decode, encode
from streams.settings import StreamSettings
from streams.stores.views import CatalogView
from streams.topics import CATALOG, COMMANDS, DEAD_LETTERS, REPLIES, all_topics
from streams.transports.broker import Broker
from streams.transports.embedded import open_broker
from streams.transports.protocol import Reader, Record
from tests.agents.catalogs import REGISTRY, served

SETTINGS = StreamSettings(partitions=2)
BOOT = 1


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    broker = open_broker(SETTINGS, all_topics([]))
    yield broker
    await broker.close()


class Client:
    """Who sends commands and waits for replies."""

    def __init__(self, broker: Broker, replies: Reader, view: CatalogView) -> None:
        self.broker = broker
        self.view = view
        self._replies = replies

    async def send(self, *commands: tuple[str, Change], partition: int = 0) -> None:
        for name, change in commands:
            command = Command(name, change, at=0, boot="b", partition=BOOT, request=int(name))
            await self.broker.send(COMMANDS, partition, encode(command))

    async def answers(self, count: int) -> dict[int, Answer]:
        found: dict[int, Answer] = {}
        while len(found) < count:
            for record in await self._replies.read():
                for reply in decode(record.value or b"", ReplyFrame).replies:
                    assert reply.boot == "b"
                    found[reply.request] = msgspec.json.decode(reply.body, type=Answer)
        return found

    async def ask(self, name: str, change: Change) -> Answer:
        await self.send((name, change))
        return (await self.answers(1))[int(name)]

    async def records(self, topic: str, partition: int = 0) -> list[Record]:
        end = (await self.broker.ends(topic)).get(partition, 0)
        reader = await self.broker.reader(topic, [partition], "earliest")
        found: list[Record] = []
        while len(found) < end:
            found += await reader.read()
        await reader.close()
        return found


@asynccontextmanager
async def running(broker: Broker) -> AsyncIterator[Client]:
    """Run a catalog agent on the log, as one process would."""
    view = CatalogView()
    streams = build_app(SETTINGS, [], broker=broker)
    attach_catalog(streams, REGISTRY, view)
    following = asyncio.create_task(view.follow(broker))
    replies = await broker.reader(REPLIES, [BOOT], "latest")
    await streams.start()
    yield Client(broker, replies, view)
    await streams.stop()
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await replies.close()


async def test_an_accepted_command_can_be_read_at_its_answers_offset(broker):
    async with running(broker) as client:
        other = CatalogView()
        following = asyncio.create_task(other.follow(broker))

        answer = await client.ask("1", CreateWorkflow("w1", served()))
        await other.wait(answer.offset)

        assert answer.ok
        assert answer.body["workflow"]["nodes"] == served()["nodes"]
        assert other.workflow("w1") == client.view.workflow("w1")
        assert other.position == answer.offset + 1
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_the_catalog_has_a_record_for_each_aggregate(broker):
    async with running(broker) as client:
        answer = await client.ask("1", CreateWorkflow("w1", served()))

        keys = [record.key for record in await client.records(CATALOG)]

    assert keys == [f"version/w1/{answer.body['versionId']}".encode(), b"workflow/w1"]


async def test_commands_are_decided_in_their_order(broker):
    async with running(broker) as client:
        await client.send(
            ("1", CreateWorkflow("w1", served())),
            ("2", CreateWorkflow("w2", served(name="Rival"))),
            ("3", ActivateWorkflow("w1", expected=1)),
            ("4", ActivateWorkflow("w2", expected=1)),
            ("5", DeleteWorkflow("w1", expected=2)),
            ("6", ActivateWorkflow("w2", expected=1)),
        )

        answers = await client.answers(6)

    assert [answers[at].ok for at in range(1, 7)] == [True, True, True, False, True, True]
    assert answers[4].body["kind"] == "ConflictError"
    assert 'active workflow "Orders"' in answers[4].body["message"]


async def test_a_repeated_command_changes_nothing(broker):
    async with running(broker) as client:
        first = await client.ask("1", CreateWorkflow("w1", served()))
        end = await broker.ends(CATALOG)

        again = await client.ask("1", CreateWorkflow("w1", served()))

        assert again == first
        assert await broker.ends(CATALOG) == end


async def test_the_next_process_goes_on_where_the_last_one_stopped(broker):
    async with running(broker) as client:
        created = await client.ask("1", CreateWorkflow("w1", served()))

    async with running(broker) as client:
        repeated = await client.ask("1", CreateWorkflow("w1", served()))
        updated = await client.ask("2", UpdateWorkflow("w1", served("bills"), expected=1))

    assert repeated.body == created.body
    assert (updated.ok, updated.body["revision"]) == (True, 2)


@pytest.mark.parametrize(
    ("value", "partition", "reason"),
    [
        pytest.param(b"nonsense", 0, "could not decode", id="undecodable"),
        pytest.param(b"", 0, "could not decode", id="empty"),
        pytest.param(None, 0, "could not decode", id="no value"),
        pytest.param(encode(Command("9", DeleteWorkflow("w1"), 0)), 1, "belong to partition 0", id="another partition"),
    ],
)
async def test_what_is_no_command_goes_to_dead_letters(value, partition, reason, broker):
    async with running(broker) as client:
        await broker.send(COMMANDS, partition, value)
        letters = await broker.reader(DEAD_LETTERS, [partition], "earliest")
        [record] = await letters.read(wait_seconds=10)
        answer = await client.ask("1", CreateWorkflow("w1", served()))

        letter = decode(record.value or b"", DeadLetter)
        assert reason in letter.reason
        assert (letter.topic, letter.partition, letter.offset) == (COMMANDS, partition, 0)
        assert letter.raw == value
        assert answer.ok


async def test_a_command_without_anybody_waiting_is_carried_out(broker):
    async with running(broker) as client:
        await broker.send(COMMANDS, 0, encode(Command("1", CreateWorkflow("w1", served()), 0)))
        await client.view.wait(1)

        assert client.view.workflow("w1") is not None
