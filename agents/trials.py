"""Trials: watches versions that are tried out, runs them in the shadow, and takes back what does badly.

Flow: topic `events` → **trials** → shadow starts; comparisons → `events`; verdict → `commands`.
A worker watches the partitions that it owns, while there is something to watch and from then on: a trial is a sample.
"""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from agents.rollouts import PRODUCTION, Routing
from nodes.sdk.context import Blobs
from schemas.clock import now_ms
from schemas.commands import Command, EndRollout, WorkflowSnapshot
from schemas.differences import compare
from schemas.errors import UserError
from schemas.events import Event, EventFrame, ExecutionFinished, NodeFinished, ShadowCompared
from schemas.guide import Guide, Past, guided
from schemas.identifiers import digest_id, id_beside, partition_of, salted_ids
from schemas.item import Item
from schemas.rollout import RollBackWhen, Rollout, takes_part
from schemas.task import Start, Task
from streams import codecs
from streams.app import Streams
from streams.frames import Gatherer
from streams.stores.views import CatalogView
from streams.topics import COMMANDS, EVENTS, node_topic
from streams.transports.protocol import Reader

READ_SECONDS = 0.5
PAUSE_SECONDS = 1.0
WATCHED = 500
SHOWN = 20

log = logging.getLogger(__name__)
_outputs = msgspec.json.Decoder(list[list[Item]])


@dataclass(slots=True)
class Side:
    """What executions of one version came to."""

    ended: int = 0
    failed: int = 0
    spent_ms: int = 0

    def add(self, event: ExecutionFinished) -> None:
        """Count one."""
        self.ended += 1
        self.failed += event.status == "error"
        self.spent_ms += event.at - event.started

    @property
    def mean_ms(self) -> float:
        """Give how long one took in the mean."""
        return self.spent_ms / self.ended if self.ended else 0.0


@dataclass(slots=True)
class Tally:
    """What a worker has seen of a trial."""

    published: Side = field(default_factory=Side)
    tried: Side = field(default_factory=Side)
    compared: int = 0
    differing: int = 0


def verdict(tally: Tally, when: RollBackWhen) -> str | None:
    """Say why a trial is to be taken back, None where it may go on."""
    tried = tally.tried
    if tried.ended < max(when.minimum, 1):
        return None
    if when.error_rate is not None and tried.failed / tried.ended > when.error_rate:
        return f"{tried.failed} of {tried.ended} executions failed"
    before = tally.published.mean_ms
    if when.slower is not None and before and tried.mean_ms > before * when.slower:
        return f"executions took {tried.mean_ms:.0f} ms in the mean, {before:.0f} ms with the published version"
    if when.differing is not None and tally.compared and tally.differing / tally.compared > when.differing:
        return f"{tally.differing} of {tally.compared} shadows gave something else"
    return None


