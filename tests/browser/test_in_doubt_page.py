"""Effects in doubt in the web app: listed, looked at, settled as done or as not done.

Flow: a Millrace that died around calls → in doubt → page → **here**.
"""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from ops.bench.installation import Installation
from tests.ops.ledgers import Ledger, listening
from tests.ops.test_in_doubt import calling, in_doubt, killed_by

DEATHS = 2


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """What is called."""
    with listening() as found:
        yield found


@pytest.fixture(scope="module")
def doubting(server: Installation, ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A Millrace of its own that died before each of two calls."""
    folder = tmp_path_factory.mktemp("doubts") / "data"
    settings = {"MILLRACE_HTTP_ALLOW": "127.0.0.1", "MILLRACE_FAILPOINT": "effect.started:1:kill"}
    with Installation(folder, **settings) as millrace:
        workflow = millrace.add(calling(ledger))
        for number in range(DEATHS):
            killed_by(millrace, number)
            millrace.environment["MILLRACE_FAILPOINT"] = "effect.started:1:kill" if number + 1 < DEATHS else ""
            millrace.start()
        in_doubt(millrace, workflow, DEATHS)
        yield millrace


def test_one_is_settled_as_done_and_one_as_not_done(page: Page, doubting, ledger: Ledger, accessible, shoot) -> None:
    page.goto(f"{doubting.address}/#/inDoubt")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(DEATHS)
    expect(rows.first).to_contain_text("calling")
    assert accessible() == []
    shoot("in-doubt")

    rows.first.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What it would have given").fill("{said: 2}")
    expect(dialog.get_by_text("This is no JSON")).to_be_visible()
    expect(dialog.get_by_role("button", name="It happened")).to_be_disabled()
    assert accessible() == []
    dialog.get_by_label("What it would have given").fill('{"said": 2}')
    dialog.get_by_role("button", name="It happened").click()
    expect(rows).to_have_count(DEATHS - 1)

    rows.first.get_by_role("button").click()
    dialog.get_by_role("button", name="It did not: make it now").click()

    expect(page.get_by_text("Nothing is in doubt")).to_be_visible()
    assert accessible() == []
    (workflow,) = {one["id"] for one in doubting.client.get("/api/v1/workflows")["data"] if one["name"] == "calling"}
    while doubting.count(workflow) != {"success": DEATHS}:
        time.sleep(0.1)
    assert len(ledger.requests) == 1


def test_it_is_reached_by_the_rail_and_the_palette_and_narrowed(page: Page, server: Installation) -> None:
    page.goto("/#/workflows")
    page.get_by_role("link", name="In doubt").click()
    expect(page.get_by_role("heading", name="In doubt")).to_be_visible()

    page.goto("/#/workflows")
    page.keyboard.press("Control+k")
    page.keyboard.type("effects in doubt")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="In doubt")).to_be_visible()

    page.goto("/#/inDoubt?workflow=none")
    expect(page.get_by_text("Nothing is in doubt")).to_be_visible()


def test_what_fails_is_said(page: Page) -> None:
    page.route("**/api/v1/in-doubt*", lambda route: route.abort())
    page.goto("/#/inDoubt")

    expect(page.get_by_role("alert").filter(has_text="Millrace cannot be reached")).to_be_visible()
