"""Node types: what a workflow can be made of.

Flow: registry → **node types** → editor, clients.
"""

import msgspec

from gateway.endpoints import Endpoint, Outcome
from nodes.sdk.registry import Registry
from schemas.errors import NotFoundError
from schemas.node_spec import NodeSpec

PATH = "/api/v1/node-types"


class NodeTypeList(msgspec.Struct):
    """Every node type, by name."""

    data: list[NodeSpec]


class NodeTypes:
    """The resource."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        return [
            Endpoint("GET", PATH, self.browse, "node types", {200: NodeTypeList}),
            Endpoint("GET", f"{PATH}/{{name}}", self.get, "node types", {200: NodeSpec}, (404,)),
        ]

    async def browse(self) -> Outcome:
        """List node types with their parameters and examples."""
        return Outcome(NodeTypeList([node_type.spec() for node_type in self._registry]))

    async def get(self, name: str) -> Outcome:
        """Read one node type; n8n's package prefix is ignored."""
        found = self._registry.get(name)
        if found is None:
            raise NotFoundError(f'no node type is called "{name}"', hint=f"GET {PATH} lists them")
        return Outcome(found.spec())
