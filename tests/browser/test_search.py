"""Finding: in this workflow, in all of them, where a node is used, and going there.

Flow: keys → search → canvas → **here**.
"""

from playwright.sync_api import Page, expect

from ops.bench.installation import Installation
from ops.bench.workflows import chain
from tests.browser.drawing import card, plain

READS = {"mode": "runOnceForAllItems", "jsCode": "const grandTotal = $('Prices').all().length; return []"}


def pricing(name: str = "pricing") -> dict:
    nodes = [("Start", "manualTrigger", 1, {}), ("Prices", "noOp", 1.0, {}), ("Sum", "code", 2, READS)]
    return chain(name, nodes)


def test_a_node_is_found_by_what_stands_in_it(page: Page, opened, accessible, shoot) -> None:
    opened(pricing())
    page.locator(".canvas").focus()
    page.keyboard.press("Control+f")
    page.keyboard.type("grandtotal")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("Sum")
    expect(option).to_contain_text("jsCode")
    assert accessible() == []
    shoot("finding")

    page.keyboard.press("Enter")

    expect(card(page, "Sum")).to_have_class("card run-idle selected")


def test_where_a_node_is_used(page: Page, opened) -> None:
    opened(pricing())
    card(page, "Prices").click()
    page.keyboard.press("Control+k")
    page.keyboard.type("where it is used")
    page.keyboard.press("Enter")

    expect(page.get_by_role("dialog", name="Find in this workflow").get_by_role("option")).to_have_count(1)
    expect(page.get_by_role("option")).to_contain_text("Sum")


def test_all_workflows_are_searched_from_any(page: Page, opened, server: Installation, accessible) -> None:
    other = server.add(pricing("the other one"), activate=False)
    opened(plain("One"))
    page.locator(".canvas").focus()
    page.keyboard.press("Control+Shift+F")
    page.keyboard.type("grandTotal = $")
    expect(page.get_by_role("option").filter(has_text="Sum").first).to_be_visible()
    assert accessible() == []
    page.get_by_role("dialog").get_by_text("the other one").first.wait_for()

    page.get_by_role("option").first.click()

    expect(page.locator(".card.selected")).to_have_attribute("data-node", "Sum")
    assert "/#/workflows/" in page.url
    assert other
