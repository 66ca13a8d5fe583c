"""Repeating: what is known of an earlier execution, as starts of new ones: replays, forks, re-drives.

Flow: history → **repeating** → guide, start → starting.
"""

from dataclasses import dataclass
from typing import Any

from gateway.reading import Catalog, Past
from gateway.starting import Starting, now
from schemas.commands import VersionSnapshot
from schemas.errors import ConflictError, NotFoundError, ParameterError
from schemas.events import TERMINAL
from schemas.guide import Effects, Guide
from schemas.guide import Past as PastRun
from schemas.identifiers import digest_id, new_execution_id
from schemas.item import Item
from schemas.task import Mode, Start, Task
from schemas.workflow import parse_workflow

ALIVE: frozenset[str] = frozenset({"webhook", "trigger"})


@dataclass(frozen=True, slots=True)
class Earlier:
    """An execution of the history with its runs; ``version`` is the one that it ran."""

    id: str
    workflow: str
    status: str
    mode: str
    runs: list[PastRun]
    version: VersionSnapshot

    @property
    def failed(self) -> str | None:
        """Name the node that it failed at."""
        return next((run.node for run in reversed(self.runs) if run.status != "success"), None)


class Repeating:
    """Makes tasks of earlier executions."""

    def __init__(self, catalog: Catalog, past: Past, starting: Starting) -> None:
        self._catalog = catalog
        self._past = past
        self._starting = starting

    async def find(self, execution: str, *, version: str | None = None) -> Earlier:
        """Find an execution that has ended; raise NotFoundError or ConflictError where it cannot be repeated.

        ``version`` is one to repeat it with, of the same workflow.
        """
        found, runs = await self._past.ended(execution)
        if found is None:
            raise NotFoundError(f'there is no execution "{execution}" in the history')
        if found["status"] not in TERMINAL:
            raise ConflictError(f'execution "{execution}" has not ended', hint="wait for its end, or stop it")
        if not runs:
            raise NotFoundError(f'nothing of what execution "{execution}" did is kept')
        kept = self._catalog.version(found["workflow"], version or found["version"])
        return Earlier(execution, found["workflow"], found["status"], found["mode"], runs, kept)

    async def replay(self, earlier: Earlier) -> tuple[Task, str]:
        """Make a start that repeats an execution: what is outside answers as it did, the rest runs again."""
        guide = Guide(
            past=earlier.runs,
            effects="recorded",
            execution=earlier.id,
            mode=earlier.mode,
            active=True if earlier.mode in ALIVE else None,
        )
        return await self._from_start(earlier, guide, "replay", new_execution_id())

    async def fork(self, earlier: Earlier, node: str, items: list[Item] | None, *, armed: bool) -> tuple[Task, str]:
        """Make a start that goes on from a node of an execution, with what arrived there or with other items."""
        return await self._onwards(earlier, node, items, "made" if armed else "suppressed", "fork", new_execution_id())

    async def redrive(self, earlier: Earlier, node: str | None) -> tuple[Task, str]:
        """Make a start that does again what failed, from a node on or (None) from the beginning; it happens once."""
        execution = redriven(earlier.id)
        if node is not None:
            # Where a loop is gone through again, what went well in it before is not made again.
            effects: Effects = "once" if node == earlier.failed else "made"
            task, topic = await self._onwards(earlier, node, None, effects, "redrive", execution)
        else:
            task, topic = await self._from_start(earlier, None, "redrive", execution)
        assert task.start is not None  # noqa: S101
        self._starting.keyed(task.start, earlier.id)
        return task, topic

    async def _from_start(self, earlier: Earlier, guide: Guide | None, mode: Mode, execution: str) -> tuple[Task, str]:
        first = earlier.runs[0]
        output = next((at for at, count in enumerate(first.counts) if count), 0)
        start = Start(mode=mode, output=output)
        if first.blob is not None:
            start.blob, start.part = first.blob, output
        else:
            await self._starting.put(start, first.outputs[output] if first.outputs else [])
        return await self._task(earlier, first.node, guide, start, execution)

    async def _onwards(
        self, earlier: Earlier, node: str, items: list[Item] | None, effects: Effects, mode: Mode, execution: str
    ) -> tuple[Task, str]:
        _named(earlier.version, node)
        guide = Guide(past=earlier.runs, node=node, effects=effects, mode=earlier.mode)
        if items is not None:
            # What has no input begins with its output.
            if _entered(earlier.version.body, node):
                guide.inputs = {node: [items]}
            else:
                guide.pinned = {node: items}
        return await self._task(earlier, earlier.runs[0].node, guide, Start(mode=mode), execution)

    async def _task(
        self, earlier: Earlier, node: str, guide: Guide | None, start: Start, execution: str
    ) -> tuple[Task, str]:
        drawn = parse_workflow(earlier.version.body)
        found = drawn.node(node)
        if found is None and guide is not None and guide.node is not None:
            found = drawn.node(guide.node)
        if found is None:
            raise ParameterError(f'the version has no node "{node}"', node=node, field="version")
        label = earlier.version.id if guide is None else await self._starting.under(earlier.version.id, guide)
        task = Task(execution, earlier.workflow, label, found.name, now(), start=start)
        return task, self._starting.topic(found.type)


def redriven(execution: str) -> str:
    """Name the execution that does a failed one again: the same however often it is asked for."""
    return digest_id("redrive", execution)


def _named(version: VersionSnapshot, node: str) -> None:
    if parse_workflow(version.body).node(node) is None:
        raise ParameterError(f'the version has no node "{node}"', node=node, field="node")


def _entered(body: dict[str, Any], node: str) -> bool:
    kinds = parse_workflow(body).connections.values()
    return any(edge.node == node for outputs in kinds for edges in outputs.get("main", []) for edge in edges or [])
