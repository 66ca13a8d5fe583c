"""Capabilities: the real things that nodes may ask for, and how they are put together for one activation.

Flow: settings, pool, blobs → **capabilities** → `call` → node function.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from agents.credentials import GivenCredentials, Vault
from agents.outside import Allowed, outside
from agents.plan import Plan, PlannedNode
from agents.scripted_http import ScriptedHttp
from agents.static_data import StaticData
from nodes.data.addresses import LOOPBACK, AddressGuard
from nodes.data.http_client import RealHttp
from nodes.data.kafka_client import RealKafka
from nodes.expressions.scope import Scope
from nodes.sdk.context import (
    Blobs,
    Clock,
    Credentials,
    HttpClient,
    KafkaClient,
    Log,
    Sandbox,
)
from nodes.sdk.credential import discover_credentials
from nodes.sdk.outside import DataTables, PythonSandbox
from schemas.clock import now_ms
from streams.stores.blobs import open_blobs

log = logging.getLogger(__name__)
REMEMBERED = 10_000


class CodeRunner(Protocol):
    """Runs code outside of this process: the pool of JavaScript children."""

    async def run_code(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        """Run a Code node's body, once or per item."""
        ...


class RealClock:
    """The system's time."""

    def now(self) -> int:
        """Give epoch milliseconds."""
        return now_ms()

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


class PoolSandbox:
    """Runs code in V8 children."""

    def __init__(self, pool: CodeRunner) -> None:
        self._pool = pool

    async def javascript(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        """Run a Code node's body."""
        found = await self._pool.run_code(code, scope, per_item=per_item)
        if scope.static is not None and scope.static.left is not None:
            await scope.static.keep(scope.static.left)
        return found


class Capabilities:
    """What the nodes of the server may ask for; ``equip`` it before use, ``close`` it at the end."""

    def __init__(self, allowed: Allowed, http: RealHttp | None = None) -> None:
        self.kafka = RealKafka()
        self._vault: Vault | None = None
        self._static: StaticData | None = None
        self._env = allowed.variables
        self._http = http or RealHttp()
        self._shared: dict[type, Any] = {
            HttpClient: self._http,
            KafkaClient: self.kafka,
            Clock: RealClock(),
            **outside(allowed),
        }

    def equip(self, pool: CodeRunner, blobs: Blobs, vault: Vault, static: StaticData) -> "Capabilities":
        """Add the sandbox, the blob store, the credentials and what workflows keep."""
        self._shared |= {Sandbox: PoolSandbox(pool), Blobs: blobs, Credentials: vault.of({})}
        self._vault = vault
        self._static = static
        return self

    def __call__(self, plan: Plan, node: PlannedNode, scope: Scope, execution: str) -> Mapping[type, Any]:
        """Give what one activation may ask for, and complete what it sees."""
        own: dict[type, Any] = {Log: NodeLog(execution, node.name)}
        scope.env = self._env
        if self._vault is not None:
            scope.vars = self._vault.variables
            if node.credentials:  # most nodes have none, and share one that opens nothing
                own[Credentials] = self._vault.of(node.credentials)
        if node.keeps and self._static is not None:
            self._static.attach(plan, node, scope, execution)
        return {**self._shared, **own}

    async def close(self) -> None:
        """Close connections."""
        await self.kafka.close()
        await self._http.close()
        await self._shared[PythonSandbox].close()
        await self._shared[DataTables].close()


class PrivateCapabilities:
    """What the nodes of private executions may ask for: the request's mocks, credentials and clock."""

    def __init__(self, pool: CodeRunner, allowed: Allowed) -> None:
        allowed = replace(allowed, http=f"{LOOPBACK},{allowed.http}")
        self._http = RealHttp(AddressGuard(allowed.http))
        self._kafka = RealKafka()
        self._shared: dict[type, Any] = {
            KafkaClient: self._kafka,
            Sandbox: PoolSandbox(pool),
            Blobs: open_blobs("memory://"),
            **outside(allowed),
        }
        self._types = discover_credentials()
        self._static = StaticData()
        self._env = allowed.variables
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
        scope.env = self._env
        if node.keeps:
            self._static.attach(plan, node, scope, execution)
        return {**self._shared, **own, Log: NodeLog(execution, node.name)}

    def _own(self, request: Mapping[str, Any], now: int) -> dict[type, Any]:
        mocks = request.get("http")
        return {
            HttpClient: self._http if mocks is None else ScriptedHttp(mocks, self._http),
            Credentials: GivenCredentials(request.get("credentials") or {}, self._types),
            Clock: PrivateClock(now),
        }

    async def close(self) -> None:
        """Close connections."""
        await self._kafka.close()
        await self._http.close()
        await self._shared[PythonSandbox].close()
        await self._shared[DataTables].close()


def build_capabilities(allowed: Allowed | None = None, http: RealHttp | None = None) -> Capabilities:
    """Make what the server's nodes may ask for, within what the operator allows; HTTP nodes send by ``http``."""
    return Capabilities(allowed or Allowed(), http)


def private_capabilities(pool: CodeRunner, allowed: Allowed | None = None) -> PrivateCapabilities:
    """Make what the nodes of private executions may ask for; of addresses that are not public this machine's own."""
    return PrivateCapabilities(pool, allowed or Allowed())
