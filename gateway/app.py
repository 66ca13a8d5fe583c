"""The gateway put together: hot path in front, management API behind the token.

Flow: ops → **gateway app** → ingress (`/w/`, `/w-test/`), api, front page.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cache, partial

import msgspec
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.admission import Admission
from gateway.api.collaborate import Collaborate
from gateway.api.connecting import Connecting
from gateway.api.credentials import Credentials
from gateway.api.data_tables import DataTablesResource
from gateway.api.dead_letters import DeadLetters
from gateway.api.executions import Executions
from gateway.api.expressions import Expressions
from gateway.api.health import Health
from gateway.api.importing import Importing
from gateway.api.in_doubt import InDoubt
from gateway.api.items import Items
from gateway.api.listening import ListeningResource
from gateway.api.live import LiveResource
from gateway.api.node_types import NodeTypes
from gateway.api.preferences import PreferencesResource
from gateway.api.replays import Replays
from gateway.api.rollouts import Rollouts
from gateway.api.searching import Searching
from gateway.api.settings_schemas import SettingsSchemasResource
from gateway.api.sql import Sql
from gateway.api.statistics import StatisticsResource, backlog_of
from gateway.api.templates import Templates
from gateway.api.variables import Variables
from gateway.api.versions import Versions
from gateway.api.workflows import Workflows
from gateway.arrivals import Doorkeeper
from gateway.auth import Key, TokenGate
from gateway.changing import Changing
from gateway.doors import ProductionDoor, TestDoor
from gateway.endpoints import Endpoint, problem_response, routes_of
from gateway.given import Given
from gateway.ingress import Door, Ingress
from gateway.letters import Letters
from gateway.listening import Listening
from gateway.live import Live
from gateway.meters import Meters
from gateway.openapi import document
from gateway.pages import Pages
from gateway.pressure import Pressures
from gateway.problems import HttpProblem, refuse
from gateway.publishing import Publishing
from gateway.reading import Catalog, Past, Replies
from gateway.repeating import Repeating
from gateway.resuming import Resuming
from gateway.settings import GatewaySettings
from gateway.sockets import Socket, Sockets
from gateway.starting import Starting
from gateway.tail import Tail
from gateway.together.rooms import Rooms
from gateway.vault import Vault
from gateway.waiting import Waiting
from nodes.data.http_client import RealHttp
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.sdk.context import Blobs, HttpClient
from nodes.sdk.credential import discover_credentials
from nodes.sdk.registry import Registry
from schemas.errors import MillraceError
from schemas.identifiers import new_id, partition_of
from schemas.resume import RESUME_PREFIX, Sign
from streams.frames import Gatherer
from streams.readiness import Check
from streams.stores.data_tables import open_tables
from streams.stores.history import History
from streams.stores.keyring import Keyring
from streams.stores.protocol import DataTables
from streams.stores.statistics import Statistics
from streams.stores.views import CatalogView
from streams.transports.protocol import Log

START_SECONDS = 60.0
OPENAPI_PATH = "/api/v1/openapi.json"

logger = logging.getLogger(__name__)


class Gateway:
    """One gateway. ``asgi`` serves requests between ``start`` and ``stop``.

    A stop in order: ``drain`` (listeners go), let the web server finish its connections, ``stop``.
    """

    def __init__(
        self,
        parts: "_Parts",
        endpoints: Sequence[Endpoint],
        pages: ASGIApp,
        resuming: ASGIApp,
        admission: Admission,
    ) -> None:
        self._parts = parts
        self._pages = pages
        self._production = parts.ingress(ProductionDoor(parts.catalog), admission)
        self._test = parts.ingress(TestDoor(parts.catalog, parts.listening), admission)
        self._resuming = resuming
        self.endpoints = tuple(endpoints)

    @property
    def asgi(self) -> ASGIApp:
        """Give the ASGI application."""
        return self  # uvicorn does not see that a bound method is ASGI 3

    async def start(self) -> None:
        """Read replies from now on and the catalog to its end; then requests may come."""
        await self._parts.replies.start()
        await self._parts.pressures.start()
        await self._parts.catalog.reach_end(START_SECONDS)

    def drain(self) -> None:
        """Let listeners go, so that the web server can close their connections."""
        self._parts.listening.end()
        self._parts.sockets.end()

    async def stop(self) -> None:
        """Refuse what is new, wait for what is in work as long as the settings say, then end it."""
        self.drain()
        keeper = self._parts.keeper
        keeper.closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._parts.settings.drain_seconds):
                await keeper.empty()
        self._parts.waiting.end()
        await self._parts.replies.stop()
        await self._parts.pressures.stop()
        await self._parts.javascript.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            path = scope["path"]
            if path.startswith("/w/"):
                await self._production(scope, receive, send)
                return
            if path.startswith("/w-test/"):
                await self._test(scope, receive, send)
                return
            if path.startswith(RESUME_PREFIX):
                await self._resuming(scope, receive, send)
                return
        await self._pages(scope, receive, send)


class _Parts:
    """What the gateway is made of."""

    def __init__(
        self,
        settings: GatewaySettings,
        log: Log,
        view: CatalogView,
        history: History,
        blobs: Blobs,
        gatherer: Gatherer,
        collectors: Iterable[Collector],
    ) -> None:
        boot = new_id()
        partition = partition_of(boot, settings.partitions)
        self.settings = settings
        self.blobs = blobs
        self.waiting = Waiting(boot, partition)
        self.publishing = Publishing(log, gatherer, self.waiting, settings)
        self.catalog = Catalog(log, view)
        self.changing = Changing(self.catalog, self.publishing)
        self.past = Past(history, blobs)
        self.statistics = Statistics(history)
        self.pressures = Pressures(log)
        self.replies = Replies(log, self.waiting, partition)
        tail = Tail(log, settings)
        self.listening = Listening(tail)
        self.live = Live(tail)
        self.rooms = Rooms(log, blobs, self.catalog, self.publishing, settings.partitions)
        self.key = Key(settings.token)
        self.sockets = Sockets(self.key, settings.max_sockets)
        self.keeper = Doorkeeper(settings)
        self.javascript = JavaScriptPool(timeout_seconds=2.0)
        gauges: dict[str, tuple[str, Callable[[], float]]] = {
            "millrace_webhooks_in_work": ("Webhook requests in work.", lambda: self.keeper.visits),
            "millrace_replies_awaited": ("Requests that wait for a reply.", lambda: len(self.waiting)),
            "millrace_sockets": ("Open WebSockets.", lambda: len(self.sockets)),
            "millrace_rooms": ("Workflows that are drawn together.", lambda: len(self.rooms)),
            "millrace_catalog_offset": ("Catalog offset that this gateway has read.", lambda: self.catalog.offset),
        }
        collectors = list(collectors)
        self.meters = Meters(gauges, collectors)
        self.backlog = partial(backlog_of, collectors)

    def ingress(self, door: Door, admission: Admission) -> Ingress:
        return Ingress(
            door,
            settings=self.settings,
            publishing=self.publishing,
            waiting=self.waiting,
            blobs=self.blobs,
            keeper=self.keeper,
            meters=self.meters,
            admission=admission,
            pressures=self.pressures,
        )

    def resuming(self, sign: Sign, admission: Admission) -> Resuming:
        return Resuming(
            sign,
            admission,
            settings=self.settings,
            publishing=self.publishing,
            waiting=self.waiting,
            blobs=self.blobs,
            keeper=self.keeper,
        )

    async def replies_read(self) -> bool:
        return self.replies.alive


def build_gateway(
    settings: GatewaySettings,
    log: Log,
    view: CatalogView,
    history: History,
    registry: Registry,
    blobs: Blobs,
    *,
    keyring: Keyring | None = None,
    http: HttpClient | None = None,
    tables: DataTables | None = None,
    gatherer: Gatherer | None = None,
    checks: Sequence[Check] = (),
    collectors: Iterable[Collector] = (),
) -> Gateway:
    """Make a gateway. Somebody else follows the catalog into ``view`` and serves ``asgi``.

    ``keyring`` seals credentials, and ``http`` tries them; ``tables`` keeps data tables.
    ``checks`` decide `/ready` together with the gateway's own; ``collectors`` add figures to `/metrics`.
    """
    parts = _Parts(settings, log, view, history, blobs, gatherer or Gatherer(log), collectors)
    keys = keyring or Keyring()
    vault = Vault(lambda: view.vault, keys, discover_credentials(), http or RealHttp())
    others = [
        *DataTablesResource(tables or open_tables("memory://")).endpoints(),
        *SettingsSchemasResource().endpoints(),
    ]
    endpoints = [*_endpoints(parts, registry, checks), *_vault_endpoints(parts, registry, vault), *others]
    admission = Admission(vault, parts.javascript, lambda: view.vault.values)
    return Gateway(parts, endpoints, _pages(parts, endpoints), parts.resuming(keys.sign, admission), admission)


def _endpoints(parts: _Parts, registry: Registry, checks: Sequence[Check]) -> list[Endpoint]:
    starting = Starting(
        catalog=parts.catalog,
        publishing=parts.publishing,
        waiting=parts.waiting,
        registry=registry,
        blobs=parts.blobs,
        settings=parts.settings,
        pressures=parts.pressures,
    )
    given = Given(parts.past, parts.blobs)
    executions = Executions(
        catalog=parts.catalog,
        past=parts.past,
        publishing=parts.publishing,
        starting=starting,
        registry=registry,
    )
    return [
        *Workflows(parts.catalog, parts.changing).endpoints(),
        *Versions(parts.catalog, parts.changing).endpoints(),
        *Rollouts(parts.catalog, parts.changing, parts.past).endpoints(),
        *Searching(parts.catalog).endpoints(),
        *ListeningResource(parts.catalog, parts.listening, parts.settings).endpoints(),
        *InDoubt(parts.past, parts.publishing).endpoints(),
        *DeadLetters(Letters(parts.catalog, parts.past, starting), starting).endpoints(),
        *Replays(parts.past, Repeating(parts.catalog, parts.past, starting), starting).endpoints(),
        *executions.endpoints(),
        *Items(given, parts.past).endpoints(),
        *Expressions(parts.javascript, given).endpoints(),
        *NodeTypes(registry).endpoints(),
        *Templates().endpoints(),
        *Sql(parts.past).endpoints(),
        *StatisticsResource(parts.statistics, parts.backlog).endpoints(),
        *Health(
            parts.settings.version,
            [("replies", parts.replies_read), ("catalog", parts.catalog.reach_end), *checks],
            parts.meters,
        ).endpoints(),
    ]


def _vault_endpoints(parts: _Parts, registry: Registry, vault: Vault) -> list[Endpoint]:
    return [
        *Credentials(vault, parts.changing).endpoints(),
        *Connecting(vault, parts.changing, parts.settings).endpoints(),
        *Importing(parts.catalog, parts.changing, registry, vault, parts.settings).endpoints(),
        *Variables(lambda: parts.catalog.vault, parts.changing).endpoints(),
        *PreferencesResource(lambda: parts.catalog.vault, parts.changing).endpoints(),
    ]


def _sockets(parts: _Parts) -> list[Socket]:
    return [*LiveResource(parts.catalog, parts.live).sockets(), *Collaborate(parts.rooms).sockets()]


def _pages(parts: _Parts, endpoints: Sequence[Endpoint]) -> ASGIApp:
    @cache
    def described() -> bytes:
        return msgspec.json.encode(document(endpoints, parts.settings.version))

    pages = Pages(parts.settings.version)

    async def openapi(_: Request) -> Response:
        return Response(described(), media_type="application/json")

    async def around(request: Request, call: Callable[[], Awaitable[Response]]) -> Response:
        try:
            await _wait_for_offset(request, parts.catalog)
            return await call()
        except Exception as error:
            return _failed(request, error)

    routes = routes_of(endpoints, around, parts.settings.body_limit)
    app = Starlette(
        routes=[*pages.routes(), Route(OPENAPI_PATH, openapi), *routes, *parts.sockets.routes(_sockets(parts))],
        exception_handlers={HTTPException: _http_exception},
    )
    open_paths = {*pages.paths, *(endpoint.path for endpoint in endpoints if endpoint.open)}
    return TokenGate(app, parts.key, open_paths)


async def _wait_for_offset(request: Request, catalog: Catalog) -> None:
    told = request.headers.get("millrace-after")
    if told is None:
        return
    partition, _, offset = told.partition(":")
    if partition != "0" or not offset.removeprefix("-").isdigit():
        raise refuse("BadRequest", f'"{told}" is no offset of the catalog', field="Millrace-After", hint="like 0:42")
    await catalog.wait(int(offset))


def _failed(request: Request, error: Exception) -> Response:
    if not isinstance(error, (HttpProblem, MillraceError)):
        logger.error("request failed", extra={"method": request.method, "path": request.url.path}, exc_info=error)
    return problem_response(error)


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    path = request.url.path
    if error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "")
        return problem_response(
            refuse(
                "MethodNotAllowed", f"the method {request.method} is not allowed at {path}", headers=[("Allow", allow)]
            )
        )
    return problem_response(refuse("NotFoundError", f"there is nothing at {path}", hint=f"see {OPENAPI_PATH}"))
