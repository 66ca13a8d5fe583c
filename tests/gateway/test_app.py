"""The gateway as a whole: who is let in, what is documented, how errors look."""

import base64
import hashlib
import re

import pytest

from gateway.app import build_gateway
from gateway.settings import GatewaySettings

TOKEN = "a-token-for-tests"
CHALLENGE = 'Bearer realm="millrace"'
OPEN = {"/health": 200, "/ready": 200, "/api/v1/oauth/callback": 400}  # the last one takes what was sealed here alone


async def test_every_route_that_is_not_open_needs_the_token(house):
    asked = [(endpoint.method, endpoint.path) for endpoint in house.gateway.endpoints]
    paths = [*asked, ("GET", "/api/v1/openapi.json"), ("GET", "/api"), ("GET", "/api/v1/nothing"), ("PUT", "/other")]

    refused = {}
    for method, path in paths:
        answer = await house.hook(method, re.sub(r"{\w+}", "x", path))
        refused[method, path] = (answer.status, answer.headers.get("WWW-Authenticate"))

    closed = {place: (401, CHALLENGE) for place in paths if place[1] not in OPEN}
    assert {place: refused[place] for place in closed} == closed
    assert {path for _, path in asked} >= set(OPEN)
    assert {path: refused["GET", path] for path in OPEN} == {path: (status, None) for path, status in OPEN.items()}


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param(f"Bearer {TOKEN}", 200, id="right"),
        pytest.param(f"bearer  {TOKEN} ", 200, id="scheme in any case"),
        pytest.param("Bearer wrong-token", 401, id="wrong"),
        pytest.param("Bearer", 401, id="empty"),
        pytest.param(f"Bearer {TOKEN}x", 401, id="longer"),
        pytest.param(f"Bearer {TOKEN[:-1]}", 401, id="shorter"),
        pytest.param(f"Basic {base64.b64encode(TOKEN.encode()).decode()}", 401, id="other scheme"),
        pytest.param(f"Bearer {hashlib.sha256(TOKEN.encode()).hexdigest()}", 401, id="its digest"),
        pytest.param(TOKEN, 401, id="bare"),
    ],
)
async def test_token(house, header, status):
    answer = await house.hook("GET", "/api/v1/workflows", headers={"Authorization": header})

    assert answer.status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"x-n8n-api-key": TOKEN}, 200, id="as n8n has it"),
        pytest.param({"x-n8n-api-key": "wrong"}, 401, id="wrong"),
        pytest.param({"x-n8n-api-key": TOKEN, "authorization": "Bearer wrong"}, 401, id="beside a wrong bearer"),
    ],
)
async def test_a_key_in_n8ns_header(house, headers, status):
    async with house.session.get("/api/v1/workflows", headers=headers) as answer:
        assert answer.status == status


async def test_two_tokens_are_none(house):
    headers = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", f"Bearer {TOKEN}")]

    assert (await house.hook("GET", "/api/v1/workflows", headers=headers)).status == 401


def _references(value):
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


