"""Workflows: a named graph in n8n's JSON format, every key but `nodes` and `connections` optional.

Flow: editor, file, API → **workflow** → catalog (versions) → plan.
What we do not know is kept, so that an export gives back what came in.
"""

import hashlib
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.config import JsonDict

from schemas.errors import WorkflowError
from schemas.flow import NodeFlow, WorkflowFlow
from schemas.trigger import Misfire

ExecutionOrder = Literal["v0", "v1", "parallel"]
OnError = Literal["stopWorkflow", "continueRegularOutput", "continueErrorOutput"]


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow", populate_by_name=True)


class Edge(_Open):
    """One end of a connection: the target node, its input type and input index."""

    node: str
    type: str = "main"
    index: int = 0


class Retry(_Open):
    """How a failed node is tried again, beyond n8n's fixed waits; times in ms.

    The waits begin with ``delay`` and double with each attempt up to ``maxDelay`` where the backoff is exponential;
    chance takes off a part of each, ``jitter`` at most. A target that says Retry-After is waited for.
    """

    max_tries: int = Field(3, alias="maxTries", ge=1, le=100)
    backoff: Literal["fixed", "exponential"] = "exponential"
    delay: int = Field(1000, ge=0)
    max_delay: int = Field(300_000, alias="maxDelay", ge=0)
    jitter: float = Field(0.5, ge=0, le=1)


class Node(_Open):
    """A box: a type, a version of it and parameters (only those that differ from the defaults)."""

    name: str
    type: str
    type_version: float = Field(1, alias="typeVersion")
    id: str | None = None
    position: list[float] = Field(default_factory=lambda: [0.0, 0.0], min_length=2, max_length=2)
    parameters: dict[str, Any] = Field(default_factory=dict)
    credentials: dict[str, Any] | None = None
    disabled: bool = False
    on_error: OnError | None = Field(None, alias="onError")
    continue_on_fail: bool = Field(False, alias="continueOnFail")
    retry_on_fail: bool = Field(False, alias="retryOnFail")
    max_tries: int | None = Field(None, alias="maxTries")
    wait_between_tries: int | None = Field(None, alias="waitBetweenTries")
    retry: Retry | None = None
    timeout: float | None = Field(None, gt=0, description="Seconds that one attempt may take.")
    always_output_data: bool = Field(False, alias="alwaysOutputData")
    execute_once: bool = Field(False, alias="executeOnce")
    millrace: NodeFlow | None = None


_ORDERS: JsonDict = {
    "parallel": "Branches at the same time",
    "v1": "One branch after the other",
    "v0": "Node by node (old)",
}
_CALLERS: JsonDict = {
    "workflowsFromSameOwner": "Workflows of the same owner",
    "any": "Any workflow",
    "workflowsFromAList": "Chosen workflows",
    "none": "None",
}


class Settings(_Open):
    """Workflow settings; an absent `executionOrder` means v0."""

    execution_order: ExecutionOrder = Field(
        "v0",
        alias="executionOrder",
        description="In which order branches run.",
        json_schema_extra={"x-labels": _ORDERS},
    )
    timezone: str | None = Field(
        None, title="Time zone", description="Of schedules and of $now.", json_schema_extra={"x-choose": "timeZones"}
    )
    error_workflow: str | None = Field(
        None,
        alias="errorWorkflow",
        description="Is run when an execution of this one fails.",
        json_schema_extra={"x-choose": "workflows"},
    )
    caller_policy: str | None = Field(
        None,
        alias="callerPolicy",
        title="Who may call it",
        description="Which workflows may run this one as a sub-workflow.",
        json_schema_extra={"enum": list(_CALLERS), "x-labels": _CALLERS, "default": "workflowsFromSameOwner"},
    )
    caller_ids: str | None = Field(
        None,
        alias="callerIds",
        title="Workflows that may call it",
        description="Their ids, with commas between.",
        json_schema_extra={"x-when": {"callerPolicy": ["workflowsFromAList"]}},
    )
    execution_timeout: float | None = Field(
        None, alias="executionTimeout", title="Time limit in seconds", description="Of an execution; empty for none."
    )
    misfire: Misfire = Field(
        "skip",
        title="Missed times",
        description="What becomes of due times that were missed.",
        json_schema_extra={"x-labels": {"skip": "Skip them", "once": "Run once for all", "all": "Run each"}},
    )
    tenant: str | None = Field(None, description="For whom it runs: tenants share a worker fairly.")
    millrace: WorkflowFlow = Field(
        default_factory=WorkflowFlow, json_schema_extra={"x-label": "Sharing what is scarce"}
    )


