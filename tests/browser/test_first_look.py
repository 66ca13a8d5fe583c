"""Signing in, the pages and their names, and what anybody may read of them.

Flow: a person with the token → web app → **here**.
"""

import pytest
from playwright.sync_api import Page, expect

from ops.bench.installation import TOKEN
from ops.bench.workflows import answering

PAGES = [
    pytest.param("#/workflows", "Workflows", id="workflows"),
    pytest.param("#/executions", "Executions", id="executions"),
    pytest.param("#/deadLetters", "Dead letters", id="dead letters"),
    pytest.param("#/dashboards", "Dashboard", id="dashboard"),
    pytest.param("#/sql", "SQL", id="sql"),
    pytest.param("#/credentials", "Credentials", id="credentials"),
    pytest.param("#/variables", "Variables", id="variables"),
    pytest.param("#/settings", "Settings", id="settings"),
]


def test_the_token_opens_the_door(stranger: Page) -> None:
    stranger.goto("/")
    stranger.get_by_label("Token").fill("not the token")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_text("This is not the token.")).to_be_visible()

    stranger.get_by_label("Token").fill(TOKEN)
    stranger.keyboard.press("Enter")

    expect(stranger.get_by_role("heading", name="Workflows")).to_be_visible()


def test_signing_out_closes_it(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_label("Token")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('millrace.token')") is None


@pytest.mark.parametrize(("address", "title"), PAGES)
def test_a_page_is_for_everybody(page: Page, accessible, address: str, title: str) -> None:
    page.goto(f"/{address}")
    expect(page.get_by_role("heading", name=title)).to_be_visible()

    assert accessible() == []


OVER = [
    pytest.param("Control+k", "What do you want to do?", id="command palette"),
    pytest.param("Control+k|from an example|Enter", "", id="examples"),
]


@pytest.mark.parametrize(("keys", "field"), OVER)
def test_what_opens_over_a_page_is_for_everybody(page: Page, accessible, keys: str, field: str) -> None:
    page.goto("/#/variables")
    expect(page.get_by_role("heading", name="Variables")).to_be_visible()
    for key in keys.split("|"):
        (page.keyboard.insert_text if " " in key else page.keyboard.press)(key)
    place = page.get_by_placeholder(field) if field else page.get_by_role("button", name="Answer a webhook")
    expect(place).to_be_visible()

    assert accessible() == []


def test_the_door_is_for_everybody(page: Page, accessible) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Token")).to_be_visible()

    assert accessible() == []


def test_the_editor_is_for_everybody(page: Page, opened, accessible, shoot) -> None:
    opened(answering("seen"))
    expect(page.get_by_text("Fields", exact=True)).to_be_visible()

    assert accessible() == []
    shoot("editor")


def test_the_node_panel_is_for_everybody(page: Page, opened, accessible, shoot) -> None:
    opened(answering("panel"))
    page.get_by_text("Fields", exact=True).dblclick()
    expect(page.get_by_role("dialog")).to_be_visible()

    assert accessible() == []
    shoot("panel")
