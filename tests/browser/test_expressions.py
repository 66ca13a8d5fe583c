"""Expressions in the node panel: `=` makes one, real data completes it, each item shows its value, wrong ones say why.

Flow: person → node panel → `/api/v1/expressions` → **here**.
"""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ops.bench.installation import Installation
from ops.bench.workflows import chain

PEOPLE = '[{"name": "Ada", "address": {"town": "London"}}, {"name": "Grace", "address": {"town": "New York"}}]'


def people(name: str) -> dict[str, Any]:
    """Make a workflow whose second node gives two people, and whose third takes them."""
    code = {"mode": "runOnceForAllItems", "jsCode": f"return {PEOPLE}.map(json => ({{json}}))"}
    field = {"id": "a", "name": "greeting", "value": "", "type": "string"}
    taking = {"mode": "manual", "assignments": {"assignments": [field]}, "options": {}}
    return chain(name, [("Start", "manualTrigger", 1, {}), ("People", "code", 2, code), ("Greet", "set", 3.4, taking)])


@pytest.fixture
def panel(page: Page, opened, server: Installation) -> Locator:
    """The panel of a node whose input is there."""
    opened(people("expressions"))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator('[data-node="Greet"]')).to_have_attribute("data-status", "success")
    page.get_by_text("Greet", exact=True).dblclick()
    found = page.get_by_role("dialog", name="Greet")
    expect(found.get_by_role("region", name="Input")).to_contain_text("Grace")
    return found


def value(panel: Locator) -> Locator:
    """The field of the assignment's value."""
    return panel.locator('[data-field="assignments.assignments.0.value"]')


def test_the_sign_makes_an_expression_and_each_item_shows_its_value(
    page: Page, panel: Locator, accessible, shoot
) -> None:
    field = value(panel)
    field.get_by_role("textbox").click()
    page.keyboard.type("=")
    code = field.locator(".cm-content")
    expect(code).to_be_focused()

    page.keyboard.type("Hello {{ $json.name")

    expect(field.locator(".preview")).to_have_text("Hello Ada")
    panel.get_by_role("button", name="Next item").click()
    expect(field.locator(".preview")).to_have_text("Hello Grace")
    panel.get_by_role("row", name="0 Ada").click()
    expect(field.locator(".preview")).to_have_text("Hello Ada")
    assert accessible() == []
    shoot("expression")


def test_real_data_completes_it(page: Page, panel: Locator) -> None:
    field = value(panel)
    field.get_by_role("textbox").click()
    page.keyboard.type("={{ $json.address.t")
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("town")
    page.wait_for_timeout(120)  # a completion that appears under the fingers is not taken by them
    page.keyboard.press("Enter")
    page.keyboard.type(".toUp")
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("toUpperCase")
    page.keyboard.press("Escape")
    expect(panel).to_be_visible()
    page.keyboard.type("perCase()")

    expect(field.locator(".preview")).to_have_text("LONDON")


def test_names_of_nodes_are_completed(page: Page, panel: Locator) -> None:
    field = value(panel)
    field.get_by_role("textbox").click()
    page.keyboard.type("={{ $('Peo")
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("People")
    page.wait_for_timeout(120)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(".item.json.address.town")

    expect(field.locator(".preview")).to_have_text("London")


def test_what_is_wrong_is_said_in_place(page: Page, panel: Locator) -> None:
    field = value(panel)
    field.get_by_role("textbox").click()
    page.keyboard.type("={{ $json.name +")

    expect(field.locator(".preview-bad")).to_contain_text("invalid syntax")


def test_a_field_is_brought_by_dragging_and_by_a_click(page: Page, panel: Locator) -> None:
    field = value(panel)
    data = panel.get_by_role("region", name="Input")

    data.get_by_role("button", name="name", exact=True).drag_to(field)
    expect(field.locator(".preview")).to_have_text("Ada")

    data.get_by_text("Schema").click()
    field.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    data.get_by_role("button", name="town").click()
    expect(field.locator(".cm-content")).to_have_text("{{ $json.address.town }}")
    expect(field.locator(".preview")).to_have_text("London")


def test_nothing_left_goes_back_to_a_fixed_value(page: Page, panel: Locator) -> None:
    field = value(panel)
    field.get_by_role("textbox").click()
    page.keyboard.type("=x")
    page.keyboard.press("Backspace")
    expect(field.locator(".cm-content")).to_have_count(1)

    page.keyboard.press("Backspace")

    expect(field.locator(".cm-content")).to_have_count(0)
    expect(field.get_by_role("button", name="fx, expression")).to_have_attribute("aria-pressed", "false")
