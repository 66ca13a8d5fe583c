"""Importing: what of a workflow from elsewhere differs here or is missing, before anything of it runs.

Flow: n8n's JSON → **report** → person who imports; nothing is changed by it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from nodes.checking import check, made_here
from nodes.expressions.template import compile_template, expression
from nodes.sdk.credential import CredentialTypes
from nodes.sdk.registry import Registry
from schemas.errors import ErrorInfo, ExpressionError, UserError, WorkflowError
from schemas.trigger import Route
from schemas.workflow import Node, Workflow, parse_workflow, short_type

Status = Literal["ok", "differs", "missing"]
Find = Callable[[str, Any], str | None]
"""Gives the id of the credential that a node names, of (credential type, reference)."""
OURS = ("n8n-nodes-base.", "@n8n/n8n-nodes-langchain.", "millrace.")


class Note(msgspec.Struct, omit_defaults=True):
    """One thing to know; ``missing`` says that the node fails when it is reached."""

    text: str
    hint: str | None = None
    field: str | None = None
    missing: bool = False


class NodeReport(msgspec.Struct):
    """What is to be known of one node."""

    node: str
    type: str
    status: Status
    notes: list[Note]


class CredentialReport(msgspec.Struct, omit_defaults=True):
    """A credential that nodes name: ``found`` is its id here; None where one has to be made."""

    type: str
    name: str
    nodes: list[str]
    known: bool
    found: str | None = None


class Report(msgspec.Struct, omit_defaults=True):
    """What is to be known of a workflow. ``refused`` says why it cannot be imported at all."""

    name: str
    nodes: list[NodeReport]
    credentials: list[CredentialReport] = []
    notes: list[Note] = []
    urls: list[str] = []
    refused: ErrorInfo | None = None

    @property
    def status(self) -> Status:
        """Give the worst that was found."""
        found = {each.status for each in self.nodes}
        if self.refused is not None or "missing" in found:
            return "missing"
        return "differs" if "differs" in found or self.notes else "ok"


def report_on(
    raw: Any, registry: Registry, types: CredentialTypes, find: Find, *, base: str = "", zone: str = "UTC"
) -> Report:
    """Report on a workflow; ``base`` is the address under which its webhooks would answer here."""
    name = str(raw.get("name") or "") if isinstance(raw, dict) else ""
    workflow = None
    try:
        workflow = parse_workflow(raw) if isinstance(raw, dict) else None
        checked = check(raw, registry, strict=made_here(raw), zone=zone)
    except WorkflowError as bad:
        nodes = list(workflow.by_name().values()) if workflow else []
        return Report(name, [_node_report(node, [], registry) for node in nodes], refused=bad.info())
    found = _credentials(checked.workflow, types, find)
    notes: dict[str | None, list[Note]] = {}
    for problem in checked.problems:
        missing = problem.field in ("type", "authentication") or problem.kind == "ExpressionError"
        notes.setdefault(problem.node, []).append(Note(problem.message, problem.hint, problem.field, missing))
    for credential in found:
        for node_name in credential.nodes if credential.found is None else ():
            notes.setdefault(node_name, []).append(_absent(credential))
    for route in checked.routes:
        notes.setdefault(route.node, []).append(Note(f"answers at {_address(route, base)} here", field="path"))
    return Report(
        name=checked.workflow.name,
        nodes=[_node_report(node, notes.get(node.name, []), registry) for node in checked.workflow.by_name().values()],
        credentials=found,
        notes=notes.get(None, []) + list(_settings_notes(checked.workflow)),
        urls=sorted({_address(route, base) for route in checked.routes}),
    )


def split_export(value: Any) -> list[Any]:
    """Give the workflows of a file: one, a list of them, or a list under ``workflows`` or ``data``."""
    if isinstance(value, dict) and "nodes" not in value:
        value = next((value[key] for key in ("workflows", "data") if isinstance(value.get(key), list)), value)
    return value if isinstance(value, list) else [value]


def _node_report(node: Node, notes: list[Note], registry: Registry) -> NodeReport:
    found = [*notes, *_expression_notes(node)]
    known = registry.get(node.type) is not None
    if not known:
        package = node.type.rpartition(".")[0]
        if not node.type.startswith(OURS) and package:
            found.append(Note(f'it comes from the community package "{package}"', "its nodes do not run here"))
        found = found or [Note(f'node type "{node.type}" is not installed', missing=True)]
    note_only = short_type(node.type) == "stickyNote"
    missing = (not known and not note_only) or any(note.missing for note in found)
    return NodeReport(node.name, node.type, "missing" if missing else "differs" if found else "ok", found)


def _expression_notes(node: Node) -> Iterator[Note]:
    """Find every expression that does not parse: the check stops at the first."""
    for path, text in _texts(node.parameters, ()):
        try:
            compile_template(text)
        except ExpressionError as bad:
            yield Note(bad.message, "mend it before the node is reached", ".".join(path), missing=True)
        except UserError:
            continue


def _texts(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _texts(child, (*path, str(key)))
    elif isinstance(value, list):
        for at, child in enumerate(value):
            yield from _texts(child, (*path, str(at)))
    elif expression(value):
        yield path, value


def _credentials(workflow: Workflow, types: CredentialTypes, find: Find) -> list[CredentialReport]:
    found: dict[tuple[str, str], CredentialReport] = {}
    for node in workflow.by_name().values():
        for kind, reference in (node.credentials or {}).items():
            name = str(reference.get("name") or "") if isinstance(reference, Mapping) else str(reference)
            entry = found.get((kind, name))
            if entry is None:
                known = types.find(kind) is not None
                entry = found[kind, name] = CredentialReport(kind, name, [], known, find(kind, reference))
            entry.nodes.append(node.name)
    return list(found.values())


def _absent(credential: CredentialReport) -> Note:
    if not credential.known:
        text = f'credentials of type "{credential.type}" are not known here'
        return Note(text, "httpHeaderAuth or httpBearerAuth suit most services", "credentials", missing=True)
    text = f'there is no credential "{credential.name}" of type "{credential.type}"'
    return Note(text, "make one of that name, and this node finds it", "credentials", missing=True)


def _settings_notes(workflow: Workflow) -> Iterator[Note]:
    if workflow.settings.error_workflow:
        yield Note("its error workflow is found by its id", "import that one too", "settings.errorWorkflow")


def _address(route: Route, base: str) -> str:
    return f"{route.method} {base}/w/{route.path}"
