"""The worker: all agents of one process, attached to one Faust app.

Flow: wiring → **worker** → node agents, control, timers, triggers, marks.
"""

import logging
from collections.abc import Callable
from typing import Any

from agents.admission import Crowd
from agents.calling import Callees
from agents.capabilities import Capabilities
from agents.credentials import Vault
from agents.dead_letters import DeadLetters
from agents.engine import Engine
from agents.guiding import GuidedPlans
from agents.ingesting import Ingesting
from agents.marks import Marks
from agents.node_agent import NodeAgents
from agents.plans import CatalogPlans, Plans
from agents.pressing import Pressing
from agents.resuming import ResumeAddress
from agents.running import Runner, Surroundings
from agents.settings import WorkerSettings
from agents.sources import SourceRow, Sources
from agents.state import decode_row, encode_row
from agents.static_data import StaticData
from agents.timers import Timer, Timers
from agents.timing import expired
from agents.trials import Trials
from agents.triggers import Triggers
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.sdk.context import Blobs
from nodes.sdk.parameters import JavaScript
from nodes.sdk.registry import Registry
from schemas.clock import now_ms
from schemas.errors import NotFoundError
from schemas.identifiers import partition_of
from schemas.task import ControlFrame, Task
from streams import codecs
from streams.app import Streams
from streams.frames import Gatherer
from streams.stores.keyring import Keyring
from streams.stores.views import CatalogView
from streams.tables import Owner, RowCodec, struct_codec
from streams.topics import CONTROL, EXECUTIONS, SOURCES, TIMERS, node_topic

log = logging.getLogger(__name__)


def row_codecs() -> dict[str, RowCodec[Any]]:
    """Say how the rows of the engine's tables become bytes; for `build_app`."""
    return {
        EXECUTIONS: RowCodec(encode_row, decode_row),
        TIMERS: struct_codec(Timer),
        SOURCES: struct_codec(SourceRow),
    }


