"""Running from the editor: whole, to a node, from a node, one alone; what still holds is taken over.

Flow: person → canvas, node panel → `POST /executions`, `WS /live` → **here**.
"""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ops.bench.installation import Installation, call
from ops.bench.workflows import BODY, answering, chain


def counting(name: str) -> dict[str, Any]:
    """Make a workflow of three nodes after its start; each draws a number: one that ran again shows."""
    code = {"mode": "runOnceForAllItems", "jsCode": "return [{json: {drawn: Math.random()}}]"}
    return chain(
        name,
        [
            ("Start", "manualTrigger", 1, {}),
            ("One", "code", 2, code),
            ("Two", "code", 2, code),
            ("Three", "code", 2, code),
        ],
    )


def card(page: Page, name: str) -> Locator:
    """The card of a node."""
    return page.locator(f'[data-node="{name}"]')


def ran(page: Page, *names: str) -> None:
    """Wait until these nodes and no others show that they ran."""
    for name in names:
        expect(card(page, name)).to_have_attribute("data-status", "success")
    expect(page.locator('.card[data-status="success"]')).to_have_count(len(names))


def drawn(server: Installation, workflow: str) -> list[dict[str, float]]:
    """Give what every node drew, by execution, the newest first."""
    server.settled(workflow, 1)
    rows = server.client.get(f"/api/v1/executions?workflow={workflow}")["data"]
    found = []
    for row in rows:
        runs = server.client.get(f"/api/v1/executions/{row['id']}")["nodeRuns"]
        found.append({run["node"]: run["outputs"][0][0]["json"].get("drawn") for run in runs})
    return found


def run_to(page: Page, name: str) -> None:
    """Run to a node by the button on its card."""
    card(page, name).hover()
    page.get_by_role("button", name=f"Run to {name}").click()


def test_to_a_node_and_on_with_what_is_known(page: Page, opened, server: Installation) -> None:
    workflow = opened(counting("to-here"))

    run_to(page, "Two")
    ran(page, "Start", "One", "Two")
    server.settled(workflow, 1)
    run_to(page, "Three")
    ran(page, "Start", "One", "Two", "Three")
    server.settled(workflow, 2)

    second, first = drawn(server, workflow)
    assert (second["One"], second["Two"]) == (first["One"], first["Two"])


def test_what_changed_is_marked_and_runs_again(page: Page, opened, server: Installation) -> None:
    workflow = opened(counting("dirty"))
    page.get_by_role("button", name="Run", exact=True).click()
    ran(page, "Start", "One", "Two", "Three")

    page.get_by_text("Two", exact=True).dblclick()
    page.get_by_role("tab", name="Reliability").click()
    page.get_by_role("switch", name="Always give an item").click()
    page.get_by_role("button", name="Close", exact=True).click()

    expect(page.locator(".card-stale")).to_have_count(2)
    expect(card(page, "Two").locator(".card-stale")).to_be_visible()
    expect(card(page, "Three").locator(".card-stale")).to_be_visible()
    run_to(page, "Three")
    expect(page.locator(".card-stale")).to_have_count(0)
    ran(page, "Start", "One", "Two", "Three")
    server.settled(workflow, 2)
    second, first = drawn(server, workflow)
    assert second["One"] == first["One"]
    assert second["Two"] != first["Two"]


MENU = [
    pytest.param("Run this node alone", {"One": True, "Two": False}, id="one alone"),
    pytest.param("Run from here", {"One": True, "Two": False, "Three": False}, id="from here"),
    pytest.param("Run the workflow", {"One": False, "Two": False, "Three": False}, id="everything"),
]


@pytest.mark.parametrize(("choice", "same"), MENU)
def test_the_panel_runs_a_part(page: Page, opened, server: Installation, choice: str, same: dict[str, bool]) -> None:
    workflow = opened(counting(choice))
    page.get_by_role("button", name="Run", exact=True).click()
    ran(page, "Start", "One", "Two", "Three")
    server.settled(workflow, 1)

    page.get_by_text("Two", exact=True).dblclick()
    page.get_by_role("button", name="More ways to run").click()
    page.get_by_role("menuitem", name=choice).click()
    page.get_by_role("button", name="Close", exact=True).click()

    server.settled(workflow, 2)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    second, first = drawn(server, workflow)
    assert {name: second[name] == first[name] for name in second if name != "Start"} == same


