"""The workflows resource over real HTTP, decided by the real catalog."""

import asyncio

import pytest

PATH = "/api/v1/workflows"
TOKEN = {"Authorization": "Bearer a-token-for-tests"}


async def test_create_then_read(house):
    answer = await house.hook("POST", PATH, json=house.parts.webhook("a"), headers=TOKEN)
    made = answer.json

    assert answer.status == 201
    assert answer.headers["Location"] == f"{PATH}/{made['id']}"
    assert answer.headers["ETag"] == '"1"'
    found = await house.hook("GET", answer.headers["Location"], headers=TOKEN)
    assert found.json == made
    assert found.headers["ETag"] == '"1"'
    assert found.headers["Millrace-Offset"] == answer.headers["Millrace-Offset"]
    assert made["workflow"]["nodes"][0]["parameters"]["path"] == "a"
    assert (made["active"], made["revision"], made["publishedVersionId"]) == (False, 1, None)


async def test_given_id_is_kept_and_taken_once(house):
    workflow = {**house.parts.webhook("a"), "id": "orders"}

    first = await house.hook("POST", PATH, json=workflow, headers=TOKEN)
    second = await house.hook("POST", PATH, json=workflow, headers=TOKEN)

    assert first.json["id"] == "orders"
    assert (second.status, second.json["field"]) == (409, "id")


async def test_life(house):
    made = await house.make(house.parts.webhook("a"))
    place = f"{PATH}/{made['id']}"
    changed = await house.call("PUT", place, 200, json=house.parts.webhook("b"))
    stopped = await house.call("POST", f"{place}/deactivate", 200)
    gone = await house.hook("DELETE", place, headers=TOKEN)

    assert (made["active"], changed["active"], stopped["active"]) == (True, True, False)
    assert changed["publishedVersionId"] == made["versionId"] != changed["versionId"]
    assert (gone.status, gone.body) == (204, b"")
    assert (await house.hook("GET", place, headers=TOKEN)).status == 404
    assert (await house.hook("PUT", place, headers=TOKEN, json=house.parts.webhook("b"))).status == 404


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        pytest.param('"1"', 200, id="same"),
        pytest.param('W/"1"', 200, id="weak"),
        pytest.param("*", 200, id="any"),
        pytest.param(None, 200, id="none"),
        pytest.param('"7"', 412, id="other"),
        pytest.param('"x"', 412, id="foreign"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_if_match(house, method, condition, status):
    made = await house.make(house.parts.webhook("a"), active=False)
    headers = {**TOKEN, **({"If-Match": condition} if condition else {})}
    sent = {"json": house.parts.webhook("b")} if method == "PUT" else {}

    answer = await house.hook(method, f"{PATH}/{made['id']}", headers=headers, **sent)

    assert answer.status == (204 if (method, status) == ("DELETE", 200) else status)


async def test_idempotency_key_makes_one_workflow(house):
    headers = {**TOKEN, "Idempotency-Key": "once"}
    workflow = house.parts.webhook("a")

    answers = await asyncio.gather(*(house.hook("POST", PATH, json=workflow, headers=headers) for _ in range(3)))

    assert [answer.status for answer in answers] == [201, 201, 201]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len((await house.call("GET", PATH, 200))["data"]) == 1


@pytest.mark.parametrize(
    ("workflow", "status", "members"),
    [
        pytest.param({"name": "w"}, 422, {"workflow": "w", "field": "nodes"}, id="no nodes"),
        pytest.param(
            {"name": "w", "nodes": [{"name": "A"}]},
            422,
            {"workflow": "w", "node": "A", "field": "nodes.0.type"},
            id="node without a type",
        ),
        pytest.param(
            {"name": "w", "nodes": [{"name": "A", "type": "set"}], "connections": {"A": {"main": [[{"node": "B"}]]}}},
            422,
            {"workflow": "w", "node": "A", "field": "connections.A.main.0.0"},
            id="dangling connection",
        ),
        pytest.param({"name": "w", "id": 5, "nodes": []}, 422, {"field": "id"}, id="id that is no text"),
    ],
)
async def test_refused_workflow_names_the_place(house, workflow, status, members):
    answer = await house.hook("POST", PATH, json=workflow, headers=TOKEN)

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json.items() >= members.items()
    assert answer.json["detail"]


async def test_path_of_another_workflow(house):
    await house.make(house.parts.webhook("a"))
    second = await house.make(house.parts.webhook("a"), active=False)

    answer = await house.hook("POST", f"{PATH}/{second['id']}/activate", headers=TOKEN)

    problem = answer.json
    assert answer.status == 409
    assert (problem["workflow"], problem["node"], problem["field"]) == (second["id"], "Hook", "path")


async def test_listing_goes_page_by_page(house):
    made = [await house.make(house.parts.webhook(f"p{at}"), active=at == 2) for at in range(5)]
    seen, cursor = [], None

    while True:
        more = f"&cursor={cursor}" if cursor else ""
        page = await house.call("GET", f"{PATH}?limit=2{more}", 200)
        seen += [entry["id"] for entry in page["data"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break

    assert sorted(seen) == sorted(entry["id"] for entry in made)
    assert len(seen) == 5
    active = await house.call("GET", f"{PATH}?active=true", 200)
    assert [entry["id"] for entry in active["data"]] == [made[2]["id"]]
    assert "workflow" not in active["data"][0]
    found = await house.call("GET", f"{PATH}?search=p3", 200)
    assert [entry["id"] for entry in found["data"]] == [made[3]["id"]]


async def test_catalog_that_does_not_answer(open_house):
    house = await open_house(command_timeout_seconds=0.05)
    house.other.deaf = True

    answer = await house.hook("POST", PATH, json=house.parts.webhook("a"), headers=TOKEN)

    assert answer.status == 504
    assert "Idempotency-Key" in answer.json["hint"]


async def test_millrace_after_waits_for_the_view(house):
    made = await house.hook("POST", PATH, json=house.parts.webhook("a"), headers=TOKEN)
    offset = made.headers["Millrace-Offset"]

    answer = await house.hook("GET", PATH, headers={**TOKEN, "Millrace-After": offset})

    assert [entry["id"] for entry in answer.json["data"]] == [made.json["id"]]
    partition, _, number = offset.partition(":")
    assert (partition, int(number)) == ("0", house.other.view.position - 1)
