"""A private engine: the same agents on a log in memory, for `run`, tests and checks.

Flow: request (workflow, start, mocks, clock) → **private engine** → status, order and outputs of every run.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from agents.calling import CALLED, admit, callee_of, shaped
from agents.guiding import guide_plan
from agents.plan import Plan, PlannedNode, compile_plan
from agents.settings import WorkerSettings
from agents.state import Callee
from agents.timers import Timer
from agents.worker import Worker, row_codecs
from nodes.expressions.scope import Scope
from nodes.sdk.context import Blobs
from nodes.sdk.parameters import JavaScript
from nodes.sdk.ports import Call
from nodes.sdk.registry import Registry
from nodes.starting import start_node
from schemas.clock import now_ms
from schemas.errors import MillraceError, NotFoundError, WorkflowError, error_info
from schemas.events import Event, EventFrame, ExecutionFinished, NodeFinished, NodeRetried
from schemas.guide import Guide, Past
from schemas.identifiers import new_execution_id, partition_of
from schemas.item import Item, Items
from schemas.resume import RESUME_PREFIX
from schemas.task import Frame, Start, Task
from schemas.workflow import content_hash, parse_workflow
from streams import codecs
from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.topics import EVENTS, node_topic

Capabilities = Callable[[Plan, PlannedNode, Scope, str, Mapping[str, Any]], Mapping[type, Any]]


@dataclass(slots=True)
class _Execution:
    request: Mapping[str, Any]
    plan: Plan
    now: int
    ids: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    finished: asyncio.Event = field(default_factory=asyncio.Event)


class PrivateEngine:
    """Runs workflows to their end, many at once. ``hurry``: waits pass at once on a private clock.

    ``capabilities`` gives what nodes may ask for, of (plan, node, scope, execution, the request).
    """

    def __init__(
        self,
        registry: Registry,
        capabilities: Capabilities,
        blobs: Blobs,
        evaluate: JavaScript | None,
        *,
        zone: str = "America/New_York",
        hurry: bool = True,
        settings: WorkerSettings | None = None,
        streams: Streams | None = None,
    ) -> None:
        self._registry = registry
        self._make = capabilities
        self._blobs = blobs
        self._zone = zone
        self._hurry = hurry
        self._executions: dict[str, _Execution] = {}
        self._called: dict[str, Plan] = {}
        self._streams = streams or build_app(
            StreamSettings(broker=f"memory://private-{id(self)}", partitions=2),
            [t.name for t in registry],
            row_codecs(),
        )
        self._worker = Worker(
            self._streams,
            registry,
            self,
            self,
            blobs,
            evaluate,
            settings or WorkerSettings(),
            hurry=self._advance if hurry else None,
        )
        self._follower: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "PrivateEngine":
        await self._streams.start()
        await self._worker.start()
        reader = await self._streams.log.reader(EVENTS, list(range(self._streams.settings.partitions)), "earliest")
        self._follower = asyncio.create_task(self._follow(reader))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._follower is not None:
            self._follower.cancel()
            await asyncio.gather(self._follower, return_exceptions=True)
        await self._worker.stop()
        await self._streams.stop()

    async def run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run one workflow to its end; the answer's shape is that of `run --batch`."""
        try:
            execution, task, topic = self._begin(request)
        except MillraceError as bad:
            return {
                "id": request.get("id"),
                "status": "error",
                "error": _error(error_info(bad)),
                "order": [],
                "runs": {},
            }
        partition = partition_of(task.execution, self._streams.settings.partitions)
        await self._streams.log.send(topic, partition, codecs.encode(Frame([task])))
        try:
            await execution.finished.wait()
        finally:
            for each in execution.ids:
                self._executions.pop(each, None)
        return {"id": request.get("id"), **await self._answer(execution)}

    def now(self, execution: str) -> int:
        """Give an execution's private time."""
        known = self._executions.get(execution)
        return known.now if known is not None and self._hurry else now_ms()

    def capabilities(self, plan: Plan, node: PlannedNode, scope: Scope, execution: str) -> Mapping[type, Any]:
        """Give what a node of that execution may ask for."""
        return self._make(plan, node, scope, execution, self._executions[execution].request)

    def cached(self, workflow: str, version: str) -> Plan | None:
        """Give the plan of a running execution: its id is its version here."""
        known = self._executions.get(version)
        return known.plan if known is not None else self._called.get(version)

    async def get(self, workflow: str, version: str, catalog: int) -> Plan:
        """Give the plan of a running execution."""
        plan = self.cached(workflow, version)
        if plan is None:
            raise NotFoundError(f'no workflow runs as "{version}"')
        return plan

    def begins(self, child: str, parent: str) -> None:
        """Let a called execution share its caller's request, time and capabilities."""
        known = self._executions.get(parent)
        if known is not None and child not in self._executions:
            self._executions[child] = known
            known.ids.append(child)

    def waits(self, execution: str) -> None:
        """End the run as waiting: nobody will ask."""
        known = self._executions.get(execution)
        if known is not None and execution == known.ids[0]:
            known.finished.set()

    def addresses(self, execution: str, version: str) -> dict[str, Any]:
        """Give an address that nobody answers."""
        return dict.fromkeys(("resumeUrl", "resumeFormUrl"), f"http://localhost{RESUME_PREFIX}{execution}")

    async def callee(self, execution: str, plan: Plan, call: Call) -> tuple[Callee, list[Items]]:
        """Find a called workflow among the request's ``workflows``, by id or name."""
        found = call.workflow if isinstance(call.workflow, dict) else self._known(execution, call.workflow)
        called = compile_plan(str(found.get("id") or ""), content_hash(found), found, self._registry, zone=self._zone)
        self._called[called.version] = called
        admit(called, plan, str(call.workflow))
        return callee_of(called, CALLED, -1), shaped(called, call.batches)

    async def alarmed(self, workflow: str) -> Callee:
        """Run no error workflow: whoever asked sees the error."""
        raise NotFoundError("a private engine runs no error workflows")

    def _known(self, execution: str, workflow: str) -> dict[str, Any]:
        for one in self._executions[execution].request.get("workflows") or []:
            if workflow in (str(one.get("id")), one.get("name")):
                return dict(one)
        raise NotFoundError(
            f'there is no workflow "{workflow}" to call', hint="give its file as well, with that id or name"
        )

    def _begin(self, request: Mapping[str, Any]) -> tuple[_Execution, Task, str]:
        raw = request["workflow"]
        workflow = parse_workflow(raw)
        wanted = (request.get("start") or {}).get("node")
        node = workflow.node(wanted) if wanted else start_node(workflow, self._registry)
        if node is None and request.get("partial") is not None:
            node = next(iter(workflow.nodes), None)  # where a part begins, the plan says
        if node is None:
            raise WorkflowError(
                "nothing to start", hint="the workflow needs an enabled trigger, or name a start node that it has"
            )
        name = new_execution_id()
        plan = compile_plan(str(raw.get("id") or name), name, raw, self._registry, zone=self._zone)
        if (partial := request.get("partial")) is not None:
            plan = guide_plan(plan, _guide(partial))
        given = (request.get("start") or {}).get("items")
        items = None if given is None else [_item(one) for one in given]
        now = int(request.get("clock") or now_ms())
        execution = self._executions[name] = _Execution(request, plan, now, [name])
        task = Task(name, plan.workflow, name, node.name, now, start=Start(items=items, mode="cli"))
        planned = plan.nodes[node.name]
        return execution, task, node_topic(planned.type_name if planned.type is not None else "noOp")

    def _advance(self, timer: Timer) -> None:
        known = self._executions.get(timer.execution)
        if known is not None:
            known.now = max(known.now, timer.due)

    async def _follow(self, reader: Any) -> None:
        while True:
            for record in await reader.read():
                for event in codecs.decode(record.value, EventFrame).events:
                    known = self._executions.get(event.execution)
                    if known is not None and event.execution == known.ids[0]:
                        known.events.append(event)
                        if isinstance(event, ExecutionFinished):
                            known.finished.set()

    async def _answer(self, execution: _Execution) -> dict[str, Any]:
        runs: dict[str, list[dict[str, Any]]] = {}
        finished = [event for event in execution.events if isinstance(event, NodeFinished)]
        finished.sort(key=lambda event: event.seq)
        for event in finished:
            text = await self._blobs.get(event.blob) if event.blob is not None else bytes(event.outputs)
            runs.setdefault(event.node, []).append({"outputs": msgspec.json.decode(text)})
        end = next((event for event in execution.events if isinstance(event, ExecutionFinished)), None)
        retried = sum(isinstance(event, NodeRetried) for event in execution.events)
        return {
            "status": "waiting" if end is None else end.status,
            "error": _error(end.error) if end is not None and end.error is not None else None,
            "order": [event.node for event in finished],
            "runs": runs,
            "retries": retried,
        }


def _guide(partial: Mapping[str, Any]) -> Guide:
    """Read what part to run; ``past`` is the answer of an earlier run."""
    answer = partial.get("past") or {}
    seen: Counter[str] = Counter()
    past = []
    for name in answer.get("order", ()):
        outputs = [[_item(one) for one in items or ()] for items in answer["runs"][name][seen[name]]["outputs"]]
        past.append(Past(name, seen[name], counts=[len(items) for items in outputs], outputs=outputs))
        seen[name] += 1
    dirty = list(partial.get("dirty") or ())
    return Guide(past=past, destination=partial.get("destination"), node=partial.get("node"), dirty=dirty, mode="cli")


def _item(raw: Any) -> Item:
    if isinstance(raw, dict) and isinstance(raw.get("json"), dict):
        return msgspec.convert({key: raw[key] for key in ("json", "binary") if raw.get(key) is not None}, Item)
    return Item(json=raw)


def _error(info: Any) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(info)
    return shown
