"""Webhooks over real HTTP: routes, modes, bounds, stops."""

import asyncio

import aiohttp
import pytest

from schemas.errors import Overloaded
from schemas.identifiers import partition_of
from schemas.task import Reply


async def test_last_node_answer_comes_back(house):
    await house.make(house.parts.webhook("hello"))

    async with house.session.post("/w/hello?a=1&a=2&b=x", json={"name": "Ada"}, headers={"X-Thing": "é"}) as answer:
        item = (await answer.json())["json"]

    assert answer.status == 200
    assert item["body"] == {"name": "Ada"}
    assert item["query"] == {"a": ["1", "2"], "b": "x"}
    assert item["params"] == {}
    assert item["headers"]["content-type"] == "application/json"
    assert item["executionMode"] == "production"
    assert item["webhookUrl"] == f"http://{house.session._base_url.authority}/w/hello"
    assert answer.headers["Millrace-Execution"] == house.other.tasks[0].execution


async def test_start_goes_to_the_partition_of_its_execution_and_knows_its_version(house):
    made = await house.make(house.parts.webhook("hello"))

    await house.hook("POST", "/w/hello", json={})
    [task] = await house.other.settled(1)

    assert task.version == made["publishedVersionId"]
    assert task.workflow == made["id"]
    assert task.start.mode == "webhook"
    ends = await house.other.log.ends("millrace.node.webhook")
    assert ends[partition_of(task.execution, house.parts.PARTITIONS)] == 1
    assert house.other.catalog_offsets == [house.other.view.position - 1]


@pytest.mark.parametrize("how", ["fresh", "with an identity", "through the API"])
async def test_starts_that_wait_for_each_other_live_together(house, how):
    workflow = house.parts.webhook("orders", mode="onReceived")
    workflow["settings"] = {"millrace": {"order": {"key": "={{ $json.body.customer }}"}}}
    made = await house.make(workflow)

    for at in range(8):
        body = {"customer": "acme", "n": at}
        if how == "through the API":
            await house.call(
                "POST", "/api/v1/executions", json={"workflow": made["id"], "items": [{"json": {"body": body}}]}
            )
        else:
            headers = {"Idempotency-Key": f"k{at}"} if how == "with an identity" else {}
            await house.hook("POST", "/w/orders", json=body, headers=headers)
    tasks = await house.other.settled(8)

    home = partition_of(f"{made['id']}/acme", house.parts.PARTITIONS)
    assert {partition_of(task.execution, house.parts.PARTITIONS) for task in tasks} == {home}
    assert len({task.execution for task in tasks}) == 8


@pytest.mark.parametrize(
    ("path", "method", "calls", "params"),
    [
        pytest.param("a/b", "GET", ("GET", "a/b"), {}, id="two segments"),
        pytest.param("a/b", "GET", ("GET", "a/b/"), {}, id="trailing slash"),
        pytest.param("u/:id", "GET", ("GET", "u/7"), {"id": "7"}, id="parameter"),
        pytest.param("u/:id/:what", "PUT", ("PUT", "u/7/x y"), {"id": "7", "what": "x y"}, id="two parameters"),
        pytest.param("u/:id", "GET", ("GET", "u/a%2Fb"), {"id": "a/b"}, id="escaped slash in a parameter"),
        pytest.param("grüße", "DELETE", ("DELETE", "grüße"), {}, id="path beyond ASCII"),
        pytest.param("any", ["GET", "PATCH"], ("PATCH", "any"), {}, id="one of several methods"),
    ],
)
async def test_paths(house, path, method, calls, params):
    await house.make(house.parts.webhook(path, method))

    url = aiohttp.client.URL(f"/w/{calls[1]}", encoded="%2F" in calls[1])
    async with house.session.request(calls[0], url) as answer:
        item = (await answer.json())["json"]

    assert item["params"] == params


