"""Tests of the answers that a node gives."""

import json
from typing import Any

import pytest

from nodes.flow.respond_to_webhook import JSON_TYPE, respond_to_webhook
from nodes.sdk import Item, Respond, Response
from nodes.sdk.harness import FakeBlobs, FakeCredentials, Harness
from nodes.transform.tokens import verify
from schemas.errors import NodeError

ITEMS = [Item(json={"n": 1}, binary={"file": {"data": "aGk=", "mimeType": "text/plain"}}), Item(json={"n": 2})]


async def answer(params: dict[str, Any], items: list[Item] | None = None, version: float = 1.1) -> Response:
    result = await Harness(respond_to_webhook).run(params, [items or ITEMS], version=version)
    assert isinstance(result, Respond)
    return result.response


ANSWERS: list[Any] = [
    pytest.param({}, Response(200, [("content-type", JSON_TYPE)], b'{"n":1}'), id="the first item"),
    pytest.param(
        {"respondWith": "allIncomingItems", "options": {"responseKey": "a.b"}},
        Response(200, [("content-type", JSON_TYPE)], b'{"a":{"b":[{"n":1},{"n":2}]}}'),
        id="all items below a key",
    ),
    pytest.param(
        {"respondWith": "json", "responseBody": '={"n": {{ $json.n }}}', "options": {"responseCode": 201}},
        Response(201, [("content-type", JSON_TYPE)], b'{"n":1}'),
        id="JSON by expression",
    ),
    pytest.param(
        {
            "respondWith": "text",
            "responseBody": "hi",
            "options": {
                "responseHeaders": {
                    "entries": [
                        {"name": "Content-Type", "value": "text/plain"},
                        {"name": "x-n", "value": 5},
                    ]
                }
            },
        },
        Response(200, [("Content-Type", "text/plain"), ("x-n", "5")], b"hi"),
        id="text with headers",
    ),
    pytest.param({"respondWith": "noData"}, Response(200, [], b""), id="nothing"),
    pytest.param(
        {"respondWith": "json", "responseBody": ""}, Response(200, [("content-type", JSON_TYPE)], b""), id="empty JSON"
    ),
    pytest.param(
        {"respondWith": "redirect", "redirectURL": "/to"}, Response(307, [("location", "/to")], b""), id="redirect"
    ),
    pytest.param(
        {"respondWith": "binary"}, Response(200, [("content-type", "text/plain")], b"hi"), id="the first binary part"
    ),
]


@pytest.mark.parametrize(("params", "response"), ANSWERS)
async def test_answers(params: dict[str, Any], response: Response) -> None:
    assert await answer(params) == response


async def test_binary_by_reference_is_read() -> None:
    blobs = FakeBlobs()
    part = {"id": await blobs.put(b"large"), "mimeType": "image/png"}

    result = await Harness(respond_to_webhook, blobs=blobs).run(
        {"respondWith": "binary", "responseDataSource": "set", "inputFieldName": "f"}, [[Item({}, {"f": part})]]
    )

    assert isinstance(result, Respond)
    assert result.response.body == b"large"


@pytest.mark.parametrize(
    ("version", "params", "names"),
    [
        pytest.param(1.2, {}, ["main"], id="one output"),
        pytest.param(1.3, {}, ["Input Data", "Response"], id="two in 1.3"),
        pytest.param(1.4, {}, ["main"], id="one from 1.4"),
        pytest.param(1.4, {"enableResponseOutput": True}, ["Input Data", "Response"], id="two when asked for"),
    ],
)
async def test_outputs(version: float, params: dict[str, Any], names: list[str]) -> None:
    result = await Harness(respond_to_webhook).run(params, [ITEMS], version=version)

    assert respond_to_webhook.output_names(params, version) == names
    assert isinstance(result, Respond)
    assert len(result.outputs) == len(names)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        pytest.param({"respondWith": "json", "responseBody": "{"}, "not valid JSON", id="no JSON"),
        pytest.param({"respondWith": "binary", "responseDataSource": "set"}, 'no binary data "data"', id="no binary"),
    ],
)
async def test_what_cannot_be_answered(params: dict[str, Any], text: str) -> None:
    with pytest.raises(NodeError, match=text):
        await answer(params)


async def test_a_token_is_signed_with_the_credential() -> None:
    secret = {"keyType": "passphrase", "secret": "a-long-secret-of-the-tests-0123456789", "algorithm": "HS256"}
    harness = Harness(respond_to_webhook, credentials=FakeCredentials({"jwtAuth": secret}))

    made = await harness.run({"respondWith": "jwt", "payload": '{"user": 7}'})

    assert isinstance(made, Respond)
    assert verify(json.loads(made.response.body)["token"], "HS256", secret).payload == {"user": 7}
