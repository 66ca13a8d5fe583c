"""Reading: the only module of the gateway that reads views, history and blobs.

Flow: catalog view, history, blobs, `replies` → **reading** → ingress, api.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from gateway.following import Following
from gateway.problems import refuse
from gateway.routing import RouteTable, Target, prepare
from gateway.waiting import Waiting
from nodes.holding import holding_of, tenant_of
from nodes.sdk.context import Blobs
from schemas.commands import VersionSnapshot, WorkflowSnapshot
from schemas.errors import NotFoundError
from schemas.events import TERMINAL, ExecutionStatus
from schemas.guide import Past as PastRun
from schemas.task import ReplyFrame
from streams.codecs import decode
from streams.stores.attempts import attempts
from streams.stores.catalog_search import CatalogSearch
from streams.stores.history import History
from streams.stores.history_filter import Within
from streams.stores.protocol import QueryResult
from streams.stores.vault_view import VaultView
from streams.stores.version_rows import VersionRow
from streams.stores.views import CatalogView, Listener, LiveRoute
from streams.topics import CATALOG, REPLIES, node_topic
from streams.transports.protocol import Log

CATCH_UP_SECONDS = 5.0
SETTLE_SECONDS = 3.0
SETTLE_PAUSE_SECONDS = 0.1
SOON = "one that happened a moment ago may come there soon"

_outputs = msgspec.json.Decoder(list[list[msgspec.Raw] | None] | None)


class Catalog:
    """The catalog view: workflows, versions and the route table that follows them."""

    def __init__(self, log: Log, view: CatalogView) -> None:
        self._log = log
        self._view = view
        self._table = RouteTable()
        self._stale = True
        self._catching_up: asyncio.Task[None] | None = None
        view.on_change(self._changed)

    @property
    def offset(self) -> int:
        """Give the catalog offset of the last record that this view has read."""
        return self._view.position - 1

    @property
    def routes(self) -> RouteTable:
        """Give the table of production routes, compiled anew if the catalog changed."""
        if self._stale:
            self._stale = False
            self._table = RouteTable(map(self._target, self._view.routes()))
        return self._table

    def _target(self, live: LiveRoute) -> Target:
        workflow = live.workflow
        version = self._view.version(workflow.id, live.version)
        settings = version.body.get("settings") if version is not None else None
        return prepare(
            live.route,
            workflow=workflow.id,
            name=workflow.name,
            version=live.version,
            topic=node_topic(live.route.type),
            holding=holding_of(workflow.id, settings),
            tenant=tenant_of(settings),
        )

    @property
    def vault(self) -> VaultView:
        """Give credentials and variables."""
        return self._view.vault

    def workflow(self, workflow: str) -> WorkflowSnapshot:
        """Find a workflow; raise NotFoundError."""
        found = self._view.workflow(workflow)
        if found is None or found.deleted:
            raise NotFoundError(f'no workflow has the id "{workflow}"', hint="GET /api/v1/workflows lists them")
        return found

    def version(self, workflow: str, version: str) -> VersionSnapshot:
        """Find a version of a workflow; raise NotFoundError."""
        found = self._view.version(workflow, version)
        if found is None:
            raise NotFoundError(f'workflow "{workflow}" has no version "{version}"')
        return found

    def versions(self, workflow: str, before: tuple[int, str] | None, limit: int) -> Sequence[VersionRow]:
        """Give a workflow's versions, newest first, those before a given one (when it was made, its id)."""
        return self._view.versions.page(workflow, before, limit)

    def page(
        self, after: str | None, limit: int, active: bool | None, search: str | None, tag: str | None = None
    ) -> list[WorkflowSnapshot]:
        """Give workflows, newest first, those after a given one."""
        return self._view.list(after=after, limit=limit, active=active, search=search, tag=tag)

    @property
    def search(self) -> CatalogSearch:
        """Give what looks into drafts, and knows the tags."""
        return self._view.search

    def on_change(self, listener: Listener) -> None:
        """Call back with the ids of workflows that changed, from now on."""
        self._view.on_change(listener)

    async def wait(self, offset: int, timeout_seconds: float = CATCH_UP_SECONDS) -> None:
        """Wait until what was written at an offset can be read here; raise a problem when it takes too long."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._view.wait(offset)
        except TimeoutError:
            raise refuse("TimedOut", f"this gateway has not yet read the catalog up to offset {offset}") from None

    async def reach_end(self, timeout_seconds: float = CATCH_UP_SECONDS) -> None:
        """Read to the catalog's present end."""
        end = (await self._log.ends(CATALOG)).get(0, 0)
        if end > 0:
            await self.wait(end - 1, timeout_seconds)

    async def catch_up(self) -> None:
        """Read to the catalog's present end; callers at the same time share one look."""
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self.reach_end())
        await asyncio.shield(self._catching_up)

    def _changed(self, *_: object) -> None:
        self._stale = True