async def test_output_follows_the_method(house):
    await house.make(house.parts.webhook("any", ["GET", "PATCH"]))

    await house.hook("PATCH", "/w/any")
    [task] = await house.other.settled(1)

    assert task.start.output == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, (200, '{"message":"Workflow was started"}', "application/json; charset=utf-8"), id="default"),
        pytest.param(
            {"options": {"responseData": "thanks", "responseCode": {"values": {"responseCode": 202}}}},
            (202, "thanks", "text/html; charset=utf-8"),
            id="text and status",
        ),
        pytest.param({"options": {"noResponseBody": True}}, (200, "", None), id="no body"),
        pytest.param(
            {
                "options": {
                    "responseData": "ok",
                    "responseHeaders": {"entries": [{"name": "Content-Type", "value": "text/x"}]},
                }
            },
            (200, "ok", "text/x"),
            id="own content type",
        ),
    ],
)
async def test_on_received_answers_at_once(house, given, expected):
    await house.make(house.parts.webhook("in", responseMode="onReceived", **given))
    house.other.answer = lambda task: None

    async with house.session.post("/w/in", json={}) as answer:
        got = (answer.status, await answer.text(), answer.headers.get("content-type"))

    assert got == expected
    [task] = await house.other.settled(1)
    assert task.start.reply is None
    assert answer.headers["Millrace-Execution"] == task.execution


async def test_reply_is_passed_on_without_what_would_break_http(house):
    await house.make(house.parts.webhook("in"))
    headers = [
        ("Content-Type", "text/html"),
        ("X-Own", "a\r\nSet-Cookie: stolen=1"),
        ("Bad Name", "x"),
        ("Content-Length", "1"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ]
    house.other.answer = lambda task: Reply(task.start.reply.boot, task.start.reply.request, 418, headers, b"<p>hi")

    async with house.session.post("/w/in") as answer:
        text = await answer.text()

    assert (answer.status, text) == (418, "<p>hi")
    assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]
    assert answer.headers["X-Own"] == "a Set-Cookie: stolen=1"
    assert "Bad Name" not in answer.headers
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("status", [0, 101, 700])
async def test_status_that_http_does_not_know(house, status):
    await house.make(house.parts.webhook("in"))
    house.other.answer = lambda task: Reply(task.start.reply.boot, task.start.reply.request, status)

    answer = await house.hook("POST", "/w/in")

    assert answer.status == 502
    assert answer.json["execution"] == house.other.tasks[0].execution


async def test_key_that_is_too_long(house):
    await house.make(house.parts.webhook("in"))

    answer = await house.hook("POST", "/w/in", headers={"Idempotency-Key": "k" * 257})

    assert (answer.status, answer.json["field"]) == (400, "Idempotency-Key")


async def test_no_answer_in_time_names_the_execution(open_house):
    house = await open_house(reply_timeout_seconds=0.05)
    made = await house.make(house.parts.webhook("in"))
    house.other.answer = lambda task: None

    async with house.session.post("/w/in") as answer:
        problem = await answer.json()

    assert answer.status == 504
    assert answer.content_type == "application/problem+json"
    assert problem["execution"] == house.other.tasks[0].execution
    assert (problem["workflow"], problem["node"]) == (made["id"], "Hook")
    assert len(house.gateway._parts.waiting) == 0


async def test_client_that_leaves_is_forgotten(house):
    await house.make(house.parts.webhook("in"))
    house.other.answer = lambda task: None
    waiting = house.gateway._parts.waiting

    with pytest.raises(TimeoutError):
        await house.hook("POST", "/w/in", timeout=aiohttp.ClientTimeout(total=0.1))
    await house.parts.until(lambda: not len(waiting))

    assert len(house.other.tasks) == 1