_HINTS = {
    False: "a workflow needs nodes[] with name and type, and connections{} by node name",
    True: "docs/flow-control.md says what may stand there",
}
_NULLABLE = ("name", "connections", "settings")
Connections = dict[str, dict[str, list[list[Edge] | None]]]


class Workflow(_Open):
    """A named graph. Connections are keyed by the source node's *name* and its output type."""

    name: str = "My workflow"
    nodes: list[Node]
    connections: Connections = Field(default_factory=dict)
    settings: Settings = Field(default_factory=Settings)
    pin_data: dict[str, Any] | None = Field(None, alias="pinData")
    id: str | None = None
    active: bool | None = None

    def by_name(self) -> dict[str, Node]:
        """Give the nodes that count: by name, in the order of `nodes`, the last of a name in its first one's place."""
        return {node.name: node for node in self.nodes}

    def node(self, name: str) -> Node | None:
        """Find a node; where a name occurs twice, the last one counts (as in n8n)."""
        return next((node for node in reversed(self.nodes) if node.name == name), None)


def parse_workflow(raw: dict[str, Any]) -> Workflow:
    """Read n8n's JSON; raise WorkflowError naming node and field where it does not fit."""
    raw = {key: value for key, value in raw.items() if value is not None or key not in _NULLABLE}
    try:
        return Workflow.model_validate(raw)
    except ValidationError as bad:
        first = bad.errors()[0]
        where = [str(part) for part in first["loc"]]
        node = _node_at(raw, first["loc"])
        raise WorkflowError(
            f'invalid workflow at "{".".join(where)}": {first["msg"].lower()}',
            node=node,
            field=".".join(where),
            hint=_HINTS["millrace" in where],
        ) from None


def dump_workflow(workflow: Workflow) -> dict[str, Any]:
    """Give n8n's JSON: what was set, and what came in that we do not know."""
    return workflow.model_dump(by_alias=True, exclude_unset=True)


def content_hash(raw: dict[str, Any]) -> str:
    """Name a version by what it does: nodes, connections, settings, pinned data; not its id, name or activity."""
    body = {key: raw.get(key) for key in ("nodes", "connections", "settings")}
    if raw.get("pinData"):
        body["pinData"] = raw["pinData"]
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).hexdigest()[:32]


def tag_names(raw: dict[str, Any]) -> list[str] | None:
    """Name the tags of a workflow's JSON: texts, or objects with a name as n8n exports them. None: it says nothing."""
    tags = raw.get("tags")
    if not isinstance(tags, list):
        return None
    names = [tag.get("name") if isinstance(tag, dict) else tag for tag in tags]
    return list(dict.fromkeys(name for name in names if isinstance(name, str) and name))


CHAT_TRIGGER = "@n8n/n8n-nodes-langchain.chatTrigger"
"""The one node type of n8n's other package that is here; its others have names that ours have too."""


def short_type(name: str) -> str:
    """Give a node type's name without n8n's package: ``n8n-nodes-base.set`` and ``set`` are one type."""
    package, dot, short = name.rpartition(".")
    if name == CHAT_TRIGGER:
        return short
    return short if dot and package in ("n8n-nodes-base", "millrace") else name


def _node_at(raw: dict[str, Any], where: tuple[int | str, ...]) -> str | None:
    if len(where) < 2 or where[0] != "nodes" or not isinstance(where[1], int):
        return None
    node = raw["nodes"][where[1]] if where[1] < len(raw.get("nodes", [])) else None
    return node.get("name") if isinstance(node, dict) else None
