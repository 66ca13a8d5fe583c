"""Connecting with the pointer: port to port, into the open, on an edge, somewhere else, and where it cannot be.

Flow: pointer → canvas → **here**.
"""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.drawing import card, edges, loose, plain, saved


def middle(spot: Locator) -> tuple[float, float]:
    box = spot.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def port(page: Page, name: str, handle: str) -> tuple[float, float]:
    return middle(page.locator(f'.react-flow__node:has([data-node="{name}"]) [data-handleid="{handle}"]'))


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def test_an_output_is_drawn_to_an_input(page: Page, opened, server) -> None:
    name = opened(loose("One", "Two"))

    drag(page, port(page, "Start", "out-0"), port(page, "Two", "in-0"))

    assert edges(saved(page, server, name)) == [("Start", "Two")]


def test_dropped_in_the_open_it_asks_what_comes_there(page: Page, opened, server, accessible) -> None:
    name = opened(plain("One"))
    x, y = port(page, "One", "out-0")

    drag(page, (x, y), (x + 60, y + 180))

    expect(page.get_by_role("dialog", name="Node types")).to_be_visible()
    assert accessible() == []
    page.keyboard.type("limit")
    page.keyboard.press("Enter")
    assert edges(saved(page, server, name)) == [("One", "Limit"), ("Start", "One")]


def test_a_node_is_put_on_an_edge(page: Page, opened, server) -> None:
    name = opened(plain("One"))
    page.locator(".wire-spot").hover()
    page.get_by_role("button", name="Insert a node here").click()
    page.keyboard.type("limit")
    page.keyboard.press("Enter")

    assert edges(saved(page, server, name)) == [("Limit", "One"), ("Start", "Limit")]


def test_an_edge_is_taken_to_another_node(page: Page, opened, server) -> None:
    flow = plain("One", "Two")
    flow["connections"] = {"Start": flow["connections"]["Start"]}
    flow["nodes"][2]["position"] = [220, 160]
    name = opened(flow)
    x, y = port(page, "One", "in-0")
    drag(page, (x - 18, y), port(page, "Two", "in-0"))

    assert edges(saved(page, server, name)) == [("Start", "Two")]


def test_what_cannot_be_connected_says_why(page: Page, opened, server) -> None:
    name = opened(plain("One", "Two"))
    cases: list[tuple[Any, Any, str]] = [
        (("One", "out-0"), ("Two", "in-0"), "these two are connected already"),
        (("Two", "out-0"), ("Two", "in-0"), "a node cannot feed itself directly"),
        (("Two", "out-0"), ("One", "in-0"), "that makes a circle"),
        (("Start", "out-0"), ("Two", "out-0"), "an output leads to an input"),
    ]
    for start, end, why in cases:
        drag(page, port(page, *start), port(page, *end))
        expect(page.locator(".notice", has_text=why).last).to_be_visible()

    found = server.client.get(f"/api/v1/workflows/{name}")["workflow"]
    assert edges(found) == [("One", "Two"), ("Start", "One")]
    expect(page.get_by_role("button", name="Saved")).to_be_visible()


def test_an_edge_is_removed_and_comes_back(page: Page, opened, server) -> None:
    name = opened(plain("One"))
    page.locator(".wire-spot").hover()
    page.get_by_role("button", name="Remove this connection").click()
    assert edges(saved(page, server, name)) == []

    page.get_by_role("button", name="Undo").click()

    assert edges(saved(page, server, name)) == [("Start", "One")]
    expect(card(page, "One")).to_be_visible()
