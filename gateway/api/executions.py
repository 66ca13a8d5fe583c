"""Executions: start, look at, stop.

Flow: `/api/v1/executions` → **executions** → start tasks, controls; history → **executions** → client.
"""

import asyncio
import contextlib
import time
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from gateway.cursors import read_moment_cursor, write_cursor
from gateway.endpoints import Endpoint, Outcome
from gateway.partial_starts import StartBody, guide_of, unsaved
from gateway.problems import refuse
from gateway.publishing import Publishing
from gateway.reading import Catalog, Past
from gateway.starting import Starting, now
from nodes.holding import holding_of
from nodes.sdk.registry import Registry
from schemas.commands import VersionSnapshot
from schemas.errors import ErrorInfo, NotFoundError, ParameterError
from schemas.events import TERMINAL, ExecutionStatus
from schemas.guide import Guide
from schemas.guide import Past as PastRun
from schemas.identifiers import digest_ids, fresh_ids
from schemas.item import Item
from schemas.looking import Flying
from schemas.task import Start, Task
from schemas.workflow import parse_workflow
from streams.stores.history_filter import Within
from streams.topics import node_topic

PATH = "/api/v1/executions"
SOON_SECONDS = 3.0
"""So long a reader waits for the history to have an execution that has just ended."""


class ExecutionSummary(msgspec.Struct, rename="camel"):
    """One execution; times are epoch ms, ``runs`` counts node runs, ``node`` is where it began or, once over, ended."""

    id: str
    workflow: str
    version: str
    status: ExecutionStatus
    mode: str
    started_at: int
    finished_at: int | None = None
    node: str | None = None
    runs: int = 0
    error: ErrorInfo | None = None


class NodeRunDetail(msgspec.Struct, rename="camel"):
    """One run of one node: items per output as ``outputs`` (null where they are no longer kept or not wanted)."""

    node: str
    type: str
    run: int
    seq: int
    status: str
    started_at: int
    duration_us: int = 0
    attempt: int = 0
    counts: list[int] = []
    outputs: Any = None
    sources: list[Any] = []
    error: ErrorInfo | None = None


class ExecutionDetail(ExecutionSummary, rename="camel"):
    """An execution with its node runs, in order; ``inFlight`` has those that are not over."""

    node_runs: list[NodeRunDetail] = []
    in_flight: list[Flying] = []


class ExecutionPage(msgspec.Struct, rename="camel"):
    """A page of executions, newest first; ``nextCursor`` is null on the last one."""

    data: list[ExecutionSummary]
    next_cursor: str | None


class Asked(msgspec.Struct):
    """An execution that was asked to start, to stop or to go on."""

    execution: str
    status: Literal["started", "stopping", "going on"]


class Ended(msgspec.Struct):
    """How an execution ended: its status, its last node, that node's first output."""

    execution: str
    status: ExecutionStatus
    node: str | None = None
    items: list[Item] = []
    error: ErrorInfo | None = None