class Past:
    """History: what executions did."""

    def __init__(self, history: History, blobs: Blobs) -> None:
        self._history = history
        self._blobs = blobs

    async def executions(
        self,
        workflow: str | None,
        status: ExecutionStatus | None,
        within: Within,
        before: tuple[int, str] | None,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Give executions, newest first."""
        return await self._history.executions(
            workflow=workflow, status=status, before=before, limit=limit, within=within
        )

    async def execution(self, execution: str) -> dict[str, Any] | None:
        """Find an execution."""
        return await self._history.execution(execution)

    async def node_runs(self, execution: str, *, outputs: bool) -> list[dict[str, Any]]:
        """Give the node runs in order, with their outputs where they are wanted; large ones come from the blobs."""
        runs = await self._history.node_runs(execution)
        for run in runs:
            blob = run.pop("blob", None)
            if not outputs:
                run["outputs"] = None
            elif blob and run.get("outputs") is None:
                run["outputs"] = await self._output(blob)
        return runs

    async def outputs(self, execution: str, node: str, run: int) -> list[list[msgspec.Raw]] | None:
        """Give what a run of a node gave, undecoded, by output; None where it is no longer kept.

        Raises NotFoundError where the history does not have the run (yet).
        """
        found = await self._history.node_run(execution, node, run)
        if found is None:
            raise NotFoundError(f'there is no run {run} of node "{node}" in execution "{execution}"', hint=SOON)
        raw = await self._raw(found)
        return None if raw is None else [output or [] for output in _outputs.decode(raw) or []]

    async def attempts(self, execution: str, node: str, run: int) -> list[dict[str, Any]]:
        """Give the attempts of a run that failed before its last one."""
        return await attempts(self._history, execution, node, run)

    async def last_runs(self, execution: str) -> list[tuple[dict[str, Any], bytes | None]]:
        """Give the last run of each node with the JSON of what it gave, None where that is no longer kept."""
        return [(run, await self._raw(run)) for run in await self._history.last_runs(execution)]

    async def ended(
        self, execution: str, seconds: float = SETTLE_SECONDS
    ) -> tuple[dict[str, Any] | None, list[PastRun]]:
        """Find an execution and its runs as a guide takes them, waiting a little for its end and for all of them.

        What happened comes to the history a moment later, and not all at once. Large outputs stay references.
        """
        until = time.monotonic() + seconds
        while True:
            found = await self._history.execution(execution)
            if found is not None and found["status"] in TERMINAL:
                runs = await self._history.node_runs(execution)
                if len(runs) >= found["runs"] or time.monotonic() > until:
                    return found, _past(runs)
            if time.monotonic() > until:
                return found, [] if found is None else _past(await self._history.node_runs(execution))
            await asyncio.sleep(SETTLE_PAUSE_SECONDS)

    async def query(self, sql: str, parameters: dict[str, Any], max_rows: int) -> QueryResult:
        """Ask history in SQL."""
        return await self._history.query(sql, parameters, max_rows)

    async def _raw(self, run: dict[str, Any]) -> bytes | None:
        if not run.get("blob"):
            return msgspec.json.encode(run["outputs"])
        with contextlib.suppress(NotFoundError):
            return await self._blobs.get(run["blob"])
        return None

    async def _output(self, blob: str) -> Any:
        try:
            return msgspec.Raw(await self._blobs.get(blob))
        except NotFoundError:
            return None


def _past(runs: list[dict[str, Any]]) -> list[PastRun]:
    known = [{key: value for key, value in run.items() if value is not None} for run in runs]
    return msgspec.convert(known, list[PastRun], strict=False)


class Replies:
    """Reads this boot's partition of `replies` from its end on; what is for another boot is dropped."""

    def __init__(self, log: Log, waiting: Waiting, partition: int) -> None:
        self._log = log
        self._waiting = waiting
        self._partition = partition
        self._following: Following | None = None

    async def start(self) -> None:
        """Open the reader; a request may be sent only after this."""
        reader = await self._log.reader(REPLIES, [self._partition], "latest")
        self._following = Following(reader, self._take)

    async def stop(self) -> None:
        """Stop reading."""
        if self._following is not None:
            self._following.cancel()
            await self._following.ended()

    @property
    def alive(self) -> bool:
        """Say whether replies are being read."""
        return self._following is not None and self._following.alive

    def _take(self, value: bytes) -> None:
        for reply in decode(value, ReplyFrame).replies:
            self._waiting.deliver(reply)
