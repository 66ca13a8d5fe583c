"""The HTTP client: it goes where it may, by whatever way it is sent there, and keeps secrets at home.

Flow: request → **client** → real servers on this machine.
"""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from nodes.data.addresses import AddressGuard
from nodes.data.http_client import RealHttp
from nodes.sdk import HttpRequest
from schemas.errors import NodeError


class Names(AbstractResolver):
    """Resolves names as a test wants: each time the next address, in the end the last one again."""

    def __init__(self, **addresses: list[str]) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        self.asked.append(host)
        left = self.addresses[host]
        address = left.pop(0) if len(left) > 1 else left[0]
        return [ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        pass


class Service:
    """Remembers what was asked; `/to?url=` sends elsewhere, everything else says which headers came."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.target = ""
        self.port = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        self.target = request.raw_path
        if request.path == "/to":
            raise web.HTTPFound(request.query["url"])
        if request.path == "/login" and "authorization" not in request.headers:
            challenge = 'Digest realm="shop", nonce="n", qop="auth", algorithm=MD5'
            return web.Response(status=401, headers={"www-authenticate": challenge})
        return web.json_response({name.lower(): value for name, value in request.headers.items()})


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    found = Service()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.port = runner.addresses[0][1]
    yield found
    await runner.cleanup()


async def ask(url: str, *, allow: str = "", names: Names | None = None, method: str = "GET", **more: object):
    client = RealHttp(AddressGuard(allow), names)
    try:
        return await client.send(HttpRequest(method, url, timeout=5, **more))  # type: ignore[arg-type]
    finally:
        await client.close()


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("localhost", id="a name for it"),
        pytest.param("2130706433", id="as one number"),
        pytest.param("0x7f000001", id="hexadecimal"),
        pytest.param("0177.0.0.1", id="octal"),
        pytest.param("127.1", id="short"),
        pytest.param("[::ffff:127.0.0.1]", id="in IPv6"),
        pytest.param("[::ffff:7f00:1]", id="in IPv6, otherwise"),
        pytest.param("0.0.0.0", id="any"),
    ],
)
async def test_this_machine_is_refused_however_it_is_written(service: Service, host: str) -> None:
    with pytest.raises(NodeError):
        await ask(f"http://{host}:{service.port}/")

    assert service.asked == []


async def test_what_is_allowed_is_reached(service: Service) -> None:
    answer = await ask(f"http://127.0.0.1:{service.port}/", allow="127.0.0.1")

    assert answer.status == 200


async def test_a_redirect_is_looked_at_too(service: Service) -> None:
    """The first hop is allowed by its name, the second leads to an address that is not."""
    names = Names(public=["127.0.0.1"])
    to = f"http://127.0.0.1:{service.port}/inside"

    with pytest.raises(NodeError, match=r"127.0.0.1 is not a public address"):
        await ask(f"http://public:{service.port}/to?url={to}", allow="public", names=names)

    assert service.asked == ["/to"]


async def test_a_name_that_resolves_to_another_address_later_is_looked_at_again(service: Service) -> None:
    names = Names(rebound=["93.184.216.34", "127.0.0.1"])
    client = RealHttp(AddressGuard(), names)
    url = f"http://rebound:{service.port}/"
    assert AddressGuard().allows("rebound", (await names.resolve("rebound"))[0]["host"])  # a check before it connects

    with pytest.raises(NodeError, match=r"rebound \(127.0.0.1\) is not a public address"):
        await client.send(HttpRequest("GET", url, timeout=5))
    await client.close()

    assert service.asked == []


async def test_a_proxy_is_no_way_around(service: Service) -> None:
    proxy = f"http://proxy:{service.port}"

    with pytest.raises(NodeError, match=r"10.0.0.1 is not a public address"):
        await ask("http://10.0.0.1/", allow="proxy", names=Names(proxy=["127.0.0.1"]), proxy=proxy)

    assert service.asked == []


async def test_an_address_is_sent_as_it_is_written(service: Service) -> None:
    await ask(f"http://127.0.0.1:{service.port}/a%2Fb c/é?q=%3A:,{{'x'}}&y=a b+c#f", allow="127.0.0.1")

    assert service.target == "/a%2Fb%20c/%C3%A9?q=%3A:,{%27x%27}&y=a%20b+c"


async def test_a_redirect_that_drops_the_body_drops_its_type(service: Service) -> None:
    here = f"http://127.0.0.1:{service.port}"
    typed = {"headers": [("content-type", "text/x"), ("x-other", "open")], "body": b"x", "method": "POST"}

    found = await ask(f"{here}/to?url={here}/end", allow="127.0.0.1", **typed)

    assert b"content-type" not in found.body
    assert b'"x-other": "open"' in found.body


async def test_a_body_without_a_type_is_sent_without_one(service: Service) -> None:
    found = await ask(f"http://127.0.0.1:{service.port}/end", allow="127.0.0.1", method="POST", body=b"x")

    assert b"content-type" not in found.body


async def test_a_secret_header_stays_with_its_origin(service: Service) -> None:
    here, there = f"http://127.0.0.1:{service.port}", f"http://localhost:{service.port}"
    secret = {"headers": [("x-key", "s3cret"), ("x-other", "open")], "private": frozenset({"x-key"})}

    same = await ask(f"{here}/to?url={here}/end", allow="*", **secret)
    other = await ask(f"{here}/to?url={there}/end", allow="*", **secret)

    assert b'"x-key": "s3cret"' in same.body
    assert b"s3cret" not in other.body
    assert b'"x-other": "open"' in other.body


async def test_a_challenge_is_answered_to_the_server_that_was_asked_only(service: Service) -> None:
    here, there = f"http://127.0.0.1:{service.port}", f"http://localhost:{service.port}"
    login = ("ada", "s3cret")

    direct = await ask(f"{here}/login", allow="*", login=login)
    moved = await ask(f"{here}/to?url={there}/login", allow="*", login=login)

    assert (direct.status, moved.status) == (200, 401)
    assert b'username=\\"ada\\"' in direct.body
    assert b"s3cret" not in direct.body


async def test_many_at_once_share_the_pool(service: Service) -> None:
    client = RealHttp(AddressGuard("127.0.0.1"))
    request = HttpRequest("GET", f"http://127.0.0.1:{service.port}/", timeout=5)

    answers = await asyncio.gather(*(client.send(request) for _ in range(50)))
    await client.close()

    assert {answer.status for answer in answers} == {200}
