"""What is in sight: zoom, pan and fit by key, wheel and pointer, and the map of the whole.

Flow: keys, wheel, pointer → viewport → **here**.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import plain, settled


@pytest.fixture
def canvas(page: Page, opened):
    opened(plain("One", "Two", "Three", "Four"))
    expect(page.locator(".card")).to_have_count(5)
    page.locator(".canvas").focus()
    return page


ZOOMS = [
    pytest.param(["+"], lambda was, now: now > was, id="plus is nearer"),
    pytest.param(["-"], lambda was, now: now < was, id="minus is farther"),
    pytest.param(["-", "-", "0"], lambda _, now: now == 1, id="0 is as it is"),
    pytest.param(["-", "-", "-", "1"], lambda was, now: abs(was - now) < 0.02, id="1 is the whole"),
]


@pytest.mark.parametrize(("keys", "holds"), ZOOMS)
def test_keys_zoom(canvas: Page, keys: list[str], holds) -> None:
    canvas.keyboard.press("1")
    was = settled(canvas)[2]
    for key in keys:
        canvas.keyboard.press(key)
        settled(canvas)

    assert holds(was, settled(canvas)[2])


def test_the_wheel_zooms_where_the_pointer_is(canvas: Page) -> None:
    was = settled(canvas)
    canvas.mouse.move(700, 300)
    canvas.mouse.wheel(0, -240)

    assert settled(canvas)[2] > was[2]


@pytest.mark.parametrize("keys", [[], ["Space"]], ids=["on the ground", "with space, from a node"])
def test_dragging_pans(canvas: Page, keys: list[str]) -> None:
    was = settled(canvas)
    box = canvas.locator('.card[data-node="Two"]').bounding_box()
    assert box
    x, y = (box["x"] + 60, box["y"] + 20) if keys else (box["x"], box["y"] + 200)
    for key in keys:
        canvas.keyboard.down(key)
    canvas.mouse.move(x, y)
    canvas.mouse.down()
    canvas.mouse.move(x + 90, y + 50, steps=4)
    canvas.mouse.up()
    for key in keys:
        canvas.keyboard.up(key)

    now = settled(canvas)
    assert (round(now[0] - was[0]), round(now[1] - was[1]), now[2]) == (90, 50, was[2])
    expect(canvas.get_by_role("button", name="Saved")).to_be_visible()


def test_the_map_shows_the_whole_and_leads_there(canvas: Page, accessible) -> None:
    assert accessible() == []
    minimap = canvas.get_by_role("img", name="Map of the workflow")
    expect(minimap.locator(".react-flow__minimap-node")).to_have_count(5)
    was = settled(canvas)
    box = minimap.bounding_box()
    assert box
    canvas.mouse.move(box["x"] + 90, box["y"] + 70)
    canvas.mouse.down()
    canvas.mouse.move(box["x"] + 110, box["y"] + 70, steps=4)
    canvas.mouse.up()

    assert settled(canvas)[0] != was[0]
