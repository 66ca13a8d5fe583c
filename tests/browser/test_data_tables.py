"""Data tables in the web app: made, given columns, written row by row, paged, emptied and deleted.

Flow: person → pages → data tables → **here**.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ops.bench.installation import Installation

PATH = "/api/v1/data-tables"
ROWS = 60


@pytest.fixture
def orders(server: Installation) -> Iterator[dict[str, Any]]:
    """A table with more rows than a page shows."""
    columns = [{"name": "customer"}, {"name": "amount", "type": "number"}, {"name": "paid", "type": "boolean"}]
    made = server.client.call("POST", PATH, {"name": "Orders", "columns": columns})
    values = [{"customer": f"Customer {n}", "amount": n * 2.5, "paid": n % 2 == 0} for n in range(ROWS)]
    server.client.call("POST", f"{PATH}/{made['id']}/rows", {"kind": "insert", "values": values})
    yield made
    if any(one["id"] == made["id"] for one in server.client.get(PATH)["data"]):
        server.client.call("DELETE", f"{PATH}/{made['id']}")


def rows_of(server: Installation, table: str) -> list[dict[str, Any]]:
    return list(server.client.call("POST", f"{PATH}/{table}/query", {"limit": 1000})["data"])


def test_a_table_is_made_and_reached_and_deleted(page: Page, server: Installation, accessible) -> None:
    page.goto("/#/workflows")
    page.get_by_role("link", name="Data tables").click()
    expect(page.get_by_text("There is no data table yet")).to_be_visible()
    assert accessible() == []

    page.get_by_role("button", name="New table").click()
    page.get_by_label("Name", exact=True).fill("Stock")
    page.get_by_label("Name of column 1").fill("item")
    page.get_by_role("button", name="Another column").click()
    page.get_by_label("Name of column 2").fill("count")
    page.get_by_role("combobox", name="Type of column 2").click()
    page.get_by_role("option", name="Number").click()
    assert accessible() == []
    page.get_by_role("button", name="Make it").click()

    expect(page.get_by_role("heading", name="Stock")).to_be_visible()
    expect(page.get_by_text("There is no row yet")).to_be_visible()
    (made,) = server.client.get(PATH)["data"]
    assert [(one["name"], one["type"]) for one in made["columns"]] == [("item", "string"), ("count", "number")]

    page.keyboard.press("Control+k")
    page.keyboard.type("data tables")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete Stock").click()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Delete Stock").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("There is no data table yet")).to_be_visible()
    assert server.client.get(PATH)["data"] == []


def test_rows_are_paged_written_and_deleted(page: Page, server: Installation, orders, accessible, shoot) -> None:
    page.goto(f"/#/tables/{orders['id']}")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(50)
    assert accessible() == []
    shoot("data-table")
    page.get_by_role("button", name="After").click()
    expect(rows).to_have_count(ROWS - 50)

    page.get_by_role("button", name="New row").click()
    page.get_by_label("customer", exact=True).fill("Ada")
    page.get_by_label("amount", exact=True).fill("a lot")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is no number")).to_be_visible()
    page.get_by_label("amount", exact=True).fill("12.5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Ada")).to_contain_text("12.5")

    page.get_by_role("button", name=f"Row {ROWS + 1}", exact=True).click()
    assert accessible() == []
    page.get_by_label("amount", exact=True).fill("13")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Ada")).to_contain_text("13")
    last = rows_of(server, orders["id"])[-1]
    assert (last["customer"], last["amount"], last["paid"]) == ("Ada", 13, None)

    page.get_by_role("button", name=f"Delete row {ROWS + 1}", exact=True).click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("row", name="Ada")).to_have_count(0)
    assert len(rows_of(server, orders["id"])) == ROWS


def test_columns_come_and_go(page: Page, server: Installation, orders) -> None:
    page.goto(f"/#/tables/{orders['id']}")
    page.get_by_role("button", name="New column").click()
    page.get_by_label("Name of column 1").fill("note")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("columnheader", name="note")).to_be_visible()

    page.get_by_role("button", name="More about paid").click()
    page.get_by_role("menuitem", name="Remove the column").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("columnheader", name="paid")).to_have_count(0)
    (kept,) = server.client.get(PATH)["data"]
    assert [one["name"] for one in kept["columns"]] == ["customer", "amount", "note"]


def test_a_table_that_is_not_there_is_said_to_be(page: Page) -> None:
    page.goto("/#/tables/none")

    expect(page.get_by_role("alert").filter(has_text="there is no data table")).to_be_visible()


def names_shown(page: Page) -> list[str]:
    return [row.locator("td").nth(1).inner_text() for row in page.locator("tbody tr").all()]


def test_rows_are_filtered_and_sorted(page: Page, orders, accessible, shoot) -> None:
    page.goto(f"/#/tables/{orders['id']}")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(50)

    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Value of condition 1").fill("customer 1")
    expect(rows).to_have_count(11)
    page.get_by_role("button", name="And").click()
    page.get_by_role("combobox", name="Column of condition 2").click()
    page.get_by_role("option", name="amount").click()
    page.get_by_role("combobox", name="Comparison of condition 2").click()
    page.get_by_role("option", name="≥").click()
    page.get_by_label("Value of condition 2").fill("40")
    expect(rows).to_have_count(4)
    page.get_by_role("button", name="amount", exact=True).click()
    page.get_by_role("button", name="amount", exact=True).click()
    expect(page.get_by_role("columnheader", name="amount")).to_have_attribute("aria-sort", "descending")
    expect(rows.first).to_contain_text("Customer 19")
    assert names_shown(page) == [f"Customer {n}" for n in (19, 18, 17, 16)]
    assert accessible() == []
    shoot("data-table-filtered")

    page.get_by_label("Value of condition 2").fill("4000")
    expect(page.get_by_text("No row is like that")).to_be_visible()
    page.get_by_role("button", name="Remove condition 1").click()
    page.get_by_role("button", name="Remove condition 1").click()
    expect(rows).to_have_count(50)


def test_a_table_and_a_column_get_other_names(page: Page, server: Installation, orders) -> None:
    page.goto(f"/#/tables/{orders['id']}")
    page.get_by_role("button", name="Rename the table").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Sales")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.get_by_role("heading", name="Sales")).to_be_visible()

    page.get_by_role("button", name="More about amount").click()
    page.get_by_role("menuitem", name="Rename the column").click()
    page.get_by_role("dialog").get_by_label("Name").fill("total")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="total")).to_be_visible()

    (kept,) = server.client.get(PATH)["data"]
    assert (kept["name"], [one["name"] for one in kept["columns"]]) == ("Sales", ["customer", "total", "paid"])
    assert rows_of(server, orders["id"])[3]["total"] == 7.5


def test_a_table_goes_out_as_csv_and_comes_in_again(page: Page, server: Installation, orders, tmp_path: Path) -> None:
    page.goto(f"/#/tables/{orders['id']}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    assert download.value.suggested_filename == "Orders.csv"
    file = tmp_path / "Copied orders.csv"
    download.value.save_as(file)
    assert file.read_text().splitlines()[1].startswith("1,Customer 0,0,true,")

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import CSV").click()
    chooser.value.set_files(file)
    expect(page.get_by_text(f"{ROWS} rows came in")).to_be_visible()
    assert len(rows_of(server, orders["id"])) == 2 * ROWS

    page.goto("/#/tables")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Table from CSV").click()
    chooser.value.set_files(file)
    expect(page.get_by_role("heading", name="Copied orders")).to_be_visible()
    made = next(one for one in server.client.get(PATH)["data"] if one["id"] != orders["id"])
    server.client.call("DELETE", f"{PATH}/{made['id']}")
    assert [(one["name"], one["type"]) for one in made["columns"]] == [
        ("customer", "string"),
        ("amount", "number"),
        ("paid", "boolean"),
    ]
