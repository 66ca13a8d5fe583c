"""Starting: which node a manual start begins at, and what the triggers listen to.

Flow: workflow → **starting** → checks (what a version listens to), engine (where a start begins).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from nodes.expressions.template import expression
from nodes.sdk.parameters import CompiledParameters
from nodes.sdk.registry import NodeType, Registry
from nodes.triggers.admission import without
from schemas.errors import ErrorInfo, UserError, WorkflowError
from schemas.trigger import CALLER_CREDENTIALS, Route, Schedule, Source, Subscription, route_key
from schemas.workflow import Node, Workflow, short_type

NOTE = "stickyNote"
LAST_STARTS = ("manualTrigger", "executeWorkflowTrigger", "errorTrigger", "start", "evaluationTrigger")
_NO_OWN_START = frozenset({NOTE, "manualChatTrigger"})
_MAY_WAIT = frozenset({"webhook", "stream"})  # kinds that may be incomplete in a draft
_BLOCKS = {"blocks": "activation"}

Start = Route | Schedule | Subscription | Source


def start_node(workflow: Workflow, registry: Registry) -> Node | None:
    """Choose the node that a start without a named node begins at (n8n's rule), None where nothing can start.

    A lone node; else the first trigger or poller; else the first of manualTrigger, executeWorkflowTrigger,
    errorTrigger, start, evaluationTrigger; else the first webhook; else a trigger whose type is not installed.
    """
    drawn = [node for node in workflow.by_name().values() if bare_type(node) != NOTE]
    if len(drawn) == 1:
        return None if drawn[0].disabled else drawn[0]
    able = [node for node in drawn if not node.disabled and bare_type(node) not in _NO_OWN_START]
    for node in able:
        if _kind(node, registry) not in (None, "webhook") and bare_type(node) not in LAST_STARTS[1:]:
            return node
    for name in LAST_STARTS:
        for node in able:
            if bare_type(node) == name:
                return node
    webhooks = (node for node in able if _kind(node, registry) == "webhook")
    strangers = (node for node in able if registry.get(node.type) is None and bare_type(node).endswith("Trigger"))
    return next(webhooks, None) or next(strangers, None)


@dataclass(slots=True)
class Listened:
    """What the enabled triggers of a workflow listen to, and what is wrong with them."""

    routes: list[Route] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    problems: list[ErrorInfo] = field(default_factory=list)


def listened(workflow: Workflow, registry: Registry, zone: str) -> Listened:
    """Give what all enabled triggers listen to; raise UserError naming node and field for what cannot be."""
    found = Listened()
    problems = found.problems
    zone = _zone(workflow, zone)
    for node in workflow.by_name().values():
        node_type = registry.get(node.type)
        if node_type is None or node_type.starts is None or node.disabled:
            continue
        if (unreadable := _unreadable(node, node_type)) is not None:
            problems.append(unreadable)
            continue
        try:
            starts = _listens(node, node_type)
        except UserError as bad:
            bad.node = node.name
            if node_type.kind not in _MAY_WAIT or bad.field == "path":
                raise
            problems.append(_blocker(bad.info()))  # what this release cannot do must not prevent an import
            continue
        for start in starts:
            match start:
                case Route():
                    found.routes.append(_of_workflow(start, zone))
                    if _uncheckable(start):
                        problems.append(_unchecked(node, start))
                case Schedule():
                    misfire = workflow.settings.misfire if start.misfire == "skip" else start.misfire
                    found.schedules.append(msgspec.structs.replace(start, zone=zone, misfire=misfire))
                case Source(times=times):
                    zoned = [msgspec.structs.replace(one, zone=zone) for one in times]
                    found.sources.append(msgspec.structs.replace(start, times=zoned))
                case Subscription():
                    found.subscriptions.append(start)
                    if not start.brokers and not (node.credentials or {}).get(start.credential):
                        problems.append(_nowhere(node, start))
    if any(bare_type(node) == "form" and not node.disabled for node in workflow.by_name().values()):
        # Whoever sent the form waits for what a form node shows.
        found.routes = [_waiting(route) if route.type == "formTrigger" else route for route in found.routes]
    problems += _twice(found.routes)
    return found


def _unreadable(node: Node, node_type: NodeType) -> ErrorInfo | None:
    """Say why a trigger's parameters cannot be read before it starts, None where they can."""
    if expression(node.parameters.get("path")):
        return _moving_path(node)
    try:
        parameters, _ = without(node.parameters, "onlyRunIf")  # the one that is read for each request
        needs = CompiledParameters(parameters, node_type.params).javascript
    except UserError as bad:
        bad.node = node.name
        return _blocker(bad.info())
    return _too_much(node, ".".join(map(str, next(iter(needs))))) if needs else None


def _listens(node: Node, node_type: NodeType) -> list[Start]:
    parameters = node.parameters
    if node_type.kind == "webhook" and not str(parameters.get("path") or "").strip("/ "):
        own = (node.model_extra or {}).get("webhookId") or node.id or ""
        parameters = {**parameters, "path": str(own)}
    found = node_type.starts(parameters, node.type_version, node.name) if node_type.starts else []
    return [_normal(start, node.credentials or {}) if isinstance(start, Route) else start for start in found]


def _waiting(route: Route) -> Route:
    return msgspec.structs.replace(route, mode="lastNode") if route.mode == "onReceived" else route


def _normal(route: Route, credentials: Mapping[str, Any]) -> Route:
    """Name the credential that callers are compared with, beside method and path in their usual form."""
    options = route.options
    if scheme := options.get("authentication"):
        options = {**options, "credential": credentials.get(CALLER_CREDENTIALS[scheme])}
    return msgspec.structs.replace(route, method=route.method.upper(), path=_path(route.path), options=options)


def _of_workflow(route: Route, zone: str) -> Route:
    return msgspec.structs.replace(route, options={**route.options, "zone": zone}) if "zone" in route.options else route


def _uncheckable(route: Route) -> bool:
    return bool(route.options.get("authentication")) and not route.options.get("credential")


def _path(path: str) -> str:
    parts = [part for part in path.strip().split("/") if part]
    names = [part for part in parts if part.startswith(":")]
    why = None
    if not parts:
        why = "a webhook needs a path"
    elif any(sign in path for sign in "?#"):
        why = f'the webhook path "{path}" cannot hold "?" or "#"'
    elif ":" in names or len(set(names)) < len(names):
        why = f'the webhook path "{path}" needs a name of its own for each parameter'
    if why:
        raise WorkflowError(why, field="path", hint='such as "orders" or "orders/:id"')
    return "/".join(parts)


def _moving_path(node: Node) -> ErrorInfo:
    hint = "write the path as plain text; a part that varies is a parameter, such as orders/:id"
    message = "a webhook path cannot be an expression: this webhook will not be reached"
    return _blocker(ErrorInfo(message, kind="ParameterError", node=node.name, field="path", hint=hint))


def _nowhere(node: Node, subscription: Subscription) -> ErrorInfo:
    hint = f'choose a credential of type "{subscription.credential}", or give the brokers as host:port'
    message = "nothing says which cluster to read from"
    return _blocker(ErrorInfo(message, kind="ParameterError", node=node.name, field="brokers", hint=hint))


def _unchecked(node: Node, route: Route) -> ErrorInfo:
    kind = CALLER_CREDENTIALS[route.options["authentication"]]
    message = "nothing says what its callers have to show"
    hint = f'choose a credential of type "{kind}", or the authentication "none"'
    return _blocker(ErrorInfo(message, kind="ParameterError", node=node.name, field="authentication", hint=hint))


def _too_much(node: Node, field: str) -> ErrorInfo:
    hint = "write it as plain text, or with operators and member access only"
    message = "a trigger's parameters are read before anything runs, and this expression needs more than that"
    return _blocker(ErrorInfo(message, kind="ParameterError", node=node.name, field=field, hint=hint))


def _twice(routes: list[Route]) -> Iterator[ErrorInfo]:
    seen: dict[tuple[str, str], Route] = {}
    for route in routes:
        first = seen.setdefault(route_key(route), route)
        if first is not route:
            message = f'{route.method} "{route.path}" also belongs to node "{first.node}"'
            hint = "choose another path or method for one of them"
            yield _blocker(ErrorInfo(message, kind="WorkflowError", node=route.node, field="path", hint=hint))


def _blocker(problem: ErrorInfo) -> ErrorInfo:
    return msgspec.structs.replace(problem, detail=_BLOCKS)


def _zone(workflow: Workflow, default: str) -> str:
    named = workflow.settings.timezone
    if named in (None, "", "DEFAULT"):
        return default
    try:
        ZoneInfo(named)
    except (ValueError, OSError, KeyError):
        raise WorkflowError(
            f'there is no time zone "{named}"', field="settings.timezone", hint="use an IANA name such as Europe/Berlin"
        ) from None
    return named


def blocks(problem: ErrorInfo) -> bool:
    """Say whether a problem stands against activating the workflow."""
    return bool(problem.detail == _BLOCKS)


def _kind(node: Node, registry: Registry) -> str | None:
    node_type = registry.get(node.type)
    return node_type.kind if node_type else None


def bare_type(node: Node) -> str:
    """Give the type's name without any package: LangChain nodes of n8n come from another one."""
    return short_type(node.type).rpartition(".")[2]
