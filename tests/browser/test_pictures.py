"""The main pages with something on them, for everybody to read and for the documents to show: `make pictures`.

Flow: templates, executions → pages → **here** → docs/pictures.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from ops.bench.installation import Installation, call
from tests.architecture.tree import ROOT

pytestmark = pytest.mark.timeout(180)  # the first one starts two installations

ORDERS = [("Ada", 2), ("Grace", 1), ("Alan", 4), ("Barbara", 3), ("Edsger", 1), ("Katherine", 9)]
DOCUMENT = ROOT / "docs/web-app.md"


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, server: Installation) -> Iterator[dict[str, str]]:
    """A Millrace of its own: the templates are workflows in it, some of which ran. Gives their ids by template."""
    with Installation(tmp_path_factory.mktemp("pictures") / "data") as millrace:
        found = {"address": millrace.address}
        for template in millrace.client.get("/api/v1/templates")["data"]:
            active = "webhook" in template["nodeTypes"]
            found[template["id"]] = millrace.add(template["workflow"], activate=active)
        for customer, lamps in ORDERS:
            items = [{"sku": "lamp", "price": 40, "quantity": lamps}, {"sku": "pen", "price": 2.5, "quantity": 4}]
            call(f"{millrace.address}/w/orders", {"customer": customer, "items": items})
            call(f"{millrace.address}/w/welcome", {"name": customer, "email": f"{customer.lower()}@example.com"})
        millrace.settled(found["sort-orders"], len(ORDERS))
        [last, *_] = millrace.client.get("/api/v1/executions", workflow=found["sort-orders"], limit=1)["data"]
        yield found | {"execution": last["id"]}


def workflows(page: Page, there: dict[str, str]) -> None:
    page.goto(f"{there['address']}/#/workflows")
    expect(page.get_by_role("link", name="Sum up a list")).to_be_visible()


def editor(page: Page, there: dict[str, str]) -> None:
    page.goto(f"{there['address']}/#/workflows/{there['sort-orders']}/executions/{there['execution']}")
    expect(page.locator("[data-status=success]")).to_have_count(5)


def panel(page: Page, there: dict[str, str]) -> None:
    editor(page, there)
    page.locator(".react-flow__node").filter(has_text="Total").dblclick()
    expect(page.get_by_role("dialog")).to_be_visible()


def executions(page: Page, there: dict[str, str]) -> None:
    page.goto(f"{there['address']}/#/executions")
    expect(page.locator("tbody").get_by_role("link", name="Sort orders by their size")).to_have_count(len(ORDERS))


def dashboard(page: Page, there: dict[str, str]) -> None:
    page.goto(f"{there['address']}/#/dashboards")
    expect(page.get_by_role("region", name="Nodes")).to_contain_text("Total")


def listening(page: Page, there: dict[str, str]) -> None:
    page.goto(f"{there['address']}/#/workflows/{there['answer-a-webhook']}")
    page.get_by_role("button", name="Listen", exact=True).click()
    bar = page.get_by_role("region", name="Listening for a test event")
    bar.get_by_role("button", name="Send it").click()
    expect(bar.get_by_text("Hello, Ada!")).to_be_visible()


def settings(page: Page, there: dict[str, str]) -> None:
    page.goto(f"{there['address']}/#/settings")
    expect(page.get_by_text("Version", exact=True)).to_be_visible()


SCENES = [workflows, editor, panel, listening, executions, dashboard, settings]
Scene = Callable[[Page, dict[str, str]], None]


@pytest.mark.parametrize("scene", SCENES, ids=[scene.__name__ for scene in SCENES])
def test_a_page_with_something_on_it_is_for_everybody(
    page: Page, lived_in: dict[str, str], accessible, shoot, scene: Scene
) -> None:
    scene(page, lived_in)

    assert accessible() == []
    shoot(scene.__name__)


def test_the_document_shows_each_picture() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    shown = {f"pictures/{scene.__name__}-{scheme}.webp" for scene in SCENES for scheme in ("light", "dark")}

    assert {each for each in shown if each not in text} == set()
    assert {each for each in shown if not (DOCUMENT.parent / each).is_file()} == set()
