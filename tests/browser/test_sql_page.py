"""The SQL page: queries to begin with, rows of one's own query, what is wrong with it, and many rows.

Flow: history → `/api/v1/sql` → SQL page → **here**.
"""

import pytest
from playwright.sync_api import Page, expect

from ops.bench.installation import Installation
from tests.browser.past import lived


@pytest.fixture(scope="module")
def past(server: Installation) -> tuple[str, str]:
    return lived(server, "sql-page")


def ask(page: Page, query: str) -> None:
    page.goto("/#/sql")
    field = page.get_by_label("Query", exact=True)
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(query)
    page.keyboard.press("Control+Enter")


def test_a_query_to_begin_with_leads_to_its_executions(page: Page, past, accessible, shoot) -> None:
    page.goto("/#/sql")
    page.get_by_role("combobox", name="Queries to begin with").click()
    page.get_by_role("option", name="Latest executions").click()
    link = page.get_by_role("table", name="Rows").get_by_role("link").first
    expect(link).to_be_visible()
    assert accessible() == []
    shoot("sql")

    link.click()

    expect(page.locator(".react-flow__viewport")).to_be_attached()


def test_ones_own_query_is_answered(page: Page, past) -> None:
    ask(page, f"SELECT count() AS ran FROM executions FINAL WHERE workflow = '{past[0]}'")

    expect(page.get_by_role("columnheader", name="ran")).to_be_visible()
    expect(page.get_by_role("cell", name="6", exact=True)).to_be_visible()


def test_what_is_wrong_with_a_query_is_said(page: Page, accessible) -> None:
    ask(page, "SELECT nonsense FROM executions")

    expect(page.get_by_role("alert")).to_contain_text("nonsense")
    assert accessible() == []


def test_many_rows_cost_no_more_than_few(page: Page) -> None:
    ask(page, "SELECT number AS n, toString(number) AS text FROM numbers(10000)")
    expect(page.get_by_text("10,000 rows")).to_be_visible()
    table = page.get_by_role("table", name="Rows")
    assert table.get_by_role("row").count() < 120

    table.evaluate("table => table.scrollTo(0, table.scrollHeight)")

    expect(table.get_by_role("cell", name="9999", exact=True).first).to_be_visible()
