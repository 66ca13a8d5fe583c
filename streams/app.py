"""App: Faust as we need it, on one log, with our tables and leases.

Flow: settings → **build_app** → agents attach → start: assignment, recovery, streams.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import faust
from faust.tables import TableManager
from faust.types import TP

from schemas.commands import Snapshot
from schemas.errors import DefectError, OperationalError
from schemas.failpoints import failpoint
from streams.settings import StreamSettings
from streams.tables import RAW, Owner, RowCodec, Table, struct_codec
from streams.topics import CATALOG_TABLE, NODE_PREFIX, TABLES, all_topics
from streams.transports.broker import Broker
from streams.transports.commit import Finishing
from streams.transports.faust_driver import Transport
from streams.transports.kafka_driver import Transport as KafkaTransport
from streams.transports.kafka_log import KafkaLog
from streams.transports.opening import open_log
from streams.transports.protocol import Log

Partitions = Callable[[set[int]], Awaitable[None] | None]

_BUFFER_RECORDS = 64
_DRAIN_SECONDS = 5.0
_DRAIN_PATIENCE = 1.5
_RETRY_SECONDS = 0.5

logger = logging.getLogger(__name__)


def build_app(
    settings: StreamSettings,
    node_types: Iterable[str],
    codecs: Mapping[str, RowCodec[Any]] | None = None,
    *,
    broker: Broker | KafkaLog | None = None,
) -> "Streams":
    """Open the log and build a Faust app on it; ``codecs`` says how the rows of tables become bytes.

    A ``broker`` given here stays open when the streams stop.
    """
    types = sorted(set(node_types))
    log = open_log(settings, all_topics(types)) if broker is None else broker
    return Streams(settings, log, {**(codecs or {})}, owned=broker is None)


class Streams:
    """A Faust app, the log below it, tables and leases beside it."""

    def __init__(
        self,
        settings: StreamSettings,
        broker: Broker | KafkaLog,
        codecs: dict[str, RowCodec[Any]],
        *,
        owned: bool,
    ) -> None:
        self.settings = settings
        self.log: Log = broker
        # whether what is sent later never becomes durable before what was sent earlier, over all partitions
        self.ordered = not isinstance(broker, KafkaLog)
        self._broker = broker
        self._owned = owned
        self.app: Any = _new_app(settings, broker)
        # weakly, as the signal belongs to the class and outlives every app
        self.app.on_rebalance_complete.connect(self._recover, weak=True)
        self._topics: dict[str, Any] = {}
        codecs.setdefault(CATALOG_TABLE, struct_codec(Snapshot))
        self._tables = {name: Table(name, self.log, codecs.get(name, RAW)) for name in TABLES}
        self._owners: dict[int, Owner] = {}
        self._assigned: list[Partitions] = []
        self._revoked: list[Partitions] = []
        self._finishing: list[Finishing] = []
        self._failed: list[Callable[[BaseException], None]] = []
        self.app.crashing = self._fail
        if isinstance(broker, Broker):
            broker.failing = self._fail

    def topic(self, name: str) -> Any:
        """Give Faust's topic of a name, with raw bytes as values."""
        if name not in self._topics:
            raw = {"key_type": bytes, "key_serializer": "raw", "value_type": bytes, "value_serializer": "raw"}
            self._topics[name] = self.app.topic(name, partitions=self.settings.partitions, **raw)
        return self._topics[name]

    def table(self, name: str) -> Table[Any]:
        """Give a table by its name."""
        found = self._tables.get(name)
        if found is None:
            raise DefectError(f'there is no table "{name}"', hint=f"tables are {', '.join(TABLES)}")
        return found

    def owner(self, partition: int) -> Owner | None:
        """Give the lease of a partition, None where it is not ours."""
        return self._owners.get(partition)

    def on_assigned(self, callback: Partitions) -> None:
        """Call back with newly owned partitions, after their tables are recovered and before their streams run."""
        self._assigned.append(callback)

    def on_revoked(self, callback: Partitions) -> None:
        """Call back with partitions that go; their leases are over and their rows still there while it runs."""
        self._revoked.append(callback)

    def on_draining(self, callback: Finishing) -> None:
        """Call back before partitions go, while their leases hold: begin nothing more, and finish what runs.

        It is given how many seconds that may take, and how many after something was finished last.
        """
        self._finishing.append(callback)

    def on_failed(self, callback: Callable[[BaseException], None]) -> None:
        """Call back once when the engine can go on no more (the log broke): the process should end."""
        self._failed.append(callback)

    async def start(self) -> None:
        """Start Faust; returns when tables are recovered and streams run."""
        if isinstance(self._broker, KafkaLog):
            await self._broker.check()
        self.app.loop = asyncio.get_running_loop()
        self.app.producer.loop = self.app.loop
        self.app.consumer.revoking = self._revoke
        self.app.consumer.finishing = self._finish
        await self.app.start()
        if self.app.crashed:
            raise OperationalError("the stream engine could not start") from self.app.crash_reason

    async def stop(self) -> None:
        """Deliver nothing more, let agents finish for a moment, commit, stop Faust, close the log."""
        try:
            if self.app.started and not self.app.crashed:
                await self.app.consumer.drain(_DRAIN_SECONDS, _DRAIN_PATIENCE)
                await self._revoke({TP("", partition) for partition in self._owners})
            if self.app.started:
                self.app.leave()
                await self.app.stop()
        finally:
            if self._owned:
                await self._broker.close()

    def progress(self, partition: int) -> dict[str, tuple[int, int]]:
        """Give (committed offset, end offset) of every node topic in a partition.

        Both may be behind the log, the end of what others sent until ``survey`` asks for it.
        """
        consumer, topics = self.app.consumer, self.app.topics.acking_topics
        committed = consumer.committed
        tps = {name: TP(name, partition) for name in topics if name.startswith(NODE_PREFIX)}
        done = {name: committed.get(tp, 0) for name, tp in tps.items()}
        return {
            name: (done[name], max(done[name], self._broker.end(name, partition), consumer.highwater(tp)))
            for name, tp in tps.items()
        }

    def more(self, message: Any) -> bool:
        """Say whether a partition is known to have records behind one that came from it."""
        return bool(self.app.consumer.highwater(message.tp) > message.offset + 1)

    async def survey(self) -> None:
        """Make ``progress`` give ends that lie past everything sent before this call."""
        if isinstance(self._broker, KafkaLog):
            names = [name for name in self.app.topics.acking_topics if name.startswith(NODE_PREFIX)]
            await self._broker.survey([(name, partition) for name in names for partition in self._owners])

    def _fail(self, reason: BaseException) -> None:
        callbacks, self._failed = self._failed, []
        for callback in callbacks:
            callback(reason)

    async def _recover(self, *_: Any, **__: Any) -> None:
        app = self.app
        generation = app.consumer_generation_id
        owned = {tp.partition for tp in app.consumer.assignment()}
        # A lease of an earlier generation is here where everything was given back while its tables were recovered.
        stale = {partition for partition, owner in self._owners.items() if owner.generation != generation}
        await self._let_go((self._owners.keys() - owned) | stale)

        def alive() -> bool:
            return bool(app.consumer_generation_id == generation and not app.should_stop)

        fresh = owned - self._owners.keys()
        await asyncio.gather(*(self._restore(table, fresh, alive) for table in self._tables.values()))
        if not alive():
            return
        for partition in fresh:
            self._owners[partition] = Owner(partition, generation, app.consumer.lease(generation))
        failpoint("partitions.assigned")
        await _tell(self._assigned, fresh)

    async def _restore(self, table: Table[Any], partitions: set[int], alive: Callable[[], bool]) -> None:
        while alive():
            try:
                await table.recover(_home(table, partitions), alive)
                return
            except OperationalError as bad:
                if not isinstance(self._broker, KafkaLog):
                    raise
                logger.warning("cannot recover a table now", extra={"table": table.name, "reason": bad.message})
                await asyncio.sleep(_RETRY_SECONDS)

    async def _finish(self, seconds: float, patience: float) -> None:
        for callback in self._finishing:
            await callback(seconds, patience)

    async def _revoke(self, revoked: set[TP]) -> None:
        await self._let_go({tp.partition for tp in revoked} & self._owners.keys())

    async def _let_go(self, partitions: set[int]) -> None:
        if not partitions:
            return
        failpoint("partitions.revoked")
        for partition in partitions:
            self._owners.pop(partition).revoke()
        await _tell(self._revoked, partitions)
        for table in self._tables.values():
            for partition in partitions:
                table.forget(partition)


