"""Test addresses: live while somebody listens, with the events of what they start."""

import json

import pytest

TOKEN = {"Authorization": "Bearer a-token-for-tests"}


async def _line(content):
    while True:
        raw = (await content.readline()).strip().removeprefix(b"data: ")
        if raw:
            return json.loads(raw)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        pytest.param("application/x-ndjson", "application/x-ndjson", id="lines"),
        pytest.param("text/event-stream", "text/event-stream", id="events"),
    ],
)
async def test_listener_hears_what_its_requests_do(house, accept, media_type):
    made = await house.make(house.parts.webhook("try/:id"), active=False)
    assert (await house.hook("POST", "/w-test/try/1")).status == 404

    path = f"/api/v1/workflows/{made['id']}/listen"
    async with house.session.post(path, headers={**TOKEN, "Accept": accept}) as stream:
        assert stream.content_type == media_type
        [url] = (await _line(stream.content))["listening"]
        assert url.endswith("/w-test/try/:id")
        answer = await house.hook("POST", "/w-test/try/1", json={"a": 1}, headers={"Idempotency-Key": "k"})
        [task] = house.other.tasks
        assert await _line(stream.content) == {"execution": task.execution}
        await house.other.tell(task)
        kinds = [(await _line(stream.content))["eventType"] for _ in range(3)]

    item = answer.json["json"]
    assert (item["executionMode"], item["params"], item["body"]) == ("test", {"id": "1"}, {"a": 1})
    assert kinds == ["execution.started", "node.finished", "execution.finished"]
    assert (task.version, task.start.mode, task.start.key) == (made["versionId"], "manual", None)
    assert task.start.listen
    await house.parts.until(lambda: not house.gateway._parts.listening._listeners)
    assert (await house.hook("POST", "/w-test/try/1")).status == 404


async def test_listener_hears_nothing_of_others(house):
    await house.make(house.parts.webhook("live"))
    made = await house.make(house.parts.webhook("try"), active=False)

    async with house.session.post(f"/api/v1/workflows/{made['id']}/listen", headers=TOKEN) as stream:
        await _line(stream.content)
        await house.hook("POST", "/w/live")
        await house.other.tell(house.other.tasks[0])
        await house.hook("POST", "/w-test/try")
        first = await _line(stream.content)

    assert first == {"execution": house.other.tasks[1].execution}


async def test_events_are_read_only_while_somebody_listens(house):
    made = await house.make(house.parts.webhook("try"), active=False)
    tail = house.gateway._parts.listening._tail

    before = tail._following
    async with house.session.post(f"/api/v1/workflows/{made['id']}/listen", headers=TOKEN) as stream:
        await _line(stream.content)
        during = tail._following
    await house.parts.until(lambda: tail._following is None)

    assert before is None
    assert during is not None


async def test_stop_lets_listeners_go(house):
    made = await house.make(house.parts.webhook("try"), active=False)

    async with house.session.post(f"/api/v1/workflows/{made['id']}/listen", headers=TOKEN) as stream:
        await _line(stream.content)
        house.gateway.drain()
        rest = await stream.content.read()

    assert rest == b""


async def test_workflow_without_a_webhook(house):
    node = {"name": "Go", "type": "n8n-nodes-base.manualTrigger", "parameters": {}}
    made = await house.make({"name": "m", "nodes": [node], "connections": {}}, active=False)

    answer = await house.hook("POST", f"/api/v1/workflows/{made['id']}/listen", headers=TOKEN)

    assert answer.status == 400
    assert '"m"' in answer.json["detail"]
