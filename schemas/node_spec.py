"""Node specs: a node type as data, for the editor, the docs and the API.

Flow: registry → **node spec** → `GET /api/v1/node-types` → editor.
"""

from typing import Any, Literal

import msgspec

RunsAs = Literal["inline", "effect", "compute"]


class NodeSpec(msgspec.Struct, omit_defaults=True):
    """What a node type is called, what it takes and gives, and examples that are also its tests.

    ``credentials`` are the types that its nodes may name, besides those that their parameters name.
    """

    name: str
    title: str
    summary: str
    group: str
    versions: list[float]
    inputs: int | str
    outputs: list[str] | str
    runs: RunsAs
    trigger: str | None
    parameters: dict[str, Any]
    examples: list[dict[str, Any]]
    doc: str = ""
    credentials: list[str] = []