class ExecutionQuery(BaseModel):
    """Which executions to list."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, description="nextCursor of the page before.")
    limit: int = Field(50, ge=1, le=250, description="Entries on a page.")
    workflow: str | None = Field(None, description="Only those of this workflow.")
    status: ExecutionStatus | None = Field(None, description="Only those with this status.")
    since: int | None = Field(None, alias="from", ge=0, description="Only those that began then or later, epoch ms.")
    until: int | None = Field(None, alias="to", ge=0, description="Only those that began before, epoch ms.")
    node: str | None = Field(None, description="Only those in which the node of this name ran.")
    search: str | None = Field(
        None, max_length=200, description="Only those with this text in an output or error, or with this id."
    )


class OutputQuery(BaseModel):
    """How much of an execution to show."""

    model_config = ConfigDict(extra="forbid")

    outputs: bool = Field(True, description="Show the items that each node gave.")


class StartHeaders(BaseModel):
    """Headers of a start."""

    model_config = ConfigDict(extra="ignore")

    idempotency_key: str | None = Field(
        None, alias="idempotency-key", max_length=256, description="A repetition with the same key starts nothing."
    )


class Executions:
    """The resource."""

    def __init__(
        self, *, catalog: Catalog, past: Past, publishing: Publishing, starting: Starting, registry: Registry
    ) -> None:
        self._catalog = catalog
        self._past = past
        self._publishing = publishing
        self._starting = starting
        self._registry = registry

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one = f"{PATH}/{{execution}}"
        started: dict[int, type[msgspec.Struct]] = {202: Asked, 200: Ended}
        return [
            Endpoint("GET", PATH, self.browse, "executions", {200: ExecutionPage}),
            Endpoint("POST", PATH, self.start, "executions", started, (404, 504)),
            Endpoint("GET", one, self.get, "executions", {200: ExecutionDetail}, (404,)),
            Endpoint("POST", f"{one}/stop", self.stop, "executions", {202: Asked}, (404, 409)),
        ]

    async def browse(self, query: ExecutionQuery) -> Outcome:
        """List executions, newest first."""
        before = read_moment_cursor(query.cursor)
        within = Within(query.since, query.until, query.node, query.search)
        found = await self._past.executions(query.workflow, query.status, within, before, query.limit + 1)
        page = [msgspec.convert(row, ExecutionSummary, strict=False) for row in found[: query.limit]]
        more = write_cursor(page[-1].started_at, page[-1].id) if len(found) > query.limit else None
        return Outcome(ExecutionPage(page, more))

    async def start(self, body: StartBody, headers: StartHeaders, request: Request) -> Outcome | Response:
        """Start an execution of a workflow's draft, of a version, or of an unsaved draft; whole or a part of it.

        With ``wait`` the answer comes when it has ended; its status says how. A part, pinned data and unsaved drafts
        run in manual mode.
        """
        version = self._version(body)
        node, topic = self._where(version, body)
        key = headers.idempotency_key
        ids = digest_ids(version.workflow, node, key) if key else fresh_ids()
        holding = None if body.manual else holding_of(version.workflow, version.body.get("settings"))
        items = [one.item for one in body.items or []]
        self._starting.admit(version.body.get("settings"))
        execution = self._starting.place(holding, items, ids)
        start = self._starting.keyed(Start(mode="manual" if body.manual else "api"), key)
        label = version.id
        if body.manual:
            label = await self._starting.under(label, await self._guide(body, version))
        if body.items is not None and not body.partial:
            await self._starting.put(start, [one.item for one in body.items])
        task = Task(execution, version.workflow, label, node, now(), start=start)
        location = {"Location": f"{PATH}/{execution}", "Millrace-Execution": execution}
        if body.wait:
            ended = await self._starting.send_and_wait(task, topic, request)
            if ended is None:
                return Response(status_code=204)
            return Outcome(msgspec.json.decode(ended, type=Ended), 200, location)
        await self._starting.send(task, topic)
        return Outcome(Asked(execution, "started"), 202, location)

    async def get(self, execution: str, query: OutputQuery) -> Outcome:
        """Read an execution and every node's output."""
        found = await self._past.execution(execution)
        if _possible(execution) and (found is None or found["status"] not in TERMINAL):
            found = await self._now(execution, found)
        if found is None:
            raise _missing(execution)
        runs = await self._past.node_runs(execution, outputs=query.outputs)
        return Outcome(msgspec.convert({**found, "nodeRuns": runs}, ExecutionDetail, strict=False))

    async def _now(self, execution: str, found: dict[str, Any] | None) -> dict[str, Any] | None:
        """Add what its worker knows of an execution that runs or waits: the history learns of it a little later."""
        seen = await self._publishing.look(execution)
        if seen is None:
            return found
        if seen.status in TERMINAL:
            until = time.monotonic() + SOON_SECONDS
            while (found is None or found["status"] not in TERMINAL) and time.monotonic() < until:
                await asyncio.sleep(0.1)
                found = await self._past.execution(execution)
            return found
        told: dict[str, Any] = {"id": execution, "workflow": seen.workflow, "version": seen.version}
        told |= {"mode": seen.mode, "startedAt": seen.started, "node": seen.node, **(found or {})}
        flying = [msgspec.to_builtins(one) for one in seen.flying]
        return {**told, "status": seen.status, "runs": seen.runs, "inFlight": flying}

    async def stop(self, execution: str) -> Outcome:
        """Stop an execution that runs or waits."""
        found = await self._past.execution(execution)
        if found is not None and found["status"] in TERMINAL:
            raise refuse("ConflictError", f'execution "{execution}" has ended already: {found["status"]}')
        if found is None and not _possible(execution):
            raise _missing(execution)
        # One that is not in history yet may have begun a moment ago; asking it to stop harms nobody.
        await self._publishing.cancel(execution, "asked through the API")
        return Outcome(Asked(execution, "stopping"), 202)

    def _version(self, body: StartBody) -> VersionSnapshot:
        if body.workflow_body is not None:
            if body.version is not None:
                raise ParameterError("either a version or an unsaved draft can run", field="version")
            return unsaved(body.workflow, body.workflow_body, self._registry)
        workflow = self._catalog.workflow(body.workflow)
        return self._catalog.version(workflow.id, body.version or workflow.draft)

    async def _guide(self, body: StartBody, version: VersionSnapshot) -> Guide:
        before, runs = None, list[PastRun]()
        if body.reuse is not None:
            earlier, runs = await self._past.ended(body.reuse.execution)
            if earlier is None:
                raise _missing(body.reuse.execution)
            with contextlib.suppress(NotFoundError):  # an unsaved draft that ran: only the client knows what it changed
                before = self._catalog.version(earlier["workflow"], earlier["version"])
        return guide_of(body, version, runs, before)

    def _where(self, version: VersionSnapshot, body: StartBody) -> tuple[str, str]:
        """Give the node that the start's task names, and the topic that it goes to."""
        workflow = parse_workflow(version.body)
        name = body.node or version.start_node
        if name is None and body.partial and workflow.nodes:
            name = workflow.nodes[0].name  # where it really begins the engine finds out
        if name is None:
            raise ParameterError("nothing in this workflow can be started", field="node", hint="name a node")
        node = workflow.node(name)
        if node is None:
            raise ParameterError(f'the workflow has no node "{name}"', node=name, field="node")
        if body.partial:
            return name, self._starting.topic(node.type)
        start_type = version.start_type if body.node is None else node.type
        return name, node_topic(self._starting.known(name, start_type or node.type))


def _missing(execution: str) -> NotFoundError:
    return NotFoundError(
        f'there is no execution "{execution}" in the history', hint="one that began a moment ago may come there soon"
    )


def _possible(execution: str) -> bool:
    parts = execution.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and set("".join(parts)) <= set("0123456789abcdef")
