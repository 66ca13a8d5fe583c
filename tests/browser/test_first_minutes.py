"""The first minutes: from an instance with nothing of one's own to a webhook that answers, by what the page offers.

Flow: templates, tour, listening, sample events → **here** → webhook.
"""

import json
import re
import subprocess

import pytest
from playwright.sync_api import Page, expect

from ops.bench.installation import Installation
from ops.bench.workflows import chain

HOOK = {"path": "sampled", "httpMethod": "POST", "responseMode": "lastNode", "options": {}}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, server: Installation):
    """A Millrace of its own, where nobody has been before."""
    with Installation(tmp_path_factory.mktemp("fresh") / "data") as installation:
        yield installation


def test_a_stranger_has_a_running_webhook_by_following_the_tour(
    page: Page, fresh: Installation, accessible, shoot
) -> None:
    page.goto(f"{fresh.address}/#/workflows")
    expect(page.get_by_role("heading", name="Begin with an example")).to_be_visible()
    assert accessible() == []
    shoot("first-minutes")
    tour = page.get_by_role("region", name="Tour")
    page.get_by_role("button", name="Show me around").click()
    expect(tour.get_by_role("heading", name="Begin with an example")).to_be_visible()
    page.get_by_role("button", name="Answer a webhook").click()

    expect(tour.get_by_role("heading", name="Listen for a test event")).to_be_visible()
    page.get_by_role("button", name="Listen", exact=True).click()

    expect(tour.get_by_role("heading", name="Send one")).to_be_visible()
    bar = page.get_by_role("region", name="Listening for a test event")
    assert json.loads(bar.get_by_label("Event as JSON").input_value())["name"] == "Ada"
    assert accessible() == []
    shoot("listening")
    bar.get_by_role("button", name="Send it").click()
    expect(bar.get_by_text("Hello, Ada!")).to_be_visible()

    expect(tour.get_by_role("heading", name="Look inside a node")).to_be_visible()
    bar.get_by_role("button", name="Stop listening").click()
    page.locator(".react-flow__node").last.dblclick()
    expect(tour.get_by_role("heading", name="Switch it on")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()

    expect(tour.get_by_role("heading", name="It runs")).to_be_visible()
    assert accessible() == []
    command = tour.locator("code").inner_text()
    said = subprocess.run(["bash", "-c", f"{command} -sS"], capture_output=True, text=True, check=True).stdout
    assert json.loads(said)["message"] == "Hello, Ada! We wrote to ada@example.com."


def test_the_sample_is_what_the_workflow_reads(page: Page, opened) -> None:
    fields = [("who", "={{ $json.body.customer.email }}"), ("many", "={{ $json.body.lines.map(l => l.name).join() }}")]
    assigned = [{"id": name, "name": name, "type": "string", "value": value} for name, value in fields]
    nodes = [("Hook", "webhook", 2, HOOK), ("Read", "set", 3.4, {"assignments": {"assignments": assigned}})]
    opened(chain("Sampled", nodes))
    page.get_by_role("button", name="Listen", exact=True).click()
    text = page.get_by_label("Event as JSON")
    expect(text).to_have_value(re.compile("ada@example.com"))
    first = json.loads(text.input_value())

    page.get_by_role("button", name="Another").click()

    expect(text).to_have_value(re.compile("grace@example.com"))
    assert first["customer"] == {"email": "ada@example.com"}
    assert isinstance(first["lines"], list)


def test_a_known_shape_is_sent_and_kept_as_ones_own(page: Page, opened) -> None:
    opened(chain("Shapes", [("Hook", "webhook", 2, HOOK | {"path": "shapes"}), ("End", "noOp", 1, {})]))
    page.get_by_role("button", name="Listen", exact=True).click()
    bar = page.get_by_role("region", name="Listening for a test event")
    bar.get_by_role("combobox", name="Sample event").click()
    page.get_by_role("option", name="Git push").click()
    expect(bar.locator("code")).to_contain_text("refs/heads/main")

    bar.get_by_label("Event as JSON").fill('{"it\'s": "mine"}')
    bar.get_by_role("button", name="Send it").click()

    expect(bar.get_by_role("status")).to_contain_text("mine")
    expect(bar.get_by_role("combobox", name="Sample event")).to_have_value("My own")
    expect(bar.locator("code")).to_contain_text(r"{\"it'\''s\":\"mine\"}".replace('\\"', '"'))


def test_an_example_can_be_taken_from_anywhere(page: Page) -> None:
    page.goto("/#/executions")
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()  # before that nobody hears the keys
    page.keyboard.press("Control+k")
    page.get_by_placeholder("What do you want to do?").fill("from an example")
    page.keyboard.press("Enter")

    page.get_by_role("dialog").get_by_role("button", name="Sort orders by their size").click()

    expect(page.locator(".react-flow__node")).to_have_count(6)