class Trials:
    """Follows the events of this worker's partitions; ``start`` it with the worker.

    ``route`` says which version a start runs.
    """

    def __init__(self, streams: Streams, view: CatalogView, blobs: Blobs) -> None:
        self.route = Routing(view)
        self._streams = streams
        self._view = view
        self._blobs = blobs
        self._gatherer = Gatherer(streams.log)
        self._tallies: dict[tuple[str, str, int], Tally] = {}
        self._runs: OrderedDict[str, list[Past]] = OrderedDict()
        self._shadows: OrderedDict[str, tuple[str, list[Past]]] = OrderedDict()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._run(), name="trials")

    async def stop(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self._watch()
            except Exception:
                log.exception("trials are watched again")
            await asyncio.sleep(PAUSE_SECONDS)

    async def _watch(self) -> None:
        """Follow events as long as the partitions stay the same and something is tried."""
        partitions = self._owned()
        if not partitions or not self._trials():
            return
        reader = await self._streams.log.reader(EVENTS, partitions, "latest")
        try:
            while self._owned() == partitions and (trials := self._trials()):
                await self._read(reader, trials)
        finally:
            await reader.close()

    async def _read(self, reader: Reader, trials: dict[str, WorkflowSnapshot]) -> None:
        for record in await reader.read(wait_seconds=READ_SECONDS):
            for event in _events(record.value):
                known = trials.get(event.workflow)
                if known is not None and known.rollout is not None:
                    await self._take(known, known.rollout, event)

    async def _take(self, known: WorkflowSnapshot, rollout: Rollout, event: Event) -> None:
        if isinstance(event, NodeFinished) and _watched(known, rollout, event):
            self._runs.setdefault(event.execution, []).append(_past(event))
            _bound(self._runs)
        if not isinstance(event, ExecutionFinished):
            return
        runs = self._runs.pop(event.execution, [])
        tally = self._tallies.setdefault((known.id, rollout.version, rollout.began_at), Tally())
        if event.mode == "shadow" and event.version == rollout.version:
            tally.tried.add(event)
            await self._compare(event, runs, tally)
        elif event.mode in PRODUCTION and event.version == rollout.version:
            tally.tried.add(event)
        elif event.mode in PRODUCTION and event.version == known.published:
            tally.published.add(event)
            if rollout.kind == "shadow" and runs and takes_part(rollout, event.execution):
                await self._shadow(known, rollout, event, runs)
        await self._judge(known, rollout, tally)

    async def _shadow(
        self, known: WorkflowSnapshot, rollout: Rollout, event: ExecutionFinished, runs: list[Past]
    ) -> None:
        """Start the tried version as the published one was started, with its clock and ids, and no effects."""
        version = self._view.version(known.id, rollout.version)
        first = runs[0]
        kind = None if version is None else version.triggers.get(first.node)
        if kind is None:
            return
        output = next((at for at, count in enumerate(first.counts) if count), 0)
        guide = Guide(past=runs, effects="suppressed", execution=event.execution, mode=event.mode, active=True)
        name = guided(rollout.version, await self._blobs.put(msgspec.json.encode(guide)))
        execution = self._beside(event.execution, rollout.version)
        blob = first.blob or await self._blobs.put(msgspec.json.encode(first.outputs))
        start = Start(blob=blob, part=output, output=output, mode="shadow")
        task = Task(execution, known.id, name, first.node, now_ms(), start=start)
        self._shadows[execution] = (event.execution, runs)
        _bound(self._shadows)
        partition = partition_of(execution, self._streams.settings.partitions)
        await self._gatherer.add(node_topic(kind), partition, task, self._view.position - 1)

    def _beside(self, execution: str, version: str) -> str:
        """Name the shadow of an execution so that it lives in its partition, where this worker sees it end."""
        return id_beside(execution, salted_ids("shadow", execution, version), self._streams.settings.partitions)

    async def _compare(self, event: ExecutionFinished, runs: list[Past], tally: Tally) -> None:
        found = self._shadows.pop(event.execution, None)
        if found is None:
            return
        original, before = found
        differences = compare(before, runs)
        tally.compared += 1
        tally.differing += bool(differences)
        told = ShadowCompared(
            execution=event.execution,
            workflow=event.workflow,
            version=event.version,
            at=now_ms(),
            original=original,
            same=not differences,
            differences=differences[:SHOWN],
        )
        partition = partition_of(event.execution, self._streams.settings.partitions)
        await self._streams.log.send(EVENTS, partition, codecs.encode(EventFrame([told])))

    async def _judge(self, known: WorkflowSnapshot, rollout: Rollout, tally: Tally) -> None:
        reason = verdict(tally, rollout.rollback_when) if rollout.rollback_when is not None else None
        if reason is None:
            return
        log.warning("a rollout is taken back", extra={"workflow": known.id, "reason": reason})
        name = digest_id("rollout.end", known.id, rollout.version, rollout.began_at)
        command = Command(name, EndRollout(known.id, rollout.version, f"taken back: {reason}"), now_ms())
        await self._streams.log.send(COMMANDS, 0, codecs.encode(command))
        del self._tallies[known.id, rollout.version, rollout.began_at]

    def _trials(self) -> dict[str, WorkflowSnapshot]:
        live = (known for known, _ in self._view.live())
        return {known.id: known for known in live if known.rollout is not None and known.rollout.on}

    def _owned(self) -> list[int]:
        return [at for at in range(self._streams.settings.partitions) if self._streams.owner(at) is not None]


def _events(data: bytes | None) -> list[Event]:
    """Read a frame; one that does not decode is the history's to report."""
    try:
        return [] if data is None else codecs.decode(data, EventFrame).events
    except UserError:
        return []


def _watched(known: WorkflowSnapshot, rollout: Rollout, event: NodeFinished) -> bool:
    """Say whether a run is of a shadow, or of an execution that will have one."""
    if rollout.kind != "shadow":
        return False
    return event.version == rollout.version or (
        event.version == known.published and takes_part(rollout, event.execution)
    )


def _past(event: NodeFinished) -> Past:
    return Past(
        node=event.node,
        run=event.run,
        now=event.now,
        status=event.status,
        counts=event.counts,
        outputs=[] if event.blob is not None else _outputs.decode(event.outputs),
        blob=event.blob,
        sources=event.sources,
        error=event.error,
    )


def _bound(kept: "OrderedDict[str, list[Past]] | OrderedDict[str, tuple[str, list[Past]]]") -> None:
    while len(kept) > WATCHED:
        kept.popitem(last=False)
