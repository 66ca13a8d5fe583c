"""The switch in the list of workflows: it asks what publishing asks where something was never published.

Flow: list → versions API → dialog → **here**.
"""

from playwright.sync_api import Page, expect

from ops.bench.installation import Installation
from ops.bench.workflows import answering


def test_what_was_never_published_is_shown_before_it_goes_live(page: Page, server: Installation, accessible) -> None:
    body = answering("switched")
    name = server.add(body | {"name": "Switched on"}, activate=False)
    page.goto("/#/workflows")
    switch = page.get_by_role("switch", name="Switched on is active")

    switch.click(force=True)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nothing is published yet")).to_be_visible()
    assert accessible() == []
    dialog.get_by_role("button", name="Cancel").click()
    expect(switch).not_to_be_checked()
    assert not server.client.get(f"/api/v1/workflows/{name}")["active"]

    switch.click(force=True)
    dialog.get_by_label("Why").fill("from the list")
    dialog.get_by_role("button", name="Publish").click()
    expect(switch).to_be_checked()
    versions = server.client.get(f"/api/v1/workflows/{name}/versions")["data"]
    assert [version["message"] for version in versions] == ["from the list"]

    switch.click(force=True)
    expect(switch).not_to_be_checked()
    switch.click(force=True)
    expect(switch).to_be_checked()
    expect(dialog).to_have_count(0)


def test_changes_since_the_last_publication_are_told(page: Page, server: Installation) -> None:
    name = server.add(answering("switched-again") | {"name": "Changed since"})
    saved = server.client.get(f"/api/v1/workflows/{name}")["workflow"]
    saved["nodes"][0]["position"] = [saved["nodes"][0]["position"][0] - 40, 0]
    saved["nodes"].append({"id": "end", "name": "End", "type": "noOp", "position": [900, 300], "parameters": {}})
    server.client.call("PUT", f"/api/v1/workflows/{name}", saved)
    server.client.call("POST", f"/api/v1/workflows/{name}/deactivate")
    page.goto("/#/workflows")

    page.get_by_role("switch", name="Changed since is active").click(force=True)

    expect(page.get_by_role("dialog").get_by_text("Against what was published last: 1 added")).to_be_visible()
