"""Obstacles: everything that stands against publishing a version, at once.

Flow: version, vault → **obstacles** → publishing (refuses), API (says so before anybody tries).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nodes.starting import blocks
from schemas.commands import VersionSnapshot
from schemas.errors import ErrorInfo

Known = Callable[[str, Any], object]
"""Gives the credential that a node's reference (of a credential type) names; nothing where it is not there."""


def obstacles(version: VersionSnapshot, known: Known) -> list[ErrorInfo]:
    """List what has to be mended before the version may be published; empty where nothing does."""
    found = [problem for problem in version.problems if blocks(problem)]
    if not found and not version.triggers:
        message = "nothing would start it while it is active"
        hint = "add a webhook or a scheduleTrigger that is enabled and has what it needs"
        found.append(ErrorInfo(message, kind="WorkflowError", field="nodes", hint=hint))
    nodes = version.body.get("nodes")
    for node in nodes if isinstance(nodes, list) else ():
        if isinstance(node, dict) and not node.get("disabled"):
            found += _missing(node, known)
    return found


def _missing(node: Mapping[str, Any], known: Known) -> Iterator[ErrorInfo]:
    given = node.get("credentials")
    given = given if isinstance(given, Mapping) else {}
    chosen = _chosen(node.get("parameters"))
    for kind in given if chosen is None else chosen:
        reference = given.get(kind)
        if reference is None:
            message, hint = f'no credential of type "{kind}" is chosen', "choose one in the node"
        elif not known(kind, reference):
            name = reference.get("name") if isinstance(reference, Mapping) else reference
            message = f'there is no credential "{name}" of type "{kind}"'
            hint = "make it, or choose another one in the node"
        else:
            continue
        yield ErrorInfo(message, node=node.get("name"), field=f"credentials.{kind}", hint=hint)


def _chosen(parameters: Any) -> list[str] | None:
    """Give the credential types that the parameters ask for; None where they do not say."""
    if not isinstance(parameters, Mapping):
        return None
    match parameters.get("authentication"):
        case "none":
            return []
        case "genericCredentialType":
            kind = parameters.get("genericAuthType")
        case "predefinedCredentialType":
            kind = parameters.get("nodeCredentialType")
        case _:
            return None
    return [kind] if isinstance(kind, str) and kind and not kind.startswith("=") else []
