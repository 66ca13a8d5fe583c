"""Tests of webhooks: what they listen to, and the answer at the end."""

import json
from typing import Any

import pytest

from nodes.sdk import Item
from nodes.triggers.webhook import JSON_TYPE, TEXT_TYPE, answer, starts, webhook
from schemas.errors import ErrorInfo, ParameterError, UserError

CSS = {"data": "aGk=", "mimeType": "text/css"}
ITEMS = [Item(json={"n": 1, "t": "<b>"}, binary={"data": CSS}), Item(json={"n": 2})]
STARTED = '{"message":"Workflow was started"}'


def test_a_route_for_each_method() -> None:
    routes = starts({"path": "/a/:id/", "httpMethod": ["GET", "POST"], "multipleMethods": True}, 2, "Hook")

    assert [(route.method, route.path, route.output) for route in routes] == [("GET", "a/:id", 0), ("POST", "a/:id", 1)]
    assert webhook.output_names({"httpMethod": ["GET", "POST"]}, 2) == ["GET", "POST"]


AT_ONCE: list[Any] = [
    pytest.param(1, {}, (200, [JSON_TYPE], STARTED), id="n8n's words"),
    pytest.param(1, {"responseCode": 202}, (202, [JSON_TYPE], STARTED), id="status of version 1"),
    pytest.param(
        2, {"options": {"responseCode": {"values": {"responseCode": 201}}}}, (201, [JSON_TYPE], STARTED), id="status"
    ),
    pytest.param(
        2,
        {"options": {"responseCode": {"values": {"responseCode": "customCode", "customCode": 418}}}},
        (418, [JSON_TYPE], STARTED),
        id="status of one's own",
    ),
    pytest.param(2, {"options": {"noResponseBody": True}}, (200, [], ""), id="no body"),
    pytest.param(
        2,
        {"options": {"responseData": "ok", "responseHeaders": {"entries": [{"name": "Content-Type", "value": "a/b"}]}}},
        (200, [("Content-Type", "a/b")], "ok"),
        id="body and headers",
    ),
    pytest.param(2, {"options": {"responseData": "={{ 1 + 1 }}"}}, (200, [JSON_TYPE], "2"), id="an expression"),
]


@pytest.mark.parametrize(("version", "params", "given"), AT_ONCE)
def test_the_answer_at_once(version: float, params: dict[str, Any], given: tuple[int, list[Any], str]) -> None:
    route = starts({"path": "a", **params}, version, "Hook")[0]

    assert (route.status, route.headers, route.body) == given


def test_options_travel_with_the_route() -> None:
    route = starts({"path": "a", "options": {"rawBody": True, "ipWhitelist": "10.0.0.1"}}, 2, "Hook")[0]

    assert route.options == {"rawBody": True, "ipWhitelist": "10.0.0.1"}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        pytest.param({"path": "/"}, "path", id="no path"),
        pytest.param({"path": "a", "authentication": "n8nOAuth2"}, "authentication", id="a login that is not here"),
        pytest.param({"path": "a", "responseMode": "streaming"}, "responseMode", id="streaming"),
        pytest.param({"path": "a", "httpMethod": "BREW"}, "httpMethod.literal", id="method"),
    ],
)
def test_what_is_refused_names_its_field(params: dict[str, Any], field: str) -> None:
    with pytest.raises(ParameterError) as refused:
        starts(params, 2, "Hook")

    assert str(refused.value.field).startswith(field.partition(".")[0])


def test_a_path_that_needs_an_execution_is_refused() -> None:
    with pytest.raises(UserError):
        starts({"path": '={{ $("Other").first().json.path }}'}, 2, "Hook")


LAST: list[Any] = [
    pytest.param({}, (200, JSON_TYPE[1], b'{"n":1,"t":"<b>"}'), id="first entry"),
    pytest.param({"responseData": "allEntries"}, (200, JSON_TYPE[1], b'[{"n":1,"t":"<b>"},{"n":2}]'), id="all entries"),
    pytest.param({"responseData": "noData"}, (200, None, b""), id="no data"),
    pytest.param({"responseData": "firstEntryBinary"}, (200, "text/css", b"hi"), id="binary"),
    pytest.param({"options": {"responsePropertyName": "n"}}, (200, JSON_TYPE[1], b"1"), id="one field"),
    pytest.param({"options": {"responsePropertyName": "t"}}, (200, TEXT_TYPE[1], b"<b>"), id="a text"),
    pytest.param({"options": {"responsePropertyName": "none"}}, (200, JSON_TYPE[1], b""), id="a field that is not"),
    pytest.param(
        {"options": {"responsePropertyName": "t", "responseContentType": "text/html"}},
        (200, "text/html", b"<b>"),
        id="one field as it is",
    ),
    pytest.param(
        {"options": {"responseCode": {"values": {"responseCode": 201}}}},
        (201, JSON_TYPE[1], b'{"n":1,"t":"<b>"}'),
        id="status",
    ),
]


@pytest.mark.parametrize(("params", "given"), LAST)
def test_the_answer_of_the_last_node(params: dict[str, Any], given: tuple[int, str | None, bytes]) -> None:
    response = answer({"path": "a", "responseMode": "lastNode", **params}, 2, ITEMS, None)

    assert (response.status, dict(response.headers).get("content-type"), response.body) == given


@pytest.mark.parametrize(
    ("params", "items", "error", "status", "word"),
    [
        pytest.param({"responseMode": "lastNode"}, [], None, 500, "no item to return", id="no items"),
        pytest.param({"responseMode": "lastNode"}, ITEMS, ErrorInfo("secret"), 500, "error in workflow", id="an error"),
        pytest.param({"responseMode": "responseNode"}, ITEMS, None, 200, "executed", id="nobody answered"),
        pytest.param(
            {"responseMode": "lastNode", "responseData": "firstEntryBinary", "responseBinaryPropertyName": "x"},
            ITEMS,
            None,
            500,
            'no binary data "x"',
            id="no binary",
        ),
    ],
)
def test_messages(params: dict[str, Any], items: list[Item], error: ErrorInfo | None, status: int, word: str) -> None:
    response = answer({"path": "a", **params}, 2, items, error)

    assert response.status == status
    assert word in json.loads(response.body)["message"]
    assert b"secret" not in response.body
