"""Topics of an installation on a Kafka cluster: made before anything starts, and compared with what is wanted.

Flow: settings, node types → **topics** → cluster; what differs → UserError at the start, or `millrace topics`.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    KafkaError,
    NotCoordinatorForGroupError,
    for_code,
)
from aiokafka.structs import TopicPartition

from schemas.errors import OperationalError, UserError
from streams.settings import StreamSettings
from streams.topics import DEAD_LETTERS, EVENTS, TRIGGERS, Topic
from streams.transports.kafka_link import EARLIEST, LATEST, RETRY_SECONDS, Link, Names, parse_address

_COPIES = 3
_EXISTS = 36
_TOMBSTONES_MS = 3_600_000  # longer than any recovery: a reader that saw the row must see that it went
_BATCH_MAX = 1_200_000
_SEGMENT_BYTES = 64 << 20
_WAIT_SECONDS = 30.0
_CLIENT = "millrace-topics"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """What a topic should be."""

    name: str
    partitions: int
    copies: int | None
    config: dict[str, str]


@dataclass(frozen=True)
class Found:
    """What a topic is; no partitions: it is not there."""

    name: str
    partitions: int = 0
    copies: int = 0
    config: dict[str, str] = field(default_factory=dict)


class Difference(NamedTuple):
    """One thing about a topic that is not as wanted; ``serious`` says that nothing can run like that."""

    topic: str
    what: str
    wanted: str
    found: str
    serious: bool


class Lag(NamedTuple):
    """How far a group is behind in a partition."""

    group: str
    topic: str
    partition: int
    committed: int
    end: int


async def prepare(settings: StreamSettings, topics: Sequence[Topic]) -> StreamSettings:
    """Make what is missing and check the rest; give the settings with the number of partitions that the cluster has.

    Raises UserError where the cluster differs from what is wanted.
    """
    states = await describe(settings, topics)
    settings = fitted(settings, states)
    if any(not state.partitions for state in states):
        await create(settings, topics)
        states = await describe(settings, topics)
    for topic, what, wanted, found, serious in differences(settings, topics, states):
        if serious:
            raise UserError(
                f'Kafka\'s topic "{topic}" has {what} {found}, not {wanted}',
                hint="millrace topics check lists all that differs",
            )
    return settings


def fitted(settings: StreamSettings, states: Sequence[Found]) -> StreamSettings:
    """Give the settings with the number of partitions that most topics have already; theirs where there are none."""
    counts = [state.partitions for state in states if state.partitions]
    return settings.model_copy(update={"partitions": max(set(counts), key=counts.count)}) if counts else settings


async def describe(settings: StreamSettings, topics: Sequence[Topic]) -> list[Found]:
    """Say what every topic of the installation is in the cluster."""
    names = Names(settings.prefix)
    wire = [names.wire(topic.name) for topic in topics]
    async with admin_of(settings) as admin:
        there = {each["topic"]: each for each in await admin.describe_topics(wire) if each["error_code"] == 0}
        configs = await _configs(admin, sorted(there))
    states = []
    for name in wire:
        partitions = there.get(name, {}).get("partitions", [])
        copies = min((len(each["replicas"]) for each in partitions), default=0)
        states.append(Found(name, len(partitions), copies, configs.get(name, {})))
    return states


async def create(settings: StreamSettings, topics: Sequence[Topic]) -> list[str]:
    """Make the topics that are missing; give their names when all can be seen."""
    missing = {state.name for state in await describe(settings, topics) if not state.partitions}
    async with admin_of(settings) as admin:
        brokers = len((await admin.describe_cluster())["brokers"])
        copies = settings.replication or min(_COPIES, brokers)
        plans = [plan for plan in wanted_topics(settings, topics, copies) if plan.name in missing]
        new = [NewTopic(plan.name, plan.partitions, copies, topic_configs=plan.config) for plan in plans]
        answer = await admin.create_topics(new) if new else None
    for name, code, *reason in answer.topic_errors if answer is not None else ():
        if code not in (0, _EXISTS):
            raise OperationalError(
                f'could not make the topic "{name}": {reason[0] if reason else for_code(code).description}'
            )
    if missing:
        await _settled(settings, topics)
    return sorted(missing)


async def check(settings: StreamSettings, topics: Sequence[Topic]) -> list[Difference]:
    """List everything that is not as wanted."""
    return differences(settings, topics, await describe(settings, topics))


async def lag(settings: StreamSettings, topics: Sequence[Topic]) -> list[Lag]:
    """Say how far the engine and the other groups are, for every partition that they have read or should have read."""
    link = Link(parse_address(settings.broker), _CLIENT, settings.session_timeout)
    rows: list[Lag] = []
    async with admin_of(settings) as admin:
        try:
            for group, names in _readers(settings, topics).items():
                committed = await _committed(admin, group)
                parts = await _partitions(admin, names)
                ends = await link.offsets(parts, LATEST)
                starts = await link.offsets([part for part in parts if ends[part]], EARLIEST)
                rows += [
                    Lag(
                        group, part.topic, part.partition, max(committed.get(part, -1), starts.get(part, 0)), ends[part]
                    )
                    for part in sorted(parts)
                    if committed.get(part, -1) >= 0 or ends[part] > starts.get(part, 0)
                ]
        finally:
            await link.close()
    return rows


def wanted_topics(settings: StreamSettings, topics: Sequence[Topic], copies: int | None) -> list[Wanted]:
    """Say what every topic should be."""
    names = Names(settings.prefix)
    return [
        Wanted(names.wire(topic.name), settings.partitions, copies, _config(topic, copies or 1)) for topic in topics
    ]


def differences(settings: StreamSettings, topics: Sequence[Topic], states: Sequence[Found]) -> list[Difference]:
    """Compare what is there with what is wanted."""
    found: list[Difference] = []
    plans = wanted_topics(settings, topics, settings.replication)
    for plan, state in zip(plans, states, strict=True):
        if not state.partitions:
            found.append(Difference(plan.name, "existence", "yes", "no", serious=True))
            continue
        if state.partitions != plan.partitions:
            counts = str(plan.partitions), str(state.partitions)
            found.append(Difference(plan.name, "partitions", *counts, serious=True))
        if plan.copies is not None and state.copies != plan.copies:
            copies = str(plan.copies), str(state.copies)
            found.append(Difference(plan.name, "replication", *copies, serious=True))
        for key, wanted in plan.config.items():
            value = state.config.get(key, "")
            if key == "max.message.bytes" and int(value or 0) >= int(wanted):
                continue
            if value != wanted and (key != "min.insync.replicas" or plan.copies is not None):
                serious = key in ("cleanup.policy", "max.message.bytes")
                found.append(Difference(plan.name, key, wanted, value, serious=serious))
    return found


def _config(topic: Topic, copies: int) -> dict[str, str]:
    config = {
        "cleanup.policy": topic.cleanup,
        "max.message.bytes": str(_BATCH_MAX),
        "message.timestamp.type": "LogAppendTime",  # else no write where a clock is an hour ahead of the broker
        "min.insync.replicas": str(max(1, copies - 1)),
    }
    kept_ms = int(topic.retention_seconds * 1000)
    if topic.cleanup == "compact":
        config["delete.retention.ms"] = str(max(kept_ms, _TOMBSTONES_MS))
        config["min.cleanable.dirty.ratio"] = "0.2"
        config["segment.bytes"] = str(_SEGMENT_BYTES)
    else:
        config["retention.ms"] = str(kept_ms)
        if topic.ephemeral:
            config["segment.ms"] = str(kept_ms)
    return config


def _readers(settings: StreamSettings, topics: Sequence[Topic]) -> dict[str, list[str]]:
    """Say which topics each group reads."""
    names = Names(settings.prefix)
    engine = [topic.name for topic in topics if topic.truncate and topic.name != TRIGGERS]
    reads = {settings.app_id: engine, names.group("history"): [EVENTS, DEAD_LETTERS], names.group("ingest"): [TRIGGERS]}
    return {group: list(map(names.wire, read)) for group, read in reads.items()}


async def _committed(admin: Any, group: str) -> dict[TopicPartition, int]:
    """Give a group's offsets; a cluster that never had a group first makes room for them, which takes a moment."""
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            return {part: each.offset for part, each in (await admin.list_consumer_group_offsets(group)).items()}
        except (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError):
            if time.monotonic() > until:
                raise
            await asyncio.sleep(RETRY_SECONDS)


