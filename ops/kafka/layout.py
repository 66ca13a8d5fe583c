"""The layout of a cluster: its id, its ports and each broker's properties; kept beside the data.

Flow: number of brokers, port → **layout** → cluster.json, server.properties → broker.
"""

import base64
import json
import random
import socket
import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from schemas.errors import ConflictError

HOST = "127.0.0.1"
KEPT = "cluster.json"
FREE = range(20_000, 32_000)
"""Below the ports that the kernel gives to clients, so that none sits on a stopped broker's port."""


@dataclass(frozen=True)
class Layout:
    """A cluster on this machine; broker n listens on the n-th port, its controller on the n-th of the others."""

    cluster: str
    ports: tuple[int, ...]
    controllers: tuple[int, ...]

    @property
    def nodes(self) -> range:
        """The brokers' numbers, from 1."""
        return range(1, len(self.ports) + 1)

    @property
    def bootstrap(self) -> str:
        """What a client is given."""
        return ",".join(map(self.address, self.nodes))

    def address(self, node: int) -> str:
        """Say where a broker listens."""
        return f"{HOST}:{self.ports[node - 1]}"

    def properties(self, node: int, logs: Path, more: Mapping[str, str] | None = None) -> str:
        """Write a broker's server.properties; ``more`` are further settings, its ``listeners`` further listeners."""
        copies = min(3, len(self.ports))
        voters = ",".join(f"{each}@{HOST}:{self.controllers[each - 1]}" for each in self.nodes)
        settings: dict[str, object] = {
            "process.roles": "broker,controller",
            "node.id": node,
            "controller.quorum.voters": voters,
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.address(node)},CONTROLLER://{HOST}:{self.controllers[node - 1]}",
            "log.dirs": logs,
            "auto.create.topics.enable": "false",
            "default.replication.factor": copies,
            "min.insync.replicas": max(1, copies - 1),
            "group.initial.rebalance.delay.ms": 0,
            # a killed broker is known to be dead, and may come back, after this
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
        }
        for topic in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
            settings |= {f"{topic}.replication.factor": copies, f"{topic}.num.partitions": 8}
        for topic in ("transaction.state.log", "share.coordinator.state.topic"):
            settings[f"{topic}.min.isr"] = max(1, copies - 1)
        given = dict(more or {})
        if listeners := given.pop("listeners", ""):
            settings["listeners"] = f"{settings['listeners']},{listeners}"
        settings |= given
        return "".join(f"{key}={value}\n" for key, value in settings.items())


def decide(folder: Path, brokers: int | None, port: int | None) -> Layout:
    """Take the layout kept in a folder, on ports that are free now, or make one.

    ``port`` is the first broker's, the others' follow it; None takes the kept ones or any. Raise ConflictError where a
    port is taken, or where the folder holds another number of brokers.
    """
    layout = read_layout(folder)
    if layout is None:
        layout = Layout(_cluster_id(), (), ())
        ports = tuple(range(port, port + (brokers or 1))) if port else free_ports(brokers or 1)
    elif brokers not in {None, len(layout.ports)}:
        raise ConflictError(
            f'"{folder}" holds {len(layout.ports)} brokers, not {brokers}', hint="name another folder, or delete that"
        )
    else:
        ports = tuple(range(port, port + len(layout.ports))) if port else layout.ports
    for each in ports:
        if not free(each):
            raise ConflictError(f"port {each} is taken", hint="another Kafka? name another port")
    controllers = layout.controllers
    if not controllers or set(controllers) & set(ports) or not all(map(free, controllers)):
        controllers = free_ports(len(ports), ports)
    layout = replace(layout, ports=ports, controllers=controllers)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / KEPT).write_text(json.dumps(asdict(layout)), encoding="utf-8")
    return layout


def read_layout(folder: Path) -> Layout | None:
    """Give the layout kept in a folder, if there is one."""
    try:
        kept = json.loads((folder / KEPT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Layout(kept["cluster"], tuple(kept["ports"]), tuple(kept["controllers"]))


def free(port: int) -> bool:
    """Say whether a port can be listened on."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Kafka does: a port in TIME_WAIT is free
        try:
            tried.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports(count: int, but: Collection[int] = ()) -> tuple[int, ...]:
    """Choose ports that can be listened on."""
    found: list[int] = []
    while len(found) < count:
        port = random.choice(FREE)  # noqa: S311 no secret
        if port not in found and port not in but and free(port):
            found.append(port)
    return tuple(found)


def _cluster_id() -> str:
    made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return _cluster_id() if made.startswith("-") else made  # it would be taken for an option
