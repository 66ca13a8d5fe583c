"""The canvas by keyboard alone: walking, connecting, renaming, the outline, and the way out.

Flow: keys → canvas → **here**.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import card, edges, loose, places, plain, saved, selected


@pytest.fixture
def canvas(page: Page, opened):
    """Open a workflow and give the canvas the keys."""

    def begin(workflow) -> str:
        name = opened(workflow)
        page.locator(".canvas").focus()
        return str(name)

    return begin


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_graph_is_built_by_keyboard_alone(page: Page, canvas, server) -> None:
    name = canvas({"name": "by keys", "nodes": [], "connections": {}})

    press(page, "Tab")
    page.keyboard.type("manual")
    press(page, "Enter", "Tab")
    page.keyboard.type("limit")
    press(page, "Enter", "Escape", "Tab")
    page.keyboard.type("sort")
    press(page, "Enter", "c")
    page.keyboard.type("limit")
    press(page, "Enter")

    drawn = saved(page, server, name)
    names = [node["name"] for node in drawn["nodes"]]
    assert len(names) == 3
    assert edges(drawn) == [(names[0], names[1]), (names[2], names[1])]


def test_two_nodes_are_connected_and_parted(page: Page, canvas, server, accessible, shoot) -> None:
    name = canvas(loose("One", "Two"))
    press(page, "ArrowRight", "c")
    expect(page.get_by_role("dialog", name="Connections of Start")).to_be_visible()
    assert accessible() == []
    shoot("connecting")
    page.keyboard.type("two")
    press(page, "Enter")
    expect(page.locator("#announced")).to_have_text("Connected Start to Two")
    assert edges(saved(page, server, name)) == [("Start", "Two")]

    press(page, "c")
    page.keyboard.type("remove")
    press(page, "Enter")

    assert edges(saved(page, server, name)) == []


WALKS = [
    pytest.param(["ArrowRight"], ["Start"], id="the first one"),
    pytest.param(["ArrowRight", "ArrowRight", "ArrowRight"], ["Two"], id="along the edges"),
    pytest.param(["ArrowRight", "ArrowRight", "ArrowLeft"], ["Start"], id="and back"),
    pytest.param(["ArrowRight", "ArrowRight", "Shift+ArrowRight"], ["One", "Three", "Two"], id="all downstream"),
    pytest.param(["ArrowRight", "ArrowRight", "Shift+ArrowLeft"], ["One", "Start"], id="all upstream"),
    pytest.param(["Control+a"], ["One", "Start", "Three", "Two"], id="all"),
    pytest.param(["Control+a", "Escape"], [], id="none"),
]


@pytest.mark.parametrize(("keys", "expected"), WALKS)
def test_arrows_walk_the_graph(page: Page, canvas, keys: list[str], expected: list[str]) -> None:
    canvas(plain("One", "Two", "Three"))
    expect(card(page, "Three")).to_be_visible()

    press(page, *keys)

    expect(page.locator(".card.selected")).to_have_count(len(expected))
    assert selected(page) == expected


def test_a_node_is_heard_renamed_disabled_and_moved(page: Page, canvas, server) -> None:
    name = canvas(plain("One", "Two"))
    press(page, "ArrowRight", "ArrowRight")
    expect(page.locator("#announced")).to_have_text("One, No Operation, leads to Two")

    press(page, "F2")
    page.get_by_label("Name of the node").fill("First")
    press(page, "Enter", "d")
    expect(page.locator("#announced")).to_have_text("First: disabled")
    press(page, "Alt+ArrowDown", "Alt+Shift+ArrowRight")

    drawn = saved(page, server, name)
    assert edges(drawn) == [("First", "Two"), ("Start", "First")]
    assert drawn["nodes"][1]["disabled"] is True
    assert places(drawn)["First"] == (320, 20)
    press(page, "Control+z", "Control+z", "Control+z")
    expect(card(page, "One")).to_be_visible()
    assert "disabled" not in (card(page, "One").get_attribute("class") or "")


def test_the_outline_is_a_tree_by_keyboard(page: Page, canvas, accessible, shoot) -> None:
    flow = plain("One", "Two", "Three")
    flow["connections"]["One"]["main"][0].append({"node": "Three", "type": "main", "index": 0})
    canvas(flow)
    press(page, "o")
    tree = page.get_by_role("tree")
    expect(tree.get_by_role("treeitem")).to_have_count(5)
    assert accessible() == []
    shoot("outline")

    press(page, "ArrowDown", "ArrowDown")
    expect(card(page, "Two")).to_have_class("card run-idle selected")
    expect(tree.get_by_role("treeitem", name="Three").last).to_contain_text("see above")
    press(page, "ArrowLeft")
    expect(tree.get_by_role("treeitem")).to_have_count(4)
    press(page, "ArrowLeft", "Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_the_canvas_is_no_trap(page: Page, canvas, key: str) -> None:
    canvas(plain("One"))
    press(page, "Escape", key)

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.classList.contains('canvas')") is False


def test_tab_stays_tab_outside_of_the_canvas(page: Page, canvas) -> None:
    canvas(plain("One"))
    page.get_by_label("Name of the workflow").focus()

    press(page, "Tab")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
