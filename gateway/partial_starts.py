"""Partial starts: what of a workflow to run, from what it is known to give, and unsaved drafts.

Flow: body of a start → **partial starts** → guide, or None where the whole version runs.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gateway.starting import StartItem
from nodes.checking import check, made_here
from nodes.sdk.registry import Registry
from schemas.commands import VersionSnapshot
from schemas.errors import ParameterError
from schemas.guide import Guide
from schemas.guide import Past as PastRun
from schemas.workflow import content_hash, parse_workflow


class Reuse(BaseModel):
    """What to take over of an earlier execution."""

    model_config = ConfigDict(extra="forbid")

    execution: str = Field(description="Its id.")
    dirty: list[str] = Field(default_factory=list, description="Nodes that changed since: they and what follows run.")


class StartBody(BaseModel):
    """What to start, and how much of it."""

    model_config = ConfigDict(extra="forbid")

    workflow: str = Field(min_length=1, description="Id of the workflow.")
    node: str | None = Field(None, description="Name of the node to begin at; else where a manual start begins.")
    items: list[StartItem] | None = Field(None, description="Output of that node; absent: the node runs.")
    version: str | None = Field(None, description="Version to run; else the draft.")
    wait: bool = Field(False, description="Answer when the execution has ended.")
    destination: str | None = Field(None, description="Run to this node and no further; the same as node: it alone.")
    reuse: Reuse | None = Field(None, description="Take over what an earlier execution gave where that still holds.")
    pinned: dict[str, list[StartItem]] | None = Field(None, description="Outputs of nodes that need not run.")
    workflow_body: dict[str, Any] | None = Field(
        None, alias="workflowBody", description="An unsaved draft in n8n's JSON to run; no version of it is kept."
    )

    @property
    def partial(self) -> bool:
        """Say whether only a part is to run."""
        return self.destination is not None or self.reuse is not None

    @property
    def manual(self) -> bool:
        """Say whether somebody tries something out, rather than starting what is saved."""
        return self.partial or self.pinned is not None or self.workflow_body is not None


def unsaved(workflow: str, raw: dict[str, Any], registry: Registry) -> VersionSnapshot:
    """Check an unsaved draft and give it as a version that no catalog has; raise WorkflowError where it is none."""
    checked = check(raw, registry, strict=made_here(raw))
    return VersionSnapshot(content_hash(raw), workflow, raw, 0, checked.start_node, checked.start_type)


def guide_of(body: StartBody, version: VersionSnapshot, runs: list[PastRun], before: VersionSnapshot | None) -> Guide:
    """Make the guide of a start by hand. ``runs`` and ``before`` are of the reused execution, its version where kept.

    Nodes that differ between both versions, or get their input from elsewhere, are dirty whatever the body says.
    """
    names = parse_workflow(version.body).by_name()
    for name in (body.node, body.destination, *(body.pinned or {})):
        if name is not None and name not in names:
            raise ParameterError(f'the workflow has no node "{name}"', node=name, field="node")
    if body.reuse is not None and body.node is None and body.destination is None:
        raise ParameterError("nothing says what to run", field="node", hint="name a node, a destination or both")
    dirty: set[str] = set()
    if body.reuse is not None:
        dirty = set(body.reuse.dirty) | (set() if before is None else changed(before.body, version.body))
    pinned = {name: [one.item for one in items] for name, items in (body.pinned or {}).items()}
    node = body.node if body.partial else None
    if body.node is not None and body.items is not None and body.partial:
        pinned[body.node] = [one.item for one in body.items]
        node = None if body.destination is not None else body.node
    return Guide(
        body=None if body.workflow_body is None else version.body,
        past=runs,
        destination=body.destination,
        node=node,
        dirty=sorted(dirty),
        pinned=pinned,
        mode="manual",
    )


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Name the nodes that would not do the same again: other parameters, another type, or other inputs."""
    old, new = parse_workflow(before), parse_workflow(after)
    was, known = _arrivals(before), old.by_name()
    arrives = _arrivals(after)
    return {
        name
        for name, node in new.by_name().items()
        if name not in known
        or node.model_copy(update={"position": []}) != known[name].model_copy(update={"position": []})
        or arrives.get(name) != was.get(name)
    }


def _arrivals(raw: dict[str, Any]) -> dict[str, set[tuple[str, str, int, int]]]:
    found: dict[str, set[tuple[str, str, int, int]]] = {}
    for source, kinds in parse_workflow(raw).connections.items():
        for kind, outputs in kinds.items():
            for output, edges in enumerate(outputs):
                for edge in edges or []:
                    found.setdefault(edge.node, set()).add((source, kind, output, edge.index))
    return found
