"""Sticky notes: written in Markdown, coloured, resized, taken back.

Flow: keys and pointer → note → **here**.
"""

from playwright.sync_api import Page, expect

from tests.browser.drawing import plain, saved


def test_a_note_is_written_coloured_and_resized(page: Page, opened, server, accessible, shoot) -> None:
    name = opened(plain("One"))
    page.locator(".canvas").focus()
    page.keyboard.press("Shift+S")
    page.get_by_label("Text of the note").fill("# Orders\n- from the **shop**\n- see [docs](https://example.com)")
    page.keyboard.press("Escape")
    note = page.locator(".note")
    expect(note.locator(".note-h1")).to_have_text("Orders")
    expect(note.locator("b")).to_have_text("shop")
    assert accessible() == []
    shoot("note")

    page.get_by_role("button", name="Green").click()
    box = note.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"], box["y"] + box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 80, box["y"] + box["height"] + 60, steps=4)
    page.mouse.up()

    kept = next(node for node in saved(page, server, name)["nodes"] if "stickyNote" in node["type"])
    assert kept["parameters"]["content"].startswith("# Orders")
    assert kept["parameters"]["color"] == 4
    assert kept["parameters"]["width"] > 240
    assert kept["parameters"]["height"] > 160
    page.keyboard.press("Control+z")
    expect(note).to_have_css("width", f"{240}px")


def test_a_note_is_written_anew_by_double_click(page: Page, opened, server) -> None:
    flow = plain("One")
    note = {"id": "s", "name": "Note", "type": "n8n-nodes-base.stickyNote", "typeVersion": 1, "position": [0, 120]}
    flow["nodes"].append(note | {"parameters": {"content": "before", "width": 300, "height": 160}})
    name = opened(flow)

    page.locator(".note").dblclick()
    page.get_by_label("Text of the note").fill("after")
    page.keyboard.press("Escape")

    expect(page.locator(".note")).to_have_text("after")
    kept = next(node for node in saved(page, server, name)["nodes"] if node["name"] == "Note")
    assert kept["parameters"]["content"] == "after"
