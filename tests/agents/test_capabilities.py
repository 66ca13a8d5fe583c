"""Tests of what nodes may ask for: real HTTP, written answers, private time."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from agents.capabilities import PrivateClock
from agents.credentials import GivenCredentials
from agents.scripted_http import ScriptedHttp
from nodes.data.addresses import AddressGuard
from nodes.data.http_client import RealHttp
from nodes.sdk.context import HttpRequest
from schemas.errors import NodeError, OperationalError, UserError


@pytest.fixture
async def server() -> AsyncIterator[str]:
    async def echo(request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        agent, sent = request.headers["user-agent"], request.headers.get("x-sent", "")
        seen = {"method": request.method, "query": request.query_string, "body": body, "agent": agent}
        return web.json_response(seen, headers={"x-seen": sent})

    async def moved(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"location": "/echo"})

    async def loop(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"location": "/loop"})

    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async def missing(request: web.Request) -> web.Response:
        return web.Response(status=404, text="gone")

    app = web.Application()
    app.router.add_route("*", "/echo", echo)
    app.router.add_get("/moved", moved)
    app.router.add_get("/loop", loop)
    app.router.add_get("/slow", slow)
    app.router.add_get("/missing", missing)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[RealHttp]:
    client = RealHttp(AddressGuard("127.0.0.1"))
    yield client
    await client.close()


async def test_sends_method_headers_and_body(http: RealHttp, server: str) -> None:
    request = HttpRequest("POST", f"{server}/echo?a=1", headers=[("x-sent", "yes")], body=b"hello")

    response = await http.send(request)

    seen = json.loads(response.body)
    assert (response.status, response.header("X-Seen")) == (200, "yes")
    assert seen == {"method": "POST", "query": "a=1", "body": "hello", "agent": "millrace"}


async def test_any_status_is_an_answer(http: RealHttp, server: str) -> None:
    response = await http.send(HttpRequest("GET", f"{server}/missing"))

    assert (response.status, response.body) == (404, b"gone")


@pytest.mark.parametrize(
    ("follow", "status", "path"),
    [pytest.param(True, 200, "/echo", id="followed"), pytest.param(False, 302, "/moved", id="given back")],
)
async def test_redirects(http: RealHttp, server: str, follow: bool, status: int, path: str) -> None:
    response = await http.send(HttpRequest("GET", f"{server}/moved", follow_redirects=follow))

    assert (response.status, response.url) == (status, server + path)


@pytest.mark.parametrize(
    ("path", "timeout", "error", "text"),
    [
        pytest.param("/slow", 0.05, OperationalError, "within 0.05 seconds", id="too slow"),
        pytest.param("/loop", 5.0, NodeError, "more than 3 redirects", id="redirects without end"),
    ],
)
async def test_what_can_go_wrong(
    http: RealHttp, server: str, path: str, timeout: float, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        await http.send(HttpRequest("GET", server + path, timeout=timeout, max_redirects=3))


async def test_nobody_there_is_operational(http: RealHttp) -> None:
    with pytest.raises(OperationalError, match="no answer from"):
        await http.send(HttpRequest("GET", "http://127.0.0.1:9/"))


MATCHING = [
    pytest.param({}, "GET", "https://a.test/x", None, True, id="plain"),
    pytest.param({}, "POST", "https://a.test/x", None, False, id="another method"),
    pytest.param({}, "GET", "https://a.test/x?q=1", None, False, id="a query that was not written"),
    pytest.param({"query": {"q": 1}}, "GET", "https://a.test/x?q=1", None, True, id="query as numbers"),
    pytest.param({"query": {"q": ["a", "b"]}}, "GET", "https://a.test/x?q[]=a&q[]=b", None, True, id="query lists"),
    pytest.param({"query": True}, "GET", "https://a.test/x?z=9", None, True, id="any query"),
    pytest.param({"url": "https://a.test/x?q=1"}, "GET", "https://a.test/x?q=1", None, True, id="query in the URL"),
    pytest.param({"requestBody": {"a": 1}}, "GET", "https://a.test/x", b'{"a":1}', True, id="JSON body"),
    pytest.param({"requestBody": {"a": "1"}}, "GET", "https://a.test/x", b"a=1", True, id="form body"),
    pytest.param({"requestBody": '{"a": 1}'}, "GET", "https://a.test/x", b'{"a":1}', True, id="JSON as text"),
    pytest.param({"requestBody": "hi"}, "GET", "https://a.test/x", b"ho", False, id="another body"),
    pytest.param({"requestBody": {"$function": ""}}, "GET", "https://a.test/x", b"any", True, id="any body"),
    pytest.param({"requestHeaders": {"X-K": "v"}}, "GET", "https://a.test/x", None, True, id="header in any case"),
    pytest.param({"requestHeaders": {"X-K": "w"}}, "GET", "https://a.test/x", None, False, id="another header"),
    pytest.param({"requestHeaders": {"Host": "w"}}, "GET", "https://a.test/x", None, True, id="unseen header"),
]


@pytest.mark.parametrize(("mock", "method", "url", "body", "fits"), MATCHING)
async def test_mocks_match(
    http: RealHttp, mock: dict[str, Any], method: str, url: str, body: bytes | None, fits: bool
) -> None:
    scripted = ScriptedHttp([{"method": "GET", "url": "https://a.test/x", "responseBody": {"ok": True}, **mock}], http)
    request = HttpRequest(method, url, headers=[("x-k", "v")], body=body)

    if fits:
        response = await scripted.send(request)
        assert json.loads(response.body) == {"ok": True}
        assert response.header("content-type") == "application/json"
    else:
        with pytest.raises(OperationalError, match="no mock is left"):
            await scripted.send(request)


@pytest.mark.parametrize(
    ("mock", "answers"),
    [
        pytest.param({}, 1, id="once"),
        pytest.param({"times": 2}, 2, id="as often as written"),
        pytest.param({"persist": True}, 5, id="always"),
    ],
)
async def test_mocks_are_used_up(http: RealHttp, mock: dict[str, Any], answers: int) -> None:
    scripted = ScriptedHttp([{"method": "GET", "url": "https://a.test/", **mock}], http)
    request = HttpRequest("GET", "https://a.test")

    given = 0
    for _ in range(5):
        try:
            await scripted.send(request)
            given += 1
        except OperationalError:
            break

    assert given == answers


async def test_mocks_redirect_and_carry_bytes(http: RealHttp) -> None:
    scripted = ScriptedHttp(
        [
            {"method": "GET", "url": "https://a.test/old", "status": 302, "responseHeaders": {"location": "/new"}},
            {"method": "GET", "url": "https://a.test/new", "responseBody": {"$base64": "AAE="}},
        ],
        http,
    )

    response = await scripted.send(HttpRequest("GET", "https://a.test/old"))

    assert (response.status, response.body, response.url) == (200, b"\x00\x01", "https://a.test/new")


async def test_local_requests_really_go_out(http: RealHttp, server: str) -> None:
    response = await ScriptedHttp([], http).send(HttpRequest("GET", f"{server}/echo"))

    assert response.status == 200


async def test_a_private_pause_passes_at_once() -> None:
    clock = PrivateClock(1_000)

    await clock.sleep(3600)

    assert clock.now() == 3_601_000


async def test_a_missing_credential_is_named() -> None:
    with pytest.raises(UserError, match='no credential of type "slackApi"'):
        await GivenCredentials({}).get("slackApi")
