"""The data of a node: as table, JSON, fields and files, a page at a time, however many items there are.

Flow: execution → `GET /executions/{id}/items`, `/file` → node panel → **here**.
"""

from typing import Any

from playwright.sync_api import Page, expect

from ops.bench.workflows import chain

MANY = 100_000
LIST = (
    f"return Array.from({{length: {MANY}}}, (_, n) => ({{json: {{n, name: 'item ' + n, deep: {{list: [{{x: n}}]}}}}}}))"
)
FILE = (
    "return [{json: {n: 1}, binary: {letter: {data: 'aGVsbG8=', mimeType: 'text/plain', fileName: 'letter.txt'}, "
    "dot: {data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', "
    "mimeType: 'image/png', fileName: 'dot.png'}}}]"
)


def giving(name: str, code: str) -> dict[str, Any]:
    """Make a workflow whose second node gives what code gives."""
    parameters = {"mode": "runOnceForAllItems", "jsCode": code}
    return chain(name, [("Start", "manualTrigger", 1, {}), ("Give", "code", 2, parameters), ("End", "noOp", 1, {})])


def ran(page: Page) -> None:
    """Run and wait for the end."""
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator('[data-node="End"]')).to_have_attribute("data-status", "success", timeout=30_000)


def test_a_hundred_thousand_items_come_by_the_page(page: Page, opened, accessible, shoot) -> None:
    asked: list[int] = []
    page.on(
        "response",
        lambda answer: "/items?" in answer.url and asked.append(int(answer.header_value("content-length") or 0)),
    )
    opened(giving("many", LIST))
    ran(page)

    page.locator('[data-node="Give"]').dblclick()
    output = page.get_by_role("dialog").get_by_role("region", name="Output")

    expect(output).to_contain_text("100,000 items")
    expect(output.get_by_role("row")).to_have_count(51)
    expect(output).to_contain_text("1–50 of 100,000")
    output.get_by_role("button", name="Next page").click()
    expect(output.get_by_role("row", name="50 50 item 50")).to_be_visible()
    assert accessible() == []
    shoot("data-table")
    assert asked
    assert max(asked) < 50_000


def test_fields_are_shown_and_nested_ones_brought_into_a_parameter(page: Page, opened, accessible, shoot) -> None:
    opened(giving("fields", LIST.replace(str(MANY), "3")))
    ran(page)
    page.locator('[data-node="Give"]').dblclick()
    output = page.get_by_role("dialog").get_by_role("region", name="Output")

    output.get_by_text("Schema").click()
    expect(output.get_by_role("listitem").filter(has_text="deep").first).to_contain_text("object")
    expect(output.locator(".schema")).to_contain_text("[0]")
    output.get_by_text("JSON").click()
    expect(output.locator("pre")).to_contain_text('"name": "item 2"')
    assert accessible() == []

    page.get_by_role("button", name="Next node").click()
    given = page.get_by_role("dialog", name="End").get_by_role("region", name="Input")
    given.get_by_text("Schema").click()
    given.get_by_role("button", name="x", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()") == "{{ $json.deep.list[0].x }}"
    shoot("data-schema")


def test_files_are_shown_and_saved(page: Page, opened, accessible) -> None:
    opened(giving("files", FILE))
    ran(page)
    page.locator('[data-node="Give"]').dblclick()
    output = page.get_by_role("dialog").get_by_role("region", name="Output")
    output.get_by_text("Binary").click()

    with page.expect_download() as saved:
        output.get_by_role("button", name="Save letter.txt").click()
    assert saved.value.path().read_text() == "hello"
    output.get_by_role("button", name="Show dot.png").click()
    picture = output.get_by_role("img", name="dot.png")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    assert accessible() == []
