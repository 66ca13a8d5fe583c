"""Replays: an execution again from what is kept of it: compared, gone on from, or done once more.

Flow: `/api/v1/executions/…/replay`, `fork`, `/api/v1/executions/redrive` → **replays** → start tasks → client.
"""

from typing import Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.executions import PATH, Asked
from gateway.cursors import read_moment_cursor, write_cursor
from gateway.endpoints import Endpoint, Outcome
from gateway.problems import refuse
from gateway.reading import Past
from gateway.repeating import Repeating, redriven
from gateway.starting import Starting, StartItem
from schemas.differences import Difference, compare
from schemas.errors import ConflictError, NotFoundError, ParameterError
from schemas.events import TERMINAL, ExecutionStatus
from streams.stores.history_filter import Within

PAGE = 100


class Replayed(msgspec.Struct, rename="camel"):
    """How a replay compares: ``runs`` node runs were compared, ``same`` says that nothing differs."""

    execution: str
    same: bool
    runs: int
    differences: list[Difference]


class Redriven(msgspec.Struct, rename="camel"):
    """What a re-drive started; ``skipped`` had been driven again before, or cannot be.

    ``nextCursor`` goes on where more matches than were asked for.
    """

    redriven: int
    skipped: int
    executions: list[str]
    next_cursor: str | None = None


class ForkBody(BaseModel):
    """Where and how to go on from an execution."""

    model_config = ConfigDict(extra="forbid")

    node: str = Field(min_length=1, description="Node to begin at.")
    items: list[StartItem] | None = Field(
        None, description="What arrives there (a trigger: what it gives); absent: what arrived in the execution."
    )
    version: str | None = Field(None, description="Version to go on with; else that of the execution.")
    armed: bool = Field(False, description="Make effects; else they answer with the record, or with a marked item.")


class RedriveFilter(BaseModel):
    """Which executions."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    workflow: str | None = Field(None, description="Only those of this workflow.")
    status: ExecutionStatus = Field("error", description="Only those with this status.")
    executions: list[str] | None = Field(None, max_length=1000, description="Only these.")
    since: int | None = Field(None, alias="from", description="Only those that began at or after this time (epoch ms).")
    until: int | None = Field(None, alias="to", description="Only those that began before this time (epoch ms).")
    node: str | None = Field(None, description="Only those that ran this node.")
    text: str | None = Field(None, description="Only those with this text in an output or an error.")


class RedriveBody(BaseModel):
    """What to do again, and how."""

    model_config = ConfigDict(extra="forbid")

    filter: RedriveFilter
    version: str | None = Field(None, description="Version to run; else that of each execution.")
    node: str | None = Field(None, description="Node to begin at; else the one that failed.")
    start: Literal["failed", "beginning"] = Field("failed", description="Where to begin, if no node is named.")
    limit: int = Field(200, ge=1, le=1000, description="At most so many executions are looked at.")
    cursor: str | None = Field(None, description="nextCursor of the call before.")


class Replays:
    """The resource."""

    def __init__(self, past: Past, repeating: Repeating, starting: Starting) -> None:
        self._past = past
        self._repeating = repeating
        self._starting = starting

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one, problems = f"{PATH}/{{execution}}", (404, 409, 422)
        return [
            Endpoint("POST", f"{PATH}/redrive", self.redrive, "replays", {200: Redriven}, (404, 422)),
            Endpoint("POST", f"{one}/replay", self.replay, "replays", {200: Replayed}, (*problems, 504)),
            Endpoint("POST", f"{one}/fork", self.fork, "replays", {202: Asked}, problems),
        ]

    async def replay(self, execution: str, request: Request) -> Outcome | Response:
        """Run an execution again from its record, with the outside answering as it did, and compare every node run.

        Nothing outside is asked, nothing is waited for; the time, random numbers and ids are those of then.
        """
        earlier = await self._repeating.find(execution)
        task, topic = await self._repeating.replay(earlier)
        if await self._starting.send_and_wait(task, topic, request) is None:
            return Response(status_code=204)
        ended, runs = await self._past.ended(task.execution)
        if ended is None or ended["status"] not in TERMINAL:
            raise refuse("TimedOut", "the replay ended, but the history has not heard of it", execution=task.execution)
        differences = compare(earlier.runs, runs)
        return Outcome(Replayed(task.execution, not differences, len(earlier.runs), differences))

    async def fork(self, execution: str, body: ForkBody) -> Outcome:
        """Go on from a node of an execution, with other data or another version; effects are not made unless armed."""
        earlier = await self._repeating.find(execution, version=body.version)
        items = None if body.items is None else [one.item for one in body.items]
        task, topic = await self._repeating.fork(earlier, body.node, items, armed=body.armed)
        await self._starting.send(task, topic)
        headers = {"Location": f"{PATH}/{task.execution}", "Millrace-Execution": task.execution}
        return Outcome(Asked(task.execution, "started"), 202, headers)

    async def redrive(self, body: RedriveBody) -> Outcome:
        """Do executions that failed again, each at most once, from the node that failed or from another place.

        What went well before that node is taken over; its effects are not made again.
        """
        ids, more = await self._chosen(body)
        started: list[str] = []
        for execution in ids:
            if (made := await self._again(execution, body)) is not None:
                started.append(made)
        return Outcome(Redriven(len(started), len(ids) - len(started), started, more))

    async def _again(self, execution: str, body: RedriveBody) -> str | None:
        if await self._past.execution(redriven(execution)) is not None:
            return None
        try:
            earlier = await self._repeating.find(execution, version=body.version)
            node = body.node or (earlier.failed if body.start == "failed" else None)
            task, topic = await self._repeating.redrive(earlier, node)
        except (NotFoundError, ConflictError, ParameterError):
            return None
        await self._starting.send(task, topic)
        return task.execution

    async def _chosen(self, body: RedriveBody) -> tuple[list[str], str | None]:
        wanted = body.filter
        if wanted.executions is not None:
            return wanted.executions, None
        before, ids = read_moment_cursor(body.cursor), list[str]()
        within = Within(wanted.since, wanted.until, wanted.node, wanted.text)
        while len(ids) < body.limit:
            size = min(PAGE, body.limit - len(ids))
            page = await self._past.executions(wanted.workflow, wanted.status, within, before, size)
            ids += [row["id"] for row in page]
            if len(page) < size:
                return ids, None
            before = (page[-1]["startedAt"], page[-1]["id"])
        return ids, None if before is None else write_cursor(*before)
