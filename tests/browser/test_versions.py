"""From draft to production and back: publishing, the list of versions, what differs, rolling back.

Flow: editor → versions API → **here**.
"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ops.bench.installation import Installation
from ops.bench.workflows import answering


def state(page: Page) -> Any:
    return page.locator(".publish-state")


def publish(page: Page, why: str = "") -> None:
    page.locator(".publish").get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why").fill(why)
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_have_count(0)


def more(page: Page, what: str) -> None:
    page.get_by_role("button", name="More about versions").click()
    page.get_by_role("menuitem", name=what).click()


def changed(server: Installation, workflow: str) -> dict[str, Any]:
    """Save a draft in which a value, a node and a place differ; give what is saved."""
    body = server.client.get(f"/api/v1/workflows/{workflow}")["workflow"]
    nodes = {node["name"]: node for node in body["nodes"]}
    nodes["Fields"]["parameters"]["assignments"]["assignments"][0]["value"] = "={{ 1 }}"
    body["nodes"] = [node for node in body["nodes"] if node["name"] != "Mark"]
    body["nodes"].append({"id": "e", "name": "End", "type": "noOp", "position": [660, 200], "parameters": {}})
    body["connections"]["Large"] = {"main": [[{"node": "End", "type": "main", "index": 0}]]}
    saved: dict[str, Any] = server.client.call("PUT", f"/api/v1/workflows/{workflow}", body)
    return saved


def test_a_draft_goes_live_when_it_is_published(page: Page, opened, accessible, server: Installation) -> None:
    name = opened(answering("live-once"))
    expect(state(page)).to_have_text("Not published")

    publish(page, "the first one")

    expect(state(page)).to_have_text("Published")
    page.get_by_text("Mark", exact=True).click()
    page.keyboard.press("d")
    expect(state(page)).to_have_text("Changes")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    expect(state(page)).to_have_text("Changes")
    found = server.client.get(f"/api/v1/workflows/{name}")
    assert found["publishedVersionId"] != found["versionId"]

    page.locator(".publish").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Against what runs now: 1 changed")).to_be_visible()
    assert accessible() == []
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(state(page)).to_have_text("Published")


def test_what_is_missing_stands_in_the_way_with_a_list(page: Page, opened, accessible, shoot) -> None:
    flow = answering("lacking")
    ask = {"authentication": "genericCredentialType", "genericAuthType": "httpBearerAuth", "url": "http://x.test"}
    for at, name in enumerate(("Stock", "Prices")):
        node = {"id": name, "name": name, "type": "httpRequest", "typeVersion": 4.2, "position": [at * 220, 200]}
        flow["nodes"].append(node | {"parameters": ask})
    opened(flow)

    page.locator(".publish").get_by_role("button", name="Publish").click()

    listed = page.get_by_role("region", name="Has to be mended first")
    expect(listed.get_by_role("button")).to_have_count(2)
    expect(page.get_by_role("dialog").get_by_role("button", name="Publish")).to_be_disabled()
    assert accessible() == []
    shoot("publish-obstacles")
    listed.get_by_role("button", name="Prices").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".card.selected")).to_have_attribute("data-node", "Prices")


def test_versions_are_compared_on_the_canvas_and_as_json(page: Page, opened, accessible, shoot, server) -> None:
    name = opened(answering("compared"), activate=True)
    changed(server, name)
    page.reload()
    expect(state(page)).to_have_text("Changes")

    more(page, "Compare with what is published")

    for node, mark in (("Fields", "changed"), ("Mark", "removed"), ("End", "added")):
        expect(page.locator(f'.card[data-node="{node}"] .card-mark')).to_have_text(mark)
    expect(page.locator(".wire-added")).to_have_count(1)
    expect(page.locator(".wire-removed")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="1 added, 1 removed, 1 changed, 2 connections")).to_be_visible()
    change = page.locator('[data-path="parameters.assignments.assignments[0].value"]')
    expect(change.locator("ins")).to_have_text("={{ 1 }}")
    assert accessible() == []
    shoot("compare")
    page.get_by_text("JSON", exact=True).click()
    expect(page.locator(".cm-changedLine").first).to_be_visible()
    assert accessible() == []
    shoot("compare-json")


def test_an_earlier_version_becomes_the_draft_and_undo_takes_it_back(page: Page, opened, server, accessible) -> None:
    name = opened(answering("restored"), activate=True)
    changed(server, name)
    page.reload()
    expect(page.locator('.card[data-node="End"]')).to_be_visible()

    more(page, "Versions")
    rows = page.get_by_role("complementary", name="Versions").get_by_role("listitem")
    expect(rows).to_have_count(2)
    assert accessible() == []
    rows.filter(has_text="Published").get_by_role("button").click()
    page.get_by_role("menuitem", name="Make it the draft").click()

    expect(page.locator('.card[data-node="Mark"]')).to_be_visible()
    expect(page.locator('.card[data-node="End"]')).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator('.card[data-node="End"]')).to_be_visible()


def test_rolling_back_publishes_the_earlier_one(page: Page, opened, server, shoot) -> None:
    name = opened(answering("rolled"), activate=True)
    first = server.client.get(f"/api/v1/workflows/{name}")["publishedVersionId"]
    changed(server, name)
    page.reload()
    publish(page, "with an end")
    more(page, "Versions")
    rows = page.get_by_role("complementary", name="Versions").get_by_role("listitem")
    expect(rows.filter(has_text="Published").filter(has_text="with an end")).to_be_visible()
    shoot("versions")

    page.locator(f'[data-version="{first}"]').get_by_role("button").click()
    page.get_by_role("menuitem", name="Roll back to it").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()

    expect(page.locator(f'[data-version="{first}"]')).to_contain_text("Published")
    expect(state(page)).to_have_text("Changes")
    assert server.client.get(f"/api/v1/workflows/{name}")["publishedVersionId"] == first


@pytest.mark.parametrize("sure", [True, False], ids=["yes", "no"])
def test_stopping_the_triggers_is_asked_about(page: Page, opened, server, accessible, sure: bool) -> None:
    name = opened(answering(f"stopped-{sure}"), activate=True)
    expect(state(page)).to_have_text("Published")

    more(page, "Stop its triggers")
    assert accessible() == []
    page.get_by_role("dialog").get_by_role("button", name="Stop" if sure else "Cancel").click()

    expect(state(page)).to_have_text("Not published" if sure else "Published")
    assert server.client.get(f"/api/v1/workflows/{name}")["active"] is not sure
