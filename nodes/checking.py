"""Checking: what is wrong with a workflow, and what starts it.

Flow: editor, API, file → **check** → catalog (refuses, or keeps the problems with the version) and batch runs.
What cannot ever run as drawn is refused; what may still be meant that way, or is not known here, is a problem.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from nodes.holding import check_holding
from nodes.sdk.parameters import CompiledParameters
from nodes.sdk.params import NodeParams
from nodes.sdk.registry import NodeType, Registry
from nodes.starting import NOTE, bare_type, listened, start_node
from schemas.errors import ErrorInfo, MillraceError, UserError, WorkflowError
from schemas.trigger import Route, Schedule, Source, Subscription
from schemas.workflow import Node, Workflow, parse_workflow

_WAITS = frozenset({"wait", "form"})
_ANY_TYPE = "noOp"
_INSTALL = "remove the node, disable it, or install the package that has its type"


@dataclass(frozen=True, slots=True)
class Checked:
    """A workflow that can be accepted.

    ``start_type`` says on which topic the start node's task goes; where its type is not installed any will do, since
    it fails when it is reached: then it is noOp.
    """

    workflow: Workflow
    problems: list[ErrorInfo]
    routes: list[Route]
    schedules: list[Schedule]
    subscriptions: list[Subscription]
    sources: list[Source]
    start_node: str | None
    start_type: str | None


def check(raw: Any, registry: Registry, *, strict: bool, zone: str = "UTC") -> Checked:
    """Check a workflow's JSON; raise WorkflowError naming workflow, node and field for what is refused.

    ``strict`` refuses what n8n would have let through (a node name used twice). ``zone`` is for schedules of
    workflows that name none.
    """
    try:
        return _check(raw, registry, strict, zone)
    except MillraceError as bad:
        where = f"workflow {_quoted_name(raw)}" + (f', node "{bad.node}"' if bad.node is not None else "")
        raise WorkflowError(
            f"{where}: {bad.message}", hint=bad.hint, node=bad.node, field=bad.field, detail=bad.detail
        ) from bad


def made_here(raw: Any) -> bool:
    """Say whether a workflow is of our own making: n8n's names every node type with its package."""
    nodes = raw.get("nodes") if isinstance(raw, dict) else None
    types = [node.get("type") for node in nodes if isinstance(node, dict)] if isinstance(nodes, list) else []
    return not any(isinstance(name, str) and ("n8n-nodes-" in name) for name in types)


def _check(raw: Any, registry: Registry, strict: bool, zone: str) -> Checked:
    if not isinstance(raw, dict):
        raise WorkflowError(
            "a workflow is a JSON object", hint="send an object with nodes[] and connections{}, as n8n exports it"
        )
    workflow = parse_workflow(raw)
    check_holding(workflow.settings)
    problems = _check_names(workflow, strict)
    nodes = workflow.by_name()
    _check_targets(workflow, nodes)
    _check_cycles(workflow, nodes, registry)
    problems += _port_problems(workflow, nodes, registry)
    for node in nodes.values():
        problems += _node_problems(node, registry, strict)
    heard = listened(workflow, registry, zone)
    start = start_node(workflow, registry)
    known = registry.get(start.type) if start else None
    if start is None:
        hint = "add a trigger, such as webhook, scheduleTrigger or manualTrigger"
        heard.problems.append(ErrorInfo("nothing starts this workflow", kind="WorkflowError", field="nodes", hint=hint))
    return Checked(
        workflow=workflow,
        problems=problems + heard.problems,
        routes=heard.routes,
        schedules=heard.schedules,
        subscriptions=heard.subscriptions,
        sources=heard.sources,
        start_node=start.name if start else None,
        start_type=(known.name if known else _ANY_TYPE) if start else None,
    )


def _check_names(workflow: Workflow, strict: bool) -> list[ErrorInfo]:
    problems = []
    seen: set[str] = set()
    for at, node in enumerate(workflow.nodes):
        field = f"nodes.{at}.name"
        if not node.name.strip():
            raise WorkflowError("a node has no name", node=node.name, field=field, hint="give every node its own name")
        if node.name in seen:
            message = f'the node name "{node.name}" is used twice'
            if strict:
                hint = "rename one: connections and expressions find a node by its name"
                raise WorkflowError(message, node=node.name, field=field, hint=hint)
            hint = "rename one: the last node of a name counts, the others are never run"
            problems.append(ErrorInfo(message, kind="WorkflowError", node=node.name, field=field, hint=hint))
        seen.add(node.name)
    return problems


def _edges(workflow: Workflow) -> Iterator[tuple[str, str, int, int, str, int]]:
    """Go through all connections: source, output type, output, place, target, input."""
    for source, kinds in workflow.connections.items():
        for kind, outputs in kinds.items():
            for output, edges in enumerate(outputs):
                for at, edge in enumerate(edges or ()):
                    yield source, kind, output, at, edge.node, edge.index


def _check_targets(workflow: Workflow, nodes: Mapping[str, Node]) -> None:
    for source, kind, output, at, target, _ in _edges(workflow):
        for name, end in ((source, "from"), (target, "to")):
            if name not in nodes:
                other = target if end == "from" else source
                raise WorkflowError(
                    f'a connection leads {end} "{name}", and there is no such node',
                    node=other if other in nodes else name,
                    field=f"connections.{source}.{kind}.{output}.{at}",
                    hint="remove the connection or add the node: connections name nodes exactly as nodes[] does",
                )


