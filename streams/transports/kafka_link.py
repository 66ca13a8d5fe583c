"""Link: this process's connections to a Kafka cluster, and who leads what there.

Flow: settings → **link** → sender, fetchers, groups, topics.

Each use ("lane") has a connection of its own to every broker: Kafka answers the requests of a connection in turn, and
a fetch may wait half a second for its answer.
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import CloseReason
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.offset import OffsetRequest

from schemas.errors import OperationalError, UserError
from streams.topics import PREFIX

EARLIEST = -2
LATEST = -1
RETRY_SECONDS = 0.1
RETRY_SECONDS_MAX = 1.0
PATIENCE_SECONDS = 15.0  # topics that were just made, or whose leader died, take a while
_PORT = 9092
_FORM = "kafka://host:port[,host:port], kafka+ssl://…, with user:password@ before the first host where it asks for them"


@dataclass(frozen=True)
class Address:
    """Where a cluster is and how to get in; ``options`` are those of every aiokafka client."""

    servers: tuple[str, ...]
    user: str | None = None
    password: str | None = None
    tls: bool = False

    def options(self, client_id: str) -> dict[str, Any]:
        """Give the arguments of an aiokafka client."""
        options: dict[str, Any] = {"bootstrap_servers": list(self.servers), "client_id": client_id}
        if self.tls:
            options["ssl_context"] = ssl.create_default_context()
        if self.user is not None:
            options |= {"sasl_plain_username": self.user, "sasl_plain_password": self.password}
            options["sasl_mechanism"] = "SCRAM-SHA-512"
        security = ("SASL_" if self.user is not None else "") + ("SSL" if self.tls else "PLAINTEXT")
        return {**options, "security_protocol": security}

    def __str__(self) -> str:
        return ",".join(self.servers)


def parse_address(url: str) -> Address:
    """Read a broker URL; raise UserError where it is none of Kafka's."""
    scheme, found, rest = url.partition("://")
    login, at, hosts = rest.rstrip("/").rpartition("@")
    servers = tuple(_server(host) for host in hosts.split(","))
    if not found or scheme not in {"kafka", "kafka+ssl"} or not all(servers):
        raise UserError(f'could not read the broker\'s address "{scheme}://…"', hint=_FORM)
    if not at:
        return Address(servers, tls=scheme == "kafka+ssl")
    user, _, password = login.partition(":")
    return Address(servers, unquote(user), unquote(password), tls=scheme == "kafka+ssl")


def _server(host: str) -> str:
    name, colon, port = host.rpartition(":")
    if not colon:
        return f"{host}:{_PORT}" if host else ""
    return host if name and port.isdigit() else ""


@dataclass(frozen=True)
class Names:
    """How topics and groups are called in the cluster, which may serve several installations."""

    prefix: str

    def wire(self, topic: str) -> str:
        """Give the cluster's name of a topic."""
        return self.prefix + topic.removeprefix(PREFIX)

    def local(self, wire: str) -> str:
        """Give our name of a topic."""
        return PREFIX + wire.removeprefix(self.prefix)

    def group(self, group: str) -> str:
        """Give the cluster's name of a group of readers."""
        return self.prefix + group


