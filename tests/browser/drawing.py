"""What tests of the canvas share: workflows to draw on, and what is drawn now.

Flow: **drawing** → tests of the canvas.
"""

import re
from typing import Any

from playwright.sync_api import Locator, Page

from ops.bench.workflows import chain


def plain(*names: str) -> dict[str, Any]:
    """Make a chain of nodes that do nothing, after a manual trigger."""
    return chain("drawn", [("Start", "manualTrigger", 1, {}), *((name, "noOp", 1.0, {}) for name in names)])


def loose(*names: str) -> dict[str, Any]:
    """Make the same nodes without connections."""
    return plain(*names) | {"connections": {}}


def card(page: Page, name: str) -> Locator:
    """Give the card of a node."""
    return page.locator(f'.card[data-node="{name}"]')


def selected(page: Page) -> list[str]:
    """Give the names of the selected nodes, sorted."""
    return sorted(one.get_attribute("data-node") or "" for one in page.locator(".card.selected, .note.selected").all())


def sight(page: Page) -> tuple[float, float, float]:
    """Give what is in sight of the canvas: x, y and the zoom."""
    style = page.locator(".react-flow__viewport").get_attribute("style") or ""
    found = re.search(r"translate\(([-\d.]+)px, ([-\d.]+)px\) scale\(([\d.]+)\)", style)
    assert found, style
    x, y, scale = map(float, found.groups())
    return x, y, scale


def settled(page: Page) -> tuple[float, float, float]:
    """Give what is in sight once it stands still."""
    before = sight(page)
    page.wait_for_timeout(250)
    while (now := sight(page)) != before:
        before = now
        page.wait_for_timeout(250)
    return now


def saved(page: Page, server: Any, workflow: str) -> dict[str, Any]:
    """Save by key, and give the workflow as the server has it once that stands still."""
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Saved").wait_for()
    found: dict[str, Any] = {}
    # Another reader may see what was saved a moment later than who saved it.
    while (now := server.client.get(f"/api/v1/workflows/{workflow}")["workflow"]) != found:
        found = now
        page.wait_for_timeout(150)
    return found


def edges(workflow: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the connections as pairs of names, sorted."""
    return sorted(
        (source, end["node"])
        for source, kinds in workflow["connections"].items()
        for outputs in kinds.values()
        for ends in outputs
        for end in ends or ()
    )


def places(workflow: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Give where the nodes are, by name."""
    return {node["name"]: tuple(node["position"]) for node in workflow["nodes"]}