class _App(faust.App):
    """Faust's app on a broker that is there already, without folders, monitor and pauses of its own."""

    broker: Broker | KafkaLog
    crashing: Callable[[BaseException], None]
    leaving = False

    def leave(self) -> None:
        """Take part in no rebalance any more: Faust takes a fetcher that is stopped in one for a crashed one."""
        self.leaving, self.rebalancing = True, False

    def agent(self, channel: Any, *, name: str | None = None) -> Any:
        """Make an agent as Faust does, but do not search all modules for where it stands: we discover none."""

        def made(function: Any) -> Any:
            settings = {"name": name, "app": self, "channel": channel, "on_error": self._on_agent_error}
            agent = self.conf.Agent(function, **settings)
            self.agents[agent.name] = agent
            self.topics.beacon.add(agent)
            return agent

        return made

    def _new_transport(self) -> Any:
        return self._driver(self.conf.broker_consumer)

    def _new_producer_transport(self) -> Any:
        return self._driver(self.conf.broker_producer)

    def _driver(self, url: Any) -> Any:
        if isinstance(self.broker, KafkaLog):
            return KafkaTransport(self.broker, url, self)
        return Transport(self.broker, url, self)

    def _create_directories(self) -> None:
        """Make none: nothing of ours is kept in them."""

    def on_init_dependencies(self) -> Any:
        found = super().on_init_dependencies()
        self.sensors.remove(self.monitor)
        return [service for service in found if service is not self.monitor]

    def on_rebalance_start(self) -> None:
        super().on_rebalance_start()
        self.rebalancing = not self.leaving
        self._rebalancing_sensor_state = {"": None}  # Faust warns where no sensor left any state

    def _crash(self, reason: BaseException) -> None:
        super()._crash(reason)
        self.crashing(reason)