async def test_idempotency_key_gives_one_execution_id(house):
    await house.make(house.parts.webhook("in", responseMode="onReceived"))

    ids = []
    for key in ("k1", "k1", "k2"):
        async with house.session.post("/w/in", headers={"Idempotency-Key": key}) as answer:
            ids.append(answer.headers["Millrace-Execution"])
    tasks = await house.other.settled(3)

    assert ids[0] == ids[1] != ids[2]
    assert [task.execution for task in tasks if task.start.key == "k1"] == [ids[0], ids[0]]
    assert {task.start.keep_seconds for task in tasks} == {86400}


async def test_many_at_once_each_get_their_own_answer(house):
    await house.make(house.parts.webhook("in"))

    async def one(number):
        async with house.session.post("/w/in", json=number) as answer:
            return (await answer.json())["json"]["body"]

    assert await asyncio.gather(*(one(number) for number in range(200))) == list(range(200))


async def test_unknown_path(house):
    async with house.session.get("/w/nowhere") as answer:
        problem = await answer.json()

    assert answer.status == 404
    assert '"/w/nowhere"' in problem["detail"]


async def test_wrong_method(house):
    made = await house.make(house.parts.webhook("in", ["POST", "PUT"]))

    async with house.session.get("/w/in") as answer:
        problem = await answer.json()

    assert answer.status == 405
    assert answer.headers["Allow"] == "OPTIONS, POST, PUT"
    assert problem["workflow"] == made["id"]


async def test_inactive_is_unknown_and_back(house):
    made = await house.make(house.parts.webhook("in"))
    statuses = []

    for step in ("deactivate", "activate"):
        await house.call("POST", f"/api/v1/workflows/{made['id']}/{step}", 200)
        async with house.session.post("/w/in") as answer:
            statuses.append(answer.status)

    assert statuses == [404, 200]


async def test_two_workflows_share_a_path_by_method(house):
    first = await house.make(house.parts.webhook("x/:a", "GET"))
    second = await house.make(house.parts.webhook("x/:b", "POST"))

    async with house.session.get("/w/x/1") as got, house.session.post("/w/x/1") as posted:
        params = [(await answer.json())["json"]["params"] for answer in (got, posted)]

    assert params == [{"a": "1"}, {"b": "1"}]
    assert [task.workflow for task in house.other.tasks] == [first["id"], second["id"]]


async def test_too_many_in_work(open_house):
    house = await open_house(max_waiting=1)
    await house.make(house.parts.webhook("in"))
    replies = []
    house.other.answer = replies.append  # nobody is answered

    first = asyncio.create_task(house.hook("POST", "/w/in"))
    [task] = await house.other.settled(1)
    async with house.session.post("/w/in") as answer:
        problem = await answer.json()

    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert problem["type"] == "urn:millrace:problem:overloaded"
    reply = house.parts.answer_with_item(task)
    house.gateway._parts.waiting.deliver(reply)
    assert (await first).status == 200


async def test_overloaded_log(house):
    await house.make(house.parts.webhook("in"))

    def refuse(*_):
        raise Overloaded("too many tasks wait to become durable", retry_after=3)

    house.gateway._parts.publishing.start = refuse
    async with house.session.post("/w/in") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "3")
    assert len(house.gateway._parts.waiting) == 0


async def test_stop_answers_those_who_still_wait(open_house):
    house = await open_house(drain_seconds=0.05)
    await house.make(house.parts.webhook("in"))
    house.other.answer = lambda task: None

    call = asyncio.create_task(house.hook("POST", "/w/in"))
    await house.other.settled(1)
    await house.gateway.stop()

    assert (await call).status == 503
    async with house.session.post("/w/in") as answer:
        assert answer.status == 503


async def test_stop_lets_answers_come(house):
    await house.make(house.parts.webhook("in"))
    held = []
    house.other.answer = held.append

    call = asyncio.create_task(house.hook("POST", "/w/in"))
    [task] = await house.other.settled(1)
    stopping = asyncio.create_task(house.gateway.stop())
    await asyncio.sleep(0)
    house.gateway._parts.waiting.deliver(house.parts.answer_with_item(task))
    await stopping

    assert (await call).json["json"]["executionMode"] == "production"
