"""Forms of nodes, made of their JSON Schema alone: what matters shows, code is code, all of it by keyboard.

Flow: node type → `GET /node-types` → node panel → **here**.
"""

from playwright.sync_api import Locator, Page, expect

from ops.bench.workflows import chain


def panel(page: Page, opened, kind: str, version: float, parameters: dict) -> Locator:
    """Open a node of a type."""
    opened(chain(f"form: {kind} {version}", [("Start", "manualTrigger", 1, {}), ("Node", kind, version, parameters)]))
    page.locator('[data-node="Node"]').dblclick()
    return page.get_by_role("dialog", name="Node")


def field(form: Locator, name: str) -> Locator:
    """A field by its name."""
    return form.locator(f'[data-field="{name}"]')


def test_code_is_written_as_code_of_its_language(page: Page, opened, accessible) -> None:
    form = panel(page, opened, "code", 2, {})
    expect(field(form, "jsCode").locator(".cm-content")).to_be_visible()
    expect(field(form, "pythonCode")).to_have_count(0)
    assert accessible() == []

    field(form, "language").get_by_role("combobox").click()
    page.get_by_role("option", name="python", exact=True).click()

    expect(field(form, "pythonCode").locator(".cm-content")).to_be_visible()
    expect(field(form, "jsCode")).to_have_count(0)


def test_fields_come_with_what_needs_them(page: Page, opened) -> None:
    form = panel(page, opened, "httpRequest", 4.2, {})
    expect(field(form, "url")).to_be_visible()
    expect(field(form, "requestMethod")).to_have_count(0)
    expect(field(form, "jsonBody")).to_have_count(0)

    field(form, "sendBody").get_by_role("switch").focus()
    page.keyboard.press("Space")
    field(form, "specifyBody").get_by_role("combobox").click()
    page.get_by_role("option", name="json").click()

    expect(field(form, "jsonBody").locator(".cm-content")).to_be_visible()


def test_a_version_shows_its_own_fields(page: Page, opened) -> None:
    form = panel(page, opened, "set", 3.4, {})
    expect(form.locator("fieldset", has_text="Assignments").first).to_be_visible()

    expect(form.get_by_text("Keep only set")).to_have_count(0)
    expect(form.locator("legend", has_text="Values")).to_have_count(0)
