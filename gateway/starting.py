"""Starting: executions on behalf of a request: where they begin, what they are given, and their answer.

Flow: api → **starting** → start task, durable → id at once, or the execution's end.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request

from gateway.pressure import Pressures
from gateway.problems import HttpProblem, refuse
from gateway.publishing import Publishing
from gateway.reading import Catalog
from gateway.settings import GatewaySettings
from gateway.waiting import Waiting, wait_or_leave
from nodes.holding import Holding, placed, tenant_of
from nodes.sdk.context import Blobs
from nodes.sdk.registry import Registry
from schemas.clock import now_ms
from schemas.errors import ParameterError
from schemas.guide import Guide, guided
from schemas.identifiers import ExecutionId
from schemas.item import Item
from schemas.task import Reply, ReplyTo, Start, Task
from streams.topics import node_topic

ANY_TYPE = "noOp"


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

    @property
    def item(self) -> Item:
        """Give it as an item."""
        return Item(self.data, self.binary)


class Starting:
    """Sends starts."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        publishing: Publishing,
        waiting: Waiting,
        registry: Registry,
        blobs: Blobs,
        settings: GatewaySettings,
        pressures: Pressures,
    ) -> None:
        self._catalog = catalog
        self._publishing = publishing
        self._waiting = waiting
        self._registry = registry
        self._blobs = blobs
        self._settings = settings
        self._pressures = pressures

    def known(self, node: str, type_name: str) -> str:
        """Give the name of an installed type; raise ParameterError naming the node where it is not installed."""
        node_type = self._registry.get(type_name)
        if node_type is None:
            raise ParameterError(f'node "{node}" has the type "{type_name}", which is not installed', node=node)
        return node_type.name

    def topic(self, type_name: str | None) -> str:
        """Give a type's topic; where it is not installed any will do."""
        node_type = None if type_name is None else self._registry.get(type_name)
        return node_topic(ANY_TYPE if node_type is None else node_type.name)

    async def put(self, start: Start, given: list[Item]) -> None:
        """Put items into a start: large ones go to the blob store."""
        encoded = msgspec.json.encode(given)
        if len(encoded) > self._settings.inline_bytes:
            start.blob = await self._blobs.put(encoded)
        else:
            start.items = given

    async def under(self, version: str, guide: Guide) -> str:
        """Name a version as run under a guide, which is kept."""
        return guided(version, await self._blobs.put(msgspec.json.encode(guide)))

    def keyed(self, start: Start, key: str | None) -> Start:
        """Give a start its identity, so that its repetition starts nothing."""
        start.key = key
        start.keep_seconds = self._settings.key_seconds if key else 0
        return start

    def admit(self, settings: Any) -> None:
        """Raise a problem where a start of a workflow with these settings would only wait."""
        self._pressures.admit(tenant_of(settings))

    def place(self, holding: Holding | None, items: list[Item], ids: Iterator[ExecutionId]) -> ExecutionId:
        """Give the first of the ids that may be a start's: where executions wait for each other, they live together."""
        return placed(holding, items, self._settings.partitions, ids)

    async def send(self, task: Task, topic: str) -> None:
        """Start; returns when it is durable."""
        await self._publishing.start(topic, task, self._catalog.offset)

    async def send_and_wait(self, task: Task, topic: str, request: Request) -> bytes | None:
        """Start and give the JSON of the answer at the end, None where the client left; raise a problem when late."""
        to, waiter = self._waiting.open()
        assert task.start is not None  # noqa: S101
        task.start.reply = ReplyTo(to.boot, to.partition, to.request)
        try:
            await self.send(task, topic)
            reply: Reply | None = await wait_or_leave(waiter, request.receive, self._settings.reply_timeout_seconds)
        except TimeoutError:
            raise self._late(task) from None
        finally:
            self._waiting.close(to)
        if reply is None:
            return None
        return reply.body if reply.blob is None else await self._blobs.get(reply.blob)

    def _late(self, task: Task) -> HttpProblem:
        return refuse(
            "TimedOut",
            f"the execution did not end within {self._settings.reply_timeout_seconds:g} seconds",
            workflow=task.workflow,
            node=task.node,
            execution=task.execution,
            hint="it goes on; read it under its id",
        )


def now() -> int:
    """Give epoch ms."""
    return now_ms()
