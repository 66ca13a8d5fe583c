"""A guarded broker: TLS, and users who sign in; nodes get in by their credential, Millrace by its broker's address."""

import asyncio
import datetime
import ipaddress
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from click.testing import CliRunner
from confluent_kafka.admin import (
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from nodes.data.kafka_client import RealKafka
from nodes.data.kafka_connection import client_settings
from nodes.sdk.context import KafkaMessage, KafkaReceipt
from ops.cli.root import root
from ops.kafka.cluster import LocalKafka
from ops.kafka.layout import HOST, free_ports
from ops.kafka.runtime import Runtime
from schemas.errors import OperationalError
from streams.ingest_feed import FeedSettings
from streams.settings import StreamSettings
from streams.topics import TRIGGERS
from streams.transports.embedded import open_broker
from streams.transports.kafka_log import KafkaLog
from streams.transports.kafka_topics import prepare
from tests.kafka.feeding import Source, running
from tests.streams.ingested import PARTITIONS, TOPICS, Starts

pytestmark = pytest.mark.timeout(90)

USER, WORD = "ada", "correct horse"


@dataclass
class Guarded:
    """A broker with a door for its owner, and a guarded one; ``ca`` is the file of the authority to believe."""

    open: str
    closed: str
    ca: Path

    def fields(self, mechanism: str) -> dict[str, Any]:
        """Give a credential's fields."""
        signing = {"authentication": True, "username": USER, "password": WORD, "saslMechanism": mechanism}
        return {"brokers": self.closed, "ssl": True, "ca": self.ca.read_text(), **signing}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded(kafka_runtime: Runtime, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guarded]:
    (port,) = free_ports(1)
    certificate, key = certified()
    folder = tmp_path_factory.mktemp("guarded")
    ca = folder / "ca.pem"
    ca.write_text(certificate)
    door = "listener.name.sasl_ssl"
    plain = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{WORD}";'
    settings = {
        "listeners": f"SASL_SSL://{HOST}:{port}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL",
        f"{door}.ssl.keystore.type": "PEM",
        f"{door}.ssl.keystore.certificate.chain": certificate.replace("\n", "\\n"),
        f"{door}.ssl.keystore.key": key.replace("\n", "\\n"),
        f"{door}.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        f"{door}.plain.sasl.jaas.config": plain,
        f"{door}.scram-sha-512.sasl.jaas.config": ("org.apache.kafka.common.security.scram.ScramLoginModule required;"),
    }
    async with LocalKafka(folder / "kafka", kafka_runtime, quick=True, settings=settings) as broker:
        await asyncio.to_thread(enrol, broker.bootstrap)
        yield Guarded(broker.bootstrap, f"{HOST}:{port}", ca)


@pytest.fixture
def topic(guarded: Guarded) -> str:
    """A topic that the owner made."""
    return Source(guarded.open, f"{uuid.uuid4().hex}-").topic()


@pytest.mark.parametrize("mechanism", ["plain", "scram-sha-512"])
async def test_nodes_get_in_by_their_credential(guarded: Guarded, topic: str, mechanism: str) -> None:
    settings = client_settings(guarded.fields(mechanism))

    sent = await produced(settings, topic, b'"hello"')
    read = await consumed(settings, topic, 1)

    assert [type(each) for each in sent] == [KafkaReceipt]
    assert read == ["hello"]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"password": "guessed"}, id="another password"),
        pytest.param({"ca": ""}, id="an unknown authority"),
        pytest.param({"ssl": False}, id="no TLS"),
    ],
)
async def test_others_do_not(guarded: Guarded, topic: str, wrong: dict[str, Any]) -> None:
    settings = client_settings(guarded.fields("plain") | wrong) | {"message.timeout.ms": 1000}

    (refused,) = await produced(settings, topic, b"1")

    assert isinstance(refused, OperationalError)


async def test_millrace_gets_in_by_its_brokers_address(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(guarded.ca))
    broker = f"kafka+ssl://{USER}:{quote(WORD)}@{guarded.closed}"
    settings = StreamSettings(broker=broker, prefix="inside.", app_id="inside.engine", partitions=1)
    log = KafkaLog(await prepare(settings, TOPICS), TOPICS)
    environment = {"MILLRACE_BROKER": broker, "MILLRACE_PREFIX": "inside."}

    offset = await log.send(TRIGGERS, 0, b"1")
    said = await asyncio.to_thread(CliRunner().invoke, root, ["topics", "send", "w", "2"], env=environment)
    reader = await log.reader(TRIGGERS, [0], "earliest")
    read = [record.value for record in await reader.read(10, 10.0)]
    await log.close()

    assert said.exit_code == 0, said.output
    assert (offset, read) == (0, [b"1", b"2"])


async def produced(settings: dict[str, Any], topic: str, value: bytes) -> list[Any]:
    """Send a record as the node does."""
    client = RealKafka()
    try:
        return list(await client.send(settings, [KafkaMessage(topic, value)]))
    finally:
        await client.close()


async def consumed(config: dict[str, Any], topic: str, count: int) -> list[Any]:
    """Read so many records as the trigger does."""
    log = open_broker(StreamSettings(broker="memory://", partitions=PARTITIONS), TOPICS)
    settings = FeedSettings(config | {"group.id": "inside"}, [topic], session_seconds=30.0)
    async with running(settings, log):
        starts = await Starts(log).until(count)
    await log.close()
    return sorted(item["message"] for [item] in starts.json)


def enrol(bootstrap: str) -> None:
    """Make the user known for SCRAM."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    wanted = UserScramCredentialUpsertion(USER, info, WORD.encode())
    admin.alter_user_scram_credentials([wanted])[USER].result(20)


def certified() -> tuple[str, str]:
    """Make a certificate for this machine that vouches for itself, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()
