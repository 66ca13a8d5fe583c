"""A workflow too large to read as a whole: seen from afar as boxes with their edges, and as cards again from near.

Flow: API → canvas → **here**. How fast that is, `make bench` says.
"""

from playwright.sync_api import Page, expect

from ops.bench.web_app import many_nodes

NODES = 200


def test_from_afar_cards_are_boxes_and_their_edges_stay(page: Page, opened, accessible, shoot) -> None:
    opened(many_nodes(NODES))
    cards = page.locator(".react-flow__node")
    expect(cards).to_have_count(NODES)

    expect(page.locator(".card.far")).to_have_count(NODES)
    expect(page.locator(".react-flow__edge")).to_have_count(NODES - 1)
    assert page.locator(".card-name").count() == 0
    assert accessible() == []
    shoot("large-workflow")

    page.locator(".canvas").press("0")
    expect(page.locator(".card.far")).to_have_count(0)
    expect(page.locator(".card-name").first).to_be_visible()
    assert cards.count() < NODES / 2


def test_a_node_is_moved_from_afar(page: Page, opened) -> None:
    opened(many_nodes(NODES))
    card = page.locator(".react-flow__node", has=page.locator("[data-node='Step 100']"))
    card.wait_for()
    before = card.bounding_box()
    assert before is not None

    page.mouse.move(before["x"] + 5, before["y"] + 3)
    page.mouse.down()
    page.mouse.move(before["x"] + 45, before["y"] + 63, steps=4)
    page.mouse.up()

    after = card.bounding_box()
    assert after is not None
    assert after["x"] - before["x"] > 20
    assert after["y"] - before["y"] > 30
    expect(card.locator(".card-name")).to_have_text("Step 100")
