"""HTTP client: sends requests over one pool of connections.

Flow: httpRequest and its like, credentials → **http client** → services.
"""

import aiohttp
from yarl import URL

from nodes.sdk.context import HttpRequest, HttpResponse
from schemas.errors import NodeError, OperationalError

LARGEST_ANSWER = 128 * 1024 * 1024
CONNECTIONS = 256


class RealHttp:
    """Sends requests over one connection pool, opened with the first request."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and read its whole answer; raise OperationalError where none came."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            self._session = aiohttp.ClientSession(
                connector=connector, headers={"user-agent": "millrace"}, cookie_jar=aiohttp.DummyCookieJar()
            )
        try:
            async with self._session.request(
                request.method,
                URL(request.url),
                headers=request.headers,
                data=request.body,
                timeout=aiohttp.ClientTimeout(total=request.timeout),
                allow_redirects=request.follow_redirects,
                max_redirects=request.max_redirects,
                ssl=request.verify_tls,
                proxy=request.proxy,
            ) as response:
                return HttpResponse(
                    status=response.status,
                    reason=response.reason or "",
                    headers=list(response.headers.items()),
                    body=await _body(response),
                    url=str(response.url),
                )
        except TimeoutError:
            raise OperationalError(f'no answer from "{request.url}" within {request.timeout:g} seconds') from None
        except aiohttp.TooManyRedirects:
            raise NodeError(f'more than {request.max_redirects} redirects from "{request.url}"') from None
        except (aiohttp.InvalidURL, ValueError) as bad:
            raise NodeError(f'"{request.url}" cannot be asked: {bad}', field="url") from None
        except (aiohttp.ClientError, OSError) as bad:
            raise OperationalError(f'no answer from "{request.url}": {bad}'.lower()) from None

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _body(response: aiohttp.ClientResponse) -> bytes:
    chunks, size = [], 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise NodeError(f"an answer of more than {LARGEST_ANSWER // 1024 // 1024} MB is too large")
        chunks.append(chunk)
    return b"".join(chunks)
