"""``millrace topics`` on a real broker: list, create, check, lag, send."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from ops.cli.root import root
from streams.topics import TRIGGERS

pytestmark = pytest.mark.timeout(60)

PARTITIONS = 2
Command = Callable[..., Result]


@pytest.fixture
def topics(kafka: str, topic_prefix: str) -> Command:
    """Run the command for an installation of the test's own."""
    environment = {
        "MILLRACE_BROKER": f"kafka://{kafka}",
        "MILLRACE_PREFIX": topic_prefix,
        "MILLRACE_PARTITIONS": str(PARTITIONS),
    }

    def run(*words: str) -> Result:
        return CliRunner().invoke(root, ["topics", *words], env=environment)

    return run


def rows(found: Result) -> list[dict[str, Any]]:
    assert found.exit_code == 0, found.output
    return [json.loads(line) for line in found.stdout.splitlines()]


def test_topics_are_made_once_and_listed(topics: Command) -> None:
    missing = [row for row in rows(topics("list", "--json")) if row["partitions"] is None]
    made = topics("create").stdout.split()
    again = topics("create").stdout.split()
    listed = rows(topics("list", "--json"))

    assert len(missing) == len(made) == len(listed)
    assert again == []
    assert {row["partitions"] for row in listed} == {PARTITIONS}
    assert {row["cleanup"] for row in listed} == {"delete", "compact"}
    assert topics("check").stdout == "all topics are as they should be\n"


def test_a_topic_that_loses_records_is_serious(topics: Command, kafka: str, topic_prefix: str) -> None:
    topics("create")
    catalog = ConfigResource(ResourceType.TOPIC, f"{topic_prefix}catalog")
    catalog.add_incremental_config(_set("cleanup.policy", "delete"))
    admin = AdminClient({"bootstrap.servers": kafka})
    admin.incremental_alter_configs([catalog])[catalog].result(10)

    while (found := topics("check", "--json")).exit_code == 0:
        time.sleep(0.1)  # brokers learn of it one after the other

    assert found.exit_code == 1, found.output
    wrong = {row["what"]: row for row in map(json.loads, found.stdout.splitlines())}
    assert {row["topic"] for row in wrong.values()} == {f"{topic_prefix}catalog"}
    policy = wrong["cleanup.policy"]
    assert (policy["wanted"], policy["found"], policy["serious"]) == ("compact", "delete", True)


def test_what_was_sent_arrives_and_waits(topics: Command, kafka: str, topic_prefix: str) -> None:
    topics("create")
    sent = topics("send", "w", '{"n": 1}', "--idempotency-key", "k")
    bad = topics("send", "w", "{n: 1}")
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "nobody"})
    consumer.assign([TopicPartition(_wire(topic_prefix, TRIGGERS), each, 0) for each in range(PARTITIONS)])
    message = consumer.poll(20)
    consumer.close()
    behind = rows(topics("lag", "--json"))

    assert sent.exit_code == 0, sent.output
    assert message is not None
    assert message.value() == b'{"n": 1}'
    assert message.headers() == [("workflow", b"w"), ("idempotency-key", b"k")]
    assert "the value is no JSON" in str(bad.exception)
    assert [(row["topic"], row["lag"]) for row in behind] == [(_wire(topic_prefix, TRIGGERS), 1)]


def _wire(prefix: str, name: str) -> str:
    return prefix + name.partition(".")[2]


def _set(name: str, value: str) -> ConfigEntry:
    return ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