async def test_openapi_is_complete(house):
    document = await house.call("GET", "/api/v1/openapi.json", 200)

    assert document["openapi"].startswith("3.1")
    documented = {
        (method.upper(), path): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert set(documented) == {(endpoint.method, endpoint.path) for endpoint in house.gateway.endpoints}
    names = [operation["operationId"] for operation in documented.values()]
    assert len(set(names)) == len(names)
    schemas = document["components"]["schemas"]
    assert {name.removeprefix("#/components/schemas/") for name in _references(document)} <= set(schemas)


async def test_openapi_operations_say_what_they_take_and_give(house):
    document = await house.call("GET", "/api/v1/openapi.json", 200)

    for endpoint in house.gateway.endpoints:
        operation = document["paths"][endpoint.path][endpoint.method.lower()]
        where = f"{endpoint.method} {endpoint.path}"
        assert operation["summary"], where
        in_path = {given["name"] for given in operation["parameters"] if given["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", endpoint.path)), where
        assert ("requestBody" in operation) == (endpoint.model("body") is not None), where
        assert ("401" in operation["responses"]) == (endpoint.path not in OPEN), where
        assert (operation.get("security") == []) == (endpoint.path in OPEN), where
        for status, answer in operation["responses"].items():
            if int(status) >= 400 and endpoint.path not in OPEN:
                assert set(answer["content"]) == {"application/problem+json"}, where


async def test_openapi_shows_the_shape_of_a_workflow(house):
    document = await house.call("GET", "/api/v1/openapi.json", 200)

    reference = document["components"]["schemas"]["WorkflowBody"]
    text = str(reference) + str([document["components"]["schemas"].get(name) for name in ("Workflow", "Node")])
    assert "connections" in text
    assert "typeVersion" in text


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "members"),
    [
        pytest.param("GET", "/api/v1/nothing", {}, 404, {"title": "no such thing"}, id="unknown path"),
        pytest.param("PATCH", "/api/v1/workflows", {}, 405, {"title": "this method is not allowed here"}, id="method"),
        pytest.param("GET", "/api/v1/workflows/x", {}, 404, {}, id="unknown workflow"),
        pytest.param("GET", "/api/v1/workflows?limit=0", {}, 400, {"field": "limit"}, id="query out of bounds"),
        pytest.param("GET", "/api/v1/workflows?speed=1", {}, 400, {"field": "speed"}, id="unknown query"),
        pytest.param("GET", "/api/v1/workflows?cursor=!!", {}, 400, {"field": "cursor"}, id="foreign cursor"),
        pytest.param("POST", "/api/v1/workflows", {"data": b"{no"}, 400, {"field": "body"}, id="no JSON"),
        pytest.param("POST", "/api/v1/workflows", {"json": [1]}, 422, {"field": "body"}, id="no object"),
        pytest.param("POST", "/api/v1/executions", {"json": {}}, 422, {"field": "workflow"}, id="missing field"),
        pytest.param("POST", "/api/v1/sql", {"json": {"query": 1}}, 422, {"field": "query"}, id="wrong type"),
        pytest.param(
            "GET",
            "/api/v1/workflows",
            {"headers": {"Millrace-After": "x"}},
            400,
            {"field": "Millrace-After"},
            id="offset",
        ),
    ],
)
async def test_problems(house, method, path, sent, status, members):
    headers = {"Authorization": f"Bearer {TOKEN}", **sent.pop("headers", {})}

    answer = await house.hook(method, path, headers=headers, **sent)

    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert (answer.status, problem["status"]) == (status, status)
    assert problem["type"].startswith("urn:millrace:problem:")
    assert problem["detail"][0].islower() or not problem["detail"][0].isalpha()
    assert not problem["detail"].endswith(".")
    assert problem.items() >= members.items()


async def test_allow_lists_every_method_of_a_path(house):
    answer = await house.hook("PATCH", "/api/v1/workflows", headers={"Authorization": f"Bearer {TOKEN}"})

    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


async def test_defect_keeps_its_text_to_itself(house, caplog):
    async def broken(*_, **__):
        raise ValueError("a secret of the inside")

    house.other.history.executions = broken
    answer = await house.hook("GET", "/api/v1/executions", headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer.status == 500
    assert b"secret" not in answer.body
    assert "a secret of the inside" in caplog.text


async def test_front_page(house):
    answer = await house.hook("GET", "/")

    assert answer.status == 200
    assert b"Millrace" in answer.body


async def test_ready_says_which_check_failed(open_house):
    async def good():
        return None

    async def bad():
        raise RuntimeError("the password is hunter2")

    house = await open_house(checks=[("log", good), ("history", bad)])
    answer = await house.hook("GET", "/ready")

    assert answer.status == 503
    assert answer.json == {
        "ready": False,
        "checks": {"replies": "ok", "catalog": "ok", "log": "ok", "history": "failed"},
    }


async def test_metrics_count_webhooks(house):
    await house.make(house.parts.webhook("in"))
    await house.hook("POST", "/w/in")
    await house.hook("POST", "/w/nowhere")

    answer = await house.hook("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    text = answer.body.decode()
    assert 'millrace_webhooks_total{status="200"} 1.0' in text
    assert 'millrace_webhooks_refused_total{status="404"} 1.0' in text
    assert "millrace_webhooks_in_work 0.0" in text


async def test_two_gateways_share_no_registry(house):
    other = house.other
    settings = GatewaySettings(token=TOKEN, partitions=house.parts.PARTITIONS)

    second = build_gateway(settings, other.log, other.view, other.history, other.registry, other.blobs)

    assert second._parts.meters.registry is not house.gateway._parts.meters.registry
