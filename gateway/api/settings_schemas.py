"""Settings schemas: what a workflow and its nodes may say about themselves besides parameters.

Flow: schemas of workflows → **settings schemas** → forms of the web app, clients.
"""

from typing import Any

import msgspec

from gateway.endpoints import Endpoint, Outcome
from schemas.flow import NodeFlow
from schemas.workflow import Settings

PATH = "/api/v1/settings-schemas"


class SettingsSchemas(msgspec.Struct, rename="camel"):
    """JSON Schemas: of a workflow's `settings`, and of `millrace` in a node."""

    workflow: dict[str, Any]
    node_flow: dict[str, Any]


class SettingsSchemasResource:
    """The resource."""

    def __init__(self) -> None:
        self._made = SettingsSchemas(*(model.model_json_schema(by_alias=True) for model in (Settings, NodeFlow)))

    def endpoints(self) -> list[Endpoint]:
        """Declare the operation."""
        return [Endpoint("GET", PATH, self.get, "workflows", {200: SettingsSchemas})]

    async def get(self) -> Outcome:
        """Read the JSON Schemas of settings, with titles and hints for forms."""
        return Outcome(self._made)
