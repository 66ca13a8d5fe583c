"""The executions resource over real HTTP."""

import asyncio

import msgspec
import pytest

PATH = "/api/v1/executions"
TOKEN = {"Authorization": "Bearer a-token-for-tests"}
ID = "01890a5d-ac96-774b-bcce-b302099a8057"


async def test_start_of_the_draft(house):
    made = await house.make(house.parts.webhook("a"), active=False)

    answer = await house.hook("POST", PATH, json={"workflow": made["id"]}, headers=TOKEN)
    [task] = await house.other.settled(1)

    assert answer.status == 202
    assert answer.json == {"execution": task.execution, "status": "started"}
    assert answer.headers["Location"] == f"{PATH}/{task.execution}"
    assert (task.workflow, task.version, task.node) == (made["id"], made["versionId"], "Hook")
    assert (task.start.mode, task.start.items, task.start.reply) == ("api", None, None)


async def test_start_with_items_waits_for_the_end(house):
    made = await house.make(house.parts.webhook("a"), active=False)
    items = [{"json": {"n": 1}}, {"json": {"n": 2}, "binary": {"f": {"data": ""}}}]

    body = {"workflow": made["id"], "node": "Hook", "items": items, "wait": True}
    ended = await house.call("POST", PATH, 200, json=body)

    assert ended["execution"] == house.other.tasks[0].execution
    assert (ended["status"], ended["node"], ended["items"]) == ("success", "Hook", items)


async def test_a_bare_object_is_the_json_of_an_item(house):
    made = await house.make(house.parts.webhook("a"), active=False)

    await house.call("POST", PATH, 202, json={"workflow": made["id"], "items": [{"n": 1}, {}]})

    assert [item.json for item in house.other.tasks[0].start.items] == [{"n": 1}, {}]


async def test_large_items_go_by_reference(house):
    made = await house.make(house.parts.webhook("a"), active=False)
    items = [{"json": {"text": "x" * 400_000}}]

    await house.call("POST", PATH, 202, json={"workflow": made["id"], "items": items})
    [task] = await house.other.settled(1)

    assert msgspec.json.decode(house.other.blobs.kept[task.start.blob]) == items


async def test_start_of_a_version(house):
    made = await house.make(house.parts.webhook("a"), active=False)
    await house.call("PUT", f"/api/v1/workflows/{made['id']}", 200, json=house.parts.webhook("b"))

    await house.call("POST", PATH, 202, json={"workflow": made["id"], "version": made["versionId"]})
    [task] = await house.other.settled(1)

    assert task.version == made["versionId"]


async def test_idempotency_key(house):
    made = await house.make(house.parts.webhook("a"), active=False)
    headers = {**TOKEN, "Idempotency-Key": "k"}

    answers = [await house.hook("POST", PATH, json={"workflow": made["id"]}, headers=headers) for _ in range(2)]
    tasks = await house.other.settled(2)

    assert answers[0].json == answers[1].json
    assert {(task.start.key, task.start.keep_seconds) for task in tasks} == {("k", 86400)}


@pytest.mark.parametrize(
    ("body", "status", "members"),
    [
        pytest.param({"workflow": "nobody"}, 404, {}, id="unknown workflow"),
        pytest.param({"node": "Nobody"}, 422, {"node": "Nobody", "field": "node"}, id="unknown node"),
        pytest.param({"version": "v0"}, 404, {}, id="unknown version"),
        pytest.param({"items": [{"json": 5}]}, 422, {"field": "items.0.json"}, id="item that is no object"),
        pytest.param({"speed": 1}, 422, {"field": "speed"}, id="unknown field"),
        pytest.param({"node": "Strange"}, 422, {"node": "Strange"}, id="type that is not installed"),
    ],
)
async def test_refused_starts(house, body, status, members):
    workflow = house.parts.webhook("a")
    workflow["nodes"].append({"name": "Strange", "type": "x.notInstalled", "parameters": {}})
    made = await house.make(workflow, active=False)

    answer = await house.hook("POST", PATH, json={"workflow": made["id"], **body}, headers=TOKEN)

    assert answer.status == status
    assert answer.json.items() >= members.items()
    assert not house.other.tasks


async def test_wait_that_takes_too_long(open_house):
    house = await open_house(reply_timeout_seconds=0.05)
    made = await house.make(house.parts.webhook("a"), active=False)
    house.other.answer = lambda task: None

    answer = await house.hook("POST", PATH, json={"workflow": made["id"], "wait": True}, headers=TOKEN)

    assert answer.status == 504
    assert answer.json["execution"] == house.other.tasks[0].execution


