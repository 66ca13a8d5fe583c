"""Who is let in at webhooks, forms and chats, and which requests start anything: over real HTTP."""

import base64
import json
import time
from typing import Any

import pytest

from nodes.transform.tokens import sign

CHAT = "@n8n/n8n-nodes-langchain.chatTrigger"
SECRETS: dict[str, tuple[str, dict[str, Any]]] = {
    "basicAuth": ("httpBasicAuth", {"user": "ada", "password": "correct:hörse"}),
    "headerAuth": ("httpHeaderAuth", {"name": "X-Key", "value": "k-12345678"}),
    "jwtAuth": ("jwtAuth", {"keyType": "passphrase", "secret": "s-1234567890", "algorithm": "HS256"}),
}


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def bearer(secret: str = "s-1234567890", **claims: Any) -> dict[str, str]:
    return {"Authorization": "Bearer " + sign({}, {"sub": "ada", **claims}, "HS256", {"secret": secret})}


def forged() -> dict[str, str]:
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in ({"alg": "none"}, {})]
    return {"Authorization": f"Bearer {'.'.join(parts)}."}


async def closed(house: Any, scheme: str, flow: dict[str, Any] | None = None, data: Any = None) -> None:
    kind, usual = SECRETS[scheme]
    body = {"name": "Door", "type": kind, "data": data or usual}
    made = await house.call("POST", "/api/v1/credentials", 201, json=body)
    flow = flow or house.parts.webhook("in", authentication=scheme)
    flow["nodes"][0]["parameters"]["authentication"] = scheme
    flow["nodes"][0]["credentials"] = {kind: {"id": made["id"], "name": "Door"}}
    await house.make(flow)


@pytest.mark.parametrize(
    ("scheme", "headers", "status"),
    [
        pytest.param("basicAuth", {}, 401, id="basic: nothing shown"),
        pytest.param("basicAuth", basic("ada", "wrong"), 401, id="basic: wrong password"),
        pytest.param("basicAuth", basic("bob", "correct:hörse"), 401, id="basic: wrong user"),
        pytest.param("basicAuth", {"Authorization": "Basic %%%"}, 401, id="basic: no base64"),
        pytest.param("basicAuth", basic("ada", "correct:hörse"), 200, id="basic: right"),
        pytest.param("headerAuth", {}, 403, id="header: nothing shown"),
        pytest.param("headerAuth", {"x-key": "k-1234567"}, 403, id="header: wrong value"),
        pytest.param("headerAuth", {"x-key": "k-12345678"}, 200, id="header: right, in any case"),
        pytest.param("jwtAuth", {}, 401, id="token: nothing shown"),
        pytest.param("jwtAuth", bearer("another-secret"), 403, id="token: of another key"),
        pytest.param("jwtAuth", forged(), 403, id="token: of no key"),
        pytest.param("jwtAuth", bearer(exp=1), 403, id="token: expired"),
        pytest.param("jwtAuth", bearer(nbf=time.time() + 3600), 403, id="token: not yet"),
        pytest.param("jwtAuth", {"Authorization": "Bearer a.b"}, 403, id="token: none at all"),
        pytest.param("jwtAuth", bearer(), 200, id="token: right"),
    ],
)
async def test_callers_show_what_the_credential_has(
    house: Any, scheme: str, headers: dict[str, str], status: int
) -> None:
    await closed(house, scheme)

    answer = await house.hook("POST", "/w/in", headers=headers)

    assert answer.status == status
    assert len(house.other.tasks) == (status == 200)
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("scheme", "headers", "hidden"),
    [
        pytest.param("basicAuth", basic("ada", "correct:hörse"), "authorization", id="basic"),
        pytest.param("headerAuth", {"x-key": "k-12345678"}, "x-key", id="header"),
        pytest.param("jwtAuth", bearer(), "authorization", id="token"),
    ],
)
async def test_what_was_shown_is_no_data(house: Any, scheme: str, headers: dict[str, str], hidden: str) -> None:
    await closed(house, scheme)

    item = (await house.hook("POST", "/w/in", headers=headers)).json["json"]

    assert item["headers"][hidden] == "[secret]"
    assert item.get("jwtPayload") == ({"sub": "ada"} if scheme == "jwtAuth" else None)


