"""The worker's part of a process: the engine on its log, and what nodes may ask for.

Flow: settings → **worker part** → Faust app, agents, catalog agent; start → partitions, work → stop.
"""

import asyncio
import contextlib

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from agents.capabilities import build_capabilities
from agents.catalog_agent import attach_catalog
from agents.worker import Worker, build_worker, row_codecs
from nodes.expressions.javascript.pool import JavaScriptPool
from ops.foundation import Foundation
from ops.wiring import allowed, worker_settings
from streams.app import Streams, build_app


class WorkerPart(Collector):
    """Agents, timers, schedules, the catalog agent; ``failed`` gets the reason where the engine can go on no more."""

    def __init__(self, foundation: Foundation, failed: "asyncio.Future[BaseException]") -> None:
        settings = foundation.settings
        self._failed = failed
        self.streams: Streams = build_app(foundation.stream, [each.name for each in foundation.registry], row_codecs())
        self.streams.on_failed(self._fail)
        self.streams.on_assigned(self._assigned)
        self._foundation = foundation
        self._rebalances = 0
        self._pool = JavaScriptPool(children=settings.javascript_children)
        self._capabilities = build_capabilities(allowed(settings, foundation.folder), foundation.http)
        self._worker: Worker = build_worker(
            self.streams,
            foundation.registry,
            foundation.view,
            capabilities=self._capabilities,
            pool=self._pool,
            blobs=foundation.blobs,
            settings=worker_settings(settings),
            keyring=foundation.keyring,
        )
        attach_catalog(self.streams, foundation.registry, foundation.view, zone=settings.timezone)

    async def start(self, stack: contextlib.AsyncExitStack) -> None:
        """Take partitions and begin to work; the stack undoes it. The view must be followed by then."""
        await self.streams.start()
        stack.push_async_callback(self._worker.stop)
        await self._worker.start()

    def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Let the stack close what is open from the beginning."""
        stack.push_async_callback(self._pool.close)
        stack.push_async_callback(self._capabilities.close)
        stack.push_async_callback(self.streams.stop)

    async def owns(self) -> bool:
        """Say whether every partition that was given to this process is recovered and worked on."""
        return not self._failed.done() and None not in map(self.streams.owner, self.assigned())

    def assigned(self) -> set[int]:
        """Give the partitions that the group gave to this process."""
        return {tp.partition for tp in self.streams.app.consumer.assignment()}

    def collect(self) -> list[Metric]:
        """Give the figures of this worker."""
        owned = sum(self.streams.owner(each) is not None for each in range(self._foundation.stream.partitions))
        return [
            *self._crowds(),
            GaugeMetricFamily("millrace_partitions_owned", "Partitions that this worker works on.", value=owned),
            CounterMetricFamily("millrace_rebalances", "How often partitions were given out.", value=self._rebalances),
        ]

    def _crowds(self) -> list[Metric]:
        waiting = GaugeMetricFamily("millrace_tasks_waiting", "Tasks that wait for a place.", labels=["tenant"])
        running = GaugeMetricFamily("millrace_tasks_running", "Tasks that have one.", labels=["tenant"])
        parked = GaugeMetricFamily("millrace_parked_bytes", "Bytes of tasks that are parked.", labels=["tenant"])
        for tenant, crowd in self._worker.crowds().items():
            for family, value in zip((waiting, running, parked), crowd, strict=True):
                family.add_metric([tenant], value)
        return [waiting, running, parked]

    def _assigned(self, _: set[int]) -> None:
        self._rebalances += 1

    def _fail(self, reason: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_result(reason)
