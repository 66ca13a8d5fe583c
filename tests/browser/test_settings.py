"""Settings: what somebody prefers is kept with Millrace and follows into another browser; health is shown.

Flow: settings page → preferences → **here**.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.bench.installation import TOKEN, Installation

PATH = "/api/v1/preferences"
FIRST = {"colours": "system", "density": "comfortable", "language": "", "timeZone": ""}


@pytest.fixture
def settings(page: Page, server: Installation) -> Iterator[Page]:
    """The page of settings of somebody who has chosen nothing yet."""
    server.client.call("PATCH", PATH, FIRST)
    page.goto("/#/settings")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    yield page
    server.client.call("PATCH", PATH, FIRST)


def choose(page: Page, group: str, choice: str) -> None:
    page.get_by_role("radiogroup", name=group).get_by_text(choice, exact=True).click()


@pytest.mark.parametrize("colours", ["Light", "Dark"])
def test_the_page_is_for_everybody(settings: Page, accessible, colours: str) -> None:
    choose(settings, "Colours", colours)
    expect(settings.locator("html")).to_have_attribute("data-mantine-color-scheme", colours.lower())
    expect(settings.get_by_text("Version", exact=True)).to_be_visible()

    assert accessible() == []
    expect(settings.get_by_role("radio", name=colours)).to_be_checked()


def test_preferences_follow_into_another_browser(settings: Page, browser: Browser, server: Installation) -> None:
    with settings.expect_response(lambda answer: answer.url.endswith(PATH) and answer.request.method == "PATCH"):
        choose(settings, "Colours", "Dark")
    with settings.expect_response(lambda answer: answer.url.endswith(PATH) and answer.request.method == "PATCH"):
        choose(settings, "Density", "Compact")
    context = browser.new_context(base_url=server.address, color_scheme="light")
    context.add_init_script(f"sessionStorage.setItem('millrace.token', {TOKEN!r})")
    other = context.new_page()

    other.goto("/#/workflows")

    expect(other.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    expect(other.locator("html")).to_have_attribute("data-density", "compact")
    other.reload()
    expect(other.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    context.close()


def test_numbers_and_times_are_written_as_chosen(settings: Page) -> None:
    settings.get_by_role("combobox", name="Language of numbers").fill("German (Switz")
    settings.get_by_role("option", name="German (Switzerland)").click()
    settings.get_by_role("combobox", name="Time zone").fill("Kirit")
    settings.get_by_role("option", name="Pacific/Kiritimati").click()

    example = settings.get_by_role("region", name="Language and time").get_by_role("status")

    expect(example).to_contain_text(re.compile("1[’']234[’']567.8"))
    there = settings.evaluate(
        "() => new Intl.DateTimeFormat('de-CH', {dateStyle: 'medium', timeZone: 'Pacific/Kiritimati'}).format()"
    )
    expect(example).to_contain_text(there)


def test_without_a_choice_the_systems_colours_are_followed(settings: Page) -> None:
    for scheme in ("dark", "light"):
        settings.emulate_media(color_scheme=scheme)
        expect(settings.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)


def test_health_names_what_is_checked(settings: Page) -> None:
    health = settings.get_by_role("region", name="Health")

    expect(health.get_by_text("Catalog")).to_be_visible()
    expect(health.get_by_text("ready", exact=True).first).to_be_visible()
