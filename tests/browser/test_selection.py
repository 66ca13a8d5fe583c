"""Several nodes at once: lined up, spread, grouped and folded, and laid out.

Flow: selection → canvas → **here**.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import card, loose, places, plain, saved, selected

SCATTERED = {"One": (0, 0), "Two": (310, 130), "Three": (400, 40)}
LINES = [
    pytest.param("Align left edges", {"One": (0, 0), "Two": (0, 130), "Three": (0, 40)}, id="left"),
    pytest.param("Align right edges", {"One": (400, 0), "Two": (400, 130), "Three": (400, 40)}, id="right"),
    pytest.param("Align top edges", {"One": (0, 0), "Two": (310, 0), "Three": (400, 0)}, id="top"),
    pytest.param("Align middles", {"One": (0, 65), "Two": (310, 65), "Three": (400, 65)}, id="middle"),
    pytest.param("Equal distances across", {"One": (0, 0), "Two": (200, 130), "Three": (400, 40)}, id="across"),
    pytest.param("Equal distances down", {"One": (0, 0), "Two": (310, 130), "Three": (400, 65)}, id="down"),
]


def scattered() -> dict:
    flow = loose(*SCATTERED)
    flow["nodes"] = flow["nodes"][1:]
    for node in flow["nodes"]:
        node["position"] = list(SCATTERED[node["name"]])
    return flow


@pytest.mark.parametrize(("button", "expected"), LINES)
def test_nodes_line_up_in_one_change(page: Page, opened, server, button: str, expected) -> None:
    name = opened(scattered())
    page.locator(".canvas").focus()
    page.keyboard.press("Control+a")

    page.get_by_role("button", name=button).click()

    assert places(saved(page, server, name)) == expected
    page.get_by_role("button", name="Undo").click()
    assert places(saved(page, server, name)) == SCATTERED


@pytest.fixture
def grouped(page: Page, opened) -> str:
    """Open a workflow in which two nodes are made a group that is called Pair."""
    name = opened(plain("One", "Two", "Three"))
    page.locator(".canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    card(page, "Two").click(modifiers=["Shift"])
    page.keyboard.press("Control+g")
    page.locator(".group-name").dblclick()
    page.get_by_label("Name of the group").fill("Pair")
    page.keyboard.press("Enter")
    return str(name)


def test_a_group_is_folded(page: Page, grouped: str, server, accessible, shoot) -> None:
    group = page.locator(".group")
    expect(group).to_have_class("group group-open selected")
    assert accessible() == []
    shoot("group")

    page.get_by_role("button", name="Fold Pair").click()

    expect(card(page, "One")).to_have_count(0)
    expect(group).to_contain_text("2 nodes")
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    assert accessible() == []
    shoot("group-folded")
    kept = saved(page, server, grouped)
    assert [(one["name"], one["nodes"], one["folded"]) for one in kept["groups"]] == [("Pair", ["n1", "n2"], True)]
    page.get_by_role("button", name="Unfold Pair").click()
    expect(card(page, "One")).to_be_visible()


def test_a_group_is_moved_as_one_and_dissolved(page: Page, grouped: str, server) -> None:
    before = places(saved(page, server, grouped))
    box = page.locator(".group-head").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + 108, steps=5)
    page.mouse.up()
    after = places(saved(page, server, grouped))
    assert after["One"][1] > before["One"][1]
    assert after["One"][1] == after["Two"][1]
    assert after["Three"] == before["Three"]

    page.keyboard.press("Control+Shift+G")

    expect(page.locator(".group")).to_have_count(0)
    assert "groups" not in saved(page, server, grouped)


def test_layout_stands_still_when_it_is_asked_for_again(page: Page, opened, server) -> None:
    flow = plain("One", "Two", "Three", "Four")
    for at, node in enumerate(flow["nodes"]):
        node["position"] = [37 * at, 61 * (at % 3)]
    name = opened(flow)
    page.locator(".canvas").focus()
    page.keyboard.press("Shift+Alt+T")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    first = places(saved(page, server, name))
    assert [first[name][0] for name in ("Start", "One", "Two", "Three", "Four")] == sorted(x for x, _ in first.values())
    assert len({y for _, y in first.values()}) == 1

    page.keyboard.press("Shift+Alt+T")

    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    assert places(saved(page, server, name)) == first


def test_layout_of_a_selection_leaves_the_rest(page: Page, opened, server) -> None:
    flow = plain("One", "Two")
    for at, node in enumerate(flow["nodes"]):
        node["position"] = [40 * at, 90 * at]
    name = opened(flow)
    page.locator(".canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert selected(page) == ["One", "Two"]

    page.keyboard.press("Shift+Alt+T")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()

    after = places(saved(page, server, name))
    assert after["Start"] == (0, 0)
    assert after["One"] == (40, 90)
    assert after["Two"][1] == 90
