"""What went wrong, and what to do about it: cause, attempts and input; debug, go on with other data, replay.

Flow: webhook → failed execution → its page, the draft → `/api/v1/executions` → **here**.
"""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ops.bench.installation import Installation, call
from ops.bench.workflows import chain

CODE = (
    "const n = $input.first().json.body.qty; if (n < 1) throw new Error(`no such amount: ${n}`); return [{json: {n}}]"
)


def strict(path: str) -> dict[str, Any]:
    """Make a workflow whose second node refuses small amounts, after three attempts."""
    hook = {"path": path, "httpMethod": "POST", "responseMode": "onReceived", "options": {}}
    code = {"mode": "runOnceForAllItems", "jsCode": CODE}
    flow = chain(path, [("Hook", "webhook", 2, hook), ("Check", "code", 2, code), ("End", "noOp", 1, {})])
    flow["nodes"][1] |= {"retryOnFail": True, "maxTries": 3, "waitBetweenTries": 20}
    return flow


@pytest.fixture
def failed(page: Page, server: Installation, request: pytest.FixtureRequest) -> str:
    """An execution that failed, opened on its page; gives the workflow's id."""
    path = request.node.name.replace("_", "-")
    workflow = server.add(strict(path))
    call(f"{server.address}/w/{path}", {"qty": 0})
    found: list[dict[str, Any]] = []
    while not found:  # the test's own time limit ends a wait in vain
        found = server.client.get(f"/api/v1/executions?workflow={workflow}&status=error")["data"]
    (row,) = found
    page.goto(f"/#/workflows/{workflow}/executions/{row['id']}")
    expect(card(page, "Check")).to_have_attribute("data-status", "error")
    return workflow


def card(page: Page, name: str) -> Locator:
    """The card of a node."""
    return page.locator(f'[data-node="{name}"]')


def test_the_cause_the_attempts_and_the_input_are_shown(page: Page, failed: str, accessible, shoot) -> None:
    card(page, "Check").dblclick()
    panel = page.get_by_role("dialog", name="Check")

    why = panel.get_by_role("region", name="Why it failed")
    expect(why.get_by_role("alert")).to_contain_text("no such amount: 0")
    expect(why.get_by_role("list", name="Attempts").get_by_role("listitem")).to_have_count(3)
    expect(panel.get_by_role("region", name="Input")).to_contain_text('"qty":0')
    assert accessible() == []
    shoot("failure")


def test_it_is_fixed_in_the_draft_and_goes_on(page: Page, failed: str, server: Installation) -> None:
    card(page, "Check").dblclick()
    page.get_by_role("button", name="Fix & replay").click()

    panel = page.get_by_role("dialog", name="Check")
    expect(panel.get_by_role("alert")).to_contain_text("no such amount: 0")
    panel.locator('[data-field="jsCode"] textarea, [data-field="jsCode"] .cm-content').fill("return [{json: {n: 7}}]")
    panel.get_by_role("button", name="Fixed: go on from here").click()

    expect(panel.get_by_role("region", name="Output")).to_contain_text("7")
    expect(panel.get_by_role("alert")).to_have_count(0)
    panel.get_by_role("button", name="Close", exact=True).click()
    expect(card(page, "End")).to_have_attribute("data-status", "success")
    expect(card(page, "Hook").locator(".card-pin")).to_be_visible()


def test_debugging_brings_its_data_into_the_draft(page: Page, failed: str) -> None:
    page.get_by_role("button", name="Debug this").click()

    panel = page.get_by_role("dialog", name="Check")
    expect(panel.get_by_role("region", name="Input")).to_contain_text("pinned")
    expect(panel.get_by_role("region", name="Input")).to_contain_text('"qty":0')
    panel.get_by_role("button", name="Close", exact=True).click()
    expect(card(page, "Check")).to_have_attribute("data-status", "error")
    expect(page.locator(".card-stale")).to_have_count(0)


def test_it_goes_on_with_other_data(page: Page, failed: str, server: Installation, accessible) -> None:
    before = page.url
    page.get_by_role("button", name="Again").click()
    page.get_by_role("menuitem", name="Go on from a node").click()
    dialog = page.get_by_role("dialog", name="Go on from here")
    expect(dialog.get_by_role("status")).to_have_text("1 item")
    assert accessible() == []

    dialog.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('[{"body": {"qty": 5}}]')
    dialog.get_by_role("button", name="Go on").click()

    expect(page).not_to_have_url(before)
    expect(card(page, "End")).to_have_attribute("data-status", "success")
    card(page, "Check").dblclick()
    expect(page.get_by_role("dialog").get_by_role("region", name="Output")).to_contain_text("5")


def test_a_replay_is_compared(page: Page, failed: str) -> None:
    page.get_by_role("button", name="Again").click()
    page.get_by_role("menuitem", name="Replay it").click()

    expect(page.get_by_role("dialog", name="Replayed").get_by_role("status")).to_contain_text("compared: the same")
