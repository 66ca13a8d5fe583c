"""Executions: start, look at, stop.

Flow: `/api/v1/executions` → **executions** → start tasks, controls; history → **executions** → client.
"""

import time
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from gateway.cursors import read_moment_cursor, write_cursor
from gateway.endpoints import Endpoint, Outcome
from gateway.problems import HttpProblem, refuse
from gateway.publishing import Publishing
from gateway.reading import Catalog, Past
from gateway.settings import GatewaySettings
from gateway.waiting import Waiting, wait_or_leave
from nodes.sdk.context import Blobs
from nodes.sdk.registry import Registry
from schemas.commands import VersionSnapshot
from schemas.errors import ErrorInfo, NotFoundError, ParameterError
from schemas.events import TERMINAL, ExecutionStatus
from schemas.identifiers import digest_id, new_execution_id
from schemas.item import Item
from schemas.task import ReplyTo, Start, Task
from schemas.workflow import parse_workflow
from streams.stores.history_filter import Within
from streams.topics import node_topic

PATH = "/api/v1/executions"


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
    """An execution with its node runs, in order."""

    node_runs: list[NodeRunDetail] = []


class ExecutionPage(msgspec.Struct, rename="camel"):
    """A page of executions, newest first; ``nextCursor`` is null on the last one."""

    data: list[ExecutionSummary]
    next_cursor: str | None


class Asked(msgspec.Struct):
    """An execution that was asked to start or stop."""

    execution: str
    status: Literal["started", "stopping"]


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


class StartItem(BaseModel):
    """An item to begin with: ``{"json": {…}, "binary": {…}}``, or its JSON object alone."""

    model_config = ConfigDict(extra="allow")

    data: dict[str, Any] = Field(default_factory=dict, alias="json")
    binary: dict[str, Any] | None = None

    @model_validator(mode="before")
    @classmethod
    def wrap(cls, given: Any) -> Any:
        """Take a bare object as the item's JSON."""
        bare = isinstance(given, dict) and not {"json", "binary"} & given.keys()
        return {"json": given} if bare else given


class StartBody(BaseModel):
    """What to start: a workflow's draft or a version of it, at its trigger or at ``node``."""

    model_config = ConfigDict(extra="forbid")

    workflow: str = Field(min_length=1, description="Id of the workflow.")
    node: str | None = Field(None, description="Name of the node to begin at; else where a manual start begins.")
    items: list[StartItem] | None = Field(None, description="Output of that node; absent: the node runs.")
    version: str | None = Field(None, description="Version to run; else the draft.")
    wait: bool = Field(False, description="Answer when the execution has ended.")


class StartHeaders(BaseModel):
    """Headers of a start."""

    model_config = ConfigDict(extra="ignore")

    idempotency_key: str | None = Field(
        None, alias="idempotency-key", max_length=256, description="A repetition with the same key starts nothing."
    )


class Executions:
    """The resource."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        past: Past,
        publishing: Publishing,
        waiting: Waiting,
        registry: Registry,
        blobs: Blobs,
        settings: GatewaySettings,
    ) -> None:
        self._catalog = catalog
        self._past = past
        self._publishing = publishing
        self._waiting = waiting
        self._registry = registry
        self._blobs = blobs
        self._settings = settings

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
        """Start an execution of a workflow's draft, or of a version.

        With ``wait`` the answer comes when it has ended; its status says how.
        """
        workflow = self._catalog.workflow(body.workflow)
        version = self._catalog.version(workflow.id, body.version or workflow.draft)
        node, type_name = self._where(version, body.node)
        key = headers.idempotency_key
        execution = digest_id(workflow.id, node, key) if key else new_execution_id()
        start = Start(mode="api", key=key, keep_seconds=self._settings.key_seconds if key else 0)
        await self._give(start, body.items)
        task = Task(execution, workflow.id, version.id, node, int(time.time() * 1000), start=start)
        location = {"Location": f"{PATH}/{execution}", "Millrace-Execution": execution}
        if body.wait:
            return await self._start_and_wait(task, type_name, request, location)
        await self._publishing.start(node_topic(type_name), task, self._catalog.offset)
        return Outcome(Asked(execution, "started"), 202, location)

    async def get(self, execution: str, query: OutputQuery) -> Outcome:
        """Read an execution and every node's output."""
        found = await self._past.execution(execution)
        if found is None:
            raise _missing(execution)
        runs = await self._past.node_runs(execution, outputs=query.outputs)
        return Outcome(msgspec.convert({**found, "nodeRuns": runs}, ExecutionDetail, strict=False))

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

    def _where(self, version: VersionSnapshot, name: str | None) -> tuple[str, str]:
        if name is None:
            if version.start_node is None or version.start_type is None:
                raise ParameterError("nothing in this workflow can be started", field="node", hint="name a node")
            return version.start_node, self._known(version.start_node, version.start_type)
        node = parse_workflow(version.body).node(name)
        if node is None:
            raise ParameterError(f'the workflow has no node "{name}"', node=name, field="node")
        return name, self._known(name, node.type)

    def _known(self, node: str, type_name: str) -> str:
        node_type = self._registry.get(type_name)
        if node_type is None:
            raise ParameterError(f'node "{node}" has the type "{type_name}", which is not installed', node=node)
        return node_type.name

    async def _give(self, start: Start, items: list[StartItem] | None) -> None:
        if items is None:
            return
        given = [Item(item.data, item.binary) for item in items]
        encoded = msgspec.json.encode(given)
        if len(encoded) > self._settings.inline_bytes:
            start.blob = await self._blobs.put(encoded)
        else:
            start.items = given

    async def _start_and_wait(
        self, task: Task, type_name: str, request: Request, location: dict[str, str]
    ) -> Outcome | Response:
        to, waiter = self._waiting.open()
        assert task.start is not None  # noqa: S101
        task.start.reply = ReplyTo(to.boot, to.partition, to.request)
        try:
            await self._publishing.start(node_topic(type_name), task, self._catalog.offset)
            reply = await wait_or_leave(waiter, request.receive, self._settings.reply_timeout_seconds)
        except TimeoutError:
            raise self._late(task) from None
        finally:
            self._waiting.close(to)
        if reply is None:
            return Response(status_code=204)
        body = reply.body if reply.blob is None else await self._blobs.get(reply.blob)
        return Outcome(msgspec.json.decode(body, type=Ended), 200, location)

    def _late(self, task: Task) -> HttpProblem:
        return refuse(
            "TimedOut",
            f"the execution did not end within {self._settings.reply_timeout_seconds:g} seconds",
            workflow=task.workflow,
            node=task.node,
            execution=task.execution,
            hint="it goes on; read it under its id",
        )


def _missing(execution: str) -> NotFoundError:
    return NotFoundError(
        f'there is no execution "{execution}" in the history', hint="one that began a moment ago may come there soon"
    )


def _possible(execution: str) -> bool:
    parts = execution.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and set("".join(parts)) <= set("0123456789abcdef")
