"""A workflow of so many nodes that it is painted from afar: what is pointed at, clicked or boxed acts like an element.

Flow: API → canvas → picture → **here**. How fast that is, `make bench` says.
"""

from playwright.sync_api import Page, expect

from ops.bench.web_app import many_nodes, over_a_node

NODES = 500


def test_it_is_painted_from_afar_and_made_of_cards_from_near(page: Page, opened, accessible, shoot) -> None:
    opened(many_nodes(NODES))
    expect(page.locator(f".picture[data-painted='{NODES}']")).to_be_visible()
    assert page.locator(".react-flow__node").count() == 0
    assert accessible() == []
    shoot("painted-workflow")

    page.locator(".canvas").press("0")
    expect(page.locator(".picture")).to_have_count(0)
    expect(page.locator(".card-name").first).to_be_visible()


def test_a_painted_node_is_dragged_and_undone(page: Page, opened) -> None:
    opened(many_nodes(NODES))
    page.locator(".picture[data-painted]").wait_for()
    x, y = over_a_node(page)
    card = page.locator(".react-flow__node-card")
    expect(card).to_have_count(1)
    before = card.bounding_box()
    assert before is not None

    page.mouse.down()
    page.mouse.move(x + 60, y + 90, steps=4)
    page.mouse.up()

    expect(page.locator(".react-flow__node-card.selected")).to_have_count(1)
    after = card.bounding_box()
    assert after is not None
    assert after["x"] - before["x"] > 40
    assert after["y"] - before["y"] > 60
    page.keyboard.press("Control+z")
    page.wait_for_function(
        "y => Math.abs(document.querySelector('.react-flow__node-card').getBoundingClientRect().y - y) < 3",
        arg=before["y"],
    )


def test_a_box_around_painted_nodes_selects_them(page: Page, opened) -> None:
    opened(many_nodes(NODES))
    page.locator(".picture[data-painted]").wait_for()
    x, y = over_a_node(page)

    page.mouse.move(x - 60, y - 40)
    page.keyboard.down("Shift")
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")

    expect(page.locator(".selection-bar")).to_be_visible()
    chosen = page.locator(".react-flow__node-card.selected")
    assert chosen.count() > 3
    page.mouse.click(x, y + 300)
    expect(chosen).to_have_count(0)


def test_a_click_selects_a_painted_connection(page: Page, opened) -> None:
    opened(many_nodes(NODES))
    page.locator(".picture[data-painted]").wait_for()
    over_a_node(page)
    card = page.locator(".react-flow__node-card").bounding_box()
    assert card is not None

    page.mouse.click(card["x"] + card["width"] + 3, card["y"] + card["height"] / 2)

    expect(page.locator(".react-flow__edge")).to_have_count(1)
    expect(page.locator(".wire-selected")).to_have_count(1)
