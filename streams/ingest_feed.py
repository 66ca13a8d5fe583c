"""Feed: one subscription, read for as long as it runs; every record, or batch, starts an execution.

Flow: topics elsewhere → consumer → **feed** (cut, decode) → start frames durable → offsets committed.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from schemas.errors import MillraceError, OperationalError
from schemas.item import Item
from schemas.task import Origin
from streams.ingest import FENCE, Fence, Ingest, Opening, Target, source_name, start_id
from streams.ingest_consumer import Consumer, Part, Place, Taken
from streams.ingest_cutting import CUTS_MAX, Batch, Cut, Cutter, read_plan, write_plan
from streams.transports.protocol import Record

READ_RECORDS = 500
READ_WAIT_SECONDS = 0.5
RETRY_SECONDS = 1.0
RETRY_SECONDS_MAX = 30.0

logger = logging.getLogger(__name__)

Decode = Callable[[Sequence[Record]], Awaitable[list[Item | MillraceError]]]
"""Makes an item of each record, or says why it cannot; raises OperationalError where trying again may help."""


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """What is read, and how; ``config`` is librdkafka's. A batch of 1 starts an execution per record."""

    config: Mapping[str, Any]
    topics: Sequence[str]
    start: Literal["earliest", "latest"] = "earliest"
    batch: int = 1
    wait_seconds: float = 1.0
    order: Literal["", "key", "partition"] = ""
    session_seconds: float = 30.0


