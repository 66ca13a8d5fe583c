"""Running: call one node's function for one activation, with everything it asks for, and never let it raise.

Flow: activation → **run** → Finished or Failed → step.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

import msgspec

from agents.actions import Failed, Finished
from agents.calling import Directory
from agents.calls import DEPTH_MAX
from agents.guidance import Guidance
from agents.guiding import identity, marked, mode_of
from agents.outcomes import outputs_of, pass_through, settle
from agents.plan import Plan, PlannedNode
from agents.redacting import redact_info, redact_outputs, redact_traceback
from agents.resuming import guarded
from agents.state import Activation, Callee, Calls, Packet, State
from nodes.expressions.scope import Scope
from nodes.sdk.calling import call
from nodes.sdk.context import Blobs, Credentials, Returned, Run
from nodes.sdk.parameters import JavaScript
from nodes.sdk.ports import Call, NextBatch, Respond, Result, WaitForRequest, WaitUntil
from schemas.errors import DefectError, ErrorInfo, InDoubt, MillraceError, NodeError, OperationalError, error_info
from schemas.failpoints import failpoint
from schemas.identifiers import task_id
from schemas.item import Item, Items, NodeRun, Outputs
from schemas.task import Start

log = logging.getLogger(__name__)
INLINE_BYTES = 64 * 1024
_encode = msgspec.json.Encoder().encode
_items = msgspec.json.Decoder(list[Item])
_outputs = msgspec.json.Decoder(list[list[Item]])


class Surroundings(Directory, Protocol):
    """What differs between the server and a private engine: the time, and what nodes may reach."""

    def now(self, execution: str) -> int:
        """Give the execution's time, epoch ms."""
        ...

    def capabilities(self, plan: Plan, node: PlannedNode, scope: Scope, execution: str) -> Mapping[type, Any]:
        """Give what the node may ask for, by type."""
        ...

    def addresses(self, execution: str, version: str) -> dict[str, Any]:
        """Give what `$execution` tells of where the execution can be resumed."""
        ...

    async def callee(self, execution: str, plan: Plan, call: Call) -> tuple[Callee, list[Items]]:
        """Find what a call runs, and its items as its trigger wants them; raise UserError where it cannot be called."""
        ...


