"""The palette: opened by key and pointer, searched by a few letters, and what is chosen is connected.

Flow: palette → canvas → **here**.
"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import card, edges, plain, saved


def by_tab(page: Page) -> None:
    card(page, "One").click()
    page.keyboard.press("Tab")


def by_plus(page: Page) -> None:
    card(page, "One").hover()
    page.locator('.card[data-node="One"] .card-add').click()


def by_command(page: Page) -> None:
    card(page, "One").click()
    page.keyboard.press("Control+k")
    page.keyboard.type("add a node")
    page.keyboard.press("Enter")


WAYS = [
    pytest.param(by_tab, id="Tab"),
    pytest.param(by_plus, id="the plus of a node"),
    pytest.param(by_command, id="a command"),
]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_chosen_is_connected(page: Page, opened, server, way: Any) -> None:
    name = opened(plain("One"))
    way(page)
    page.get_by_role("combobox").fill("limt")
    page.keyboard.press("Enter")

    expect(card(page, "Limit")).to_have_class("card run-idle selected")
    assert edges(saved(page, server, name)) == [("One", "Limit"), ("Start", "One")]


def test_a_double_click_puts_a_node_there(page: Page, opened, server, accessible, shoot) -> None:
    name = opened(plain("One"))
    page.mouse.dblclick(700, 700)
    expect(page.get_by_role("dialog", name="Node types")).to_be_visible()
    assert accessible() == []
    shoot("palette")
    page.keyboard.type("sort")
    page.keyboard.press("Enter")

    box = card(page, "Sort").bounding_box()
    assert box
    assert abs(box["y"] + box["height"] / 2 - 700) < 60
    assert edges(saved(page, server, name)) == [("Start", "One")]


SEARCHES = [
    pytest.param("http", "HTTP Request", id="a beginning"),
    pytest.param("httpreq", "HTTP Request", id="two beginnings"),
    pytest.param("splt", "Split Out", id="letters in their order"),
    pytest.param("merge", "Merge", id="a name"),
]


@pytest.mark.parametrize(("letters", "expected"), SEARCHES)
def test_a_few_letters_find_it(page: Page, opened, letters: str, expected: str) -> None:
    opened(plain())
    page.locator(".canvas").focus()
    page.keyboard.press("Tab")
    page.keyboard.type(letters)

    expect(page.get_by_role("option").first).to_contain_text(expected)


def test_escape_closes_and_gives_the_keys_back(page: Page, opened) -> None:
    opened(plain("One"))
    page.locator(".canvas").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.classList.contains('canvas')") is True
    expect(page.locator(".card")).to_have_count(2)
