"""The live tail: what production does, on the canvas as it happens, with exact counts; it leads to executions.

Flow: webhooks → engine → live channel → canvas → **here**.
"""

from playwright.sync_api import Page, expect

from ops.bench.installation import Installation, call
from ops.bench.workflows import BODY, answering
from tests.browser.past import failing

TIMES = 12


def test_production_shows_on_the_canvas(page: Page, opened, server: Installation, accessible, shoot) -> None:
    opened(answering("live-tail"), activate=True)
    page.get_by_role("button", name="Live", exact=True).click()
    live = page.get_by_role("region", name="Live")
    expect(live).to_be_visible()
    page.wait_for_timeout(300)  # counts begin once the channel is open

    for _ in range(TIMES):
        call(f"{server.address}/w/live-tail", BODY)

    expect(live).to_contain_text(f"{TIMES} succeeded, 0 failed")
    expect(page.locator(".live-count")).to_have_count(4)
    expect(page.locator(".live-count").first).to_contain_text(f"{TIMES} runs")
    assert accessible() == []
    shoot("live")
    live.get_by_role("list").get_by_role("link").first.click()
    expect(page.get_by_role("link", name="Open the workflow")).to_be_visible()


def test_it_is_paused_and_narrowed(page: Page, opened, server: Installation) -> None:
    opened(failing("live-bad"), activate=True)
    page.get_by_role("button", name="Live", exact=True).click()
    live = page.get_by_role("region", name="Live")
    page.wait_for_timeout(300)
    call(f"{server.address}/w/live-bad", BODY)
    links = live.get_by_role("list").get_by_role("link")
    expect(links).to_have_count(1)

    live.get_by_role("button", name="Pause").click()
    call(f"{server.address}/w/live-bad", BODY)

    expect(live).to_contain_text("2 failed")
    expect(links).to_have_count(1)
    live.get_by_label("Filter what is live").fill("no such thing")
    expect(links).to_have_count(0)
