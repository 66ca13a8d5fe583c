"""Tests of HTTP requests: what is sent, and how answers become items."""

import base64
from typing import Any

import pytest

from nodes.data.http_request import http_request
from nodes.sdk import Item
from nodes.sdk.harness import FakeCredentials, FakeHttp, Harness, outputs
from schemas.errors import NodeError, OperationalError, UserError

URL = "https://a.test/x"
JSON = {"content-type": "application/json"}


class Anything(FakeHttp):
    """Answers every request with {}."""

    async def send(self, request: Any) -> Any:
        self.answers = {(request.method, request.url): (200, JSON, {})}
        return await super().send(request)


async def sent(params: dict[str, Any], version: float = 4.2, item: Item | None = None, **more: Any) -> Any:
    http = Anything()
    await Harness(http_request, http=http, **more).run(
        {"url": URL, **params}, [[item or Item(json={"n": 5})]], version=version
    )
    return http.sent[0]


def pairs(**given: Any) -> dict[str, Any]:
    return {"parameters": [{"name": name, "value": value} for name, value in given.items()]}


URLS: list[Any] = [
    pytest.param({"url": "a.test/x"}, "http://a.test/x", id="a scheme is added"),
    pytest.param(
        {"sendQuery": True, "queryParameters": pairs(q="a b", n="={{ $json.n }}")}, f"{URL}?q=a%20b&n=5", id="query"
    ),
    pytest.param(
        {"url": f"{URL}?z=1#f", "sendQuery": True, "queryParameters": pairs(q=1)}, f"{URL}?z=1&q=1#f", id="added"
    ),
    pytest.param(
        {"sendQuery": True, "specifyQuery": "json", "jsonQuery": '{"a": [1, 2], "b": null}'},
        f"{URL}?a%5B0%5D=1&a%5B1%5D=2&b=",
        id="lists by number",
    ),
    pytest.param(
        {
            "sendQuery": True,
            "specifyQuery": "json",
            "jsonQuery": '{"a": [1, 2]}',
            "options": {"queryParameterArrays": "repeat"},
        },
        f"{URL}?a=1&a=2",
        id="lists repeated",
    ),
    pytest.param({"queryParameters": pairs(q="a b")}, URL, id="nothing that is switched off"),
]


@pytest.mark.parametrize(("params", "url"), URLS)
async def test_urls(params: dict[str, Any], url: str) -> None:
    assert (await sent(params)).url == url


BODIES: list[Any] = [
    pytest.param(
        4.2, {"bodyParameters": pairs(a="={{ false }}", b="5")}, "application/json", b'{"a":false,"b":"5"}', id="JSON"
    ),
    pytest.param(
        4.2, {"specifyBody": "json", "jsonBody": '={"n": {{ $json.n }}}'}, "application/json", b'{"n":5}', id="text"
    ),
    pytest.param(
        4.2,
        {"contentType": "form-urlencoded", "bodyParameters": pairs(a="x y")},
        "application/x-www-form-urlencoded",
        b"a=x%20y",
        id="form",
    ),
    pytest.param(
        4.2,
        {"contentType": "form-urlencoded", "specifyBody": "string", "body": "a=1"},
        "application/x-www-form-urlencoded",
        b"a=1",
        id="form text",
    ),
    pytest.param(4.2, {"contentType": "raw", "body": "hi", "rawContentType": "text/x"}, "text/x", b"hi", id="raw"),
    pytest.param(4.2, {"contentType": "binaryData"}, "image/png", b"png", id="binary"),
]


@pytest.mark.parametrize(("version", "params", "type_", "body"), BODIES)
async def test_bodies(version: float, params: dict[str, Any], type_: str, body: bytes) -> None:
    part = {"data": base64.b64encode(b"png").decode(), "mimeType": "image/png"}

    request = await sent({"method": "POST", "sendBody": True, **params}, version, Item({"n": 5}, {"data": part}))

    assert dict(request.headers)["content-type"] == type_
    assert request.body == body


async def test_multipart_holds_fields_and_files() -> None:
    part = {"data": base64.b64encode(b"\x00png").decode(), "mimeType": "image/png", "fileName": "a.png"}
    file = {"name": "f", "parameterType": "formBinaryData", "inputDataFieldName": "pic"}
    fields = [{"name": "a", "value": "1"}, file]
    params = {"method": "POST", "sendBody": True, "contentType": "multipart-form-data"}

    request = await sent({**params, "bodyParameters": {"parameters": fields}}, item=Item({}, {"pic": part}))

    boundary = dict(request.headers)["content-type"].partition("boundary=")[2].encode()
    first, second = request.body.split(b"--" + boundary)[1:3]
    assert b'name="a"\r\n\r\n1\r\n' in first
    assert b'name="f"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n\x00png\r\n' in second


