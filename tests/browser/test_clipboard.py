"""Copy, cut, paste and duplicate as JSON: ours, n8n's, and from one workflow into another.

Flow: keys → clipboard → canvas → **here**.
"""

import json

from playwright.sync_api import Page, expect

from tests.browser.drawing import card, edges, plain, saved

N8N = {
    "nodes": [
        {
            "parameters": {"path": "from-n8n"},
            "id": "6a",
            "name": "Webhook",
            "type": "n8n-nodes-base.webhook",
            "typeVersion": 2,
            "position": [10, 20],
        },
        {
            "parameters": {"maxItems": 2},
            "id": "6b",
            "name": "Limit",
            "type": "n8n-nodes-base.limit",
            "typeVersion": 1,
            "position": [230, 20],
        },
    ],
    "connections": {"Webhook": {"main": [[{"node": "Limit", "type": "main", "index": 0}]]}},
    "pinData": {},
    "meta": {"instanceId": "x"},
}


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_a_selection_is_copied_as_json_and_pasted_elsewhere(page: Page, opened, server) -> None:
    opened(plain("One", "Two"))
    page.locator(".canvas").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    assert [node["name"] for node in json.loads(clipboard(page))["nodes"]] == ["Start", "One", "Two"]
    name = opened(plain("One"))

    page.locator(".canvas").focus()
    page.keyboard.press("Control+v")

    expect(card(page, "Two")).to_be_visible()
    assert edges(saved(page, server, name)) == [("One1", "Two"), ("Start", "One"), ("Start1", "One1")]
    page.keyboard.press("Control+z")
    expect(card(page, "Two")).to_have_count(0)


def test_what_n8n_copies_becomes_our_nodes(page: Page, opened, server) -> None:
    name = opened({"name": "pasted", "nodes": [], "connections": {}})
    page.evaluate("text => navigator.clipboard.writeText(text)", json.dumps(N8N))

    page.locator(".canvas").focus()
    page.keyboard.press("Control+v")

    expect(card(page, "Webhook")).to_contain_text("Webhook")
    kept = saved(page, server, name)
    assert edges(kept) == [("Webhook", "Limit")]
    assert {node["name"]: node["parameters"] for node in kept["nodes"]}["Limit"] == {"maxItems": 2}


def test_cut_takes_away_and_paste_brings_back(page: Page, opened, server) -> None:
    name = opened(plain("One", "Two"))
    card(page, "Two").click()
    page.keyboard.press("Control+x")
    expect(card(page, "Two")).to_have_count(0)

    page.keyboard.press("Control+v")

    expect(card(page, "Two")).to_be_visible()
    assert edges(saved(page, server, name)) == [("Start", "One")]


def test_a_duplicate_has_a_name_of_its_own(page: Page, opened, server) -> None:
    name = opened(plain("One"))
    card(page, "One").click()

    page.keyboard.press("Control+d")

    expect(card(page, "One1")).to_have_class("card run-idle selected")
    assert [node["name"] for node in saved(page, server, name)["nodes"]] == ["Start", "One", "One1"]


def test_a_duplicated_group_is_a_group_again(page: Page, opened, server) -> None:
    flow = plain("One", "Two")
    flow["groups"] = [{"id": "g", "name": "Pair", "nodes": ["n1", "n2"]}]
    name = opened(flow)
    page.locator('[data-group="Pair"] .group-name').click()
    expect(page.locator(".card.selected")).to_have_count(2)

    page.keyboard.press("Control+d")

    expect(page.locator(".group")).to_have_count(2)
    kept = saved(page, server, name)
    ids = {node["name"]: node["id"] for node in kept["nodes"]}
    assert kept["groups"][1]["nodes"] == [ids["One1"], ids["Two1"]]


def test_text_that_is_no_workflow_is_left_alone(page: Page, opened) -> None:
    opened(plain("One"))
    page.evaluate("navigator.clipboard.writeText('{\"nodes\": 1}')")
    page.locator(".canvas").focus()

    page.keyboard.press("Control+v")

    expect(page.locator(".card")).to_have_count(2)
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
