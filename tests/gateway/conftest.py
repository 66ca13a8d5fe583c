"""A gateway behind a real web server on a free port, and a client for it.

Flow: test → **client** → uvicorn → gateway → log → counterpart.
"""

import asyncio
import contextlib
import importlib.util
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn

from gateway.app import Gateway, build_gateway
from gateway.settings import GatewaySettings
from nodes.data.addresses import AddressGuard
from nodes.data.http_client import RealHttp
from streams.stores.keyring import Keyring

TOKEN = "a-token-for-tests"


def _load_counterpart() -> Any:
    # Test folders are no packages, so that a neighbour is loaded by its file.
    spec = importlib.util.spec_from_file_location("gateway_counterpart", Path(__file__).with_name("counterpart.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


parts = _load_counterpart()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):
        yield


@dataclass
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class House:
    """Everything a test of the gateway touches."""

    def __init__(self, other: Any, gateway: Gateway, session: aiohttp.ClientSession, server: _Server) -> None:
        self.parts = parts
        self.other = other
        self.gateway = gateway
        self.session = session
        self.server = server

    async def call(self, method: str, path: str, status: int | None = None, **more: Any) -> Any:
        """Call the API with the token; give the JSON body, and check the status where one is expected."""
        headers = {"authorization": f"Bearer {TOKEN}", **more.pop("headers", {})}
        async with self.session.request(method, path, headers=headers, **more) as answer:
            body = await answer.read()
            assert status in (None, answer.status), body
            return await answer.json(content_type=None) if body else None

    async def hook(self, method: str, path: str, **more: Any) -> "Answer":
        """Call a webhook and read its whole answer."""
        async with self.session.request(method, path, **more) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def make(self, workflow: dict[str, Any], *, active: bool = True) -> dict[str, Any]:
        """Make a workflow, active where wanted."""
        made = await self.call("POST", "/api/v1/workflows", 201, json=workflow)
        if active:
            made = await self.call("POST", f"/api/v1/workflows/{made['id']}/activate", 200)
        return made


OpenHouse = Callable[..., Any]


@pytest.fixture
async def open_house() -> AsyncIterator[OpenHouse]:
    """Opens houses with settings of the test's own."""
    async with contextlib.AsyncExitStack() as stack:

        async def opened(*, checks: Any = (), **settings: Any) -> House:
            return await stack.enter_async_context(_house(checks, settings))

        yield opened


@pytest.fixture
async def house(open_house: OpenHouse) -> House:
    """A house with usual settings."""
    return await open_house()


@contextlib.asynccontextmanager
async def _house(checks: Any, settings: dict[str, Any]) -> AsyncIterator[House]:
    other = parts.Counterpart()
    await other.start()
    told = GatewaySettings(**{"token": TOKEN, "partitions": parts.PARTITIONS, "drain_seconds": 2.0, **settings})
    keyring, client = Keyring([bytes(32)]), RealHttp(AddressGuard("127.0.0.1"))
    parted = (other.log, other.view, other.history, other.registry, other.blobs)
    gateway = build_gateway(told, *parted, keyring=keyring, http=client, checks=checks)
    await gateway.start()
    held = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        gateway.asgi, http="httptools", ws="websockets-sansio", lifespan="off", log_config=None, proxy_headers=False
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[held]))
    base = f"http://127.0.0.1:{held.getsockname()[1]}"
    try:
        async with aiohttp.ClientSession(base) as session:
            yield House(other, gateway, session, server)
    finally:
        gateway.drain()
        server.should_exit = True
        await serving
        await gateway.stop()
        await other.stop()
        await client.close()
        held.close()
