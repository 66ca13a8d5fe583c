"""The dashboard: what it says about what ran, for all and for one workflow, and for everybody.

Flow: webhooks → history → dashboard → **here**.
"""

import pytest
from playwright.sync_api import Page, expect

from ops.bench.installation import Installation, call
from ops.bench.workflows import BODY
from tests.browser.past import FAILURE, lived


@pytest.fixture(scope="module")
def past(server: Installation) -> tuple[str, str]:
    return lived(server, "dashboards")


def test_it_says_what_ran_and_what_failed(page: Page, past, accessible, shoot) -> None:
    page.goto(f"/#/dashboards?workflow={past[1]}")

    expect(page.locator(".tile", has_text="Executions")).to_contain_text("3")
    expect(page.locator(".tile", has_text="Failed")).to_contain_text("3")
    expect(page.get_by_role("img", name="succeeded: last")).to_be_visible()
    nodes = page.get_by_role("region", name="Nodes")
    expect(nodes.get_by_role("row", name="Stock")).to_contain_text(FAILURE)
    assert accessible() == []


def test_all_workflows_are_ranked_and_lead_to_their_own(page: Page, past, accessible, shoot) -> None:
    page.goto("/#/dashboards")
    workflows = page.get_by_role("region", name="Workflows")
    expect(workflows.get_by_role("link", name="dashboards: bench: answering")).to_be_visible()
    assert accessible() == []
    shoot("dashboard")

    workflows.get_by_role("link", name="dashboards: bench: answering").click()

    expect(page.locator(".tile", has_text="Executions")).to_contain_text("6")
    expect(page.get_by_role("region", name="Workflows")).to_have_count(0)


def test_it_is_live(page: Page, server: Installation) -> None:
    answering_one, _ = lived(server, "live-figures", good=1, bad=1)
    page.goto(f"/#/dashboards?workflow={answering_one}")
    executions = page.locator(".tile", has_text="Executions").locator(".tile-value")
    expect(executions).to_have_text("1")

    call(f"{server.address}/w/live-figures", BODY)

    expect(executions).to_have_text("2")


def test_failing_nodes_come_first_when_asked(page: Page, past) -> None:
    page.goto("/#/dashboards")
    nodes = page.get_by_role("region", name="Nodes")
    nodes.get_by_text("Failing", exact=True).click()

    expect(nodes.locator("tbody tr").first).to_contain_text("Stock")