async def _partitions(admin: Any, topics: list[str]) -> list[TopicPartition]:
    """List the partitions of those topics that are there."""
    there = [each for each in await admin.describe_topics(topics) if each["error_code"] == 0]
    return [TopicPartition(each["topic"], one["partition"]) for each in there for one in each["partitions"]]


async def _settled(settings: StreamSettings, topics: Sequence[Topic]) -> None:
    """Wait until what was made can be seen everywhere."""
    async with asyncio.timeout(_WAIT_SECONDS):
        while not all(state.partitions for state in await describe(settings, topics)):  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(RETRY_SECONDS)


async def _configs(admin: Any, topics: list[str]) -> dict[str, dict[str, str]]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in topics])
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for code, _, _, name, entries in answer.resources
        if code == 0
    }


@asynccontextmanager
async def admin_of(settings: StreamSettings) -> AsyncIterator[Any]:
    """Have an administrator of the cluster. Raises OperationalError where it does not answer."""
    address = parse_address(settings.broker)
    admin = AIOKafkaAdminClient(**address.options(_CLIENT))
    try:
        await admin.start()
        yield admin
    except (KafkaError, TimeoutError) as bad:
        raise OperationalError(f"could not speak to Kafka at {address}: {bad!r}", hint="is it running?") from bad
    finally:
        await admin.close()
