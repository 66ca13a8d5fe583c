"""Items: what flows along the edges of a workflow, in n8n's shape.

Flow: trigger → **item** → node → **item** → … → history.
"""

from typing import Any

import msgspec


class Source(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """Where the items on one input came from: node, its output index, its run index."""

    node: str
    output: int = 0
    run: int = 0


class Paired(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which input item made an output item.

    ``source`` is set where that input arrived in an earlier run of the node (loops): it came from there then.
    """

    item: int
    input: int = 0
    source: Source | None = None


class Item(msgspec.Struct, omit_defaults=True, rename={"paired": "pairedItem"}):
    """One record: JSON data, optional binary parts by name, and the input item(s) it came from.

    Nodes never change an item they were given; they make new ones. ``json`` holds JSON values only.
    ``binary`` maps a property name to ``{data | id, mimeType, fileName?, fileExtension?, fileSize?}``.
    ``paired`` is None where the origin is unknown.
    """

    json: dict[str, Any]
    binary: dict[str, Any] | None = None
    paired: int | Paired | list[int | Paired] | None = None
    error: Any = None


Items = list[Item]
Outputs = list[Items]


class NodeRun(msgspec.Struct, omit_defaults=True):
    """What one run of one node gave: items per output, and the source per input."""

    outputs: list[list[Item]]
    sources: list[Source | None] = []
