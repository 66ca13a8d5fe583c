"""Sources: what the triggers that a worker looks after have heard, and how far they have got.

Flow: poll or stream → items → **row (since, start)** → start frame → row (since).
The row is the outbox: once it is put, the start it holds is sent, also by the partition's next owner, and no item is
asked for twice. The execution's id is a digest of the row, so that a start which is sent again begins nothing.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any

import msgspec

from agents.plan import PlannedNode
from agents.plans import Plans
from agents.running import Surroundings
from nodes.expressions.scope import Scope
from nodes.sdk.calling import supply
from nodes.sdk.context import Blobs, Heard, Run, Since
from nodes.sdk.parameters import JavaScript
from schemas.clock import now_ms
from schemas.errors import DefectError
from schemas.identifiers import ExecutionId, digest_ids, partition_of
from schemas.item import Item
from schemas.task import Start, Task
from schemas.trigger import Source
from streams.app import Streams
from streams.frames import Gatherer
from streams.ingest import Target
from streams.stores.views import CatalogView
from streams.tables import Owner
from streams.topics import SOURCES, node_topic

KEEP_SECONDS = 86_400
INLINE_BYTES = 64 * 1024
_encode = msgspec.json.Encoder().encode


class SourceRow(msgspec.Struct, omit_defaults=True):
    """How far a trigger's source has got (JSON), and the start that was heard last and may not be sent yet.

    ``live`` says that it was asked since its workflow became active.
    """

    since: Any = None
    number: int = 0
    at: int = 0
    start: Start | None = None
    live: bool = False


class Sources:
    """The rows of all sources of this worker's partitions, and what their functions are called with."""

    def __init__(
        self,
        streams: Streams,
        gatherer: Gatherer,
        plans: Plans,
        surroundings: Surroundings,
        blobs: Blobs,
        evaluate: JavaScript | None,
    ) -> None:
        self._streams = streams
        self._gatherer = gatherer
        self._plans = plans
        self._surroundings = surroundings
        self._blobs = blobs
        self._evaluate = evaluate
        self._began_at = now_ms()

    def partition(self, key: str) -> int:
        """Say whose a source is."""
        return partition_of(key, self._streams.settings.partitions)

    def owner(self, key: str) -> Owner | None:
        """Give the lease for a source, None where another worker has it."""
        return self._streams.owner(self.partition(key))

    async def node(self, target: Target) -> PlannedNode:
        """Give the trigger node that a source feeds."""
        plan = await self._plans.get(target.workflow, target.version, target.catalog)
        return plan.nodes[target.node]

    async def arguments(self, function: Callable[..., Any], key: str, target: Target) -> dict[str, Any]:
        """Give what a trigger's ``poll`` or ``listen`` asks for."""
        plan = await self._plans.get(target.workflow, target.version, target.catalog)
        node = plan.nodes[target.node]
        if node.compiled is None:
            raise node.error or DefectError("a trigger was planned without its parameters", node=node.name)
        now = now_ms()
        scope = Scope(
            inputs=[],
            node=node.name,
            node_type=node.type_name,
            node_version=node.version,
            parameters=node.raw,
            workflow=plan.facts,
            now=now,
            zone=plan.zone,
            node_parameters=plan.node_parameters,
            seed=f"{key}/{now}",
        )
        run = Run(
            node=node.name,
            type=node.type_name,
            version=node.version,
            inputs=[],
            now=now,
            timezone=plan.zone,
            workflow=plan.facts,
            mode="trigger",
        )
        capabilities = dict(self._surroundings.capabilities(plan, node, scope, ""))
        row = self._row(key)
        capabilities[Since] = Since(row.since, target.version, not row.live, self._began_at)
        return await supply(function, node.compiled, scope, run, capabilities, self._evaluate)

    async def begin(self, owner: Owner, key: str, target: Target, heard: Heard) -> None:
        """Keep how far a source has got, and start an execution where it gave items; returns when both are durable."""
        row = self._row(key)
        if not heard.items:
            if heard.since != row.since or not row.live:
                await self._put(owner, key, msgspec.structs.replace(row, since=heard.since, live=True))
            return
        text = _encode(heard.items)
        large = len(text) > INLINE_BYTES
        start = Start(
            None if large else heard.items,
            mode="trigger",
            key=f"{key}/{row.number + 1}",
            keep_seconds=KEEP_SECONDS,
            blob=await self._blobs.put(text) if large else None,
        )
        await self._put(owner, key, SourceRow(heard.since, row.number + 1, now_ms(), start, live=True))
        await self.finish(owner, key, target)

    async def finish(self, owner: Owner, key: str, target: Target) -> None:
        """Send the start that a row still holds, if any."""
        row = self._row(key)
        if row.start is None:
            return
        execution = await self._id(key, row, row.start, target)
        task = Task(execution, target.workflow, target.version, target.node, row.at, start=row.start)
        partition = partition_of(execution, self._streams.settings.partitions)
        await self._gatherer.add(node_topic(target.type), partition, task, target.catalog, owner)
        await self._put(owner, key, msgspec.structs.replace(row, start=None))

    async def _id(self, key: str, row: SourceRow, start: Start, target: Target) -> ExecutionId:
        ids = digest_ids(key, row.at, row.number)
        plan = await self._plans.get(target.workflow, target.version, target.catalog)
        if plan.holding is None:
            return next(ids)
        items = (
            start.items
            if start.blob is None
            else msgspec.json.decode(await self._blobs.get(start.blob), type=list[Item])
        )
        return plan.holding.place(items or [], self._streams.settings.partitions, ids)

    async def rest(self, wanted: Collection[str]) -> None:
        """Note of all sources but these that their workflows are not active; how far they had got stays."""
        table = self._streams.table(SOURCES)
        for partition in range(self._streams.settings.partitions):
            owner = self._streams.owner(partition)
            for key, row in list(table.rows(partition)):
                if owner is not None and row.live and key not in wanted:
                    await table.put(owner, key, msgspec.structs.replace(row, live=False))

    async def _put(self, owner: Owner, key: str, row: SourceRow) -> None:
        await self._streams.table(SOURCES).put(owner, key, row)

    def _row(self, key: str) -> SourceRow:
        found: SourceRow | None = self._streams.table(SOURCES).get(key)
        return found or SourceRow()


def source_key(target: Target) -> str:
    """Name a source: it stays the same from version to version."""
    return f"source/{target.workflow}/{target.node}"


def live_sources(view: CatalogView) -> Iterator[tuple[str, Target, Source]]:
    """Give the sources of active workflows, each with its key and what it starts."""
    for flow, version in view.live():
        for source in version.sources:
            target = Target(flow.id, version.id, source.node, source.type, view.position - 1)
            yield source_key(target), target, source
