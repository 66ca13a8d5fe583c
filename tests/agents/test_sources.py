"""Poll and stream triggers on a real log: each thing heard starts one execution, whoever dies when.

Flow: a source that a test feeds → worker → start frames → events counted.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec
import pytest

from agents.plans import CatalogPlans
from agents.settings import WorkerSettings
from agents.worker import Worker, row_codecs
from nodes.sdk import Heard, Item, Items, NodeParams, Registry, Since, trigger
from schemas.commands import VersionSnapshot, WorkflowSnapshot, snapshot_key
from schemas.events import Event, ExecutionFinished, NodeFinished, event_id
from schemas.trigger import Schedule, Source
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.stores.views import CatalogView
from streams.topics import all_topics
from streams.transports.broker import Broker
from tests.agents.simulation import Calm, MemoryBlobs
from tests.agents.test_recovery import events_of
from tests.agents.toys import TOYS, workflow
from tests.agents.worlds import COMMITS, World, opened
from tests.conformance.transports import KAFKA

SETTINGS = StreamSettings(broker="memory://", partitions=1, commit_interval=0.01)
SECOND = [Schedule("S", "", every=1, unit="seconds")]


class Nothing(NodeParams):
    """No parameters."""


class Feed:
    """What a source has to tell: a list that grows, read from a position on; ``fail`` makes the next look fail."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.looks: list[Any] = []
        self.fail = False
        self.activated: list[bool] = []

    def tell(self, since: Since) -> Heard:
        self.looks.append(since.state)
        if self.fail:
            self.fail = False
            raise ValueError("no")
        at = since.state or 0
        return Heard([Item(json={"text": text}) for text in self.texts[at:]], len(self.texts))


async def poll(params: Nothing, since: Since, feed: Feed) -> Heard:
    return feed.tell(since)


async def listen(params: Nothing, since: Since, feed: Feed) -> AsyncIterator[Heard]:
    feed.activated.append(since.activated)
    at = since.state or 0
    while True:
        if at < len(feed.texts):
            yield Heard([Item(json={"text": feed.texts[at]})], at := at + 1)
        else:
            await asyncio.sleep(0.002)


@trigger("polled", kind="poll", poll=poll)
async def polled(params: Nothing) -> Items:
    """Poll."""
    return []


@trigger("heard", kind="stream", listen=listen)
async def heard(params: Nothing) -> Items:
    """Listen."""
    return []


REGISTRY = Registry([*TOYS, polled, heard])
TYPES = [each.name for each in REGISTRY]


class House:
    """A worker on a broker, with one workflow that a source starts."""

    def __init__(
        self, broker: Any, feed: Feed, source: Source, settings: StreamSettings = SETTINGS, name: str = "w"
    ) -> None:
        self.broker = broker
        self._name = name
        self.view = CatalogView()
        self.streams: Streams = build_app(settings, TYPES, row_codecs(), broker=broker)
        self._source = source
        self._offset = 0

        class Reaching(Calm):
            def capabilities(self, *_: Any) -> Mapping[type, Any]:
                return {Feed: feed}

        self.publish("v1")
        self.worker = Worker(
            self.streams,
            REGISTRY,
            CatalogPlans(self.view, REGISTRY, "UTC", MemoryBlobs()),
            Reaching(),
            MemoryBlobs(),
            None,
            WorkerSettings(drain_seconds=0),
            view=self.view,
        )

    def publish(self, version: str, *, active: bool = True) -> None:
        raw = workflow({"S": self._source.type, "P": "pass"}, ["S > P"])
        made = VersionSnapshot(version, self._name, raw, 0, sources=[self._source])
        flow = WorkflowSnapshot(self._name, "W", 1, version, 0, 0, active=active, published=version)
        for one in (made, flow):
            self.view.apply([(self._offset, snapshot_key(one), one)])
            self._offset += 1

    async def __aenter__(self) -> "House":
        await self.streams.start()
        await self.worker.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.worker.stop()
        await self.streams.app.stop()


def new_broker() -> Broker:
    return Broker(all_topics(TYPES), SETTINGS.partitions)


async def told(broker: Broker) -> list[list[str]]:
    """Give what each execution that ended began with."""
    return openings(await events_of(broker))


async def begun(world: World) -> list[list[str]]:
    """The same, of a world's story."""
    return openings(await world.events())


def openings(told: list[Event]) -> list[list[str]]:
    events = {event_id(event): event for event in told}.values()
    ended = {event.execution for event in events if isinstance(event, ExecutionFinished)}
    found = [e for e in events if isinstance(e, NodeFinished) and e.node == "S" and e.execution in ended]
    return [[item["json"]["text"] for item in msgspec.json.decode(bytes(e.outputs))[0]] for e in found]


async def until(done: Callable[[], Any], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not await done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_a_poll_goes_on_from_where_it_was_also_after_a_failure_and_a_restart() -> None:
    broker, feed = new_broker(), Feed("a", "b")
    source = Source("S", "polled", SECOND)

    async def count(wanted: int) -> bool:
        return len(await told(broker)) >= wanted

    async with House(broker, feed, source):
        await until(lambda: count(1))
        feed.texts.append("c")
        feed.fail = True
        await until(lambda: count(2))
    feed.texts.append("d")
    async with House(broker, feed, source):
        await until(lambda: count(3))

    assert await told(broker) == [["a", "b"], ["c"], ["d"]]
    assert feed.looks[0] is None


async def test_a_source_is_left_alone_when_its_workflow_is_not_active_and_goes_on_later() -> None:
    broker, feed = new_broker(), Feed("a")

    async def heard_all() -> bool:
        return sum(map(len, await told(broker))) == len(feed.texts)

    async with House(broker, feed, Source("S", "heard")) as house:
        await until(heard_all)
        house.publish("v2", active=False)
        await until(lambda: _idle(house))
        feed.texts.append("b")
        await asyncio.sleep(0.05)
        quiet = await told(broker)
        house.publish("v3")
        await until(heard_all)
    feed.texts.append("c")
    async with House(broker, feed, Source("S", "heard")):
        await until(heard_all)

    assert quiet == [["a"]]
    assert await told(broker) == [["a"], ["b"], ["c"]]
    assert feed.activated == [True, True, False]


async def _idle(house: House) -> bool:
    triggers = house.worker._triggers
    assert triggers is not None
    return not triggers._listening._following


@pytest.fixture
async def world(anywhere: StreamSettings) -> AsyncIterator[World]:
    """An empty world of each kind."""
    async with opened(anywhere, TYPES) as made:
        yield made


WAYS = [*[("memory", commits) for commits in COMMITS], (KAFKA, "never"), (KAFKA, "as it goes")]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("anywhere", "commits"), WAYS, indirect=["anywhere"])
async def test_death_after_any_record_loses_and_repeats_nothing(world: World, commits: str) -> None:
    world.commit(commits)
    for budget in range(60):
        await world.renew()
        feed = Feed("a", "b", "c")

        def build(log: Any, settings: StreamSettings, feed: Feed = feed, at: int = budget) -> tuple[Streams, Worker]:
            # How far a source got outlives the story: each has a workflow of its own.
            house = House(log, feed, Source("S", "heard"), settings, f"w{at}")
            return house.streams, house.worker

        async with world.life(build, budget) as (_, dead):
            survived = await world.until_ended(3, dead)
        async with world.life(build):
            await world.until_ended(3)
            heard = await begun(world)

        assert Counter(map(tuple, heard)) == Counter([("a",), ("b",), ("c",)]), f"after {budget} records"
        if survived:
            assert budget > 5
            return
    raise AssertionError("the worker always died")
