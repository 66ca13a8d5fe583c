"""Kafka trigger: records of Kafka topics start executions, each or in batches.

Flow: topics → ingest (consumers make frames) → **kafkaTrigger** → any node.

An offset counts as read when its execution is in the log, so nothing that was read is lost; a record that comes again
has the same execution id and starts nothing twice.
"""

from collections.abc import Mapping
from typing import Any, Literal

from nodes.data.kafka_connection import CREDENTIAL
from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, trigger, using
from nodes.sdk.parameters import CompiledParameters
from schemas.errors import ParameterError
from schemas.trigger import Subscription

SHORTEST_SESSION_MS = 6000
_WITHOUT_EFFECT = "Kept for n8n: an offset counts as read once its execution is in the log."


class KafkaTriggerOptions(NodeParams):
    """How records are read and what becomes of them."""

    batch_size: int = Field(1, ge=1, le=10_000, description="Records of one partition that start one execution.")
    max_wait: int = Field(1000, ge=0, le=60_000, description="Milliseconds that a batch waits to be full.")
    from_beginning: bool = Field(True, description="A new group starts at the oldest record, else at what comes next.")
    json_parse_message: bool = Field(False, description="The value is JSON.")
    value_format: Literal["text", "json", "binary"] = Field("text", description="What the value is.")
    only_message: bool = Field(False, description="The value alone is the item.")
    return_headers: bool = Field(False, description="Give the headers as well.")
    parallel_processing: bool = Field(
        True, description="Off: the records of a partition begin in their order, whatever their keys."
    )
    keep_key_order: bool = Field(False, description="Records with the same key begin in their order.")
    session_timeout: int = Field(
        30_000, ge=0, le=1_800_000, description="Milliseconds until a silent consumer loses its partitions."
    )
    heartbeat_interval: int = Field(
        3000, ge=0, le=600_000, description="Milliseconds between signs of life; at most a third of the session."
    )
    allow_auto_topic_creation: bool = Field(False, description="Let the cluster make a topic that is missing.")
    auto_commit_threshold: int | None = Field(None, description=_WITHOUT_EFFECT)
    auto_commit_interval: int | None = Field(None, description=_WITHOUT_EFFECT)
    max_in_flight_requests: int | None = Field(None, description="Kept for n8n: the client decides.")


class KafkaTrigger(NodeParams):
    """What to read."""

    topic: str = Field("", description="Topic, or several with commas between.")
    group_id: str = Field("", description="Consumer group: what one of its members has read, no other reads.")
    brokers: str = Field("", description="Brokers as `host:port` with commas between, instead of a credential.")
    resolve_offset: str = Field("immediately", description=_WITHOUT_EFFECT)
    use_schema_registry: bool = Field(False, description="Values are Avro, JSON Schema or Protobuf of a registry.")
    schema_registry_url: str = Field("", description="Address of the registry, where no credential has it.")
    options: KafkaTriggerOptions = KafkaTriggerOptions()

    def topics(self) -> list[str]:
        """List the topics."""
        return [part.strip() for part in self.topic.split(",") if part.strip()]

    def form(self) -> str:
        """Say how values are read."""
        if self.use_schema_registry:
            return "registry"
        return "json" if self.options.json_parse_message else self.options.value_format

    def order(self) -> Literal["", "key", "partition"]:
        """Say which records begin in order."""
        if not self.options.parallel_processing:
            return "partition"
        return "key" if self.options.keep_key_order else ""


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Subscription]:
    """Give the one subscription that the parameters mean."""
    params = Parameters[KafkaTrigger](CompiledParameters(raw, KafkaTrigger), Scope())(0)
    for name, value in (("topic", params.topics()), ("groupId", params.group_id.strip())):
        if not value:
            hint = "write the name that the cluster knows it by" if name == "topic" else 'such as "millrace-orders"'
            raise ParameterError(f'a Kafka trigger needs a "{name}"', node=node, field=name, hint=hint)
    options = params.options
    session_ms = max(options.session_timeout, SHORTEST_SESSION_MS)
    shaping = {"format": params.form(), "onlyMessage": options.only_message, "headers": options.return_headers}
    return [
        Subscription(
            node=node,
            type="kafkaTrigger",
            topics=params.topics(),
            group=params.group_id.strip(),
            brokers=params.brokers.strip(),
            credential=CREDENTIAL,
            start="earliest" if options.from_beginning else "latest",
            batch=options.batch_size,
            wait_ms=options.max_wait,
            order=params.order(),
            session_ms=session_ms,
            heartbeat_ms=min(options.heartbeat_interval, session_ms // 3),
            make_topics=options.allow_auto_topic_creation,
            options=shaping | ({"registry": params.schema_registry_url} if params.use_schema_registry else {}),
        )
    ]


@using("kafka", "schemaRegistryApi")
@trigger(
    "kafkaTrigger",
    kind="stream",
    title="Kafka Trigger",
    versions=(1, 1.1, 1.2, 1.3, 2),
    starts=starts,
    examples=[
        Example(
            title="started by hand it gives an empty message",
            params={"topic": "orders", "groupId": "millrace", "brokers": "kafka-1:9092"},
            given=[],
            then=[{"message": "", "topic": "orders"}],
        ),
        Example(
            title="a batch has bounds",
            params={"topic": "orders", "groupId": "millrace", "options": {"batchSize": 0}},
            given=[],
            fails="greater than or equal to 1",
        ),
    ],
)
async def kafka_trigger(params: KafkaTrigger) -> Items:
    """Start when records arrive in a Kafka topic."""
    return [Item(json={"message": "", "topic": params.topic})]
