"""A selection becomes a workflow of its own: what it takes is inferred, and the whole gives the same as before.

Flow: selection → new workflow + calling node → **here**.
"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ops.bench.workflows import chain
from tests.browser.drawing import card, edges, saved

SHOP = {
    "mode": "runOnceForAllItems",
    "jsCode": "return [{json: {price: 3, shop: 'North'}}, {json: {price: 4, shop: 'South'}}]",
}


def fields(**values: str) -> dict[str, Any]:
    listed = [{"id": name, "name": name, "type": "string", "value": value} for name, value in values.items()]
    return {"assignments": {"assignments": listed}, "options": {}}


def shopping(*, outer: bool = False) -> dict[str, Any]:
    """Prices doubled and written out, with what an outer node said where it is asked for."""
    place = "={{ $json.twice }} {{ $('Shop').item.json.shop }}" if outer else "={{ $json.twice }} euros"
    return chain(
        "shopping",
        [
            ("Start", "manualTrigger", 1, {}),
            ("Shop", "code", 2, SHOP),
            ("Double", "set", 3.4, fields(twice="={{ $json.price * 2 }}")),
            ("Word", "set", 3.4, fields(text=place)),
            ("End", "noOp", 1, {}),
        ],
    )


def take(page: Page, *names: str) -> None:
    for name in names:
        card(page, name).click(modifiers=["Shift"])
    page.get_by_role("button", name="Make a sub-workflow of them").click()


def given(server: Any, workflow: str) -> list[Any]:
    done = server.client.call("POST", "/api/v1/executions", {"workflow": workflow, "wait": True})
    assert done["status"] == "success", done
    return [item["json"] for item in done["items"]]


CASES = [
    pytest.param(False, "passthrough", [], id="whatever comes in"),
    pytest.param(True, "workflowInputs", ["price", "twice", "shop"], id="fields of nodes outside"),
]


@pytest.mark.parametrize(("outer", "source", "names"), CASES)
def test_the_whole_gives_the_same(page: Page, opened, server, accessible, shoot, outer, source, names) -> None:
    name = opened(shopping(outer=outer))
    before = given(server, name)
    assert len(before) == 2
    take(page, "Double", "Word")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Pricing")
    assert accessible() == []
    shoot("extract")
    dialog.get_by_role("button", name="Make it").click()
    expect(card(page, "Pricing")).to_be_visible()

    kept = saved(page, server, name)

    assert edges(kept) == [("Pricing", "End"), ("Shop", "Pricing"), ("Start", "Shop")]
    call = next(node for node in kept["nodes"] if node["name"] == "Pricing")
    child = server.client.get(f"/api/v1/workflows/{call['parameters']['workflowId']['value']}")["workflow"]
    trigger = child["nodes"][0]["parameters"]
    assert trigger["inputSource"] == source
    assert [one["name"] for one in trigger.get("workflowInputs", {}).get("values", [])] == names
    assert given(server, name) == before
    page.get_by_role("button", name="Undo").click()
    expect(card(page, "Double")).to_be_visible()


REFUSED = [
    pytest.param(["Start", "Shop"], "starts the workflow", id="a trigger"),
    pytest.param(["Shop", "Word"], "more than one place", id="two parts"),
]


@pytest.mark.parametrize(("names", "why"), REFUSED)
def test_what_cannot_be_one_says_why(page: Page, opened, accessible, names: list[str], why: str) -> None:
    opened(shopping())
    take(page, *names)

    expect(page.get_by_role("alert")).to_contain_text(why)
    assert accessible() == []


def test_what_is_read_from_outside_stays_inside(page: Page, opened) -> None:
    flow = shopping(outer=True)
    opened(flow)
    take(page, "Shop", "Double")

    expect(page.get_by_role("alert")).to_contain_text("“Word” reads what one of these nodes gave")
