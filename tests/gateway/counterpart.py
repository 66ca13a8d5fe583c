"""The other side of the log for gateway tests: a real catalog and view, an agent that answers, a small history.

Flow: gateway → log → **counterpart** → log → gateway.
"""

import asyncio
import functools
import hashlib
import time
from collections.abc import Callable
from typing import Any

import msgspec

from agents.catalog import decide
from nodes.sdk.registry import Registry, discover
from schemas.commands import Answer, Command, snapshot_key
from schemas.errors import NotFoundError
from schemas.events import EventFrame, ExecutionFinished, ExecutionStarted, NodeFinished
from schemas.task import ControlFrame, Frame, Reply, ReplyFrame, Task
from streams.codecs import decode, encode
from streams.settings import StreamSettings
from streams.stores.protocol import QueryResult
from streams.stores.views import CatalogView
from streams.topics import CATALOG, COMMANDS, CONTROL, EVENTS, REPLIES, all_topics, node_topic
from streams.transports.embedded import open_broker

PARTITIONS = 4


_registry = functools.cache(discover)


class MemoryBlobs:
    """Blobs in a dict."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return name

    async def get(self, blob: str) -> bytes:
        if blob not in self.kept:
            raise NotFoundError(f"no blob {blob}")
        return self.kept[blob]


class MemoryHistory:
    """History in lists, answering as the real one does."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.runs: dict[str, list[dict[str, Any]]] = {}
        self.tries: dict[tuple[Any, ...], list[list[Any]]] = {}

    async def executions(self, workflow=None, status=None, before=None, limit=50, within=None) -> list[dict[str, Any]]:
        wanted = [
            row
            for row in sorted(self.rows, key=lambda row: (row["startedAt"], row["id"]), reverse=True)
            if workflow in (None, row["workflow"])
            and status in (None, row["status"])
            and (before is None or (row["startedAt"], row["id"]) < before)
        ]
        return wanted[:limit]

    async def execution(self, name: str) -> dict[str, Any] | None:
        return next((dict(row) for row in self.rows if row["id"] == name), None)

    async def node_runs(self, name: str) -> list[dict[str, Any]]:
        return [dict(run) for run in self.runs.get(name, [])]

    async def node_run(self, name: str, node: str, run: int) -> dict[str, Any] | None:
        return next((dict(one) for one in self.runs.get(name, []) if (one["node"], one["run"]) == (node, run)), None)

    async def last_runs(self, name: str) -> list[dict[str, Any]]:
        return list(
            {one["node"]: dict(one) for one in sorted(self.runs.get(name, []), key=lambda one: one["run"])}.values()
        )

    async def query(self, sql: str, parameters=None, max_rows: int = 1000) -> QueryResult:
        if "node.retried" in sql:
            return QueryResult([], self.tries.get(tuple((parameters or {}).values()), []), truncated=False)
        rows = [[at] for at in range(5)]
        return QueryResult([("at", "UInt64")], rows[:max_rows], truncated=len(rows) > max_rows)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something has come about; the test's own time limit ends a wait in vain."""
    while not condition():  # noqa: ASYNC110 - what is waited for knows no event
        await asyncio.sleep(0.002)


def execution_row(name: str, at: int, **more: Any) -> dict[str, Any]:
    """Make a row of history."""
    row = {"id": name, "workflow": "w", "version": "v", "status": "success", "mode": "webhook", "startedAt": at}
    return {**row, "finishedAt": at + 5, "node": "Hook", "runs": 2, "error": None, **more}