class Runner:
    """Runs activations. ``evaluate`` is the JavaScript tier; ``blobs`` keeps outputs over 64 KB."""

    def __init__(self, surroundings: Surroundings, blobs: Blobs, evaluate: JavaScript | None) -> None:
        self._surroundings = surroundings
        self._blobs = blobs
        self._evaluate = evaluate

    async def run(self, plan: Plan, state: State, activation: Activation) -> Finished | Failed:
        """Run one activation to its outcome; an error of any kind is an outcome."""
        node = plan.nodes[activation.node]
        failpoint("node.run")
        began = time.perf_counter_ns()
        inputs: list[Items] = []
        secrets: set[str] = set()
        try:
            inputs = _held(node, activation) or await self._inputs(node, activation)
            guidance = plan.guidance
            if (
                guidance is not None
                and not node.disabled
                and guidance.answers(node.type, activation, outside=node.effect)
            ):
                return await self._answered(plan, guidance, node, activation, inputs, began)
            result = await self._result(plan, state, node, activation, inputs, secrets)
            failpoint("node.ran")
            if isinstance(result, Call):
                # What it would call makes effects of its own.
                if guidance is not None and guidance.answers(node.type, activation, outside=True):
                    return await self._answered(plan, guidance, node, activation, inputs, began)
                return await self._calling(plan, state, activation, result)
            return await self._finished(plan, node, activation, inputs, result, began, secrets)
        except Exception as error:
            if not isinstance(error, MillraceError):
                told = redact_traceback(error, secrets)
                log.error("node raised: %s", told, extra={"execution": state.execution, "node": node.name})
            return await self._failed(node, activation, inputs, error, began, secrets)

    async def start_items(self, start: Start) -> Items | None:
        """Give the items that a start brings, or None where its node is to run."""
        if start.blob is None:
            return start.items
        text = await self._blobs.get(start.blob)
        return _items.decode(text) if start.part is None else _outputs.decode(text)[start.part]

    async def outputs(self, packets: list[Packet]) -> list[Packet]:
        """Bring items back that were stored by reference."""
        if all(packet.items is not None for packet in packets):
            return packets
        return [msgspec.structs.replace(packet, items=await self._items(packet)) for packet in packets]

    async def pack(self, outputs: Outputs) -> tuple[list[Packet], bytes, str | None]:
        """Encode outputs once: their packets, their JSON text, and the blob where that is large."""
        try:
            text = _encode(outputs)
        except (TypeError, ValueError, OverflowError, RecursionError) as bad:
            raise DefectError(f"a node gave something that is not JSON: {bad}") from None
        blob = None
        if len(text) > INLINE_BYTES:
            blob, text = await self._blobs.put(text), b"[]"
        packets = [Packet(items=items, blob=blob, output=at, count=len(items)) for at, items in enumerate(outputs)]
        return packets, text, blob

    async def _inputs(self, node: PlannedNode, activation: Activation) -> list[Items]:
        inputs = [[] if packet is None else await self._items(packet) for packet in activation.inputs]
        return [items[:1] for items in inputs] if node.execute_once else inputs

    async def _items(self, packet: Packet) -> Items:
        if packet.items is not None:
            return packet.items
        if packet.blob is None:
            return []
        return _outputs.decode(await self._blobs.get(packet.blob))[packet.output]

    async def _result(
        self,
        plan: Plan,
        state: State,
        node: PlannedNode,
        activation: Activation,
        inputs: list[Items],
        secrets: set[str],
    ) -> Result:
        if node.disabled:
            return inputs[0] if inputs else []
        if node.name in plan.pinned and (plan.guidance is not None or state.mode in ("manual", "cli")):
            return plan.pinned[node.name]
        if node.error is not None:
            raise node.error
        if node.type is None or node.compiled is None:
            raise DefectError("a node without a type was planned without an error", node=node.name)
        past = await self._past(state) if state.kept else {}
        scope = self._scope(plan, state, node, activation, inputs, past)
        run = self._facts(plan, state, node, activation, inputs, await self._returned(activation))
        capabilities = self._surroundings.capabilities(plan, node, scope, state.execution)
        try:
            calling = call(node.type, node.compiled, scope, run, capabilities, self._evaluate)
            return await (calling if node.timeout_seconds is None else _within(node, node.timeout_seconds, calling))
        finally:
            if (credentials := capabilities.get(Credentials)) is not None:
                secrets |= credentials.opened

    def _scope(
        self,
        plan: Plan,
        state: State,
        node: PlannedNode,
        activation: Activation,
        inputs: list[Items],
        past: Mapping[str, list[NodeRun]],
    ) -> Scope:
        return Scope(
            inputs=inputs,
            run_index=activation.run,
            node=node.name,
            node_type=node.type_name,
            node_version=node.version,
            parameters=node.raw,
            runs=lambda name: past.get(name, []) if name in plan.nodes else None,
            sources=activation.sources,
            workflow=plan.facts,
            execution=self._told(plan, state),
            now=_now(plan, activation),
            zone=plan.zone,
            contexts=state.contexts,
            leads=lambda name: plan.leads(name, node.name),
            node_parameters=plan.node_parameters,
            seed=task_id(identity(plan, state.execution), node.name, activation.run),
        )

    def _told(self, plan: Plan, state: State) -> dict[str, Any]:
        mode = "test" if mode_of(plan, state.mode) == "manual" else "production"
        told = {"id": identity(plan, state.execution), "mode": mode}
        return told | self._surroundings.addresses(state.execution, state.version) if plan.waits else told

    async def _past(self, state: State) -> dict[str, list[NodeRun]]:
        return {
            name: [NodeRun([p.items or [] for p in await self.outputs(run.outputs)], run.sources) for run in runs]
            for name, runs in state.kept.items()
        }

    async def _calling(self, plan: Plan, state: State, activation: Activation, call: Call) -> Finished:
        if state.parent is not None and state.parent.depth >= DEPTH_MAX:
            hint = "a workflow that calls itself needs a condition that ends it"
            raise NodeError(f"workflows call each other more than {DEPTH_MAX} deep", node=activation.node, hint=hint)
        callee, batches = await self._surroundings.callee(state.execution, plan, call)
        packets, _, _ = await self.pack(batches)
        return Finished(activation.node, activation.run, [], calls=Calls(callee, packets, call.wait))

    async def _returned(self, activation: Activation) -> list[Returned] | None:
        if activation.calls is None:
            return None
        found = [one for _, one in sorted(activation.calls.results.items())]
        return [Returned([] if one.packet is None else await self._items(one.packet), one.error) for one in found]

    def _facts(
        self,
        plan: Plan,
        state: State,
        node: PlannedNode,
        activation: Activation,
        inputs: list[Items],
        returned: list[Returned] | None,
    ) -> Run:
        last = activation.attempt + 1 >= node.backoff.tries
        return Run(
            node=node.name,
            type=node.type_name,
            version=node.version,
            inputs=inputs,
            now=_now(plan, activation),
            timezone=plan.zone,
            run_index=activation.run,
            execution=identity(plan, state.execution),
            workflow=plan.facts,
            mode=mode_of(plan, state.mode),
            task=task_id(identity(plan, state.execution), node.name, activation.run),
            attempt=activation.attempt,
            continue_on_fail=last and node.on_error != "stopWorkflow",
            context=state.contexts.get(node.name),
            returned=returned,
        )

    async def _finished(
        self,
        plan: Plan,
        node: PlannedNode,
        activation: Activation,
        inputs: list[Items],
        result: Result,
        began: int,
        secrets: set[str],
    ) -> Finished:
        settled = redact_outputs(settle(node, inputs, outputs_of(result), lineage=plan.lineage), secrets)
        packets, text, blob = await self.pack(settled)
        return Finished(
            node=node.name,
            run=activation.run,
            outputs=packets,
            encoded=text,
            blob=blob,
            duration_us=(time.perf_counter_ns() - began) // 1000,
            context=result.context if isinstance(result, NextBatch) else None,
            looping=isinstance(result, NextBatch),
            until=result.at if isinstance(result, WaitUntil | WaitForRequest) and not _replays(plan) else None,
            fixed=isinstance(result, WaitUntil | WaitForRequest) and result.fixed,
            opening=guarded(result.opening, node.credentials)
            if isinstance(result, WaitForRequest) and not _replays(plan)
            else None,
            response=result.response if isinstance(result, Respond | WaitForRequest) else None,
        )

    async def _answered(
        self,
        plan: Plan,
        guidance: Guidance,
        node: PlannedNode,
        activation: Activation,
        inputs: list[Items],
        began: int,
    ) -> Finished | Failed:
        """Answer for an effect that is not made: with what it gave before, else with its input, marked."""
        past = guidance.recorded(activation)
        if past is None and guidance.replays:
            raise NodeError("this run is not in the record", node=node.name, hint="the version or its inputs differ")
        if past is None:
            return await self._finished(plan, node, activation, inputs, marked(node, inputs), began, set())
        if past.status != "success":
            error = past.error or ErrorInfo("the recorded run failed", node=node.name)
            return Failed(node.name, activation.run, error, final=True)
        outputs = past.outputs if past.blob is None else _outputs.decode(await self._blobs.get(past.blob))
        packets, text, blob = await self.pack(outputs)
        return Finished(node.name, activation.run, packets, text, blob, error=past.error)

    async def _failed(
        self,
        node: PlannedNode,
        activation: Activation,
        inputs: list[Items],
        error: Exception,
        began: int,
        secrets: set[str],
    ) -> Finished | Failed:
        info = redact_info(error_info(error, node.name), secrets)
        spent = (time.perf_counter_ns() - began) // 1000
        final = isinstance(error, InDoubt | DefectError) or node.error is not None
        if node.on_error == "stopWorkflow" or (activation.attempt + 1 < node.backoff.tries and not final):
            asked = error.retry_after if isinstance(error, MillraceError) else None
            return Failed(node.name, activation.run, info, spent, final, asked)
        if node.execute_once and inputs:
            inputs = [[] if packet is None else await self._items(packet) for packet in activation.inputs]
        packets, text, blob = await self.pack(pass_through(node, inputs))
        return Finished(node.name, activation.run, packets, text, blob, spent, error=info)


async def _within(node: PlannedNode, seconds: float, calling: Awaitable[Result]) -> Result:
    try:
        async with asyncio.timeout(seconds) as limit:
            return await calling
    except TimeoutError:
        if not limit.expired():
            raise
        raise OperationalError(f"the node took longer than {seconds:g} seconds", node=node.name) from None


def _now(plan: Plan, activation: Activation) -> int:
    return activation.at if plan.guidance is None else plan.guidance.now(activation)


def _replays(plan: Plan) -> bool:
    return plan.guidance is not None and plan.guidance.replays


def _held(node: PlannedNode, activation: Activation) -> list[Items]:
    """Give the inputs where all of them are at hand; nothing where one must be fetched."""
    inputs: list[Items] = []
    for packet in activation.inputs:
        if packet is None:
            inputs.append([])
        elif packet.items is None:
            return []
        else:
            inputs.append(packet.items[:1] if node.execute_once else packet.items)
    return inputs