class Worker:
    """Everything that runs workflows on one app; made before the app starts, so that its agents are known."""

    def __init__(
        self,
        streams: Streams,
        registry: Registry,
        plans: Plans,
        surroundings: Surroundings,
        blobs: Blobs,
        evaluate: JavaScript | None,
        settings: WorkerSettings,
        *,
        view: CatalogView | None = None,
        ingesting: Ingesting | None = None,
        trials: Trials | None = None,
        hurry: Callable[[Timer], None] | None = None,
    ) -> None:
        self._streams = streams
        self._plans = plans
        self._hurry = hurry
        self._drain_seconds = settings.drain_seconds
        self._gatherer = Gatherer(streams.log)
        runner = Runner(surroundings, blobs, evaluate)
        self._engine = Engine(streams, plans, runner, surroundings, settings)
        self._timers = Timers(streams, now_ms, self._fire, self._clock_set_back, hurry=hurry is not None)
        self.marks = Marks(streams)
        letters = DeadLetters(streams)
        self._agents = NodeAgents(
            streams, self._engine, self._timers, self.marks, self._gatherer, blobs, letters, settings
        )
        self.marks.held = self._agents.admission.parking.held
        self._pressing = Pressing(streams, self._agents.admission.parking.stock)
        self._trials = trials
        sources = Sources(streams, self._gatherer, plans, surroundings, blobs, evaluate)
        self._triggers = (
            None if view is None else Triggers(streams, view, self._timers, self._gatherer, sources, settings)
        )
        self._ingesting = ingesting
        self._attach(registry)
        streams.on_assigned(self._assigned)
        streams.on_draining(self._agents.drain)
        streams.on_revoked(self._revoked)

    def _attach(self, registry: Registry) -> None:
        for node_type in registry:
            self._agents.attach(node_type.name)
        self._agents.attach_control()
        if self._trials is not None:
            self._agents.route = self._trials.route

    def crowds(self) -> dict[str, Crowd]:
        """Give what each tenant has here."""
        return self._agents.admission.crowds()

    async def start(self) -> None:
        """Begin to fire timers and sweep marks; called when the app has started."""
        self._timers.start()
        self.marks.start()
        self._pressing.start()
        if self._trials is not None:
            self._trials.start()
        if self._ingesting is not None:
            self._ingesting.start()

    async def stop(self) -> None:
        """Finish what is running; called before the app stops."""
        if self._triggers is not None:
            await self._triggers.stop()
        if self._ingesting is not None:
            await self._ingesting.stop()
        if self._trials is not None:
            await self._trials.stop()
        await self._timers.stop()
        await self.marks.stop()
        await self._pressing.stop()
        await self._agents.drain(self._drain_seconds, self._drain_seconds)

    def _assigned(self, partitions: set[int]) -> None:
        self._timers.own(partitions)
        self._agents.own(partitions)
        self.marks.own(partitions)
        if self._triggers is not None:
            self._triggers.reconcile()

    def _revoked(self, partitions: set[int]) -> None:
        count = self._streams.settings.partitions
        self._engine.lose(lambda execution: partition_of(execution, count) not in partitions)
        self._timers.lose(partitions)
        self._agents.admission.lose(partitions)
        self.marks.lose(partitions)
        if self._triggers is not None:
            self._triggers.lose(partitions)

    def _clock_set_back(self) -> None:
        if self._triggers is not None:
            self._triggers.reconcile()

    async def _fire(self, owner: Owner, key: str, timer: Timer) -> None:
        if timer.kind == "deadline":
            owner.check()
            await self._streams.log.send(CONTROL, owner.partition, codecs.encode(ControlFrame([expired(timer)])))
            return
        if timer.kind != "task":
            if self._triggers is not None:
                await self._triggers.fire(owner, key, timer)
            return
        if self._hurry is not None:
            self._hurry(timer)
        try:
            plan = await self._plans.get(timer.workflow, timer.version, timer.catalog)
        except NotFoundError:
            await self._streams.table("timers").drop(owner, key)
            return
        node = plan.nodes[timer.node]
        topic = node_topic(node.type_name if node.type is not None else "noOp")
        task = Task(
            timer.execution,
            timer.workflow,
            timer.version,
            timer.node,
            timer.due,
            timer.run,
            timer.attempt,
            due=timer.why,
        )
        await self._gatherer.add(topic, owner.partition, task, timer.catalog, owner)


class _Server:
    """The surroundings of a server: real time, and the process's capabilities."""

    def __init__(self, capabilities: Capabilities, callees: Callees, address: ResumeAddress) -> None:
        self.capabilities = capabilities
        self.addresses = address.facts
        self.callee = callees.find
        self.alarmed = callees.alarmed

    def now(self, execution: str) -> int:
        """Give epoch ms."""
        return now_ms()

    def begins(self, child: str, parent: str) -> None:
        """Need not know."""

    def waits(self, execution: str) -> None:
        """Need not know."""


def build_worker(
    streams: Streams,
    registry: Registry,
    view: CatalogView,
    *,
    capabilities: Capabilities,
    pool: JavaScriptPool,
    blobs: Blobs,
    settings: WorkerSettings,
    keyring: Keyring | None = None,
) -> Worker:
    """Make the worker of a server: plans from the catalog, schedules, real time; ``keyring`` opens its credentials.

    ``streams`` must have been built with ``row_codecs()``.
    """
    plans = GuidedPlans(CatalogPlans(view, registry, settings.timezone, blobs), blobs, registry, settings.timezone)
    keys = keyring or Keyring()
    vault = Vault(view.vault, keys, streams.log)
    surroundings = _Server(
        capabilities.equip(pool, blobs, vault, StaticData(view.vault, streams.log)),
        Callees(view, plans, blobs),
        ResumeAddress(settings.public_url, keys.sign),
    )
    ingesting = Ingesting(streams, view, blobs, vault.of, capabilities.kafka)
    trials = Trials(streams, view, blobs)
    return Worker(
        streams,
        registry,
        plans,
        surroundings,
        blobs,
        pool.evaluate,
        settings,
        view=view,
        ingesting=ingesting,
        trials=trials,
    )