@pytest.mark.parametrize(
    ("type_", "path", "options"),
    [
        pytest.param("n8n-nodes-base.formTrigger", "/w/form/door", {"options": {"path": "door"}}, id="form"),
        pytest.param(CHAT, "/w/chat/door", {"path": "door", "public": True}, id="chat"),
    ],
)
async def test_pages_ask_their_visitors_as_well(house: Any, type_: str, path: str, options: dict[str, Any]) -> None:
    node = {"name": "Page", "type": type_, "typeVersion": 1 if "chat" in type_ else 2.2, "parameters": options}
    await closed(house, "basicAuth", {"name": "Page", "nodes": [node], "connections": {}})

    statuses = [
        (await house.hook(method, path, headers=headers)).status
        for method in ("GET", "POST")
        for headers in ({}, basic("ada", "correct:hörse"))
    ]

    assert statuses[:3] == [401, 200, 401]
    assert statuses[3] != 401


async def test_a_door_without_its_credential_stays_closed(house: Any) -> None:
    await closed(house, "headerAuth")
    [found] = (await house.call("GET", "/api/v1/credentials"))["data"]
    await house.call("DELETE", f"/api/v1/credentials/{found['id']}?force=true")

    answer = await house.hook("POST", "/w/in", headers={"x-key": "k-12345678"})

    assert (answer.status, answer.json["field"]) == (503, "authentication")
    assert house.other.tasks == []


async def test_a_credential_without_a_secret_lets_nobody_in(house: Any) -> None:
    await closed(house, "basicAuth", data={"user": "", "password": ""})

    assert (await house.hook("POST", "/w/in", headers=basic("", ""))).status == 401


async def test_a_trigger_that_names_no_credential_is_not_published(house: Any) -> None:
    made = await house.make(house.parts.webhook("in", authentication="basicAuth"), active=False)

    refused = await house.call("POST", f"/api/v1/workflows/{made['id']}/activate", 422)

    assert refused["field"] == "authentication"


@pytest.mark.parametrize(
    ("condition", "status", "started"),
    [
        pytest.param("={{ $json.body.n > 1 }}", 200, True, id="true"),
        pytest.param("={{ $json.body.n > 5 }}", 200, False, id="false"),
        pytest.param("={{ $json.body.missing }}", 200, False, id="undefined"),
        pytest.param("={{ $json.headers['x-a'] === 'b' && $json.query.q == '1' }}", 200, True, id="headers and query"),
        pytest.param("={{ [1, 2].reduce((a, b) => a + b) === 3 && new Map([[1, 2]]).size === 1 }}", 200, True, id="V8"),
        pytest.param("={{ $('Nobody').first() }}", 422, False, id="an error"),
    ],
)
async def test_only_runs_where_its_condition_holds(house: Any, condition: str, status: int, started: bool) -> None:
    await house.make(house.parts.webhook("in", options={"onlyRunIf": condition}))

    answer = await house.hook("POST", "/w/in?q=1", json={"n": 2}, headers={"x-a": "b"})

    assert (answer.status, len(house.other.tasks)) == (status, int(started))


async def test_a_condition_that_cannot_be_read_is_not_published(house: Any) -> None:
    made = await house.make(house.parts.webhook("in", options={"onlyRunIf": "={{ $json. }}"}), active=False)

    refused = await house.call("POST", f"/api/v1/workflows/{made['id']}/activate", 422)

    assert refused["field"] == "options.onlyRunIf"


@pytest.mark.parametrize(
    ("options", "end"),
    [
        pytest.param({}, "+09:00", id="the workflow's zone from version 2.1 on"),
        pytest.param({"useWorkflowTimezone": False}, "Z", id="UTC where it is said"),
    ],
)
async def test_a_form_says_when_it_was_sent(house: Any, options: dict[str, Any], end: str) -> None:
    form = {
        "name": "Form",
        "type": "n8n-nodes-base.formTrigger",
        "typeVersion": 2.2,
        "parameters": {"formTitle": "T", "options": {"path": "t", **options}},
    }
    await house.make({"name": "F", "nodes": [form], "connections": {}, "settings": {"timezone": "Asia/Tokyo"}})

    await house.hook("POST", "/w/form/t", data={"x": "1"})

    [task] = await house.other.settled(1)
    assert task.start.items[0].json["submittedAt"].endswith(end)
