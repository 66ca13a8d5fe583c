"""The settings of a workflow: all of them in one place, as their JSON Schema says.

Flow: person → workflow settings → draft → **here**.
"""

from typing import Any

from playwright.sync_api import Page, expect

from ops.bench.installation import Installation
from ops.bench.workflows import chain


def started(name: str) -> dict[str, Any]:
    return chain(name, [("Start", "manualTrigger", 1, {}), ("Fields", "set", 3.4, {"options": {}})])


def test_settings_are_set_and_kept(page: Page, opened, server: Installation, accessible, shoot) -> None:
    other = server.add(started("told of failures"), activate=False)
    workflow = opened(started("settings"))
    page.get_by_role("button", name="Workflow settings").click()
    dialog = page.get_by_role("dialog", name="Workflow settings")

    dialog.get_by_role("combobox", name="Execution order").click()
    page.get_by_role("option", name="One branch after the other").click()
    dialog.get_by_role("combobox", name="Time zone").fill("Zurich")
    page.get_by_role("option", name="Europe/Zurich").click()
    dialog.get_by_role("combobox", name="Error workflow").fill("told of")
    page.get_by_role("option", name="told of failures").click()
    dialog.get_by_role("combobox", name="Who may call it").click()
    page.get_by_role("option", name="Chosen workflows").click()
    dialog.get_by_label("Workflows that may call it").fill(other)
    dialog.get_by_label("Time limit in seconds").fill("90")
    dialog.get_by_label("Tenant").fill("acme")
    assert accessible() == []
    shoot("workflow-settings")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Saved", exact=True)).to_be_visible()

    settings = server.client.get(f"/api/v1/workflows/{workflow}")["workflow"]["settings"]
    assert settings == {
        "executionOrder": "v1",
        "timezone": "Europe/Zurich",
        "errorWorkflow": other,
        "callerPolicy": "workflowsFromAList",
        "callerIds": other,
        "executionTimeout": 90,
        "tenant": "acme",
    }


def test_sharing_is_set_and_what_lacks_a_key_is_not_kept(page: Page, opened, server: Installation) -> None:
    workflow = opened(started("sharing"))
    page.locator(".canvas").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("workflow settings")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Workflow settings")

    dialog.get_by_role("combobox", name="Priority").click()
    page.get_by_role("option", name="Bulk").click()
    dialog.get_by_role("button", name="Set Concurrency").click()
    dialog.get_by_label("Executions at a time").fill("7")
    dialog.get_by_label("For each value of").fill("={{ $json.body.customer }}")
    dialog.get_by_role("button", name="Set Order").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("button", name="Saved", exact=True)).to_be_visible()

    settings = server.client.get(f"/api/v1/workflows/{workflow}")["workflow"]["settings"]
    assert settings["millrace"] == {
        "priority": "bulk",
        "concurrency": {"limit": 7, "key": "={{ $json.body.customer }}"},
    }
