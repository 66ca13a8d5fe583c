"""Fingers on the canvas of a painted workflow: two zoom, one moves what is in sight, a tap selects, a drag then moves.

Flow: touch events → canvas → **here**.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.bench.installation import TOKEN, Installation
from ops.bench.web_app import COLUMNS, many_nodes
from tests.browser.conftest import SIZE, WAIT_MS
from tests.browser.drawing import settled, sight

NODES = 500
STEPS = 8


@pytest.fixture
def page(browser: Browser, server: Installation) -> Iterator[Page]:
    """A page on a screen that is touched."""
    context = browser.new_context(viewport=SIZE, base_url=server.address, has_touch=True, reduced_motion="reduce")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.add_init_script(f"sessionStorage.setItem('millrace.token', {TOKEN!r})")
    yield page
    context.close()


def fingers(page: Page, *paths: tuple[float, float, float, float]) -> None:
    """Put down a finger for each path, from (x, y) to (x, y), and take them up again."""
    touch = page.context.new_cdp_session(page)

    def send(kind: str, share: float) -> None:
        at = [
            {"x": x + (to_x - x) * share, "y": y + (to_y - y) * share, "id": n}
            for n, (x, y, to_x, to_y) in enumerate(paths)
        ]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at if kind != "touchEnd" else []})

    send("touchStart", 0)
    for step in range(1, STEPS + 1):
        send("touchMove", step / STEPS)
    send("touchEnd", 1)
    touch.detach()


def place_of(page: Page, number: int) -> tuple[float, float]:
    """Give where a node of the workflow is on the screen."""
    x, y, zoom = sight(page)
    box = page.locator(".canvas").bounding_box()
    assert box is not None
    left, top = number % COLUMNS * 240 + 82, number // COLUMNS * 120 + 24
    return box["x"] + x + left * zoom, box["y"] + y + top * zoom


def painted(page: Page, opened: Any) -> None:
    opened(many_nodes(NODES))
    page.locator(".picture[data-painted]").wait_for()


def test_two_fingers_zoom_and_one_moves_what_is_in_sight(page: Page, opened) -> None:
    painted(page, opened)
    before = sight(page)
    x, y = place_of(page, 220)

    fingers(page, (x - 20, y, x - 60, y), (x + 20, y, x + 60, y))

    expect(page.locator(".picture")).to_be_visible()
    zoomed = settled(page)
    assert zoomed[2] == pytest.approx(before[2] * 3, rel=0.2)
    assert place_of(page, 220) == pytest.approx((x, y), abs=25)

    fingers(page, (x, y + 200, x + 120, y + 260))

    moved = settled(page)
    assert moved[2] == zoomed[2]
    assert (moved[0] - zoomed[0], moved[1] - zoomed[1]) == pytest.approx((120, 60), abs=20)


def test_a_tap_selects_and_a_drag_then_moves(page: Page, opened, server: Installation) -> None:
    painted(page, opened)
    x, y = place_of(page, 220)

    page.touchscreen.tap(x, y)
    chosen = page.locator(".react-flow__node-card.selected")
    expect(chosen).to_have_count(1)
    assert chosen.locator("[data-node]").get_attribute("data-node") == "Step 220"
    fingers(page, (x, y, x + 50, y + 80))

    expect(page.get_by_role("button", name="Save", exact=True)).to_be_enabled()
    box = chosen.bounding_box()
    assert box is not None
    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx((x + 50, y + 80), abs=30)
    page.touchscreen.tap(x - 300, y + 330)
    expect(chosen).to_have_count(0)