async def test_listing_goes_page_by_page_over_equal_times(house):
    row = house.parts.execution_row
    house.other.history.rows = [row(f"id-{at}", 1000 + at // 3, workflow="w" if at % 2 else "v") for at in range(8)]
    seen, cursor = [], None

    while True:
        more = f"&cursor={cursor}" if cursor else ""
        page = await house.call("GET", f"{PATH}?limit=2{more}", 200)
        seen += [entry["id"] for entry in page["data"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break

    assert seen == [f"id-{at}" for at in reversed(range(8))]
    only = await house.call("GET", f"{PATH}?workflow=w&status=success", 200)
    assert [entry["id"] for entry in only["data"]] == ["id-7", "id-5", "id-3", "id-1"]
    assert only["data"][0]["finishedAt"] == 1007


async def test_get_shows_every_nodes_output(house):
    blob = await house.other.blobs.put(b'[[{"json":{"big":1}}]]')
    house.other.history.rows = [house.parts.execution_row("e", 5)]
    common = {"type": "set", "run": 0, "status": "success", "startedAt": 5, "durationUs": 9, "counts": [1]}
    house.other.history.runs = {
        "e": [
            {**common, "node": "A", "seq": 0, "outputs": [[{"json": {"a": 1}}]], "blob": None, "sources": [None]},
            {**common, "node": "B", "seq": 1, "outputs": None, "blob": blob, "sources": [["A", 0, 0]]},
            {**common, "node": "C", "seq": 2, "outputs": None, "blob": "lost", "sources": []},
        ]
    }

    shown = await house.call("GET", f"{PATH}/e", 200)
    bare = await house.call("GET", f"{PATH}/e?outputs=false", 200)

    outputs = [run["outputs"] for run in shown["nodeRuns"]]
    assert outputs == [[[{"json": {"a": 1}}]], [[{"json": {"big": 1}}]], None]
    assert [run["outputs"] for run in bare["nodeRuns"]] == [None, None, None]
    assert shown["status"] == "success"


async def test_stop_sends_a_control(house):
    answer = await house.hook("POST", f"{PATH}/{ID}/stop", headers=TOKEN)
    await house.parts.until(lambda: house.other.controls)

    [control] = house.other.controls
    assert answer.status == 202
    assert (control.execution, control.ask) == (ID, "cancel")


@pytest.mark.parametrize(
    ("execution", "status"), [pytest.param("done", 409, id="ended"), pytest.param("what", 404, id="no id at all")]
)
async def test_stop_refused(house, execution, status):
    house.other.history.rows = [house.parts.execution_row("done", 5)]

    answer = await house.hook("POST", f"{PATH}/{execution}/stop", headers=TOKEN)

    assert answer.status == status
    assert not house.other.controls


async def test_unknown_execution(house):
    assert (await house.hook("GET", f"{PATH}/{ID}", headers=TOKEN)).status == 404


async def test_sql(house):
    rows = await house.call("POST", "/api/v1/sql", 200, json={"query": "SELECT 1", "limit": 3})

    assert rows["columns"] == [{"name": "at", "type": "UInt64"}]
    assert (rows["rows"], rows["truncated"]) == ([[0], [1], [2]], True)


async def test_node_types(house):
    listed, one = await asyncio.gather(
        house.call("GET", "/api/v1/node-types", 200),
        house.call("GET", "/api/v1/node-types/n8n-nodes-base.webhook", 200),
    )

    assert one in listed["data"]
    assert one["name"] == "webhook"
    assert "path" in one["parameters"]["properties"]
    assert (await house.hook("GET", "/api/v1/node-types/nothing", headers=TOKEN)).status == 404


SEEN = {"status": "waiting", "workflow": "w", "version": "v", "mode": "api", "started": 5, "node": "Hook", "runs": 1}


@pytest.mark.parametrize("known", [True, False], ids=["in the history", "not yet in the history"])
async def test_what_runs_is_seen_at_once(house, known):
    house.other.seen[ID] = {**SEEN, "flying": [{"node": "Wait", "attempt": 1, "beganAt": 6, "due": 9, "why": "retry"}]}
    if known:
        house.other.history.rows.append(house.parts.execution_row(ID, 5, status="running", finishedAt=None))

    shown = await house.call("GET", f"{PATH}/{ID}", 200)

    assert (shown["status"], shown["workflow"], shown["startedAt"], shown["node"]) == ("waiting", "w", 5, "Hook")
    assert shown["inFlight"] == [{"node": "Wait", "attempt": 1, "beganAt": 6, "due": 9, "why": "retry"}]


async def test_what_has_just_ended_is_waited_for(house):
    house.other.seen[ID] = {"status": "success", "at": 9}
    reading = asyncio.create_task(house.call("GET", f"{PATH}/{ID}", 200))
    await asyncio.sleep(0.2)
    house.other.history.rows.append(house.parts.execution_row(ID, 5))

    assert (await reading)["status"] == "success"


async def test_what_nobody_knows_is_missing(house):
    await house.call("GET", f"{PATH}/{ID}", 404)
