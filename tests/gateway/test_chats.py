"""Chats over real HTTP: by calls and by the page, which needs no script."""

import json
import re
from html import unescape
from typing import Any

import aiohttp
import pytest

from schemas.task import Reply


def flow(**more: Any) -> dict[str, Any]:
    parameters = {"public": True, "path": "help", "initialMessages": "Hello!\nAsk <me>", **more}
    kind = "@n8n/n8n-nodes-langchain.chatTrigger"
    node = {"name": "Chat", "type": kind, "typeVersion": 1.3, "parameters": parameters}
    return {"name": "Help", "nodes": [node], "connections": {}}


def answering(house: Any, status: int = 200, body: Any = None) -> None:
    text = json.dumps({"output": "42 <b>"} if body is None else body).encode()
    kind = [("content-type", "application/json")]
    house.other.answer = lambda task: Reply(task.start.reply.boot, task.start.reply.request, status, kind, text)


async def test_a_call_gets_the_answer_as_it_is(house: Any) -> None:
    await house.make(flow(mode="webhook"))
    answering(house)

    answer = await house.hook(
        "POST", "/w/chat/help", json={"sessionId": "s", "chatInput": "What?", "metadata": {"a": 1}}
    )

    [task] = await house.other.settled(1)
    assert answer.json == {"output": "42 <b>"}
    assert task.start.items[0].json == {
        "action": "sendMessage",
        "sessionId": "s",
        "chatInput": "What?",
        "metadata": {"a": 1},
    }
    assert (await house.hook("GET", "/w/chat/help")).status == 405


async def test_the_page_keeps_the_conversation(house: Any) -> None:
    await house.make(flow())
    answering(house)

    page = (await house.hook("GET", "/w/chat/help")).body.decode()
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}
    second = (await house.hook("POST", "/w/chat/help", data={**fields, "chatInput": "<i>What?"})).body.decode()
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', second)}
    third = (await house.hook("POST", "/w/chat/help", data={**fields, "chatInput": "And?"})).body.decode()

    tasks = await house.other.settled(2)
    assert "Ask &lt;me&gt;" in page
    assert "<script" not in page
    assert "&lt;i&gt;What?" in second
    assert "42 &lt;b&gt;" in second
    assert third.count('class="they"') == 4
    assert len({task.start.items[0].json["sessionId"] for task in tasks}) == 1
    assert [task.start.items[0].json["chatInput"] for task in tasks] == ["<i>What?", "And?"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"json": {"sessionId": "s"}}, 400, id="no message"),
        pytest.param({"json": {"chatInput": 5}}, 400, id="no text"),
        pytest.param({"data": {"chatInput": "a", "said": "[]"}, "headers": {"origin": "https://x.example"}}, 403,
                     id="the page of another site"),
    ],
)  # fmt: skip
async def test_refusals_start_nothing(house: Any, body: dict[str, Any], status: int) -> None:
    await house.make(flow())

    answer = await house.hook("POST", "/w/chat/help", **body)

    assert answer.status == status
    assert house.other.tasks == []


async def test_a_failure_is_said_in_the_chat(house: Any) -> None:
    await house.make(flow())
    answering(house, 500)

    answer = await house.hook("POST", "/w/chat/help", data={"chatInput": "a", "said": "no json", "sessionId": "s"})

    assert answer.status == 200
    assert b"Something went wrong" in answer.body


@pytest.mark.parametrize(
    ("options", "name", "status"),
    [
        pytest.param({"allowFileUploads": True}, "a.txt", 200, id="taken"),
        pytest.param({"allowFileUploads": True, "allowedFilesMimeTypes": "text/*"}, "a.txt", 200, id="of its kind"),
        pytest.param({"allowFileUploads": True, "allowedFilesMimeTypes": "image/*"}, "a.txt", 415, id="of another"),
        pytest.param({}, "a.txt", 415, id="not taken"),
    ],
)
async def test_files(house: Any, options: dict[str, Any], name: str, status: int) -> None:
    await house.make(flow(options=options))
    answering(house)
    form = aiohttp.FormData()
    form.add_field("chatInput", "See")
    form.add_field("files", b"text", filename=name, content_type="text/plain")

    page = (await house.hook("GET", "/w/chat/help")).body.decode()
    answer = await house.hook("POST", "/w/chat/help", data=form)

    assert answer.status == status
    assert ('type="file"' in page) == bool(options)
    if status == 200:
        [task] = await house.other.settled(1)
        assert [part["fileName"] for part in task.start.items[0].binary.values()] == ["a.txt"]
