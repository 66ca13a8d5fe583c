"""Static data: what a workflow keeps from one execution to the next.

Flow: catalog (static data) → **static data** → `$getWorkflowStaticData` in code → changed keys → `commands`.
Executions that run side by side each send the keys that they changed: of two that change the same key the later one
counts, and neither loses what the other did to other keys.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import msgspec

from agents.plan import Plan, PlannedNode
from nodes.expressions.scope import Scope, Static
from schemas.clock import now_ms
from schemas.commands import Command
from schemas.errors import NodeError
from schemas.identifiers import digest_id
from schemas.vault import PutStaticData, merged_static
from streams import codecs
from streams.stores.vault_view import VaultView
from streams.topics import COMMANDS
from streams.transports.protocol import Log

LARGEST_BYTES = 64 * 1024
REMEMBERED = 1000
GLOBAL = "global"


class StaticData:
    """The static data of all workflows. What was sent counts here until the catalog has it.

    ``view`` and ``log`` None: nothing is kept longer than its execution.
    """

    def __init__(self, view: VaultView | None = None, log: Log | None = None) -> None:
        self._view = view
        self._log = log
        self._sent: dict[str, list[tuple[str, PutStaticData]]] = {}
        self._passing: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def attach(self, plan: Plan, node: PlannedNode, scope: Scope, execution: str) -> None:
        """Let a node's code see and change the static data of its workflow; a test, or a repetition, leaves nothing."""
        real = plan.guidance is None and scope.execution.get("mode") == "production"
        saved = self._log is not None and real
        data = self._now(plan) if saved else self._passing.get(execution) or self._now(plan)
        own = f"node:{node.name}"
        seen = {GLOBAL: dict(data.get(GLOBAL) or {}), "node": dict(data.get(own) or {})}

        async def keep(after: Mapping[str, Any]) -> None:
            changed, removed = _difference({GLOBAL: seen[GLOBAL], own: seen["node"]}, _named(after, own))
            if not changed and not removed:
                return
            change = PutStaticData(plan.workflow, changed, removed, dict(plan.static))
            result = merged_static(data, change)
            _check_size(result)
            if saved:
                await self._send(change, digest_id("static", scope.seed))
            else:
                self._pass(execution, result)

        scope.static = Static(seen, keep)

    def _now(self, plan: Plan) -> Mapping[str, Any]:
        kept = self._view.static(plan.workflow) if self._view is not None else None
        data: Mapping[str, Any] = plan.static if kept is None else kept.data
        done = set(kept.done) if kept is not None else set()
        waiting = [one for one in self._sent.get(plan.workflow, ()) if one[0] not in done]
        if waiting:
            self._sent[plan.workflow] = waiting
        else:
            self._sent.pop(plan.workflow, None)
        for _, change in waiting:
            data = merged_static(data, change)
        return data

    async def _send(self, change: PutStaticData, command: str) -> None:
        if self._log is None:
            return
        record = Command(command, change, now_ms())
        await self._log.send(COMMANDS, 0, codecs.encode(record))
        self._sent[change.id] = [*self._sent.get(change.id, ()), (command, change)][-REMEMBERED:]

    def _pass(self, execution: str, data: dict[str, Any]) -> None:
        self._passing[execution] = data
        self._passing.move_to_end(execution)
        if len(self._passing) > REMEMBERED:
            self._passing.popitem(last=False)


def _named(after: Mapping[str, Any], own: str) -> dict[str, dict[str, Any]]:
    given = {GLOBAL: after.get(GLOBAL), own: after.get("node")}
    return {name: value if isinstance(value, dict) else {} for name, value in given.items()}


def _difference(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
    changed: dict[str, dict[str, Any]] = {}
    removed: dict[str, list[str]] = {}
    for name, values in after.items():
        old = before.get(name, {})
        if fresh := {key: value for key, value in values.items() if key not in old or old[key] != value}:
            changed[name] = fresh
        if gone := [key for key in old if key not in values]:
            removed[name] = gone
    return changed, removed


def _check_size(data: Mapping[str, Any]) -> None:
    if len(msgspec.json.encode(data)) > LARGEST_BYTES:
        raise NodeError(
            f"the workflow's static data is larger than {LARGEST_BYTES // 1024} kB", hint="keep what is needed only"
        )
