"""Capabilities: the real things that nodes may ask for, and how they are put together for one activation.

Flow: settings, pool, blobs → **capabilities** → `call` → node function.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from yarl import URL

from agents.files import ConfinedFiles
from agents.plan import Plan, PlannedNode
from agents.scripted_http import ScriptedHttp
from nodes.data.kafka_client import RealKafka
from nodes.expressions.scope import Scope
from nodes.sdk.context import (
    Blobs,
    Clock,
    Credentials,
    Files,
    HttpClient,
    HttpRequest,
    HttpResponse,
    KafkaClient,
    Log,
    Renewal,
    Sandbox,
)
from schemas.errors import NodeError, OperationalError, UserError
from streams.stores.blobs import open_blobs

log = logging.getLogger(__name__)
LARGEST_ANSWER = 128 * 1024 * 1024
CONNECTIONS = 256
REMEMBERED = 10_000


class CodeRunner(Protocol):
    """Runs code outside of this process: the pool of JavaScript children."""

    async def run_code(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        """Run a Code node's body, once or per item."""
        ...


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


class RealClock:
    """The system's time."""

    def now(self) -> int:
        """Give epoch milliseconds."""
        return int(time.time() * 1000)

    async def sleep(self, seconds: float) -> None:
        """Pause."""
        await asyncio.sleep(seconds)


class PrivateClock:
    """Time of its own: it stands still, and a pause passes at once."""

    def __init__(self, at: int) -> None:
        self._at = at

    def now(self) -> int:
        """Give epoch milliseconds."""
        return self._at

    async def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self._at += int(seconds * 1000)


class NodeLog:
    """Notes of one node of one execution, in the process's log."""

    def __init__(self, execution: str, node: str) -> None:
        self._bound = {"execution_id": execution, "node": node}

    def note(self, message: str, **fields: Any) -> None:
        """Write one line with fields."""
        log.info(message, extra={**self._bound, "fields": fields})


class GivenCredentials:
    """Secrets that came with a request, by credential type."""

    def __init__(self, secrets: Mapping[str, dict[str, Any]]) -> None:
        self._secrets = dict(secrets)
        self.opened: set[str] = set()

    async def get(self, kind: str) -> dict[str, Any]:
        """Give the fields; raise UserError where there are none."""
        found = self._secrets.get(kind)
        if found is None:
            raise UserError(f'no credential of type "{kind}"', hint="this node needs one, and none is known")
        return found

    async def renew(self, kind: str, make: Renewal) -> dict[str, Any]:
        """Change the fields for the rest of the request."""
        found = await self.get(kind)
        changed = await make(found)
        if changed is not None:
            self._secrets[kind] = {**found, **changed}
        return self._secrets[kind]


class PoolSandbox:
    """Runs code in V8 children."""

    def __init__(self, pool: CodeRunner) -> None:
        self._pool = pool

    async def javascript(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        """Run a Code node's body."""
        return await self._pool.run_code(code, scope, per_item=per_item)


class Capabilities:
    """What the nodes of the server may ask for; ``equip`` it before use, ``close`` it at the end."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self.folders = tuple(folders)
        self.kafka = RealKafka()
        self.credentials = GivenCredentials({})
        self._http = RealHttp()
        self._shared: dict[type, Any] = {
            HttpClient: self._http,
            KafkaClient: self.kafka,
            Clock: RealClock(),
            Credentials: self.credentials,
            Files: ConfinedFiles(folders),
        }

    def equip(self, pool: CodeRunner, blobs: Blobs) -> "Capabilities":
        """Add the sandbox and the blob store."""
        self._shared |= {Sandbox: PoolSandbox(pool), Blobs: blobs}
        return self

    def __call__(self, plan: Plan, node: PlannedNode, scope: Scope, execution: str) -> Mapping[type, Any]:
        """Give what one activation may ask for."""
        return {**self._shared, Log: NodeLog(execution, node.name)}

    async def close(self) -> None:
        """Close connections."""
        await self.kafka.close()
        await self._http.close()


class PrivateCapabilities:
    """What the nodes of private executions may ask for: the request's mocks, credentials and clock."""

    def __init__(self, pool: CodeRunner, folders: Sequence[Path] = ()) -> None:
        self.folders = tuple(folders)
        self._http = RealHttp()
        self._kafka = RealKafka()
        self._shared: dict[type, Any] = {
            KafkaClient: self._kafka,
            Sandbox: PoolSandbox(pool),
            Blobs: open_blobs("memory://"),
            Files: ConfinedFiles(folders),
        }
        self._executions: OrderedDict[str, dict[type, Any]] = OrderedDict()

    def __call__(
        self, plan: Plan, node: PlannedNode, scope: Scope, execution: str, request: Mapping[str, Any]
    ) -> Mapping[type, Any]:
        """Give what one activation may ask for; mocks are used up over the whole execution."""
        own = self._executions.get(execution)
        if own is None:
            own = self._executions[execution] = self._own(request, scope.now)
            if len(self._executions) > REMEMBERED:
                self._executions.popitem(last=False)
        return {**self._shared, **own, Log: NodeLog(execution, node.name)}

    def _own(self, request: Mapping[str, Any], now: int) -> dict[type, Any]:
        mocks = request.get("http")
        return {
            HttpClient: self._http if mocks is None else ScriptedHttp(mocks, self._http),
            Credentials: GivenCredentials(request.get("credentials") or {}),
            Clock: PrivateClock(now),
        }

    async def close(self) -> None:
        """Close connections."""
        await self._kafka.close()
        await self._http.close()


def build_capabilities(folders: Sequence[Path] = ()) -> Capabilities:
    """Make what the server's nodes may ask for; file nodes may touch the folders only."""
    return Capabilities(folders)


def private_capabilities(pool: CodeRunner, folders: Sequence[Path] = ()) -> PrivateCapabilities:
    """Make what the nodes of private executions may ask for."""
    return PrivateCapabilities(pool, folders)
