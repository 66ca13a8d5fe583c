"""Given: what the nodes of an execution gave, by the page, by the file, and as an expression sees it.

Flow: history, blobs → **given** → items and expressions of the API.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.reading import Past
from nodes.files.binary import content
from nodes.sdk.context import Blobs
from schemas.errors import NotFoundError
from schemas.events import TERMINAL

KEPT_BYTES = 16 * 1024 * 1024
OTHERS_BYTES = 8 * 1024 * 1024

Outputs = list[list[msgspec.Raw]]
_item = msgspec.json.Decoder(dict[str, Any])


class Given:
    """Reads what was given; the latest executions that were looked into and have ended are kept at hand."""

    def __init__(self, past: Past, blobs: Blobs) -> None:
        self._past = past
        self._blobs = blobs
        self._kept: OrderedDict[str, tuple[int, dict[str, Any]]] = OrderedDict()

    async def page(
        self, execution: str, node: str, run: int, output: int, offset: int, limit: int, *, whole: bool
    ) -> tuple[list[dict[str, Any]], int, bool]:
        """Give a page of items, how many there are, and whether they are kept; files without ``data`` unless whole."""
        outputs = await self._past.outputs(execution, node, run)
        if outputs is None:
            return [], 0, False
        items = outputs[output] if output < len(outputs) else []
        page = [_item.decode(item) for item in items[offset : offset + limit]]
        return page if whole else [_described(item) for item in page], len(items), True

    async def file(self, execution: str, node: str, run: int, output: int, item: int, name: str) -> tuple[bytes, Any]:
        """Give the bytes of a file that an item carries, and how it is described; raise NotFoundError."""
        outputs = await self._past.outputs(execution, node, run) or []
        items = outputs[output] if output < len(outputs) else []
        part = (_item.decode(items[item]).get("binary") or {}).get(name) if item < len(items) else None
        if not isinstance(part, dict):
            raise NotFoundError(f'item {item} of node "{node}" carries no file "{name}"')
        return await content(part, self._blobs), part

    async def seen(self, execution: str) -> dict[str, Any]:
        """Give ``runs`` and ``sources`` by node, as expressions take them: of each node's last run.

        Outputs beyond a few megabytes together are left out, the largest first: ``input`` reads what is needed.
        """
        known = self._kept.get(execution)
        if known is not None:
            self._kept.move_to_end(execution)
            return known[1]
        found = await self._past.execution(execution)
        seen: dict[str, Any] = {"runs": {}, "sources": {}}
        spent = 0
        for run, raw in sorted(await self._past.last_runs(execution), key=lambda one: len(one[1] or b"")):
            spent += len(raw or b"")
            if raw is not None and spent <= OTHERS_BYTES:
                seen["runs"][run["node"]] = msgspec.json.decode(raw) or []
                seen["sources"][run["node"]] = run["sources"]
        if found is not None and found["status"] in TERMINAL and len(seen["runs"]) > 0:
            self._keep(execution, min(spent, OTHERS_BYTES), seen)
        return seen

    async def input(self, execution: str, node: str, run: int, output: int) -> list[dict[str, Any]]:
        """Give all items of one output, as an expression sees them."""
        outputs = await self._past.outputs(execution, node, run) or []
        return [_item.decode(item) for item in outputs[output]] if output < len(outputs) else []

    def _keep(self, execution: str, size: int, seen: dict[str, Any]) -> None:
        self._kept[execution] = (size, seen)
        while len(self._kept) > 1 and sum(size for size, _ in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)


def _described(item: dict[str, Any]) -> dict[str, Any]:
    binary = item.get("binary")
    if not isinstance(binary, Mapping):
        return item
    parts = {name: {**part, "data": ""} if isinstance(part, dict) else part for name, part in binary.items()}
    return {**item, "binary": parts}