class Link:
    """A client of the cluster; ``timeout_seconds`` bounds every single request."""

    def __init__(self, address: Address, client_id: str, timeout_seconds: float) -> None:
        self.address = address
        self._options = {**address.options(client_id), "request_timeout_ms": int(timeout_seconds * 1000)}
        self._client: Any = None
        self._opening = asyncio.Lock()
        self._topics: set[str] = set()
        self._closing: set[asyncio.Future[None]] = set()
        self._watchers: list[Callable[[], None]] = []

    async def open(self) -> None:
        """Connect, once; raise OperationalError where no server answers."""
        async with self._opening:
            if self._client is not None:
                return
            client = AIOKafkaClient(**self._options, metadata_max_age_ms=60_000, connections_max_idle_ms=None)
            try:
                await client.bootstrap()
            except KafkaError as bad:
                await client.close()
                raise OperationalError(f"could not reach Kafka at {self.address}", hint="is it running?") from bad
            client.cluster.add_listener(lambda _: self._changed())
            self._client = client

    async def close(self) -> None:
        """Hang up."""
        async with self._opening:
            client, self._client = self._client, None
            if client is not None:
                await client.close()
            if self._closing:
                await asyncio.wait(self._closing)

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call back when something is known anew of the cluster; gives the way to end that."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    def leader(self, part: TopicPartition) -> int | None:
        """Say which broker leads a partition, None where that is not known now."""
        if self._client is None:
            return None
        node: int | None = self._client.cluster.leader_for_partition(part)
        return None if node == -1 else node

    async def ask(self, node: int, request: Any, lane: str) -> Any:
        """Send a request to a broker and give its answer. Raises KafkaError."""
        return await self._client.send(node, request, group=lane)

    async def ask_any(self, request: Any, lane: str) -> Any:
        """Send a request to some broker. Raises KafkaError."""
        return await self.ask(self._client.get_random_node(), request, lane)

    def hang_up(self, lane: str) -> None:
        """Close the connections of a use that is over."""
        if self._client is not None:
            for name in [name for name in self._client._conns if name[1] == lane]:
                closing = self._client._conns.pop(name).close(reason=CloseReason.SHUTDOWN)
                if closing is not None:
                    self._closing.add(closing)
                    closing.add_done_callback(self._closing.discard)

    async def refresh(self) -> None:
        """Ask anew who leads what."""
        if self._client is not None:
            await self._client.force_metadata_update()

    async def locate(self, topics: Iterable[str]) -> dict[str, int]:
        """Give the number of partitions of topics; raises OperationalError for one that stays unknown."""
        await self.open()
        wanted = set(topics)
        if not wanted <= self._topics:
            self._topics |= wanted
            await self._client.set_topics(self._topics)
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            counts = {topic: self._client.cluster.partitions_for_topic(topic) for topic in wanted}
            missing = sorted(topic for topic, found in counts.items() if not found)
            if not missing:
                return {topic: len(found) for topic, found in counts.items()}
            if asyncio.get_running_loop().time() > deadline:
                raise OperationalError(
                    f'Kafka at {self.address} has no topic "{missing[0]}"', hint="millrace topics create makes them"
                )
            await asyncio.sleep(RETRY_SECONDS)
            await self.refresh()

    async def offsets(self, parts: Iterable[TopicPartition], at: int) -> dict[TopicPartition, int]:
        """Give the earliest or the next offset of partitions."""
        missing, found = set(parts), dict[TopicPartition, int]()
        await self.locate({part.topic for part in missing})
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while missing:
            found |= await self._offsets(missing, at)
            missing -= found.keys()
            if missing and asyncio.get_running_loop().time() > deadline:
                raise OperationalError(f"Kafka at {self.address} does not tell its offsets")
            if missing:
                await asyncio.sleep(RETRY_SECONDS)
                await self.refresh()
        return found

    async def _offsets(self, parts: set[TopicPartition], at: int) -> dict[TopicPartition, int]:
        """Ask every leader once; what failed is not in the answer."""
        asked: dict[int, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for part in parts:
            if (node := self.leader(part)) is not None:
                asked[node][part.topic].append((part.partition, at))
        requests = [
            self.ask(node, OffsetRequest(-1, 0, list(topics.items())), "offsets") for node, topics in asked.items()
        ]
        answers = await asyncio.gather(*requests, return_exceptions=True)
        found: dict[TopicPartition, int] = {}
        for answer in answers:
            if isinstance(answer, KafkaError):
                continue
            if isinstance(answer, BaseException):
                raise answer
            for topic, each in answer.topics:
                for number, error, _, offset in each:
                    if error == 0:
                        found[TopicPartition(topic, number)] = offset
                    elif not for_code(error).retriable:
                        raise OperationalError(f'Kafka refuses the offsets of "{topic}": {for_code(error).description}')
        return found

    def _changed(self) -> None:
        for watcher in list(self._watchers):
            watcher()