SIGNED: list[Any] = [
    pytest.param("httpBasicAuth", {"user": "u", "password": "p"}, ("authorization", "Basic dTpw"), URL, id="basic"),
    pytest.param("httpBearerAuth", {"token": "t"}, ("authorization", "Bearer t"), URL, id="bearer"),
    pytest.param("httpHeaderAuth", {"name": "x-key", "value": "k"}, ("x-key", "k"), URL, id="header"),
    pytest.param("httpQueryAuth", {"name": "key", "value": "k"}, None, f"{URL}?key=k", id="query"),
]


@pytest.mark.parametrize(("kind", "secret", "header", "url"), SIGNED)
async def test_credentials_sign(kind: str, secret: dict[str, str], header: tuple[str, str] | None, url: str) -> None:
    params = {"authentication": "genericCredentialType", "genericAuthType": kind}

    request = await sent(params, credentials=FakeCredentials({kind: secret}))

    assert header is None or header in request.headers
    assert request.url == url


OLD: list[Any] = [
    pytest.param(
        {"requestMethod": "POST", "bodyParametersUi": {"parameter": [{"name": "a", "value": "1"}]}},
        "POST",
        URL,
        b'{"a":"1"}',
        id="fields",
    ),
    pytest.param(
        {"requestMethod": "POST", "jsonParameters": True, "bodyParametersJson": '{"a": 1}'},
        "POST",
        URL,
        b'{"a":1}',
        id="JSON",
    ),
    pytest.param(
        {"jsonParameters": True, "queryParametersJson": '{"a": 1}'}, "GET", f"{URL}?a=1", None, id="query as JSON"
    ),
    pytest.param(
        {"requestMethod": "PUT", "jsonParameters": True, "sendBinaryData": True}, "PUT", URL, b"png", id="binary"
    ),
]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("params", "method", "url", "body"), OLD)
async def test_old_versions(version: float, params: dict[str, Any], method: str, url: str, body: bytes | None) -> None:
    part = {"data": base64.b64encode(b"png").decode(), "mimeType": "image/png"}

    request = await sent(params, version, Item({}, {"data": part}))

    assert (request.method, request.url, request.body) == (method, url, body)


@pytest.mark.parametrize(
    ("version", "options", "follow"),
    [
        pytest.param(4.2, {}, True, id="followed from version 4"),
        pytest.param(3, {}, False, id="not in version 3"),
        pytest.param(3, {"redirect": {"redirect": {"followRedirects": True}}}, True, id="when asked to"),
        pytest.param(2, {}, True, id="in version 2"),
    ],
)
async def test_redirects(version: float, options: dict[str, Any], follow: bool) -> None:
    assert (await sent({"options": options}, version)).follow_redirects is follow


async def answered(
    options: dict[str, Any], answer: tuple[int, dict[str, str], Any], url: str = URL, **more: Any
) -> list[Item]:
    harness = Harness(http_request, http=FakeHttp({("GET", url): answer}))
    params = {"url": url, "options": {"response": {"response": options}}}
    return outputs(await harness.run(params, version=4.2, **more))[0]


HEAD = {"headers": JSON, "statusCode": 200, "statusMessage": ""}
ANSWERS: list[Any] = [
    pytest.param({}, (200, JSON, {"a": 1}), [{"a": 1}], id="an object"),
    pytest.param({}, (200, JSON, [{"a": 1}, 2]), [{"a": 1}, {"data": 2}], id="a list"),
    pytest.param({}, (200, JSON, ""), [{}], id="nothing"),
    pytest.param({}, (200, {"content-type": "application/vnd.api+json"}, "{}"), [{"data": "{}"}], id="a JSON dialect"),
    pytest.param({}, (200, {"content-type": "text/x"}, "x"), [{"data": "x"}], id="text"),
    pytest.param({"fullResponse": True}, (200, JSON, [1]), [{"body": [1], **HEAD}], id="a full answer"),
    pytest.param({"neverError": True}, (404, JSON, {"e": 1}), [{"e": 1}], id="never an error"),
    pytest.param({"responseFormat": "text", "outputPropertyName": "t"}, (200, JSON, [1]), [{"t": "[1]"}], id="as text"),
    pytest.param({}, (200, {"content-type": 'text/plain; charset="latin1"'}, b"\xe9"), [{"data": "é"}], id="latin1"),
]


@pytest.mark.parametrize(("options", "answer", "rows"), ANSWERS)
async def test_answers(options: dict[str, Any], answer: tuple[int, dict[str, str], Any], rows: list[Any]) -> None:
    assert [item.json for item in await answered(options, answer)] == rows


FILES: list[Any] = [
    pytest.param(
        "https://a.test/pic.png", {"content-type": "image/png"}, ("image/png", "image", "png", "pic.png"), id="URL"
    ),
    pytest.param(
        URL, {"content-disposition": 'inline; filename="t.jpg"'}, ("image/jpeg", "image", "jpg", "t.jpg"), id="header"
    ),
]


@pytest.mark.parametrize(("url", "headers", "facts"), FILES)
async def test_files(url: str, headers: dict[str, str], facts: tuple[str, ...]) -> None:
    item = (await answered({"responseFormat": "file"}, (200, headers, b"test"), url))[0]

    assert item.json == {}
    assert item.binary == {
        "data": {
            "data": "dGVzdA==",
            "fileSize": "4 B",
            **dict(zip(("mimeType", "fileType", "fileExtension", "fileName"), facts, strict=True)),
        }
    }


