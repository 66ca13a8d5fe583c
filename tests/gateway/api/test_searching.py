"""Tags and search: what is kept, what is found, and where.

Flow: client → gateway → catalog view → **here**.
"""

from typing import Any

import pytest

PATH = "/api/v1/workflows"


def flow(name: str, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    node = {"name": "Call", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4, "parameters": parameters or {}}
    return {"name": name, "nodes": [node], "connections": {}, **more}


async def test_tags_are_changed_without_the_draft(house) -> None:
    made = await house.make(flow("a"), active=False)

    tagged = await house.call("PATCH", f"{PATH}/{made['id']}", 200, json={"tags": ["sales", " eu ", "sales"]})

    assert tagged["tags"] == ["sales", "eu"]
    assert (tagged["versionId"], tagged["revision"]) == (made["versionId"], made["revision"] + 1)
    assert await house.call("GET", "/api/v1/tags", 200) == {
        "data": [{"name": "eu", "workflows": 1}, {"name": "sales", "workflows": 1}]
    }


async def test_saving_what_was_read_keeps_the_tags(house) -> None:
    made = await house.make(flow("a", tags=[{"id": "1", "name": "old"}]), active=False)
    await house.call("PATCH", f"{PATH}/{made['id']}", 200, json={"tags": ["new"]})

    read = await house.call("GET", f"{PATH}/{made['id']}", 200)
    saved = await house.call("PUT", f"{PATH}/{made['id']}", 200, json=read["workflow"])

    assert saved["tags"] == ["new"]


async def test_workflows_are_listed_by_tag(house) -> None:
    for name, tags in (("a", ["x"]), ("b", ["x", "y"]), ("c", [])):
        await house.make(flow(name, tags=tags), active=False)

    for tag, expected in (("x", ["b", "a"]), ("y", ["b"]), ("z", [])):
        listed = await house.call("GET", f"{PATH}?tag={tag}", 200)
        assert [each["name"] for each in listed["data"]] == expected


REFUSED = [
    pytest.param({}, id="nothing"),
    pytest.param({"tags": [""]}, id="an empty tag"),
    pytest.param({"tags": ["x"] * 33}, id="too many"),
    pytest.param({"tags": ["x"], "name": "b"}, id="something else"),
]


@pytest.mark.parametrize("body", REFUSED)
async def test_strange_patches_are_refused(house, body: dict[str, Any]) -> None:
    made = await house.make(flow("a"), active=False)

    await house.call("PATCH", f"{PATH}/{made['id']}", 422, json=body)


async def test_a_patch_of_an_older_revision_is_refused(house) -> None:
    made = await house.make(flow("a"), active=False)
    headers = {"if-match": f'"{made["revision"] + 1}"'}

    await house.call("PATCH", f"{PATH}/{made['id']}", 412, json={"tags": []}, headers=headers)


SEARCHES = [
    pytest.param("crm.example", [("options.proxy", "https://crm.example/in")], id="a host in a nested parameter"),
    pytest.param("httprequest", [(None, None)], id="a type"),
    pytest.param("upsert", [("rows[1].code", "return upsert(items)")], id="code in a list"),
    pytest.param("nowhere", [], id="nothing"),
    pytest.param("***", [], id="no words"),
]


@pytest.mark.parametrize(("query", "expected"), SEARCHES)
async def test_search_says_where_something_is_used(house, query: str, expected: list[Any]) -> None:
    parameters = {"options": {"proxy": "https://crm.example/in"}, "rows": [{}, {"code": "return upsert(items)"}]}
    made = await house.make(flow("a", parameters), active=False)

    found = (await house.call("GET", "/api/v1/search", 200, params={"query": query}))["data"]

    assert [(each.get("parameter"), each.get("excerpt")) for each in found] == expected
    assert all((each["workflow"], each["node"]) == (made["id"], "Call") for each in found)


async def test_a_deleted_workflow_is_not_found(house) -> None:
    made = await house.make(flow("a", {"url": "https://gone.example"}, tags=["x"]), active=False)
    await house.call("DELETE", f"{PATH}/{made['id']}", 204)

    assert await house.call("GET", "/api/v1/search?query=gone", 200) == {"data": []}
    assert await house.call("GET", "/api/v1/tags", 200) == {"data": []}
