"""Node types: what a workflow can be made of.

Flow: registry → **node types** → editor, clients.
"""

import asyncio
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.endpoints import Endpoint, Outcome
from nodes.sdk.registry import Registry
from schemas.errors import MillraceError, NotFoundError
from schemas.node_spec import NodeSpec

PATH = "/api/v1/node-types"


class NodeTypeList(msgspec.Struct):
    """Every node type, by name."""

    data: list[NodeSpec]


class PortsNode(BaseModel):
    """A node as far as its ports depend on it."""

    model_config = ConfigDict(extra="ignore")

    type: str = Field(description="Its type, with n8n's package or without.")
    type_version: float = Field(1, alias="typeVersion", description="The version of its type.")
    parameters: dict[str, Any] = Field(default_factory=dict, description="Its parameters.")


class PortsBody(BaseModel):
    """Which nodes to say the ports of."""

    model_config = ConfigDict(extra="forbid")

    nodes: list[PortsNode] = Field(max_length=1000, description="Nodes.")


class NodePorts(msgspec.Struct):
    """Inputs and outputs of a node, or the problem that keeps them from being known."""

    inputs: int
    outputs: list[str]
    problem: str | None = None


class PortsList(msgspec.Struct):
    """Ports of the nodes that were asked for, in the same order."""

    data: list[NodePorts]


class NodeTypes:
    """The resource."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._all: NodeTypeList | None = None

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        return [
            Endpoint("GET", PATH, self.browse, "node types", {200: NodeTypeList}),
            Endpoint("POST", f"{PATH}/ports", self.ports, "node types", {200: PortsList}),
            Endpoint("GET", f"{PATH}/{{name}}", self.get, "node types", {200: NodeSpec}, (404,)),
        ]

    async def browse(self) -> Outcome:
        """List node types with their parameters and examples."""
        if self._all is None:
            # Schemas of all parameters take a fifth of a second to make: once, and beside what else is asked meanwhile.
            self._all = await asyncio.to_thread(lambda: NodeTypeList([each.spec() for each in self._registry]))
        return Outcome(self._all)

    async def ports(self, body: PortsBody) -> Outcome:
        """Say which inputs and outputs nodes have, where that depends on their parameters."""
        return Outcome(PortsList([self._ports(node) for node in body.nodes]))

    async def get(self, name: str) -> Outcome:
        """Read one node type; n8n's package prefix is ignored."""
        found = self._registry.get(name)
        if found is None:
            raise NotFoundError(f'no node type is called "{name}"', hint=f"GET {PATH} lists them")
        return Outcome(found.spec())

    def _ports(self, node: PortsNode) -> NodePorts:
        found = self._registry.get(node.type)
        if found is None:
            return NodePorts(1, ["main"], f'no node type is called "{node.type}"')
        try:
            version, raw = node.type_version, node.parameters
            return NodePorts(found.input_count(raw, version), found.output_names(raw, version))
        except (MillraceError, ValueError, TypeError, KeyError, AttributeError) as bad:  # half-typed parameters
            return NodePorts(1, ["main"], str(bad))
