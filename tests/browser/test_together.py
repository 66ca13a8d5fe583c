"""Two people on one workflow: what one draws the other sees, each takes back only their own, and both save one draft.

Flow: page ⇄ gateway ⇄ page → **here**.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.bench.installation import TOKEN, Installation
from ops.bench.web_app import many_nodes
from ops.bench.workflows import answering, chain
from tests.browser.conftest import SIZE, WAIT_MS
from tests.browser.drawing import settled


@pytest.fixture
def other(browser: Browser, server: Installation) -> Iterator[Page]:
    """A page of somebody else."""
    context = browser.new_context(viewport=SIZE, base_url=server.address, reduced_motion="reduce")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.add_init_script(f"sessionStorage.setItem('millrace.token', {TOKEN!r})")
    yield page
    context.close()


@pytest.fixture
def both(page: Page, other: Page, opened) -> str:
    """Two people who have the same workflow open and know of each other."""
    name = opened(answering("both"))
    other.goto(f"/#/workflows/{name}")
    for each in (page, other):
        expect(each.get_by_role("group", name="Also here").get_by_role("button")).to_have_count(1)
    return str(name)


def add(page: Page, kind: str) -> None:
    page.locator(".canvas").focus()
    page.keyboard.press("Tab")
    page.keyboard.type(kind)
    page.keyboard.press("Enter")


def test_what_one_draws_the_other_sees(page: Page, other: Page, both, accessible) -> None:
    add(page, "limit")
    expect(other.locator(".react-flow__node", has_text="Limit")).to_be_visible()
    assert accessible() == []

    add(other, "sort")
    expect(page.locator(".react-flow__node", has_text="Sort")).to_be_visible()


def test_each_takes_back_only_their_own(page: Page, other: Page, both) -> None:
    add(page, "limit")
    expect(other.locator(".react-flow__node", has_text="Limit")).to_be_visible()
    add(other, "sort")
    expect(page.locator(".react-flow__node", has_text="Sort")).to_be_visible()

    page.get_by_role("button", name="Undo").click()

    for each in (page, other):
        expect(each.locator(".react-flow__node", has_text="Limit")).to_have_count(0)
        expect(each.locator(".react-flow__node", has_text="Sort")).to_be_visible()


def test_what_one_saves_is_saved_for_both(page: Page, other: Page, both, server: Installation) -> None:
    add(page, "limit")
    expect(other.get_by_role("button", name="Save")).to_be_enabled()

    page.keyboard.press("Control+s")

    for each in (page, other):
        expect(each.get_by_role("button", name="Save")).to_be_disabled()
    saved = server.client.get(f"/api/v1/workflows/{both}")["workflow"]
    assert "Limit" in [node["name"] for node in saved["nodes"]]
    [mine] = [one for one in server.client.get(f"/api/v1/workflows/{both}/versions")["data"] if one["draft"]]
    assert mine["by"]["client"] == "editor"
    page.get_by_role("button", name="More about versions").click()
    page.get_by_role("menuitem", name="Versions").click()
    expect(page.get_by_text(f"saved by {mine['by']['name']} (editor)")).to_be_visible()
    expect(page.get_by_text("saved by the cli")).to_be_visible()


def test_who_has_a_name_is_seen_and_saves_by_it(
    page: Page, other: Page, opened, server: Installation, accessible
) -> None:
    page.goto("/#/settings")
    page.get_by_label("Your name").fill("Ada")
    assert accessible() == []
    name = opened(answering("named"))
    other.goto(f"/#/workflows/{name}")

    expect(other.get_by_role("button", name="Follow Ada")).to_be_visible()
    add(page, "limit")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("button", name="Saved")).to_be_visible()

    versions = server.client.get(f"/api/v1/workflows/{name}/versions")["data"]
    assert [one["by"] for one in versions] == [{"client": "editor", "name": "Ada"}, {"client": "cli"}]


def test_who_loses_the_connection_draws_on(page: Page, other: Page, both) -> None:
    page.context.set_offline(True)
    other.context.set_offline(True)
    add(page, "limit")
    add(other, "sort")

    page.context.set_offline(False)
    other.context.set_offline(False)

    for each in (page, other):
        expect(each.locator(".react-flow__node", has_text="Limit")).to_be_visible()
        expect(each.locator(".react-flow__node", has_text="Sort")).to_be_visible()


def test_the_pointer_of_the_other_is_seen(page: Page, other: Page, both, shoot) -> None:
    page.mouse.move(700, 400)

    expect(other.locator(".their-pointer")).to_be_visible()
    other.get_by_role("button", name="Follow").click()
    expect(other.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "true")
    other.mouse.move(500, 350)
    expect(page.locator(".their-pointer")).to_be_visible()
    shoot("together")


@pytest.mark.parametrize("nodes", [4, 500], ids=["cards", "painted"])
def test_who_follows_sees_what_the_other_sees(page: Page, other: Page, opened, nodes: int) -> None:
    name = opened(many_nodes(nodes))
    other.goto(f"/#/workflows/{name}")
    for each in (page, other):
        expect(each.get_by_role("group", name="Also here").get_by_role("button")).to_have_count(1)
    follow = other.get_by_role("button", name="Follow")
    follow.click()
    settled(other)

    page.mouse.move(500, 400)
    page.mouse.wheel(0, -240)
    page.keyboard.down("Space")
    page.mouse.down()
    page.mouse.move(700, 480, steps=5)
    page.mouse.up()
    page.keyboard.up("Space")

    assert settled(other) == pytest.approx(settled(page), rel=0.02, abs=2)
    other.mouse.move(600, 500)
    other.mouse.wheel(0, -120)
    expect(follow).to_have_attribute("aria-pressed", "false")
    assert settled(other)[2] > settled(page)[2]


CODE = {"mode": "runOnceForAllItems", "jsCode": "const rate = 1;\nreturn items;"}


@pytest.fixture
def coding(page: Page, other: Page, opened) -> str:
    """Two people who have the same workflow with code open."""
    name = opened(chain("coding", [("Start", "manualTrigger", 1, {}), ("Work", "code", 2, CODE)]))
    other.goto(f"/#/workflows/{name}")
    for each in (page, other):
        expect(each.get_by_role("group", name="Also here").get_by_role("button")).to_have_count(1)
    return str(name)


def open_work(page: Page) -> None:
    page.get_by_text("Work", exact=True).dblclick()
    expect(page.get_by_role("dialog", name="Work")).to_be_visible()


def test_a_node_that_somebody_has_open_is_theirs(page: Page, other: Page, coding, accessible, shoot) -> None:
    open_work(other)
    expect(page.locator(".their-writing")).to_be_visible()

    open_work(page)

    lock = page.get_by_role("status").filter(has_text="is writing in this node")
    expect(lock).to_be_visible()
    expect(page.locator(".soft-locked")).to_have_attribute("inert", "")
    assert accessible() == []
    shoot("soft-lock")
    expect(other.get_by_text("is writing in this node")).to_have_count(0)
    other.keyboard.press("Escape")
    expect(lock).to_have_count(0)
    expect(page.locator(".soft-locked")).not_to_have_attribute("inert", "")


def test_code_that_two_write_merges_letter_by_letter(page: Page, other: Page, coding, server: Installation) -> None:
    open_work(other)
    open_work(page)
    page.get_by_role("button", name="Write all the same").click()
    one, two = (each.locator(".panel .cm-content").first for each in (page, other))
    for each in (one, two):
        expect(each).to_contain_text("return items;")
    one.click()
    page.keyboard.press("Control+Home")
    two.click()
    other.keyboard.press("Control+End")

    for letter in "// ä first\n":
        page.keyboard.type(letter)
        other.keyboard.type("x" if letter == " " else "y")

    for each in (one, two):
        expect(each).to_contain_text("// ä first")
        expect(each).to_contain_text("return items;yyxyxyyyyyy")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    saved = server.client.get(f"/api/v1/workflows/{coding}")["workflow"]
    code = next(node for node in saved["nodes"] if node["name"] == "Work")["parameters"]["jsCode"]
    assert code.startswith("// ä first\n")
    assert code.endswith("return items;yyxyxyyyyyy")


def test_the_caret_stays_where_it_is_while_another_writes(page: Page, other: Page, opened) -> None:
    note = ("Note", "stickyNote", 1, {"content": "one three"})
    name = opened(chain("noting", [("Start", "manualTrigger", 1, {}), note]) | {"connections": {}})
    other.goto(f"/#/workflows/{name}")
    texts = []
    for each in (page, other):
        expect(each.get_by_role("group", name="Also here").get_by_role("button")).to_have_count(1)
        each.locator(".note").dblclick()
        texts.append(each.get_by_label("Text of the note"))
    mine, theirs = texts
    mine.evaluate("field => field.setSelectionRange(4, 4)")
    theirs.evaluate("field => field.setSelectionRange(0, 0)")

    other.keyboard.type("zero ")
    expect(mine).to_have_value("zero one three")
    page.keyboard.type("two ")

    for each in texts:
        expect(each).to_have_value("zero one two three")
    theirs.evaluate("field => field.setSelectionRange(5, 8)")
    mine.evaluate("field => field.setSelectionRange(18, 18)")
    page.keyboard.type(" four")
    expect(theirs).to_have_value("zero one two three four")
    assert theirs.evaluate("field => [field.selectionStart, field.selectionEnd]") == [5, 8]
