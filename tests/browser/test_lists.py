"""The lists: workflows by tag and by what stands in them, executions by what they did.

Flow: catalog, history → lists → **here**.
"""

import pytest
from playwright.sync_api import Page, expect

from ops.bench.installation import Installation
from ops.bench.workflows import answering, chain
from tests.browser.past import lived


@pytest.fixture(scope="module")
def past(server: Installation) -> tuple[str, str]:
    return lived(server, "lists", good=2, bad=2)


def test_a_workflow_gets_a_tag_and_is_found_by_it(page: Page, server: Installation, accessible, shoot) -> None:
    server.add(answering("tagged") | {"name": "Tagged one"}, activate=False)
    page.goto("/#/workflows")
    page.get_by_role("button", name="More about Tagged one").click()
    page.get_by_role("menuitem", name="Tags").click()
    page.get_by_role("combobox", name="Tags").fill("billing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_have_count(0)
    assert accessible() == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Tagged one").get_by_text("billing")).to_be_visible()

    page.get_by_role("combobox", name="Tag", exact=True).click()
    page.get_by_role("option", name="billing (1)").click()

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="Tagged one")).to_be_visible()
    shoot("workflows-by-tag")


def test_search_says_where_something_is_used(page: Page, server: Installation, accessible) -> None:
    code = {"mode": "runOnceForAllItems", "jsCode": "return callTheFrobnicator(items)"}
    name = server.add(chain("Frob", [("Start", "manualTrigger", 1, {}), ("Work", "code", 2, code)]), activate=False)
    page.goto("/#/workflows")

    page.get_by_role("searchbox", name="Search workflows").fill("callthefrob")

    use = page.get_by_role("region", name="Used in").get_by_role("link", name="Work › jsCode")
    expect(use).to_be_visible()
    assert accessible() == []
    use.click()
    expect(page).to_have_url(f"{server.address}/#/workflows/{name}?node=Work")
    expect(page.locator(".card.selected")).to_have_attribute("data-node", "Work")


FILTERS = [
    pytest.param(lambda page: page.get_by_label("Ran node").fill("Stock"), 2, id="node"),
    pytest.param(lambda page: page.get_by_label("Search executions").fill("WAREHOUSE does"), 2, id="text in an error"),
    pytest.param(lambda page: page.get_by_label("Search executions").fill("no such words"), 0, id="nothing"),
]


@pytest.mark.parametrize(("narrow", "expected"), FILTERS)
def test_executions_are_narrowed(page: Page, past, accessible, narrow, expected: int) -> None:
    page.goto(f"/#/executions?workflow={past[1]}")
    expect(page.locator("tbody tr")).to_have_count(2)

    narrow(page)

    expect(page.locator("tbody tr")).to_have_count(expected)
    assert accessible() == []
