"""Millrace in a process: the parts that its role asks for, composed on one event loop.

Flow: foundation → **millrace** → log, worker part, history recorder, gateway; ``start`` → requests, work → ``stop``.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from agents.history_agent import HistoryAgent
from gateway.app import Gateway, build_gateway
from ops.foundation import Foundation
from ops.health import Health
from ops.watch import Watch, cluster_look, own_look
from ops.wiring import gateway_settings, topics_of
from ops.worker_part import WorkerPart
from schemas.errors import OperationalError
from streams.readiness import Check
from streams.transports.opening import open_log
from streams.transports.protocol import Log

RECORD_SECONDS = 0.5
PATIENCE_SECONDS = 30.0
RETRY_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Millrace:
    """All parts of one process; it stops them in the reverse order of its start: the door first, the stores last.

    ``failed`` gets the reason when the engine can go on no more, which nothing in this process can mend.
    """

    def __init__(self, foundation: Foundation, token: str | None) -> None:
        self.foundation = foundation
        self.failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self.started = False  # whoever starts it says when the start is complete
        self._stack = contextlib.AsyncExitStack()
        role, stream = foundation.role, foundation.stream
        self._worker = WorkerPart(foundation, self.failed) if role.work else None
        self._topics = topics_of(foundation.registry)
        opened = None if self._worker else open_log(stream, self._topics)
        if opened is not None:
            self._stack.push_async_callback(opened.close)
        self.log: Log = self._worker.streams.log if self._worker else opened  # type: ignore[assignment]
        if self._worker is not None and not (role.door and foundation.kafka):
            look = own_look(self._worker)
        else:
            look = cluster_look(stream, self._topics)
        self.watch = Watch(look, foundation.settings.ready_task_seconds, stream.session_timeout)
        collectors = [self.watch, *([self._worker] if self._worker else [])]
        self.health = Health(self._checks(), collectors)
        self.gateway: Gateway | None = None
        if token is not None:
            self.gateway = build_gateway(
                gateway_settings(foundation.settings, stream, token),
                self.log,
                foundation.view,
                foundation.history,
                foundation.registry,
                foundation.blobs,
                keyring=foundation.keyring,
                http=foundation.http,
                tables=foundation.tables,
                checks=self._checks(),
                collectors=collectors,
            )

    async def start(self) -> None:
        """Start all parts; returns when requests and work may come."""
        try:
            await self._start(self._stack)
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """Finish what is in work and stop all parts."""
        await self._stack.aclose()

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        await self.foundation.open(stack)
        if self._worker is not None:
            self._worker.open(stack)
        self.foundation.follow(self.log, stack)
        if self._worker is not None:
            await self._worker.start(stack)
        if self.foundation.records:
            recorder = HistoryAgent(self.log, self.foundation.history, RECORD_SECONDS)
            stack.push_async_callback(recorder.stop)
            await recorder.start()
        if self.gateway is not None:
            stack.push_async_callback(self.gateway.stop)
            await _patiently(self.gateway.start)
        stack.push_async_callback(self.watch.stop)
        self.watch.start()

    def _checks(self) -> Sequence[Check]:
        checks: list[Check] = [
            ("start", self._has_started),
            ("partitions", self.watch.owned),
            ("tasks", self.watch.young),
        ]
        return [("engine", self._engine_runs), *checks] if self._worker else checks

    async def _has_started(self) -> bool:
        return self.started

    async def _engine_runs(self) -> bool:
        return not self.failed.done()


async def _patiently(start: Callable[[], Awaitable[None]]) -> None:
    """Start something on the log, again and again for a while: a cluster that just made its topics is not yet quick."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        try:
            return await start()
        except OperationalError as bad:
            if asyncio.get_running_loop().time() > deadline:
                raise
            logger.warning("the log does not answer yet; trying again", extra={"reason": bad.message})
            await asyncio.sleep(RETRY_SECONDS)
