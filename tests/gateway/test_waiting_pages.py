"""What a browser is shown where nothing waits, and what a page's answers become."""

import pytest

from gateway.forms import Submission
from gateway.waiting_pages import item_of_page, missing
from schemas.form import Choice, Form, Page


@pytest.mark.parametrize(
    ("status", "query", "again"),
    [
        pytest.param(409, "", "url=/w-wait/t?again=1", id="what comes next is not ready"),
        pytest.param(409, "again=7", "url=/w-wait/t?again=8", id="and still is not"),
        pytest.param(409, "again=99", None, id="not for ever"),
        pytest.param(409, "again=x", None, id="nonsense"),
        pytest.param(404, "", None, id="it is over"),
    ],
)
def test_a_browser_looks_again_while_the_execution_is_there(status: int, query: str, again: str | None) -> None:
    found, _, body = missing(status, "/w-wait/t", query)

    assert found == status
    assert ("http-equiv" in body.decode()) == (again is not None)
    assert again is None or again in body.decode()


@pytest.mark.parametrize(
    ("page", "sent", "json"),
    [
        pytest.param(
            Page(Form(choices=[Choice("approve", "Yes")]), "data"),
            {"choice": "approve"},
            {"data": {"approved": True}},
            id="approved",
        ),
        pytest.param(
            Page(Form(choices=[Choice("decline", "No")]), "data"),
            {"choice": "decline"},
            {"data": {"approved": False}},
            id="declined",
        ),
        pytest.param(Page(Form(), "data"), {"text": "a"}, {"data": {"text": "a"}}, id="below a key"),
    ],
)
def test_answers_become_an_item(page: Page, sent: dict[str, str], json: dict[str, object]) -> None:
    assert item_of_page(page, Submission(json=sent), "q=1").json == json
