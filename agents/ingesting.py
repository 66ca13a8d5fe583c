"""Ingesting: the subscriptions of active workflows as running feeds, and the public topic.

Flow: catalog view (active versions) → **ingesting** → feeds, public topic → start frames.

Every worker runs all of them: Kafka's own groups share the partitions between the workers.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.placing import holding_in
from nodes.data.kafka_client import RealKafka
from nodes.data.kafka_connection import cluster, registry
from nodes.data.kafka_values import Values
from nodes.sdk.context import Blobs, Credentials
from schemas.errors import MillraceError, UserError
from schemas.item import Item, Items
from schemas.trigger import Subscription
from streams.app import Streams
from streams.ingest import Ingest, Target
from streams.ingest_topic import PublicTopic
from streams.stores.views import CatalogView
from streams.topics import CATALOG
from streams.transports.protocol import Record

RETRY_SECONDS = 10.0
Open = Callable[[Mapping[str, Any]], Credentials]
"""Gives the credentials that a node names."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Running:
    """A subscription that is being read; ``target`` is what it starts now."""

    subscription: Subscription
    target: Target
    credentials: Credentials
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    feed: Any = None
    trouble: str | None = None
    task: asyncio.Task[None] | None = None


class Ingesting:
    """Starts and stops feeds as workflows are activated, changed and deactivated."""

    def __init__(self, streams: Streams, view: CatalogView, blobs: Blobs, credentials: Open, kafka: RealKafka) -> None:
        self._streams = streams
        self._view = view
        self._blobs = blobs
        self._open = credentials
        self._kafka = kafka
        self._public = PublicTopic(streams.log, view, self._ingest(), streams.settings.session_timeout)
        self._running: dict[tuple[str, str], _Running] = {}
        self._changed = asyncio.Event()
        self._forget: Callable[[], None] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to read."""
        self._public.start()
        self._forget = self._view.on_change(lambda _: self._changed.set())
        self._task = asyncio.create_task(self._follow(), name="ingesting")

    async def stop(self) -> None:
        """Finish what was read, and leave all groups."""
        if self._forget is not None:
            self._forget()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.gather(self._public.stop(), *(self._end(key) for key in list(self._running)))

    def troubles(self) -> dict[tuple[str, str], str]:
        """Say what keeps subscriptions from being read, by workflow and node."""
        found = {key: each.trouble if each.feed is None else each.feed.trouble for key, each in self._running.items()}
        return {key: text for key, text in found.items() if text is not None}

    async def _follow(self) -> None:
        """Make what runs agree with what is active, now and whenever the catalog changes."""
        while True:
            self._changed.clear()
            try:
                ends = await self._streams.log.ends(CATALOG)
                await self._view.wait(ends.get(0, 0) - 1)  # a view that lags would make subscriptions look ended
                await self._reconcile()
            except Exception:
                log.exception("reconciling subscriptions failed; trying again")
                await asyncio.sleep(1)
                continue
            await self._changed.wait()

    async def _reconcile(self) -> None:
        wanted = {
            (flow.id, one.node): (one, Target(flow.id, version.id, one.node, one.type, self._view.position - 1))
            for flow, version in self._view.live()
            for one in version.subscriptions
        }
        for key, running in list(self._running.items()):
            if key not in wanted or wanted[key][0] != running.subscription:
                await self._end(key)
        for key, (subscription, target) in wanted.items():
            if key in self._running:
                self._running[key].target = target  # another version, and nothing that a consumer would notice
            else:
                self._begin(key, subscription, target)

    def _begin(self, key: tuple[str, str], subscription: Subscription, target: Target) -> None:
        log.info("subscribing", extra={"workflow": key[0], "node": key[1], "topics": subscription.topics})
        opened = self._open(self._references(target))
        self._running[key] = running = _Running(subscription, target, opened)
        running.task = asyncio.create_task(self._run(running), name=f"feed {key[0]}/{key[1]}")

    async def _end(self, key: tuple[str, str]) -> None:
        running = self._running.pop(key)
        running.stopping.set()
        if running.feed is not None:
            running.feed.stop()
        if running.task is not None:
            await asyncio.gather(running.task, return_exceptions=True)

    async def _run(self, running: _Running) -> None:
        """Read a subscription until it ends; where its credential is missing, look again now and then."""
        from streams.ingest_feed import Feed, FeedSettings  # brings librdkafka, which an installation may not need

        while not running.stopping.is_set():
            one = running.subscription
            try:
                config = await cluster(running.credentials, one.brokers)
                decode = await self._decoding(one, running.credentials)
            except Exception as bad:
                running.trouble = bad.message if isinstance(bad, MillraceError) else repr(bad)
                log.warning("a subscription waits", extra={"topics": one.topics, "reason": running.trouble})
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(running.stopping.wait(), RETRY_SECONDS)
                continue
            settings = FeedSettings(
                config | _membership(one),
                one.topics, one.start, one.batch, one.wait_ms / 1000, one.order, one.session_ms / 1000,
            )  # fmt: skip
            running.feed = Feed(settings, self._ingest(), lambda: running.target, decode)
            await running.feed.run()

    def _references(self, target: Target) -> Mapping[str, Any]:
        """Give what the trigger's node names as its credentials."""
        version = self._view.version(target.workflow, target.version)
        nodes = version.body.get("nodes") if version else None
        named = [node for node in nodes or [] if isinstance(node, dict) and node.get("name") == target.node]
        return (named[-1].get("credentials") or {}) if named else {}

    async def _decoding(self, one: Subscription, credentials: Credentials) -> Any:
        """Say how the records of a subscription become items: beside the loop where a registry may be asked."""
        if one.options.get("format") != "registry":
            values = Values(one.options)

            async def at_once(records: Sequence[Record]) -> list[Item | MillraceError]:
                return _items(values, records)

            return at_once
        settings = await registry(credentials, str(one.options.get("registry") or ""))
        schemas = await asyncio.to_thread(self._kafka.registry, settings)
        described = Values(one.options, schemas.decode)

        async def beside(records: Sequence[Record]) -> list[Item | MillraceError]:
            return await asyncio.to_thread(_items, described, records)

        return beside

    def _ingest(self) -> Ingest:
        return Ingest(self._streams.log, self._blobs.put, self._streams.settings.partitions, self._home)

    def _home(self, target: Target, items: Items) -> str | None:
        """Name the partition in which executions wait for each other, if those of the workflow do."""
        holding = holding_in(self._view, target.workflow, target.version)
        return holding.of(items).name if holding is not None else None


def _membership(one: Subscription) -> dict[str, Any]:
    """Say how a group is joined, as librdkafka's settings."""
    found: dict[str, Any] = {"group.id": one.group, "session.timeout.ms": one.session_ms}
    if one.heartbeat_ms:
        found["heartbeat.interval.ms"] = one.heartbeat_ms
    return found | ({"allow.auto.create.topics": True} if one.make_topics else {})


def _items(values: Values, records: Sequence[Record]) -> list[Item | MillraceError]:
    """Make an item of each record, or keep why it cannot be decoded. Raises OperationalError."""
    made: list[Item | MillraceError] = []
    for record in records:
        try:
            made.append(values.item(record))
        except UserError as bad:
            made.append(bad)
    return made
