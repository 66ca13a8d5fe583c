"""The SSE trigger on a real HTTP server: which lines are events, and from where it goes on."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from nodes.data.addresses import LOOPBACK, AddressGuard
from nodes.data.http_streams import RealStreams
from nodes.sdk import Heard, Since
from nodes.triggers.server_events import ServerEvent, read_events
from nodes.triggers.sse_trigger import SseTrigger, listen
from schemas.errors import OperationalError


async def lines(text: str) -> AsyncIterator[str]:
    for line in text.split("\n"):
        yield line


@pytest.mark.parametrize(
    ("text", "events"),
    [
        pytest.param("data: a\n\n", [("message", "a", "")], id="one"),
        pytest.param("data: a\ndata:b\n\n", [("message", "a\nb", "")], id="several lines"),
        pytest.param("event: x\nid: 7\ndata: a\n\n", [("x", "a", "7")], id="a name and a number"),
        pytest.param("id: 7\n\ndata: a\n\n", [("message", "a", "7")], id="a number alone stays"),
        pytest.param(": ping\nretry: 10\n\n", [], id="neither comments nor what has no data"),
        pytest.param("data: a", [], id="cut off"),
        pytest.param("\ufeffdata\n\n", [("message", "", "")], id="a field without a value"),
    ],
)
async def test_lines_are_events(text: str, events: list[tuple[str, str, str]]) -> None:
    assert [event async for event in read_events(lines(text))] == [ServerEvent(*one) for one in events]


async def events(request: web.Request) -> web.StreamResponse:
    """Send what comes after the last event that the client knows, then break off."""
    answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await answer.prepare(request)
    for number in range(int(request.headers.get("last-event-id", 0)) + 1, 4):
        await answer.write(f'id: {number}\r\ndata: {{"n": {number}}}\r\n\r\n'.encode())
    await answer.write(b"event: other\ndata: {}\n\ndata: text\n\n")
    return answer


@pytest.fixture
async def url() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/events", events)
    async with TestServer(app) as server:
        yield str(server.make_url("/events"))


async def test_messages_become_items_and_a_later_look_goes_on(url: str) -> None:
    params, streams = SseTrigger(url=url), RealStreams(AddressGuard(LOOPBACK))

    first = [heard async for heard in listen(params, Since(), streams)]
    later = [heard async for heard in listen(params, Since(first[1].since), streams)]
    elsewhere = [heard async for heard in listen(params, Since({"url": "x", "id": "2"}), streams)]

    assert [told(heard) for heard in first] == [{"n": 1}, {"n": 2}, {"n": 3}, {"data": "text"}]
    assert [told(heard) for heard in later] == [{"n": 3}, {"data": "text"}]
    assert len(elsewhere) == 4


async def test_no_server_and_a_refusal_may_be_tried_again(url: str) -> None:
    for address in (url.replace("/events", "/none"), "http://127.0.0.1:1/"):
        with pytest.raises(OperationalError):
            await anext(listen(SseTrigger(url=address), Since(), RealStreams(AddressGuard(LOOPBACK))))


def told(heard: Heard) -> dict[str, object]:
    return heard.items[0].json