def test_a_node_at_work_shows_and_counts_follow(page: Page, opened, accessible, shoot) -> None:
    slow = {"resume": "timeInterval", "amount": 2, "unit": "seconds"}
    flow = chain("live-run", [("Start", "manualTrigger", 1, {}), ("Wait", "wait", 1.1, slow), ("End", "noOp", 1, {})])
    opened(flow)

    page.get_by_role("button", name="Run", exact=True).click()

    expect(card(page, "Wait").locator(".card-working")).to_be_visible()
    expect(page.locator('[data-wire="Start→Wait"]')).to_have_text("1")
    expect(card(page, "End")).to_have_attribute("data-status", "")
    assert accessible() == []
    shoot("running")
    ran(page, "Start", "Wait", "End")
    expect(page.locator(".card-working")).to_have_count(0)
    expect(page.locator('[data-wire="Wait→End"]')).to_have_text("1")


def test_a_run_is_watched_without_asking_again_and_again(page: Page, opened) -> None:
    asked: list[str] = []
    page.on("request", lambda request: "/executions/" in request.url and asked.append(request.url))
    opened(counting("watched"))

    page.get_by_role("button", name="Run", exact=True).click()
    ran(page, "Start", "One", "Two", "Three")

    assert len(asked) <= 1


def test_pinned_data_stands_for_a_node(page: Page, opened, server: Installation, accessible, shoot) -> None:
    workflow = opened(counting("pins"))
    page.get_by_role("button", name="Run", exact=True).click()
    ran(page, "Start", "One", "Two", "Three")
    page.get_by_text("One", exact=True).dblclick()
    output = page.get_by_role("dialog").get_by_role("region", name="Output")

    output.get_by_role("button", name="Data of your own").click()
    page.get_by_role("menuitem", name="Edit the data").click()
    editor = page.get_by_role("dialog", name="Data of One")
    editor.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('[{"drawn": 41}]')
    assert accessible() == []
    editor.get_by_role("button", name="Pin").click()

    expect(output).to_contain_text("pinned")
    expect(output).to_contain_text("41")
    assert accessible() == []
    shoot("pinned")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(card(page, "One").locator(".card-pin")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    ran(page, "Start", "One", "Two", "Three")
    server.settled(workflow, 2)
    assert drawn(server, workflow)[0]["One"] == 41

    page.get_by_text("One", exact=True).dblclick()
    output.get_by_role("button", name="Unpin").click()
    expect(output.get_by_role("button", name="Pin this data")).to_be_enabled()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(".card-pin")).to_have_count(0)


def test_data_is_made_up_with_known_fields(page: Page, opened) -> None:
    opened(counting("made-up"))
    page.get_by_role("button", name="Run", exact=True).click()
    ran(page, "Start", "One", "Two", "Three")
    page.get_by_text("One", exact=True).dblclick()
    output = page.get_by_role("dialog").get_by_role("region", name="Output")

    output.get_by_role("button", name="Data of your own").click()
    page.get_by_role("menuitem", name="Make up data").click()
    page.get_by_role("dialog", name="Data of One").get_by_role("button", name="Pin").click()

    expect(output).to_contain_text("3 items")
    expect(output).to_contain_text("drawn")


def test_production_ignores_pins_and_gives_data_without_secrets(page: Page, opened, server: Installation) -> None:
    flow = answering("captured")
    flow["pinData"] = {"Fields": [{"json": {"total": 1, "name": "PINNED", "qty": 1}}]}
    workflow = opened(flow, activate=True)
    answer = call(f"{server.address}/w/captured?password=hush", {**BODY, "email": "ada@lovelace.org", "token": "hush"})
    assert answer["name"] == "WIDGET"
    server.settled(workflow, 1)

    card(page, "Webhook").dblclick()
    output = page.get_by_role("dialog").get_by_role("region", name="Output")
    output.get_by_role("button", name="Data of your own").click()
    page.get_by_role("menuitem", name="Take it from an execution").click()
    page.get_by_role("dialog", name="Executions in which").get_by_role("button", name="webhook").click()
    editor = page.get_by_role("dialog", name="Data of Webhook")
    expect(editor).to_contain_text("somebody@example.com")
    editor.get_by_role("button", name="Pin").click()

    expect(output).to_contain_text("pinned")
    assert "hush" not in page.content()