class Feed:
    """Reads until it is stopped, and comes back by itself after trouble; ``trouble`` says what keeps it from reading.

    ``target`` gives what a record starts now: it may change from one version of the workflow to the next.
    """

    def __init__(self, settings: FeedSettings, ingest: Ingest, target: Callable[[], Target], decode: Decode) -> None:
        self.trouble: str | None = None
        self._settings = settings
        self._ingest = ingest
        self._target = target
        self._decode = decode
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Ask it to finish what was read, commit it and leave the group; ``run`` then returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Read and start."""
        pause = RETRY_SECONDS
        while not self._stopping.is_set():
            consumer = Consumer(self._settings.config, self._settings.topics, self._settings.start)
            try:
                await consumer.open()
                await _Session(self._settings, self._ingest, self._target, self._decode, consumer).run(self)
            except Exception as bad:  # what was not committed comes again
                pause = RETRY_SECONDS if self.trouble is None else min(pause * 2, RETRY_SECONDS_MAX)
                self.trouble = bad.message if isinstance(bad, MillraceError) else repr(bad)
                unknown = None if isinstance(bad, MillraceError) else bad
                extra = {"topics": list(self._settings.topics), "reason": self.trouble}
                logger.warning("a subscription is read again", extra=extra, exc_info=unknown)
            finally:
                await _closed(consumer)
            if not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause)

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopping.is_set()


class _Session:
    """What is known while one consumer lives."""

    def __init__(
        self,
        settings: FeedSettings,
        ingest: Ingest,
        target: Callable[[], Target],
        decode: Decode,
        consumer: Consumer,
    ) -> None:
        self._settings = settings
        self._ingest = ingest
        self._target = target
        self._decode = decode
        self._consumer = consumer
        self._cutters: dict[Part, Cutter] = {}
        self._committed: dict[Part, Place] = {}
        self._sources: dict[Part, str] = {}
        self._fence = Fence(settings.session_seconds * FENCE, self._prove)

    async def run(self, feed: Feed) -> None:
        """Read, start, commit, until the feed stops."""
        while not feed.stopping:
            taken = await self._consumer.read(READ_RECORDS, self._wait())
            feed.trouble = None
            await self._rebalance(taken)
            now = time.monotonic()
            for record in taken.records:
                self._cutters[record.topic, record.partition].add(record, now)
            for part, end in taken.ends.items():
                self._cutters[part].reached(end)
            limit = READ_RECORDS if self._settings.batch == 1 else CUTS_MAX
            batches = {part: cutter.take(now, limit) for part, cutter in self._cutters.items()}
            await self._begin({part: found for part, found in batches.items() if found})

    async def _rebalance(self, taken: Taken) -> None:
        for part in taken.gone:
            self._cutters.pop(part, None)
            self._committed.pop(part, None)
        for part, place in taken.came.items():
            planned = read_plan(place.metadata, place.offset)
            self._cutters[part] = Cutter(self._settings.batch, self._settings.wait_seconds, planned)
            self._committed[part] = place
            group, cluster = self._settings.config.get("group.id"), self._consumer.clusters[part[0]]
            self._sources[part] = source_name(group, cluster, *part)
        # A group that begins at the end must find that place again, also if nothing comes before its next start.
        fresh = {part: place for part, place in taken.came.items() if place.fresh}
        if fresh:
            await self._commit(fresh)

    async def _begin(self, batches: Mapping[Part, list[Batch]]) -> None:
        if not batches:
            return
        if self._settings.batch > 1:
            await self._commit({part: self._plan(part, found) for part, found in batches.items()})
        openings: list[Opening] = []
        target = self._target()
        for part, found in batches.items():
            openings += await self._openings(target, part, found)
        await self._ingest.begin(openings, self._fence)
        done = {part: found[-1].cut.last + 1 for part, found in batches.items()}
        try:
            await self._commit(
                {part: Place(next_, write_plan(self._cutters[part].planned)) for part, next_ in done.items()}
            )
        except OperationalError as bad:  # they are durable; should they come again, they start nothing
            logger.info("could not commit what was read", extra={"reason": bad.message})

    def _plan(self, part: Part, batches: list[Batch]) -> Place:
        cuts = [*(batch.cut for batch in batches), *self._cutters[part].planned]
        return Place(self._committed[part].offset, write_plan(cuts))

    async def _openings(self, target: Target, part: Part, batches: list[Batch]) -> list[Opening]:
        records = [record for batch in batches for record in batch.records]
        made = iter(await self._decode(records))
        openings = []
        for cut, members in batches:
            items: list[Item] = []
            for record in members:
                found = next(made)
                if isinstance(found, Item):
                    items.append(found)
                else:
                    await self._ingest.bury(record, found, target)
            if items:
                openings.append(self._opening(target, part, cut, items, members))
        return openings

    def _opening(self, target: Target, part: Part, cut: Cut, items: list[Item], records: list[Record]) -> Opening:
        topic, partition = part
        home = None
        if self._settings.order:
            key = records[0].key if self._settings.order == "key" and self._settings.batch == 1 else None
            home = f"{topic}/{partition}" if key is None else key.decode("utf-8", "replace")
        home = self._ingest.homes(target, items) or home
        identity = (target.workflow, target.node, self._consumer.clusters[topic], topic, partition, cut.first)
        execution = start_id(identity, self._ingest.partitions, home)
        weight = sum(_weight(record) for record in records)
        origin = Origin(self._sources[part], cut.last, self._committed[part].offset)
        return Opening(target, execution, f"{topic}/{partition}/{cut.first}", items, records[0], weight, origin)

    async def _commit(self, places: Mapping[Part, Place]) -> None:
        began = time.monotonic()
        await self._consumer.commit(places)
        self._fence.proved(began)
        self._committed.update(places)

    async def _prove(self) -> None:
        if not self._committed:
            raise OperationalError("the group has given all partitions away")
        await self._consumer.commit(self._committed)

    def _wait(self) -> float:
        """Say how long to wait for records: not past the moment at which waiting ones are a batch."""
        due = [when for cutter in self._cutters.values() if (when := cutter.due()) is not None]
        return min([READ_WAIT_SECONDS, *(max(0.0, when - time.monotonic()) for when in due)])


def _weight(record: Record) -> int:
    return len(record.value or b"") + len(record.key or b"") + sum(len(value) for _, value in record.headers)


async def _closed(consumer: Consumer) -> None:
    try:
        await consumer.close()
    except OperationalError as bad:
        logger.warning("could not leave the group", extra={"reason": bad.message})