def _check_cycles(workflow: Workflow, nodes: Mapping[str, Node], registry: Registry) -> None:
    """Refuse a cycle of nodes that all pass on whatever arrives: what enters it never comes out."""
    stuck = {name for name, node in nodes.items() if not _can_leave(node, registry)}
    before: dict[str, list[str]] = {name: [] for name in nodes if name in stuck}
    for source, kind, _, _, target, _ in _edges(workflow):
        if kind == "main" and source in stuck and target in stuck:
            before[target].append(source)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as found:
        cycle: list[str] = found.args[1]
        path = " → ".join(f'"{name}"' for name in cycle)
        raise WorkflowError(
            f"the cycle {path} never ends: no node in it has a second output or waits",
            node=cycle[0],
            field=f"connections.{cycle[0]}.main",
            hint="put a node into it that can leave it (if, switch, splitInBatches) or pauses (wait)",
        ) from None


def _can_leave(node: Node, registry: Registry) -> bool:
    node_type = registry.get(node.type)
    if node.disabled:
        return False
    return node_type is None or bare_type(node) in _WAITS or _output_count(node, node_type) > 1


def _output_count(node: Node, node_type: NodeType) -> int:
    extra = node.on_error == "continueErrorOutput"
    return len(node_type.output_names(node.parameters, node.type_version)) + extra


def _port_problems(workflow: Workflow, nodes: Mapping[str, Node], registry: Registry) -> Iterator[ErrorInfo]:
    for source, kind, output, at, target, index in _edges(workflow):
        sender, receiver = registry.get(nodes[source].type), registry.get(nodes[target].type)
        field = f"connections.{source}.{kind}.{output}.{at}"
        if kind != "main":
            continue
        if sender and not nodes[source].disabled and output >= (count := _output_count(nodes[source], sender)):
            yield ErrorInfo(
                f"output {output} is connected, but the node has {count}",
                kind="WorkflowError",
                node=source,
                field=field,
                hint="nothing will ever come from there: outputs count from 0",
            )
        if receiver and index >= (count := receiver.input_count(nodes[target].parameters, nodes[target].type_version)):
            yield ErrorInfo(
                f'"{source}" leads to input {index}, but the node has {count}',
                kind="WorkflowError",
                node=target,
                field=f"{field}.index",
                hint="connect it to an input that the node has: inputs count from 0",
            )


def _node_problems(node: Node, registry: Registry, strict: bool) -> Iterator[ErrorInfo]:
    if bare_type(node) == NOTE:
        return
    node_type = registry.get(node.type)
    try:
        compiled = CompiledParameters(node.parameters, node_type.params if node_type else NodeParams)
    except UserError as bad:
        bad.node = node.name
        if strict and not node.disabled:
            raise
        yield bad.info()  # what came from elsewhere is taken, and fails when it is reached
        return
    if node_type is None:
        message = f'node type "{node.type}" is not installed'
        yield ErrorInfo(message, kind="WorkflowError", node=node.name, field="type", hint=_INSTALL)
        return
    if node.type_version not in node_type.versions:
        known = ", ".join(f"{version:g}" for version in node_type.versions)
        message = f'version {node.type_version:g} of "{node_type.name}" is not known'
        hint = f"known versions: {known}"
        yield ErrorInfo(message, kind="WorkflowError", node=node.name, field="typeVersion", hint=hint)
    yield from _pace_problems(node, node_type)
    for name in sorted(node.parameters.keys() - _known(node_type.params)):
        message = f'"{node_type.name}" does not know the parameter "{name}"'
        yield ErrorInfo(message, kind="ParameterError", node=node.name, field=name, hint="it is kept but has no effect")
    if not compiled.templates:
        yield from _value_problems(compiled, node.name)


def _pace_problems(node: Node, node_type: NodeType) -> Iterator[ErrorInfo]:
    flow = node.millrace
    if flow is None or (flow.rate is None and flow.concurrency is None):
        return
    if node_type.runs == "inline":
        message = f'"{node_type.name}" runs at once and waits for nothing: a rate or a limit has no effect on it'
        hint = "give it to the nodes that ask others"
        yield ErrorInfo(message, kind="WorkflowError", node=node.name, field="millrace", hint=hint)
    elif flow.rate is not None and flow.rate.scope == "credential" and not node.credentials:
        message = "its rate counts for its credential, and it has none: it counts for this node alone"
        hint = 'choose a credential, or the scope "node"'
        yield ErrorInfo(message, kind="WorkflowError", node=node.name, field="millrace.rate.scope", hint=hint)


def _value_problems(compiled: CompiledParameters, node: str) -> Iterator[ErrorInfo]:
    try:
        compiled.fixed()
    except UserError as bad:
        bad.node = node
        yield bad.info()


def _known(model: type[NodeParams]) -> set[str]:
    names: set[str] = set()
    for name, field in model.model_fields.items():
        names |= {name, field.alias or name}
        match field.validation_alias:
            case str(alias):
                names.add(alias)
            case None:
                pass
            case several:
                names |= {str(path[0]) for path in several.convert_to_aliases() if isinstance(path, list)}
    return names


def _quoted_name(raw: Any) -> str:
    name = raw.get("name") if isinstance(raw, dict) else None
    return f'"{name}"' if isinstance(name, str) and name else "without a name"
