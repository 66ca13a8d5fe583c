"""A cluster on this machine: one broker, or several, that can be stopped, killed and started again.

Flow: data folder, runtime → **cluster** → brokers; a client gets ``bootstrap``.
"""

import asyncio
import signal
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ops.kafka.broker import Broker, folder_of, running
from ops.kafka.layout import decide
from ops.kafka.readiness import ready
from ops.kafka.runtime import Runtime
from schemas.errors import ConflictError, OperationalError

READY_SECONDS = 60.0
STOP_SECONDS = 15.0
LOOK_SECONDS = 0.05


class LocalKafka:
    """Kafka on 127.0.0.1, brokers numbered from 1; an async context manager, usable from any event loop.

    What it holds stays in ``data`` and is there again at the next start. ``leashed`` brokers die with the thread that
    started them, however that ends. ``quick`` ones are sooner ready and slower under load. ``settings`` are further
    ones of every broker's.
    """

    def __init__(
        self,
        data: Path,
        runtime: Runtime,
        *,
        brokers: int | None = None,
        port: int | None = None,
        quick: bool = False,
        leashed: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data.absolute()
        self.runtime = runtime
        self.bootstrap = ""
        self._wanted = brokers, port
        self._settings = settings
        self._how = {"quick": quick, "leashed": leashed}
        self._brokers: dict[int, Broker] = {}

    async def __aenter__(self) -> "LocalKafka":
        """Start all brokers and wait until they are ready."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop all brokers."""
        await self.stop()

    async def start(self) -> None:
        """Start all brokers and wait until they are ready; raise OperationalError with a broker's last words."""
        await asyncio.to_thread(self._prepare)
        try:
            for broker in self._brokers.values():
                broker.launch(**self._how)
            await asyncio.gather(*map(_become_ready, self._brokers.values()))
        except BaseException:
            await _end(self._brokers.values(), signal.SIGKILL)
            raise

    async def stop(self) -> None:
        """Stop all brokers, cleanly where they let themselves be."""
        await _end(self._brokers.values(), signal.SIGTERM)

    async def start_broker(self, node: int) -> None:
        """Start a broker that was stopped or killed, where it was and with what it had."""
        broker = self._brokers[node]
        if broker.pid is None:
            broker.launch(**self._how)
        await _become_ready(broker)

    async def stop_broker(self, node: int) -> None:
        """Stop a broker cleanly: it hands its partitions over first."""
        await _end([self._brokers[node]], signal.SIGTERM)

    async def kill_broker(self, node: int) -> None:
        """Kill a broker as a crash would (kill -9)."""
        await _end([self._brokers[node]], signal.SIGKILL)

    def pids(self) -> dict[int, int | None]:
        """Give each broker's process, None where it does not run."""
        return {node: broker.pid for node, broker in self._brokers.items()}

    def logs(self) -> list[Path]:
        """Say where the brokers log to."""
        return [broker.log for broker in self._brokers.values()]

    def _prepare(self) -> None:
        for folder in sorted(self.data.glob("broker-*")):
            if pid := running(folder):
                raise ConflictError(f'a broker runs in "{folder}" already (process {pid})', hint="stop it first")
        layout = decide(self.data, *self._wanted)
        self.bootstrap = layout.bootstrap
        self._brokers = {
            node: Broker(layout, node, folder_of(self.data, node), self.runtime, self._settings)
            for node in layout.nodes
        }
        with ThreadPoolExecutor(len(self._brokers)) as pool:
            list(pool.map(Broker.prepare, self._brokers.values()))


async def _become_ready(broker: Broker) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if broker.pid is None:
            raise OperationalError(f"broker {broker.node} ended before it was ready: {broker.last_words()}")
        if await ready(broker.address, broker.cluster, broker.node):
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise OperationalError(f"broker {broker.node} did not become ready: {broker.last_words()}")


async def _end(brokers: Iterable[Broker], how: signal.Signals) -> None:
    """Send all a signal and wait; what has not ended after a while is killed."""
    left = list(brokers)
    until = time.monotonic() + STOP_SECONDS
    for broker in left:
        broker.send(how)
    while left := [broker for broker in left if broker.pid is not None]:
        if time.monotonic() > until:
            for broker in left:
                broker.send(signal.SIGKILL)
        await asyncio.sleep(LOOK_SECONDS)
