"""Kafka in a container: for a machine that has Docker and no Java.

Flow: Docker engine → **containers** → brokers.
"""

import contextlib
import gc
import warnings
from collections.abc import Iterator

from ops.kafka.jars import VERSION
from ops.kafka.layout import HOST, free_ports
from ops.kafka.readiness import ready

CLUSTER = "4L6g3nShT-eMCtK--X86sw"


def docker_answers() -> bool:
    """Say whether there is an engine, not only its client."""
    from docker.errors import DockerException  # slow to import, and seldom needed
    from testcontainers.core.docker_client import DockerClient

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # docker leaves its socket open where nobody answers
        try:
            return bool(DockerClient().client.ping())
        except DockerException:
            return False
        finally:
            gc.collect()


@contextlib.contextmanager
def container() -> Iterator[str]:
    """Start a broker in a container of its own; give its address. It is not ready yet."""
    from testcontainers.core.container import DockerContainer

    (port,) = free_ports(1)
    made = DockerContainer(f"apache/kafka:{VERSION}").with_envs(**environment(port))
    made.ports[f"{port}/tcp"] = (HOST, port)
    with made:
        yield f"{HOST}:{port}"


def environment(port: int) -> dict[str, str]:
    """Say in the image's variables what `Layout.properties` says in a file."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": "1@localhost:9093",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://:{port},CONTROLLER://:9093",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
    }
    variables = {"KAFKA_" + key.upper().replace(".", "_"): value for key, value in settings.items()}
    return variables | {"CLUSTER_ID": CLUSTER}


async def container_ready(address: str) -> bool:
    """Ask the broker of a container once."""
    return await ready(address, CLUSTER, 1)