class Counterpart:
    """Decides commands and answers tasks; ``tasks`` and ``controls`` are what came over the log.

    ``answer`` makes the reply of a task from it; None lets its client wait.
    """

    def __init__(self) -> None:
        self.registry: Registry = _registry()
        self.log = open_broker(
            StreamSettings(partitions=PARTITIONS), all_topics(node_type.name for node_type in self.registry)
        )
        self.view = CatalogView()
        self.blobs = MemoryBlobs()
        self.history = MemoryHistory()
        self.tasks: list[Task] = []
        self.catalog_offsets: list[int] = []
        self.controls: list[Any] = []
        self.seen: dict[str, Any] = {}
        self.answer: Callable[[Task], Reply | None] = answer_with_item
        self.deaf = False
        self._jobs: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin."""
        commands = await self.log.reader(COMMANDS, [0], "earliest")
        controls = await self.log.reader(CONTROL, range(PARTITIONS), "earliest")
        self._jobs = [
            asyncio.create_task(self.view.follow(self.log)),
            asyncio.create_task(self._each(commands, self._decide)),
            asyncio.create_task(self._each(controls, self._control)),
        ]
        for name in ("webhook", "manualTrigger", "formTrigger", "chatTrigger"):
            reader = await self.log.reader(node_topic(name), range(PARTITIONS), "earliest")
            self._jobs.append(asyncio.create_task(self._each(reader, self._run)))

    async def stop(self) -> None:
        """End."""
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        self.view.close()
        await self.log.close()

    async def settled(self, count: int) -> list[Task]:
        """Wait until so many tasks came."""
        await until(lambda: len(self.tasks) >= count)
        return self.tasks

    async def _each(self, reader: Any, take: Any) -> None:
        while True:
            for record in await reader.read(wait_seconds=0.2):
                await take(record.value)

    async def _decide(self, value: bytes) -> None:
        command = decode(value, Command)
        if self.deaf:
            return
        decision = decide(command, self.view, self.registry, int(time.time() * 1000))
        offset = -1
        for snapshot in decision.snapshots:
            offset = await self.log.send(CATALOG, 0, encode(snapshot), key=snapshot_key(snapshot).encode())
        await self.view.wait(offset)
        answer = Answer(decision.answer.ok, decision.answer.body, offset)
        reply = Reply(command.boot or "", command.request, body=msgspec.json.encode(answer))
        await self.log.send(REPLIES, command.partition, encode(ReplyFrame([reply])))

    async def _control(self, value: bytes) -> None:
        for control in decode(value, ControlFrame).controls:
            if control.look is None:
                self.controls.append(control)
            else:
                to, body = control.look, msgspec.json.encode(self.seen.get(control.execution))
                reply = Reply(to.boot, to.request, body=body)
                await self.log.send(REPLIES, to.partition, encode(ReplyFrame([reply])))

    async def _run(self, value: bytes) -> None:
        frame = decode(value, Frame)
        for task in frame.tasks:
            self.tasks.append(task)
            self.catalog_offsets.append(frame.catalog)
            start = task.start
            if start is not None and start.reply is not None and (reply := self.answer(task)) is not None:
                stranger = Reply("another-boot", start.reply.request, body=b"not for you")
                frame_out = ReplyFrame([stranger, reply, reply])
                await self.log.send(REPLIES, start.reply.partition, encode(frame_out))

    async def tell(self, task: Task, node: str = "Hook") -> None:
        """Send the events of an execution that ran one node."""
        ids = {"execution": task.execution, "workflow": task.workflow, "version": task.version, "at": task.at}
        frame = EventFrame(
            [
                ExecutionStarted(**ids, node=node),
                NodeFinished(**ids, node=node, node_type="webhook", counts=[1]),
                ExecutionFinished(**ids, started=task.at, runs=1),
            ]
        )
        await self.log.send(EVENTS, 0, encode(frame))


def answer_with_item(task: Task) -> Reply:
    """Answer a task with its first item, or as the API's waiters want it."""
    assert task.start is not None
    assert task.start.reply is not None
    headers = [("content-type", "application/json")]
    if task.start.mode == "api":
        ended = {"execution": task.execution, "status": "success", "node": task.node, "items": task.start.items or []}
        return Reply(task.start.reply.boot, task.start.reply.request, 200, headers, msgspec.json.encode(ended))
    body = msgspec.json.encode(task.start.items[0] if task.start.items else None)
    return Reply(task.start.reply.boot, task.start.reply.request, 200, headers, body, task.execution)


def webhook(path: str, method: Any = "POST", name: str = "Hook", **more: Any) -> dict[str, Any]:
    """Make a workflow of one webhook node (version 2)."""
    options = more.pop("options", {})
    parameters = {"path": path, "httpMethod": method, "options": options, "responseMode": "lastNode", **more}
    if isinstance(method, list):
        parameters["multipleMethods"] = True
    node = {"name": name, "type": "n8n-nodes-base.webhook", "typeVersion": 2, "parameters": parameters}
    return {"name": f"flow {path}", "nodes": [node], "connections": {}}
