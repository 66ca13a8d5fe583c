"""Credentials and variables: made, changed and removed; a secret that was kept never comes back.

Flow: person → pages → vault → **here**.
"""

from playwright.sync_api import Page, expect

from ops.bench.installation import Installation

SECRET = "a-very-secret-word"


def test_a_variable_is_made_changed_and_removed(page: Page, accessible, shoot) -> None:
    page.goto("/#/variables")
    page.get_by_role("button", name="New variable").click()
    page.get_by_label("Key").fill("region")
    page.get_by_label("Value").fill("eu")
    assert accessible() == []
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row", name="region")
    expect(row).to_contain_text("eu")
    assert accessible() == []
    shoot("variables")

    row.get_by_role("button", name="region", exact=True).click()
    page.get_by_label("Value").fill("us")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("us")

    page.get_by_role("button", name="Remove region").click()
    expect(row).to_have_count(0)


def test_a_credential_is_kept_and_its_secret_stays_hidden(page: Page, server: Installation, accessible, shoot) -> None:
    page.goto("/#/credentials")
    page.get_by_role("combobox", name="New credential of type").click()
    page.get_by_role("option", name="Basic auth").click()
    page.get_by_label("Name", exact=True).fill("The warehouse")
    page.get_by_label("User").fill("ada")
    page.get_by_role("dialog").locator("input[type=password]").fill(SECRET)
    assert accessible() == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="The warehouse")).to_be_visible()
    assert accessible() == []
    shoot("credentials")

    page.get_by_role("button", name="The warehouse", exact=True).click()

    expect(page.get_by_placeholder("kept; type to replace it")).to_be_visible()
    expect(page.get_by_label("User")).to_have_value("ada")
    assert SECRET not in page.content()
    page.get_by_label("User").fill("grace")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    (kept,) = server.client.get("/api/v1/credentials")["data"]
    assert server.client.get(f"/api/v1/credentials/{kept['id']}")["data"]["user"] == "grace"

    page.get_by_role("button", name="Remove The warehouse").click()
    expect(page.get_by_text("There is no credential yet")).to_be_visible()
