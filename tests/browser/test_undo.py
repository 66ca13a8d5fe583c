"""Taking back: everything that is done to a workflow, parameters too, past a save, and each person's own only.

Flow: changes → history of the draft → **here**.
"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import card, plain, saved


def add(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.type("limit")
    page.keyboard.press("Enter")
    expect(card(page, "Limit")).to_be_visible()


def rename(page: Page) -> None:
    page.keyboard.press("F2")
    page.get_by_label("Name of the node").fill("First")
    page.keyboard.press("Enter")
    expect(card(page, "First")).to_be_visible()


def title(page: Page) -> None:
    page.get_by_label("Name of the workflow").fill("Another")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_enabled()
    page.locator(".canvas").focus()


def press(*keys: str) -> Any:
    def go(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return go


def arrange(page: Page) -> None:
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Shift+Alt+T")
    expect(page.locator("#announced")).to_have_text("Arranged 3 nodes")


DEEDS = [
    pytest.param(add, id="a node added"),
    pytest.param(rename, id="a node renamed"),
    pytest.param(press("Delete"), id="a node deleted"),
    pytest.param(press("d"), id="a node disabled"),
    pytest.param(press("Alt+ArrowDown"), id="a node moved"),
    pytest.param(press("Control+d"), id="a node duplicated"),
    pytest.param(arrange, id="nodes arranged"),
    pytest.param(title, id="the workflow renamed"),
]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_change_is_taken_back_and_done_again(page: Page, opened, server, deed) -> None:
    name = opened(plain("One", "Two"))
    before = server.client.get(f"/api/v1/workflows/{name}")["workflow"]
    card(page, "One").click()
    deed(page)
    after = saved(page, server, name)
    assert after != before

    while page.get_by_role("button", name="Undo").is_enabled():
        page.get_by_role("button", name="Undo").click()
    page.locator(".canvas").focus()
    back = saved(page, server, name)
    assert (back["nodes"], back["connections"], back["name"]) == (
        before["nodes"],
        before["connections"],
        before["name"],
    )

    while page.get_by_role("button", name="Redo").is_enabled():
        page.get_by_role("button", name="Redo").click()
    page.locator(".canvas").focus()
    again = saved(page, server, name)
    assert (again["nodes"], again["connections"], again["name"]) == (
        after["nodes"],
        after["connections"],
        after["name"],
    )


def test_a_parameter_is_taken_back(page: Page, opened, server) -> None:
    flow = plain()
    node = {"id": "l", "name": "Limit", "type": "limit", "typeVersion": 1, "position": [220, 0]}
    flow["nodes"].append(node | {"parameters": {"maxItems": 5}})
    name = opened(flow)
    card(page, "Limit").dblclick()
    field = page.get_by_role("dialog").get_by_label("Max items", exact=True)
    field.fill("7")
    page.keyboard.press("Escape")
    kept = saved(page, server, name)
    assert kept["nodes"][1]["parameters"]["maxItems"] == 7

    page.get_by_role("button", name="Undo").click()
    page.locator(".canvas").focus()

    assert saved(page, server, name)["nodes"][1]["parameters"] == {"maxItems": 5}