def _new_app(settings: StreamSettings, broker: Broker | KafkaLog) -> Any:
    app = _App(
        settings.app_id,
        broker="memory://",
        store="memory://",
        datadir=settings.data or ".",
        topic_partitions=settings.partitions,
        topic_replication_factor=1,
        topic_disable_leader=True,
        topic_allow_declare=False,
        broker_commit_interval=settings.commit_interval,
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=3.0,
        producer_request_timeout=6.0,
        producer_linger=0.005,
        producer_acks=-1,
        stream_wait_empty=False,
        stream_buffer_maxsize=_BUFFER_RECORDS,
        web_enabled=False,
        autodiscover=False,
        loghandlers=[],
        TableManager=_TableManager,
    )
    app.broker = broker
    return app


class _TableManager(TableManager):
    """Faust's table machinery without tables: it only paces the start, and need not sleep for that."""

    async def sleep(self, n: Any) -> None:
        """Go on at once."""
        await asyncio.sleep(0)


def _home(table: Table[Any], partitions: Iterable[int]) -> set[int]:
    """Say which partitions of a table belong to those owned: the catalog lives in partition 0."""
    return {0} & set(partitions) if table.name == CATALOG_TABLE else set(partitions)


async def _tell(callbacks: Iterable[Partitions], partitions: set[int]) -> None:
    for callback in callbacks:
        answer = callback(set(partitions))
        if inspect.isawaitable(answer):
            await answer