async def test_a_failure_carries_status_and_body() -> None:
    with pytest.raises(NodeError, match=r"request failed with status code 503 \(service unavailable\)") as failed:
        await answered({}, (503, {}, "later"))

    assert failed.value.detail == {"status": 503, "body": "later", "url": URL}


@pytest.mark.parametrize(
    ("params", "error", "text"),
    [
        pytest.param({"url": "http://"}, NodeError, "not a valid URL", id="no host"),
        pytest.param({"url": "ftp://a.test"}, NodeError, "not a valid URL", id="another scheme"),
        pytest.param({"url": "http://no.test/"}, OperationalError, "no answer", id="nobody there"),
        pytest.param(
            {"sendBody": True, "specifyBody": "json", "jsonBody": "{"}, NodeError, "not valid JSON", id="broken JSON"
        ),
        pytest.param(
            {"authentication": "genericCredentialType", "genericAuthType": "httpBasicAuth"},
            UserError,
            'no credential of type "httpBasicAuth"',
            id="no credential",
        ),
    ],
)
async def test_what_goes_wrong(params: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        await Harness(http_request).run({"url": URL, **params}, version=4.2)


async def test_each_failing_item_becomes_an_error_item_where_the_node_goes_on() -> None:
    harness = Harness(http_request, http=FakeHttp({("GET", f"{URL}/1"): (200, JSON, {"ok": 1})}))
    items = [Item(json={"n": 1}), Item(json={"n": 2})]

    made = outputs(await harness.run({"url": URL + "/{{ $json.n }}"}, [items], continue_on_fail=True))[0]
    good = outputs(await harness.run({"url": f"={URL}/{{{{ $json.n }}}}"}, [items], continue_on_fail=True))[0]

    assert [list(item.json) for item in made] == [["error", "details"]] * 2
    assert made[0].json["error"]["code"] == "ENOTFOUND"
    assert [list(item.json) for item in good] == [["ok"], ["error", "details"]]
    assert [item.paired for item in good] == [0, 1]


async def test_batches_pause_between() -> None:
    harness = Harness(http_request, http=FakeHttp({("GET", URL): (200, JSON, {})}))
    params = {"url": URL, "options": {"batching": {"batch": {"batchSize": 2, "batchInterval": 500}}}}

    await harness.run(params, [[Item(json={})] * 5])

    assert harness.clock.slept == [0.5, 0.5]


@pytest.mark.parametrize(
    ("raw", "version", "repeat"),
    [
        pytest.param({}, 4.2, "safe", id="GET"),
        pytest.param({"method": "POST"}, 4.2, "unsafe", id="POST"),
        pytest.param({"requestMethod": "PATCH"}, 1, "unsafe", id="PATCH of version 1"),
        pytest.param({"method": "={{ $json.m }}"}, 4.2, "unsafe", id="a method that is not known"),
        pytest.param(
            {"method": "POST", "headerParameters": {"parameters": [{"name": "Idempotency-Key", "value": "k"}]}},
            4.2,
            "keyed",
            id="POST with a key",
        ),
        pytest.param(
            {"requestMethod": "POST", "headerParametersUi": {"parameter": [{"name": "idempotency-key", "value": "k"}]}},
            2,
            "keyed",
            id="POST with a key of version 2",
        ),
        pytest.param(
            {"method": "POST", "headerParameters": {"parameters": [{"name": "X-Key", "value": "k"}]}},
            4.2,
            "unsafe",
            id="POST with another header",
        ),
    ],
)
def test_what_may_be_repeated(raw: dict[str, Any], version: float, repeat: str) -> None:
    assert callable(http_request.repeat)
    assert http_request.repeat(raw, version) == repeat


async def test_a_repetition_sends_the_same_bytes() -> None:
    params = {"method": "POST", "sendBody": True, "contentType": "multipart-form-data", "bodyParameters": pairs(a="1")}

    first, second = await sent(params), await sent(params)

    assert first == second


@pytest.mark.parametrize(("status", "follows"), [(302, False), (304, True)])
async def test_what_is_no_success_is_a_failure(status: int, follows: bool) -> None:
    harness = Harness(http_request, http=FakeHttp({("GET", URL): (status, {}, "")}))

    with pytest.raises(NodeError, match=f"status code {status}"):
        await harness.run(
            {"url": URL, "options": {"redirect": {"redirect": {"followRedirects": follows}}}}, [[Item(json={})]]
        )


@pytest.mark.parametrize(
    ("method", "all_", "follows"), [("GET", False, True), ("POST", False, False), ("POST", True, True)]
)
async def test_old_versions_follow_redirects_of_reading_only(method: str, all_: bool, follows: bool) -> None:
    request = await sent({"requestMethod": method, "options": {"followAllRedirects": all_}}, version=1)

    assert request.follow_redirects is follows
