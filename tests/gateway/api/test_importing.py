"""Importing and exporting over the API: a report first, and the same bytes in the end.

Flow: file → `POST /workflows/import` → catalog → `GET …/export` → the same file.
"""

import json

import pytest

PATH = "/api/v1/workflows"


def drawn(name: str = "Größe", **more: object) -> dict[str, object]:
    """Draw a workflow as n8n exports it: with keys that mean nothing here, in an order of its own."""
    hook = {"parameters": {"path": "in", "httpMethod": "POST"}, "id": "1", "name": "Hook", "typeVersion": 2}
    hook |= {"type": "n8n-nodes-base.webhook", "position": [0, 0], "webhookId": "w"}
    ask = {"parameters": {"url": "http://x"}, "name": "Ask", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2}
    ask |= {"position": [200, 0], "credentials": {"httpBasicAuth": {"id": "99", "name": "Shop"}}}
    edges = {"Hook": {"main": [[{"node": "Ask", "type": "main", "index": 0}]]}}
    return {
        "meta": {"instanceId": "x"},
        "name": name,
        "nodes": [hook, ask],
        "connections": edges,
        "pinData": {},
        **more,
    }


async def exported(house, workflow: str) -> str:
    answer = await house.hook("GET", f"{PATH}/{workflow}/export", headers={"authorization": "Bearer a-token-for-tests"})
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    return answer.body.decode()


TEXTS = [
    pytest.param(json.dumps(drawn(), indent=2, ensure_ascii=False), id="as n8n writes"),
    pytest.param(json.dumps(drawn()) + "\n", id="on one line"),
    pytest.param(json.dumps(drawn(), indent=2).replace("4.2", "4.20"), id="with numbers of its own"),
]


@pytest.mark.parametrize("text", TEXTS)
async def test_what_was_imported_comes_out_byte_for_byte(house, text: str) -> None:
    made = await house.call("POST", f"{PATH}/import", 200, json={"workflow": text})
    one = made["workflow"]["id"]

    assert await exported(house, one) == text
    shop = {"name": "Shop", "type": "httpBasicAuth", "data": {"user": "ada", "password": "s3cret"}}
    await house.call("POST", "/api/v1/credentials", 201, json=shop)
    await house.call("POST", f"{PATH}/{one}/activate", 200)
    assert await exported(house, one) == text
    await house.call("PUT", f"{PATH}/{one}", 200, json=json.loads(text))
    assert await exported(house, one) == text


async def test_what_was_changed_comes_out_in_the_same_way(house) -> None:
    made = await house.call("POST", f"{PATH}/import", 200, json={"workflow": json.dumps(drawn(), indent=4)})

    await house.call("PUT", f"{PATH}/{made['workflow']['id']}", 200, json=drawn("Other"))

    assert await exported(house, made["workflow"]["id"]) == json.dumps(drawn("Other"), indent=4)


async def test_a_dry_run_reports_and_makes_nothing(house) -> None:
    said = await house.call("POST", f"{PATH}/import", 200, json={"workflow": drawn(), "dryRun": True})

    by_name = {each["node"]: each for each in said["report"]["nodes"]}
    assert "workflow" not in said
    assert by_name["Ask"]["status"] == "missing"
    assert said["report"]["credentials"][0]["name"] == "Shop"
    assert said["report"]["urls"][0].startswith("POST http://127.0.0.1:")
    assert (await house.call("GET", PATH, 200))["data"] == []


async def test_a_credential_of_that_name_is_found(house) -> None:
    shop = {"name": "Shop", "type": "httpBasicAuth", "data": {"user": "a", "password": "b"}}
    kept = await house.call("POST", "/api/v1/credentials", 201, json=shop)

    said = await house.call("POST", f"{PATH}/import", 200, json={"workflow": drawn(), "dryRun": True})

    assert said["report"]["credentials"][0]["found"] == kept["id"]
    assert {each["node"]: each["status"] for each in said["report"]["nodes"]}["Ask"] == "ok"


async def test_ids_are_kept_so_that_workflows_find_each_other(house) -> None:
    first = await house.call("POST", f"{PATH}/import", 200, json={"workflow": drawn(id="fromElsewhere")})
    again = await house.call("POST", f"{PATH}/import", 200, json={"workflow": drawn(id="fromElsewhere")})
    changed = {"workflow": drawn("New", id="fromElsewhere"), "replace": True}
    replaced = await house.call("POST", f"{PATH}/import", 200, json=changed)

    assert first["workflow"]["id"] == "fromElsewhere"
    assert again["workflow"]["id"] != "fromElsewhere"
    assert (replaced["workflow"]["id"], replaced["workflow"]["name"]) == ("fromElsewhere", "New")


async def test_an_export_of_several_is_imported_one_by_one(house) -> None:
    text = json.dumps([drawn("A"), drawn("B"), drawn("C")], indent=2)

    made = await house.call("POST", f"{PATH}/import", 200, json={"workflow": text})

    assert [made["workflow"]["name"], *(each["workflow"]["name"] for each in made["others"])] == ["A", "B", "C"]
    shown = await exported(house, made["others"][1]["workflow"]["id"])
    assert json.loads(shown) == drawn("C")
    assert shown in text


async def test_a_broken_expression_is_imported_and_told(house) -> None:
    broken = drawn()
    broken["nodes"][1]["parameters"]["url"] = "={{ $json.a + }}"  # type: ignore[index]

    made = await house.call("POST", f"{PATH}/import", 200, json={"workflow": broken})

    assert any("invalid syntax" in problem["message"] for problem in made["workflow"]["problems"])


@pytest.mark.parametrize(
    ("workflow", "status"),
    [
        pytest.param("{", 400, id="no JSON"),
        pytest.param("[1]", 422, id="no workflow"),
        pytest.param([], 422, id="nothing"),
        pytest.param({"nodes": 1}, 422, id="no nodes"),
        pytest.param(7, 422, id="a number"),
    ],
)
async def test_what_is_no_workflow_is_refused(house, workflow: object, status: int) -> None:
    await house.call("POST", f"{PATH}/import", status, json={"workflow": workflow})


async def test_a_repeated_import_makes_nothing_twice(house) -> None:
    key = {"idempotency-key": "once"}
    body = {"workflow": [drawn("A"), drawn("B")]}

    first = await house.call("POST", f"{PATH}/import", 200, json=body, headers=key)
    again = await house.call("POST", f"{PATH}/import", 200, json=body, headers=key)

    assert again["workflow"]["id"] == first["workflow"]["id"]
    assert len((await house.call("GET", PATH, 200))["data"]) == 2
