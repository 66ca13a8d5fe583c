"""HTTP client: sends requests over one pool of connections, to addresses that are allowed.

Flow: httpRequest and its like, credentials → **http client** (guard) → services.
"""

import asyncio
import errno
import ipaddress
import socket
from collections import OrderedDict
from collections.abc import Sequence
from ssl import SSLContext
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from nodes.data.addresses import AddressGuard
from nodes.data.certificates import tls_context
from nodes.sdk.context import Certificate, HttpRequest, HttpResponse
from schemas.errors import NodeError, OperationalError

LARGEST_ANSWER = 128 * 1024 * 1024
CONNECTIONS = 256
CERTIFICATES = 64
DOTS = frozenset((".", ".."))
IN_PATH = "%!$&'()*+,/:;=@[\\]|"
IN_QUERY = "%!$&()*+,/:;=?@[\\]^`{|}"


class RealHttp:
    """Sends requests over one connection pool, opened with the first request; ``guard`` says where they may go."""

    def __init__(self, guard: AddressGuard | None = None, resolver: AbstractResolver | None = None) -> None:
        self._guard = guard or AddressGuard()
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None
        self._contexts: OrderedDict[tuple[Certificate, bool], SSLContext] = OrderedDict()

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and read its whole answer; raise OperationalError where none came."""
        if self._session is None:
            connector = GuardedConnector(self._guard, limit=CONNECTIONS, resolver=self._resolver)
            self._session = aiohttp.ClientSession(
                connector=connector, headers={"user-agent": "millrace"}, cookie_jar=aiohttp.DummyCookieJar()
            )
        try:
            async with self._session.request(
                request.method,
                wire(request.url),
                headers=request.headers,
                skip_auto_headers=("content-type",),
                data=request.body,
                timeout=aiohttp.ClientTimeout(total=request.timeout),
                allow_redirects=request.follow_redirects,
                max_redirects=request.max_redirects,
                ssl=await self._tls(request),
                proxy=request.proxy,
                middlewares=self._middlewares(request),
            ) as response:
                return HttpResponse(
                    status=response.status,
                    reason=response.reason or "",
                    headers=list(response.headers.items()),
                    body=await _body(response),
                    url=str(response.url),
                )
        except TimeoutError:
            late = f'no answer from "{request.url}" within {request.timeout:g} seconds'
            raise OperationalError(late, detail={"code": "ECONNABORTED"}) from None
        except aiohttp.TooManyRedirects:
            many = f'more than {request.max_redirects} redirects from "{request.url}"'
            raise NodeError(many, detail={"code": "ERR_FR_TOO_MANY_REDIRECTS"}) from None
        except (aiohttp.InvalidURL, ValueError) as bad:
            raise NodeError(f'"{request.url}" cannot be asked: {bad}', field="url") from None
        except (aiohttp.ClientError, OSError) as bad:
            raise OperationalError(
                f'no answer from "{request.url}": {bad}'.lower(), detail={"code": _code(bad)}
            ) from None

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _tls(self, request: HttpRequest) -> SSLContext | bool:
        if request.certificate is None:
            return request.verify_tls
        key = request.certificate, request.verify_tls
        found = self._contexts.get(key)
        if found is None:
            found = self._contexts[key] = await asyncio.to_thread(tls_context, *key)
            if len(self._contexts) > CERTIFICATES:
                self._contexts.popitem(last=False)
        return found

    def _middlewares(self, request: HttpRequest) -> Sequence[aiohttp.ClientMiddlewareType] | None:
        """Give what looks at each hop of a request, redirects included; nothing for most requests."""
        used: list[aiohttp.ClientMiddlewareType] = []
        if request.body and request.follow_redirects:
            used.append(_typed_by_body(request.method))
        if request.proxy:
            used.append(_behind_proxy(self._guard))
        if request.private:
            used.append(_kept_at(URL(request.url), request.private))
        if request.login is not None:
            used.append(_digest(URL(request.url), request.login))
        return used or None


class GuardedConnector(aiohttp.TCPConnector):
    """Connects to those addresses of a host that the guard admits: the very ones that the name resolved to."""

    def __init__(self, guard: AddressGuard, **more: Any) -> None:
        super().__init__(**more)
        self._guard = guard

    async def _resolve_host(self, host: str, port: int, traces: Any = None) -> list[ResolveResult]:
        found = await super()._resolve_host(host, port, traces)
        admitted = set(self._guard.admit(host, [each["host"] for each in found]))
        return [each for each in found if each["host"] in admitted]


def _code(bad: Exception) -> str:
    """Name what went wrong with a connection as Node.js does, which workflows compare."""
    if isinstance(bad, aiohttp.ClientConnectorDNSError):
        return "ENOTFOUND"
    number = getattr(bad, "errno", None)
    return errno.errorcode.get(number, "ECONNRESET") if isinstance(number, int) else "ECONNRESET"


def wire(url: str) -> URL:
    """Read an address so that it is sent as it is written: only what no address may hold is escaped."""
    read = URL(url)
    parts = urlsplit(url.strip())
    if not parts.path or not DOTS.isdisjoint(parts.path.split("/")):
        return read
    path, query = quote(parts.path, safe=IN_PATH), quote(parts.query, safe=IN_QUERY)
    return URL(f"{read.scheme}://{read.raw_authority}{path}{'?' if query else ''}{query}", encoded=True)


def _typed_by_body(method: str) -> aiohttp.ClientMiddlewareType:
    """Leave the content type out where a redirect turned the request into one without a body."""

    async def look(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if request.method != method:
            request.headers.popall("content-type", None)
        return await send(request)

    return look


def _behind_proxy(guard: AddressGuard) -> aiohttp.ClientMiddlewareType:
    """Check where a proxy is sent to: it connects by itself, so that the name is all there is to look at."""

    async def look(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        host = request.url.host or ""
        guard.admit(host, await _addresses(host))
        return await send(request)

    return look


async def _addresses(host: str) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []  # only the proxy knows the name
    return [str(each[4][0]) for each in found]


def _kept_at(origin: URL, private: frozenset[str]) -> aiohttp.ClientMiddlewareType:
    """Leave secret headers out where a redirect leads to another origin."""

    async def look(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if request.url.origin() != origin.origin():
            for name in private:
                request.headers.popall(name, None)
        return await send(request)

    return look


def _digest(origin: URL, login: tuple[str, str]) -> aiohttp.ClientMiddlewareType:
    """Answer the challenge of the server that was asked, and of no other one."""
    answering = aiohttp.DigestAuthMiddleware(*login, preemptive=False)

    async def look(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if request.url.origin() != origin.origin():
            return await send(request)
        return await answering(request, send)

    return look


async def _body(response: aiohttp.ClientResponse) -> bytes:
    chunks, size = [], 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise NodeError(f"an answer of more than {LARGEST_ANSWER // 1024 // 1024} MB is too large")
        chunks.append(chunk)
    return b"".join(chunks)
