"""Two people on one workflow: what one draws the other sees, each takes back only their own, and both save one draft.

Flow: page ⇄ gateway ⇄ page → **here**.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.bench.installation import TOKEN, Installation
from ops.bench.workflows import answering
from tests.browser.conftest import SIZE, WAIT_MS


@pytest.fixture
def other(browser: Browser, server: Installation) -> Iterator[Page]:
    """A page of somebody else."""
    context = browser.new_context(viewport=SIZE, base_url=server.address, reduced_motion="reduce")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.add_init_script(f"sessionStorage.setItem('millrace.token', {TOKEN!r})")
    yield page
    context.close()


@pytest.fixture
def both(page: Page, other: Page, opened) -> str:
    """Two people who have the same workflow open and know of each other."""
    name = opened(answering("both"))
    other.goto(f"/#/workflows/{name}")
    for each in (page, other):
        expect(each.get_by_role("group", name="Also here").get_by_role("button")).to_have_count(1)
    return str(name)


def add(page: Page, kind: str) -> None:
    page.locator(".canvas").focus()
    page.keyboard.press("Tab")
    page.keyboard.type(kind)
    page.keyboard.press("Enter")


def test_what_one_draws_the_other_sees(page: Page, other: Page, both, accessible) -> None:
    add(page, "limit")
    expect(other.locator(".react-flow__node", has_text="Limit")).to_be_visible()
    assert accessible() == []

    add(other, "sort")
    expect(page.locator(".react-flow__node", has_text="Sort")).to_be_visible()


def test_each_takes_back_only_their_own(page: Page, other: Page, both) -> None:
    add(page, "limit")
    expect(other.locator(".react-flow__node", has_text="Limit")).to_be_visible()
    add(other, "sort")
    expect(page.locator(".react-flow__node", has_text="Sort")).to_be_visible()

    page.get_by_role("button", name="Undo").click()

    for each in (page, other):
        expect(each.locator(".react-flow__node", has_text="Limit")).to_have_count(0)
        expect(each.locator(".react-flow__node", has_text="Sort")).to_be_visible()


def test_what_one_saves_is_saved_for_both(page: Page, other: Page, both, server: Installation) -> None:
    add(page, "limit")
    expect(other.get_by_role("button", name="Save")).to_be_enabled()

    page.keyboard.press("Control+s")

    for each in (page, other):
        expect(each.get_by_role("button", name="Save")).to_be_disabled()
    saved = server.client.get(f"/api/v1/workflows/{both}")["workflow"]
    assert "Limit" in [node["name"] for node in saved["nodes"]]


def test_who_loses_the_connection_draws_on(page: Page, other: Page, both) -> None:
    page.context.set_offline(True)
    other.context.set_offline(True)
    add(page, "limit")
    add(other, "sort")

    page.context.set_offline(False)
    other.context.set_offline(False)

    for each in (page, other):
        expect(each.locator(".react-flow__node", has_text="Limit")).to_be_visible()
        expect(each.locator(".react-flow__node", has_text="Sort")).to_be_visible()


def test_the_pointer_of_the_other_is_seen(page: Page, other: Page, both, shoot) -> None:
    page.mouse.move(700, 400)

    expect(other.locator(".their-pointer")).to_be_visible()
    other.get_by_role("button", name="Follow").click()
    expect(other.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "true")
    other.mouse.move(500, 350)
    expect(page.locator(".their-pointer")).to_be_visible()
    shoot("together")
