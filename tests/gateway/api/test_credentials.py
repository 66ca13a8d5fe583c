"""Credentials over the API: typed, sealed, tried, and never given back.

Flow: client → `/api/v1/credentials` → catalog.
"""

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from streams.topics import CATALOG, COMMANDS

PATH = "/api/v1/credentials"
SECRET = "planted-s3cret"
BASIC = {"name": "Shop", "type": "httpBasicAuth", "data": {"user": "ada", "password": SECRET}}
HIDDEN = {"$secret": True}


@pytest.fixture
async def service() -> AsyncIterator[str]:
    """Serve what only Ada may see, and tell everybody else what they sent."""

    async def answer(request: web.Request) -> web.Response:
        known = request.headers.get("authorization") == "Basic YWRhOnBsYW50ZWQtczNjcmV0"
        return web.Response(status=200 if known else 401, text=str(request.headers))

    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_types_say_their_fields(house) -> None:
    found = await house.call("GET", "/api/v1/credential-types", 200)

    by_name = {each["name"]: each for each in found["data"]}
    basic = by_name["httpBasicAuth"]
    assert set(basic["fields"]["properties"]) == {"user", "password"}
    assert basic["fields"]["properties"]["password"]["writeOnly"]
    assert (basic["oauth"], by_name["oAuth2Api"]["oauth"], by_name["n8nApi"]["testable"]) == (False, True, True)


async def test_a_credential_is_kept_shown_changed_and_forgotten(house) -> None:
    made = await house.call("POST", PATH, 201, json=BASIC)
    one = f"{PATH}/{made['id']}"

    listed = await house.call("GET", PATH, 200)
    await house.call("PUT", one, 200, json={"name": "Shop 2", "data": {"user": "eve", "password": HIDDEN}})
    changed = await house.call("GET", one, 200)
    other = await house.call("GET", PATH, 200, params={"type": "httpHeaderAuth"})
    await house.call("DELETE", one, 204)

    assert made["data"] == {"user": "ada", "password": HIDDEN}
    assert [each["name"] for each in listed["data"]] == ["Shop"]
    assert "data" not in listed["data"][0]
    assert (changed["name"], changed["data"]) == ("Shop 2", {"user": "eve", "password": HIDDEN})
    assert other["data"] == []
    await house.call("GET", one, 404)


async def test_a_hidden_secret_stays_and_a_new_one_counts(house, service: str) -> None:
    made = await house.call("POST", PATH, 201, json=BASIC)
    one = f"{PATH}/{made['id']}"

    await house.call("PUT", one, 200, json={"data": {"user": "ada", "password": HIDDEN}})
    stayed = await house.call("POST", f"{one}/test", 200, json={"url": service})
    await house.call("PUT", one, 200, json={"data": {"user": "ada", "password": "another-one"}})
    changed = await house.call("POST", f"{one}/test", 200, json={"url": service})

    assert stayed == {"ok": True, "message": "the service answered with status 200"}
    assert changed == {"ok": False, "message": "the service answered with status 401"}


async def test_nothing_on_the_log_or_in_an_answer_has_the_secret(house) -> None:
    made = await house.call("POST", PATH, 201, json=BASIC)
    shown = [made, await house.call("GET", PATH), await house.call("GET", f"{PATH}/{made['id']}")]

    records = b""
    for topic in (COMMANDS, CATALOG):
        reader = await house.other.log.reader(topic, [0], "earliest")
        records += b"".join(record.value or b"" for record in await reader.read())
        await reader.close()

    assert len(records) > 200
    assert SECRET.encode() not in records
    assert b"ada" not in records
    assert SECRET not in json.dumps(shown)


