"""The public topic `triggers`: any JSON value with the header `workflow` starts that workflow.

Flow: producers anywhere → topic `triggers` → **public topic** → start frames; what cannot start → dead letters.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from schemas.errors import MillraceError, NotFoundError, OperationalError, UserError
from schemas.item import Item, Items
from schemas.task import Origin
from streams.ingest import FENCE, KEY_HEADER, WORKFLOW_HEADER, Fence, Ingest, Opening, Target, source_name, start_id
from streams.stores.views import CatalogView
from streams.topics import CATALOG, TRIGGERS
from streams.transports.protocol import GroupReader, Log, Record

GROUP = "ingest"
CLUSTER = "log"
"""Stands for the cluster of our own topics in the ids of what they start: the log may move to another one."""
READ_RECORDS = 500
READ_WAIT_SECONDS = 0.5
RETRY_SECONDS = 1.0

Part = tuple[str, int]

logger = logging.getLogger(__name__)


class PublicTopic:
    """Reads `triggers` as one of the members of a group, and only re-keys what it reads."""

    def __init__(self, log: Log, view: CatalogView, ingest: Ingest, session_seconds: float) -> None:
        self._log = log
        self._view = view
        self._ingest = ingest
        self._session_seconds = session_seconds
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to read."""
        self._task = asyncio.create_task(self._run(), name="ingest")

    async def stop(self) -> None:
        """Finish what was read, commit it and leave the group."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                reader = await self._log.group([TRIGGERS], GROUP)
                try:
                    await self._follow(reader)
                finally:
                    await reader.close()
            except Exception as bad:  # trouble of the log passes; what was not committed comes again
                logger.warning("the public topic is read again", extra={"reason": str(bad)}, exc_info=bad)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), RETRY_SECONDS)

    async def _follow(self, reader: GroupReader) -> None:
        firsts: dict[Part, int] = {}
        passed: dict[Part, int] = {}
        fence = Fence(self._session_seconds * FENCE, lambda: reader.commit(firsts))
        while not self._stopping.is_set():
            records = await reader.read(READ_RECORDS, READ_WAIT_SECONDS)
            if not records:
                continue
            firsts.clear()
            firsts.update({(record.topic, record.partition): record.offset for record in reversed(records)})
            openings = await self._openings(records, firsts | passed)
            await self._ingest.begin(openings, fence)
            began, done = time.monotonic(), {(one.topic, one.partition): one.offset + 1 for one in records}
            passed = firsts | passed
            try:
                await reader.commit(done)
                passed |= done
                fence.proved(began)
            except OperationalError as bad:  # they are durable; should they come again, they start nothing
                logger.info("could not commit what was read", extra={"reason": bad.message})

    async def _openings(self, records: Sequence[Record], passed: Mapping[Part, int]) -> list[Opening]:
        openings, refused = self._sort(records, passed)
        if refused:
            # What is unknown here may have been made a moment ago: a view that lags must not cost anybody a start.
            await self._view.wait((await self._log.ends(CATALOG)).get(0, 0) - 1)
            late, refused = self._sort([record for record, _ in refused], passed)
            openings += late
        for record, reason in refused:
            await self._ingest.bury(record, reason)
        return openings

    def _sort(
        self, records: Sequence[Record], passed: Mapping[Part, int]
    ) -> tuple[list[Opening], list[tuple[Record, MillraceError]]]:
        openings: list[Opening] = []
        refused: list[tuple[Record, MillraceError]] = []
        for record in records:
            try:
                openings.append(self._opening(record, passed[record.topic, record.partition]))
            except (UserError, NotFoundError) as bad:
                refused.append((record, bad))
        return openings, refused

    def _opening(self, record: Record, passed: int) -> Opening:
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
        target = self._target(headers.get(WORKFLOW_HEADER))
        key = headers.get(KEY_HEADER)
        place = (CLUSTER, record.topic, record.partition, record.offset)
        identity: tuple[object, ...] = (key,) if key else place
        items = items_of(record.value)
        home = self._ingest.homes(target, items)
        execution = start_id((target.workflow, target.node, *identity), self._ingest.partitions, home)
        label = key or f"{record.topic}/{record.partition}/{record.offset}"
        # what has a key of its own may come again from elsewhere
        origin = None if key else Origin(source_name(GROUP, *place[:-1]), record.offset, passed)
        return Opening(target, execution, label, items, record, len(record.value or b""), origin)

    def _target(self, workflow: str | None) -> Target:
        if not workflow:
            raise UserError(f'the record has no header "{WORKFLOW_HEADER}"')
        known = self._view.workflow(workflow)
        if known is None:
            raise NotFoundError(f'there is no workflow "{workflow}"')
        if not known.active or known.published is None:
            raise UserError(f'workflow "{known.name}" ({workflow}) is not active')
        version = self._view.version(workflow, known.published)
        if version is None or version.start_node is None or version.start_type is None:
            raise UserError(f'nothing starts workflow "{known.name}" ({workflow})')
        return Target(workflow, version.id, version.start_node, version.start_type, self._view.position - 1)


def items_of(value: bytes | None) -> Items:
    """Read a record's value: an object is an item, a list has one per element, anything else is ``{"value": …}``.

    Raises UserError where it is not JSON.
    """
    if value is None:
        raise UserError("the record is empty")
    try:
        found = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as bad:
        raise UserError(f"the record is not JSON: {bad}".lower()) from None
    return [Item(one if isinstance(one, dict) else {"value": one}) for one in _elements(found)]


def _elements(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]
