"""Plans: a workflow version compiled for running, once, and shared by all its executions.

Flow: version snapshot → **plan** → step (routing) and running (compiled parameters).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.backoff import Backoff, backoff_of
from agents.batches import Pace
from agents.guidance import Guidance
from agents.paces import pace_of
from agents.rota import ANY_LANE, Lane
from nodes.holding import DEFAULT_TENANT, Holding, holding_of
from nodes.sdk.parameters import CompiledParameters
from nodes.sdk.registry import NodeType, Registry
from schemas.errors import MillraceError
from schemas.item import Item
from schemas.workflow import ExecutionOrder, Node, Workflow, parse_workflow, short_type

WAITING = frozenset({"wait", "form", "emailSend"})
"""Types that a request at `$execution.resumeUrl` may wake."""
_NAMED = re.compile(r"""\$(?:\(|node\[|items\()\s*(?:'([^'\\]*)'|"([^"\\]*)"|`([^`\\$]*)`)|\$node\.([A-Za-z_]\w*)""")
_ANY = re.compile(r"\$(?:\(|node\b|items\(|evaluateExpression|getPairedItem)")


@dataclass(frozen=True, slots=True)
class Link:
    """One end of an edge: a node and the index of its input (forward) or output (backward)."""

    node: str
    index: int


@dataclass(slots=True)
class PlannedNode:
    """A node as the engine runs it. ``outputs`` has the targets per output, ``inputs`` the sources per input.

    ``error`` is why it cannot run (unknown type, parameters that do not compile): it fails when it is reached.
    """

    name: str
    order: int
    position: tuple[float, float]
    type_name: str
    version: float
    type: NodeType | None
    raw: Mapping[str, Any]
    compiled: CompiledParameters | None
    error: MillraceError | None
    outputs: list[list[Link]] = field(default_factory=list)
    inputs: list[list[Link]] = field(default_factory=list)
    output_count: int = 1
    required: int | Sequence[int] | None = None
    disabled: bool = False
    on_error: str = "stopWorkflow"
    backoff: Backoff = field(default_factory=Backoff)
    timeout_seconds: float | None = None
    always_output: bool = False
    execute_once: bool = False
    credentials: Mapping[str, Any] = field(default_factory=dict)
    keeps: bool = False
    pace: Pace | None = None

    @property
    def inline(self) -> bool:
        """Say whether it may run in the call of its predecessor."""
        return self.disabled or self.type is None or self.type.runs_as(self.raw, self.version) == "inline"

    @property
    def effect(self) -> bool:
        """Say whether it reaches outside."""
        return self.type is not None and self.type.runs_as(self.raw, self.version) == "effect"

    @property
    def joins(self) -> bool:
        """Say whether it waits for more than one connected input."""
        return len(self.inputs) > 1


@dataclass(frozen=True, slots=True)
class Callers:
    """Which workflows may call this one: n8n's ``callerPolicy`` and, for ``workflowsFromAList``, their ids."""

    policy: str = "workflowsFromSameOwner"
    ids: frozenset[str] = frozenset()

    def admit(self, workflow: str) -> bool:
        """Say whether that workflow may call; all workflows have one owner until there are users."""
        return self.policy != "none" and (self.policy != "workflowsFromAList" or workflow in self.ids)


@dataclass(slots=True)
class Plan:
    """One version of a workflow, ready to run.

    ``kept`` names the nodes whose outputs later nodes refer to (None: all must be kept); ``lineage`` says that
    somebody asks for paired items, so every node's pairing is kept as well. ``guidance`` is of an execution that runs
    under a guide.
    """

    workflow: str
    version: str
    name: str
    order: ExecutionOrder
    zone: str
    nodes: dict[str, PlannedNode]
    kept: frozenset[str] | None
    lineage: bool
    quick: bool
    lane: Lane = ANY_LANE
    holding: Holding | None = None
    active: bool = False
    timeout_seconds: float | None = None
    error_workflow: str | None = None
    callers: Callers = Callers()
    waits: bool = False
    pinned: Mapping[str, list[Item]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    static: Mapping[str, Any] = field(default_factory=dict)
    node_parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    guidance: Guidance | None = None
    _leads: dict[tuple[str, str], int | None] = field(default_factory=dict, init=False)

    def leads(self, name: str, node: str) -> int | None:
        """Give the output of ``name`` by which its items reach ``node``, the nearest of several; None where none do."""
        key = (name, node)
        if key not in self._leads:
            self._leads[key] = _leading(self.nodes, name, node)
        return self._leads[key]

    def keeps(self, node: str) -> bool:
        """Say whether a node's output stays in the execution's state."""
        return self.lineage or self.kept is None or node in self.kept


def compile_plan(
    workflow_id: str, version: str, raw: dict[str, Any], registry: Registry, *, zone: str = "UTC", active: bool = False
) -> Plan:
    """Compile a version. Raises WorkflowError only where the JSON is no workflow; a broken node fails when reached."""
    workflow = parse_workflow(raw)
    nodes = {node.name: _plan_node(node, at, registry) for at, node in enumerate(workflow.nodes)}
    for node in workflow.nodes:
        nodes[node.name].pace = pace_of(workflow_id, node)
    _connect(workflow, nodes)
    kept, lineage = _liveness(nodes.values())
    settings = workflow.settings
    holding = holding_of(workflow_id, settings)
    timeout = settings.execution_timeout
    return Plan(
        workflow=workflow_id,
        version=version,
        name=workflow.name,
        order=settings.execution_order,
        zone=settings.timezone if settings.timezone not in (None, "", "DEFAULT") else zone,
        nodes=nodes,
        kept=kept,
        lineage=lineage,
        quick=holding is None and all(map(_quick, nodes.values())),
        lane=Lane(settings.tenant or DEFAULT_TENANT, settings.millrace.priority, workflow_id),
        holding=holding,
        active=active,
        timeout_seconds=timeout if timeout and timeout > 0 else None,
        error_workflow=settings.error_workflow if settings.error_workflow not in ("", "DEFAULT") else None,
        callers=Callers(settings.caller_policy or "workflowsFromSameOwner", _ids(settings.caller_ids)),
        waits=any(node.type_name in WAITING for node in nodes.values()),
        pinned={name: _pinned(items) for name, items in (workflow.pin_data or {}).items() if items},
        static=_static(raw),
        facts={"id": workflow_id, "name": workflow.name, "active": active},
        node_parameters={name: node.raw for name, node in nodes.items()},
    )


def _quick(node: PlannedNode) -> bool:
    return node.inline and not (node.compiled and node.compiled.javascript)


def _ids(text: str | None) -> frozenset[str]:
    return frozenset(part.strip() for part in (text or "").split(",") if part.strip())


def _plan_node(node: Node, order: int, registry: Registry) -> PlannedNode:
    node_type = registry.get(node.type)
    compiled, error = None, None
    if node_type is None:
        error = _unknown(node)
    else:
        try:
            compiled = CompiledParameters(node.parameters, node_type.params)
        except MillraceError as bad:
            bad.node = bad.node or node.name
            error = bad
    names = node_type.output_names(node.parameters, node.type_version) if node_type else ["main"]
    on_error = node.on_error or ("continueRegularOutput" if node.continue_on_fail else "stopWorkflow")
    return PlannedNode(
        name=node.name,
        order=order,
        position=(node.position[0], node.position[1]),
        type_name=short_type(node.type),
        version=node.type_version,
        type=node_type,
        raw=node.parameters,
        compiled=compiled,
        error=error,
        output_count=len(names) + (on_error == "continueErrorOutput"),
        required=node_type.required(node.parameters, node.type_version) if node_type and node_type.required else None,
        disabled=node.disabled,
        on_error=on_error,
        backoff=backoff_of(node),
        timeout_seconds=node.timeout,
        always_output=node.always_output_data,
        execute_once=node.execute_once and not node.disabled,
        credentials=node.credentials or {},
        keeps=any("StaticData" in text for text in node.parameters.values() if isinstance(text, str)),
    )


def _unknown(node: Node) -> MillraceError:
    from schemas.errors import NodeError

    return NodeError(
        f'node type "{node.type}" is not installed',
        node=node.name,
        hint="remove the node, disable it, or install the package that has its type",
    )


def _connect(workflow: Workflow, nodes: Mapping[str, PlannedNode]) -> None:
    for source, kinds in workflow.connections.items():
        if source not in nodes:
            continue
        for output, edges in enumerate(kinds.get("main") or []):
            for edge in edges or []:
                target = nodes.get(edge.node)
                if target is None or edge.type != "main":
                    continue
                _slot(nodes[source].outputs, output).append(Link(edge.node, edge.index))
                _slot(target.inputs, edge.index).append(Link(source, output))


def _slot(rows: list[list[Link]], index: int) -> list[Link]:
    while len(rows) <= index:
        rows.append([])
    return rows[index]


def _leading(nodes: Mapping[str, PlannedNode], name: str, node: str) -> int | None:
    near, seen = [node], {node}
    while near:
        links = [link for one in near for several in nodes[one].inputs for link in several]
        for link in links:
            if link.node == name:
                return link.index
        near = [one for one in dict.fromkeys(link.node for link in links) if one not in seen]
        seen.update(near)
    return None


def _liveness(nodes: Iterator[PlannedNode] | Any) -> tuple[frozenset[str] | None, bool]:
    kept: set[str] = set()
    everything = lineage = False
    for node in nodes:
        for references in node.compiled.references() if node.compiled else ():
            lineage = lineage or references.lineage
            everything = everything or references.nodes is None
            kept |= references.nodes or frozenset()
        for text in _code(node.raw):
            names = {next(filter(None, found), "") for found in _NAMED.findall(text)}
            kept |= names
            everything = everything or len(_ANY.findall(text)) > len(_NAMED.findall(text))
            lineage = lineage or ".item" in text or "pairedItem" in text or "itemMatching" in text
    return (None if everything else frozenset(kept)), lineage


def _code(raw: Mapping[str, Any]) -> Iterator[str]:
    for key in ("jsCode", "functionCode", "pythonCode"):
        value = raw.get(key)
        if isinstance(value, str) and _ANY.search(value):
            yield value


def _static(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Give the static data that an imported workflow brings."""
    found = raw.get("staticData")
    return {name: part for name, part in found.items() if isinstance(part, dict)} if isinstance(found, dict) else {}


def _pinned(items: list[Any]) -> list[Item]:
    return [
        Item(json=item["json"], binary=item.get("binary")) if isinstance(item.get("json"), dict) else Item(json=item)
        for item in items
        if isinstance(item, dict)
    ]
