"""Versions over real HTTP, decided by the real catalog."""

import pytest

PATH = "/api/v1/workflows"
TOKEN = {"Authorization": "Bearer a-token-for-tests"}


async def history(house, workflow: str, **query):
    page = await house.call("GET", f"{PATH}/{workflow}/versions", 200, params=query)
    return page["data"], page["nextCursor"]


async def drafted(house, workflow: str, *paths: str) -> list[str]:
    saved = [await house.call("PUT", f"{PATH}/{workflow}", 200, json=house.parts.webhook(path)) for path in paths]
    return [one["versionId"] for one in saved]


async def test_an_old_version_can_be_read(house):
    made = await house.make(house.parts.webhook("a"))
    await drafted(house, made["id"], "b")

    old = await house.call("GET", f"{PATH}/{made['id']}/versions/{made['versionId']}", 200)

    assert old["workflow"]["nodes"][0]["parameters"]["path"] == "a"
    assert old["workflowId"] == made["id"]


async def test_versions_are_listed_newest_first(house):
    made = await house.make(house.parts.webhook("a"))
    names = [made["versionId"], *await drafted(house, made["id"], "b", "c")]

    listed, more = await history(house, made["id"])

    assert more is None
    assert {row["id"] for row in listed} == set(names)
    assert [row["createdAt"] for row in listed] == sorted((row["createdAt"] for row in listed), reverse=True)
    facts = {row["id"]: (row["published"], row["draft"], row["nodes"]) for row in listed}
    count = len(made["workflow"]["nodes"])
    assert [facts[name] for name in names] == [(True, False, count), (False, False, count), (False, True, count)]


async def test_the_list_goes_page_by_page(house):
    made = await house.make(house.parts.webhook("a"))
    names = {made["versionId"], *await drafted(house, made["id"], "b", "c", "d")}

    first, cursor = await history(house, made["id"], limit=3)
    second, end = await history(house, made["id"], limit=3, cursor=cursor)

    assert (len(first), len(second), end) == (3, 1, None)
    assert {row["id"] for row in first + second} == names


async def test_a_draft_is_served_once_it_is_published(house):
    made = await house.make(house.parts.webhook("a"))
    await drafted(house, made["id"], "b")
    before = [(await house.hook("POST", f"/w/{path}", json={})).status for path in "ab"]

    published = await house.call("POST", f"{PATH}/{made['id']}/publish", 200, json={"message": "b it is"})

    assert before == [200, 404]
    assert [(await house.hook("POST", f"/w/{path}", json={})).status for path in "ab"] == [404, 200]
    assert published["publishedVersionId"] == published["versionId"]
    [row] = [row for row in (await history(house, made["id"]))[0] if row["published"]]
    assert (row["id"], row["message"]) == (published["versionId"], "b it is")


@pytest.mark.parametrize("named", [True, False])
async def test_rolling_back_serves_the_earlier_version(house, named):
    made = await house.make(house.parts.webhook("a"))
    await drafted(house, made["id"], "b")
    await house.call("POST", f"{PATH}/{made['id']}/publish", 200)

    body = {"version": made["versionId"]} if named else {}
    back = await house.call("POST", f"{PATH}/{made['id']}/rollback", 200, json=body)

    assert back["publishedVersionId"] == made["versionId"] != back["versionId"]
    assert [(await house.hook("POST", f"/w/{path}", json={})).status for path in "ab"] == [200, 404]


@pytest.mark.parametrize(
    ("verb", "body", "condition", "status"),
    [
        pytest.param("publish", {"version": "none"}, None, 404, id="unknown version"),
        pytest.param("publish", {"versions": "x"}, None, 422, id="unknown field"),
        pytest.param("publish", {}, '"9"', 412, id="publish a revision not seen"),
        pytest.param("rollback", {}, None, 409, id="nothing to go back to"),
        pytest.param("rollback", {}, '"9"', 412, id="go back from a revision not seen"),
    ],
)
async def test_refused(house, verb, body, condition, status):
    made = await house.make(house.parts.webhook("a"))
    headers = {**TOKEN, **({"If-Match": condition} if condition else {})}

    answer = await house.hook("POST", f"{PATH}/{made['id']}/{verb}", json=body, headers=headers)

    assert answer.status == status


async def test_versions_of_an_unknown_workflow(house):
    assert (await house.hook("GET", f"{PATH}/none/versions", headers=TOKEN)).status == 404


async def test_a_version_says_by_what_it_was_made_and_published(house):
    made = await house.make(house.parts.webhook("a"), active=False)
    path, told = f"{PATH}/{made['id']}", {"millrace-client": "editor"}

    await house.call("PUT", path, 200, json=house.parts.webhook("b"), headers=told)
    await house.call("POST", f"{path}/publish", 200, json={}, headers={"millrace-client": "cli"})
    await house.call("PUT", path, 200, json=house.parts.webhook("a"), headers=told)

    listed, _ = await history(house, made["id"])
    facts = {row["id"]: (row["by"], row["publishedBy"]) for row in listed}
    first = facts.pop(made["versionId"])
    assert first == ({"client": "api"}, None)
    assert list(facts.values()) == [({"client": "editor"}, {"client": "cli"})]