@pytest.mark.parametrize(
    ("change", "status", "field", "text"),
    [
        pytest.param({"type": "noSuchType"}, 400, None, 'no credential type "noSuchType"', id="a strange type"),
        pytest.param({"data": {"user": "a", "password": [SECRET]}}, 422, "password", "valid string", id="a field"),
        pytest.param({"name": ""}, 422, "name", "at least 1", id="no name"),
        pytest.param({"extra": SECRET}, 422, "extra", "not permitted", id="a strange member"),
        pytest.param({"id": "a b"}, 400, "id", "cannot be an id", id="a strange id"),
        pytest.param({"data": SECRET}, 422, "data", "dictionary", id="no fields"),
    ],
)
async def test_what_does_not_fit_is_refused_without_its_value(house, change, status, field, text) -> None:
    refused = await house.call("POST", PATH, status, json={**BASIC, **change})

    assert refused.get("field") == field
    assert text in refused["detail"]
    assert SECRET not in json.dumps(refused)


async def test_revisions_names_and_repetitions_hold(house) -> None:
    key = {"idempotency-key": "once"}
    made = await house.call("POST", PATH, 201, json=BASIC, headers=key)
    again = await house.call("POST", PATH, 201, json=BASIC, headers=key)
    one = f"{PATH}/{made['id']}"

    taken = await house.call("POST", PATH, 409, json=BASIC)
    stale = await house.call("PUT", one, 412, json={"name": "x"}, headers={"if-match": '"7"'})

    assert again == made
    assert "workflow" not in taken
    assert "revision 1, not 7" in stale["detail"]


async def test_what_a_workflow_uses_is_forgotten_by_force_only(house) -> None:
    made = await house.call("POST", PATH, 201, json=BASIC)
    ask = {"name": "Ask", "type": "httpRequest", "typeVersion": 4, "credentials": {"httpBasicAuth": {"id": made["id"]}}}
    flow = await house.make({"name": "Orders", "nodes": [ask], "connections": {}}, active=False)

    refused = await house.call("DELETE", f"{PATH}/{made['id']}", 409)

    assert refused["more"] == {"workflows": [flow["id"]]}
    await house.call("DELETE", f"{PATH}/{made['id']}", 204, params={"force": "true"})


@pytest.mark.parametrize(
    ("body", "ok", "text"),
    [
        pytest.param({"type": "httpBasicAuth", "data": BASIC["data"]}, True, "status 200", id="good fields"),
        pytest.param({"type": "httpBearerAuth", "data": {"token": SECRET}}, False, "status 401", id="others"),
        pytest.param({"type": "smtp", "data": {"host": "x"}}, False, "cannot be tried", id="no HTTP"),
        pytest.param({"type": "oAuth2Api", "data": {"clientId": "x"}}, False, "not connected", id="not connected"),
    ],
)
async def test_fields_are_tried_before_they_are_kept(house, service: str, body, ok: bool, text: str) -> None:
    said = await house.call("POST", f"{PATH}/test", 200, json={**body, "url": service})

    assert said["ok"] is ok
    assert text in said["message"]
    assert SECRET not in said["message"]


async def test_a_trial_that_fails_tells_no_secret(house) -> None:
    body = {"type": "httpQueryAuth", "data": {"name": "key", "value": SECRET}, "url": "http://127.0.0.1:1/x"}

    said = await house.call("POST", f"{PATH}/test", 200, json=body)

    assert not said["ok"]
    assert "[secret]" in said["message"]
    assert SECRET not in said["message"]


async def test_variables_are_made_changed_and_forgotten(house) -> None:
    path = "/api/v1/variables"
    made = await house.call("POST", path, 201, json={"key": "region", "value": "eu"})
    changed = await house.call("PUT", f"{path}/{made['id']}", 200, json={"key": "region", "value": "us"})
    listed = await house.call("GET", path, 200)
    await house.call("POST", path, 409, json={"key": "region", "value": "x"})
    await house.call("POST", path, 400, json={"key": "a-b", "value": "x"})
    await house.call("DELETE", f"{path}/{made['id']}", 204)

    assert (changed["value"], changed["revision"]) == ("us", 2)
    assert listed["data"] == [changed]
    assert (await house.call("GET", path, 200))["data"] == []
