"""The settings of a node: credentials made and tried where they are used, retries, flow control, figures, documents.

Flow: person → node panel → draft, vault, statistics → **here**.
"""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from ops.bench.installation import Installation, call
from ops.bench.workflows import BODY, answering, chain


def asking(name: str, **parameters: Any) -> dict[str, Any]:
    """Make a workflow that asks an address."""
    request = {"url": "http://127.0.0.1:9/", "options": {}, **parameters}
    return chain(name, [("Start", "manualTrigger", 1, {}), ("Ask", "httpRequest", 4.2, request)])


def panel_of(page: Page, name: str) -> Locator:
    """Open a node."""
    page.locator(f'[data-node="{name}"]').dblclick()
    return page.get_by_role("dialog", name=name)


def saved(page: Page, server: Installation, workflow: str) -> dict[str, Any]:
    """Save the draft; give it."""
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Saved", exact=True)).to_be_visible()
    found: dict[str, Any] = server.client.get(f"/api/v1/workflows/{workflow}")["workflow"]
    return found


def test_a_credential_is_made_in_the_node_and_named_by_it(
    page: Page, opened, server: Installation, accessible, shoot
) -> None:
    workflow = opened(asking("credential-inside"))
    panel = panel_of(page, "Ask")

    panel.get_by_role("combobox", name="Requests are signed with").click()
    page.get_by_role("option", name="Basic Auth", exact=True).click()
    panel.get_by_role("combobox", name="Basic Auth", exact=True).click()
    page.get_by_role("option", name="New Basic Auth").click()
    dialog = page.get_by_role("dialog", name="Basic Auth")
    dialog.get_by_label("Name", exact=True).fill("The shop")
    dialog.get_by_label("User").fill("ada")
    dialog.locator("input[type=password]").fill("hush-hush")
    dialog.get_by_role("button", name="Save").click()

    expect(panel.get_by_role("combobox", name="Basic Auth", exact=True)).to_have_value("The shop")
    assert accessible() == []
    shoot("credentials-in-a-node")
    node = saved(page, server, workflow)["nodes"][1]
    assert node["credentials"]["httpBasicAuth"]["name"] == "The shop"
    assert (node["parameters"]["authentication"], node["parameters"]["genericAuthType"]) == (
        "genericCredentialType",
        "httpBasicAuth",
    )
    kept = server.client.get(f"/api/v1/credentials/{node['credentials']['httpBasicAuth']['id']}")
    server.client.call("DELETE", f"/api/v1/credentials/{kept['id']}?force=true")


def test_a_missing_credential_is_named(page: Page, opened) -> None:
    signed = {"authentication": "genericCredentialType", "genericAuthType": "httpHeaderAuth"}
    flow = asking("credential-missing", **signed)
    flow["nodes"][1]["credentials"] = {"httpHeaderAuth": {"id": "gone", "name": "The old one"}}
    opened(flow)

    panel = panel_of(page, "Ask")

    expect(panel.get_by_text("There is no credential “The old one” here")).to_be_visible()


def test_a_credential_is_tried_in_the_node(page: Page, opened, server: Installation) -> None:
    smtp = {"user": "u", "password": "p", "host": "127.0.0.1", "port": 9, "secure": False}
    made = server.client.call("POST", "/api/v1/credentials", {"name": "Post", "type": "smtp", "data": smtp})
    mail = {"fromEmail": "a@example.com", "toEmail": "b@example.com", "subject": "s", "options": {}}
    flow = chain("credential-tried", [("Start", "manualTrigger", 1, {}), ("Mail", "emailSend", 2.1, mail)])
    flow["nodes"][1]["credentials"] = {"smtp": {"id": made["id"], "name": "Post"}}
    opened(flow)

    panel = panel_of(page, "Mail")

    expect(panel.locator(".credential input").first).to_have_value("Post")
    if panel.get_by_role("button", name="Test Post").count():
        panel.get_by_role("button", name="Test Post").click()
        expect(panel.locator(".credential").get_by_role("status")).to_be_visible()
    server.client.call("DELETE", f"/api/v1/credentials/{made['id']}?force=true")


def test_reliability_is_set_and_kept(page: Page, opened, server: Installation, accessible) -> None:
    workflow = opened(asking("reliable"))
    panel = panel_of(page, "Ask")
    panel.get_by_role("tab", name="Reliability").click()

    panel.get_by_role("combobox", name="Try again").click()
    page.get_by_role("option", name="After waits that grow").click()
    panel.get_by_label("Attempts").fill("7")
    panel.get_by_label("First wait (ms)").fill("250")
    panel.get_by_label("Time limit of one attempt (s)").fill("3")
    panel.get_by_role("combobox", name="When it fails").click()
    page.get_by_role("option", name="Send the item to an error output").click()
    assert accessible() == []

    node = saved(page, server, workflow)["nodes"][1]
    assert (node["retry"]["maxTries"], node["retry"]["backoff"], node["retry"]["delay"]) == (7, "exponential", 250)
    assert (node["timeout"], node["onError"]) == (3, "continueErrorOutput")


def test_how_often_a_node_asks_is_set_and_kept(page: Page, opened, server: Installation, accessible, shoot) -> None:
    workflow = opened(asking("flowing"))
    panel = panel_of(page, "Ask")
    panel.get_by_role("tab", name="Flow control").click()

    panel.get_by_role("button", name="Set Rate").click()
    panel.get_by_label("Runs", exact=True).fill("20")
    panel.get_by_label("In so many seconds").fill("60")
    panel.get_by_role("combobox", name="Counted for").click()
    page.get_by_role("option", name="All that use its credential").click()
    panel.get_by_role("button", name="Set Concurrency").click()
    panel.get_by_label("Runs at a time").fill("2")
    assert accessible() == []
    shoot("flow-control")

    node = saved(page, server, workflow)["nodes"][1]
    assert node["millrace"] == {
        "rate": {"limit": 20, "per": 60, "scope": "credential"},
        "concurrency": {"limit": 2},
    }


def test_what_lacks_something_is_not_kept(page: Page, opened, server: Installation) -> None:
    workflow = opened(asking("lacking"))
    panel = panel_of(page, "Ask")
    panel.get_by_role("tab", name="Flow control").click()
    panel.get_by_role("button", name="Set Rate").click()
    panel.get_by_role("button", name="Set Concurrency").click()
    panel.get_by_label("Runs", exact=True).fill("")
    panel.get_by_role("button", name="Remove Concurrency").click()
    panel.get_by_role("button", name="Workflow settings").click()
    expect(page.get_by_role("dialog", name="Workflow settings").get_by_label("Tenant")).to_be_visible()
    page.keyboard.press("Escape")
    panel.get_by_role("tab", name="Reliability").click()
    panel.get_by_label("Time limit of one attempt (s)").fill("3")

    node = saved(page, server, workflow)["nodes"][1]
    assert node["timeout"] == 3
    assert "millrace" not in node or node["millrace"] is None


def test_figures_and_documents_of_a_node(page: Page, opened, server: Installation, accessible, shoot) -> None:
    workflow = opened(answering("figures"), activate=True)
    for _ in range(5):
        call(f"{server.address}/w/figures", BODY)
    server.settled(workflow, 5)
    panel = panel_of(page, "Fields")

    panel.get_by_role("tab", name="Metrics").click()
    expect(panel.locator(".figures div").first).to_have_text("Runs5")
    assert accessible() == []
    shoot("metrics")
    panel.get_by_role("tab", name="Docs").click()
    expect(panel.get_by_text("set · version")).to_be_visible()
