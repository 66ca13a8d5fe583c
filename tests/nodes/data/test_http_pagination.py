"""Tests of httpRequest over several pages."""

from typing import Any

import pytest

from nodes.data.http_request import http_request
from nodes.sdk import Item
from nodes.sdk.harness import FakeHttp, Harness, outputs
from schemas.errors import NodeError

URL = "http://a.test/x"
JSON = {"content-type": "application/json"}
NEXT = {**JSON, "next": f"{URL}?page=2"}


def paged(pagination: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"url": URL, **more, "options": {"pagination": {"pagination": pagination}}}


async def fetched(params: dict[str, Any], answers: dict[tuple[str, str], Any]) -> tuple[list[Any], Harness]:
    harness = Harness(http_request, http=FakeHttp(answers))
    made = outputs(await harness.run(params, [[Item(json={})]], version=4.2))[0]
    return [item.json for item in made], harness


PAGE = {"parameters": {"parameters": [{"type": "qs", "name": "page", "value": "={{ $pageCount + 1 }}"}]}}
TWO = {
    ("GET", f"{URL}?page=1"): (200, JSON, [{"id": 1}]),
    ("GET", f"{URL}?page=2"): (200, JSON, [{"id": 2}]),
    ("GET", f"{URL}?page=3"): (200, JSON, []),
}


async def test_a_parameter_changes_until_a_page_is_empty() -> None:
    made, _ = await fetched(paged(PAGE), TWO)

    assert made == [{"id": 1}, {"id": 2}]


async def test_some_pages_only_with_a_pause_between() -> None:
    made, harness = await fetched(
        paged({**PAGE, "limitPagesFetched": True, "maxRequests": "={{ 2 }}", "requestInterval": 250}), TWO
    )

    assert made == [{"id": 1}, {"id": 2}]
    assert harness.clock.slept == [0.25]


async def test_the_answer_names_the_next_page_and_an_expression_ends_it() -> None:
    answers = {("GET", URL): (200, NEXT, {"id": 1}), ("GET", f"{URL}?page=2"): (200, JSON, {"id": 2, "last": True})}
    how = {
        "paginationMode": "responseContainsNextURL",
        "nextURL": '={{ $response.headers["next"] }}',
        "paginationCompleteWhen": "other",
        "completeExpression": "={{ $response.body.last === true }}",
    }

    made, _ = await fetched(paged(how), answers)

    assert made == [{"id": 1}, {"id": 2, "last": True}]


async def test_a_status_code_ends_the_pages_without_failing() -> None:
    how = {**PAGE, "paginationCompleteWhen": "receiveSpecificStatusCodes", "statusCodesWhenComplete": "404, 410"}

    made, _ = await fetched(paged(how), {**TWO, ("GET", f"{URL}?page=3"): (404, JSON, [])})

    assert made == [{"id": 1}, {"id": 2}]


async def test_a_field_of_the_body_changes() -> None:
    rows = {"parameters": [{"type": "body", "name": "skip", "value": "={{ $pageCount * 10 }}"}]}
    how = {"parameters": rows, "limitPagesFetched": True, "maxRequests": 2}
    body = {"method": "POST", "sendBody": True, "specifyBody": "json", "jsonBody": '{"limit": 10, "skip": 0}'}

    _, harness = await fetched(paged(how, **body), {("POST", URL): (200, JSON, {"ok": True})})

    assert [request.body for request in harness.http.sent] == [b'{"limit":10,"skip":0}', b'{"limit":10,"skip":10}']


@pytest.mark.parametrize(
    ("pagination", "answers", "text"),
    [
        pytest.param(
            {"parameters": {"parameters": []}},
            {("GET", URL): (200, JSON, [{"id": 1}])},
            "the same page came 5 times",
            id="never ends",
        ),
        pytest.param(
            {"paginationMode": "responseContainsNextURL", "nextURL": "={{ $response.body.next }}"},
            {("GET", URL): (200, JSON, {"id": 1})},
            "is not a valid URL",
            id="no next page",
        ),
        pytest.param(PAGE, {("GET", f"{URL}?page=1"): (500, JSON, {})}, "status code 500", id="a page fails"),
    ],
)
async def test_what_goes_wrong(pagination: dict[str, Any], answers: dict[tuple[str, str], Any], text: str) -> None:
    with pytest.raises(NodeError, match=text):
        await fetched(paged(pagination), answers)
