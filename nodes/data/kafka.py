"""Kafka: send items to a topic, all of a task together.

Flow: any node → **kafka** (one flush for all items) → topic → one item per record: where it has gone.

Delivery is at least once: a task that is repeated after a crash sends again, with the same header `millrace-task`
(task / item), by which a consumer can tell. Within a task the producer is idempotent: its own retries add nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from nodes.data.kafka_connection import cluster, registry
from nodes.sdk import Credentials, Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node, using
from nodes.sdk.context import KafkaClient, KafkaMessage, KafkaReceipt
from nodes.sdk.ports import error_item
from schemas.errors import MillraceError, ParameterError

TASK_HEADER = "millrace-task"
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
_ACKS = {"false": "0", "0": "0", "1": "1", "all": "all", "-1": "all"}
_encode = msgspec.json.Encoder().encode


class KafkaHeader(NodeParams):
    """One header."""

    key: str = ""
    value: Any = ""


class KafkaHeaders(NodeParams):
    """Headers, as the editor keeps them."""

    header_values: list[KafkaHeader] = []


class KafkaOptions(NodeParams):
    """How records are sent."""

    acks: bool | int | str = Field(
        "all", description="Who must have a record: `all` replicas in sync, `1` the leader, `0` nobody. True as in n8n."
    )
    compression: bool | str = Field("none", description="`none`, `gzip`, `snappy`, `lz4` or `zstd`; true is gzip.")
    timeout: int = Field(30_000, ge=1, description="Milliseconds after which a record that was not taken is an error.")
    partitioner: Literal["murmur2_random", "murmur2", "consistent_random", "consistent", "fnv1a_random", "random"] = (
        Field("murmur2_random", description="How a key chooses its partition; the first is what Java clients do.")
    )


class Kafka(NodeParams):
    """What to send where."""

    topic: str = Field("", description="Topic.")
    brokers: str = Field("", description="Brokers as `host:port` with commas between, instead of a credential.")
    send_input_data: bool = Field(True, description="Send the item's JSON, else the message.")
    message: Any = Field("", description="What to send instead; null is a tombstone.")
    use_schema_registry: bool = Field(False, description="Write values by a schema of a registry.")
    schema_registry_url: str = Field("", description="Address of the registry, where no credential has it.")
    event_name: str = Field("", description="Subject in the registry; `<topic>-value` where it is empty.")
    use_key: bool = Field(False, description="Send a key.")
    key: Any = Field("", description="The key: records with the same one stay in order.")
    json_parameters: bool = Field(False, description="Headers as JSON.")
    headers_ui: KafkaHeaders = Field(KafkaHeaders(), description="Headers.")
    header_parameters_json: Any = Field("", description="Headers as a JSON object.")
    options: KafkaOptions = KafkaOptions()

    def settings(self, version: float) -> dict[str, Any]:
        """Give the producer's settings; raise ParameterError naming the option."""
        acks = str(self.options.acks).lower()
        found = _ACKS.get(acks, "") if acks != "true" else "1" if version < 2 else "all"
        if not found:
            raise ParameterError(f'acks cannot be "{acks}"', field="options.acks", hint='"all", "1" or "0"')
        codec = self.options.compression
        codec = ("gzip" if codec else "none") if isinstance(codec, bool) else codec.lower()
        if codec not in CODECS:
            known = ", ".join(CODECS)
            raise ParameterError(f'compression "{codec}" is not known', field="options.compression", hint=known)
        return {
            "acks": found,
            "enable.idempotence": found == "all",
            "compression.type": codec,
            "partitioner": self.options.partitioner,
            "message.timeout.ms": self.options.timeout,
        }

    def headers(self) -> list[tuple[str, bytes]]:
        """Give the headers; raise NodeError where their JSON is none."""
        if not self.json_parameters:
            return [(one.key, _bytes(one.value)) for one in self.headers_ui.header_values if one.key]
        found = self.header_parameters_json
        if isinstance(found, str):
            try:
                found = msgspec.json.decode(found or "{}")
            except msgspec.DecodeError:
                found = None
        if not isinstance(found, dict):
            raise NodeError("the headers are not a JSON object", field="headerParametersJson")
        return [(str(name), _bytes(value)) for name, value in found.items()]

    def value(self, item: Item) -> Any:
        """Give what is to be sent of an item, as JSON for a schema or as text."""
        if self.send_input_data:
            return item.json
        if self.use_schema_registry and isinstance(self.message, str):
            try:
                return msgspec.json.decode(self.message)
            except msgspec.DecodeError:
                raise NodeError("the message is not JSON, which a schema needs", field="message") from None
        return self.message


@using("kafka", "schemaRegistryApi")
@node(
    "kafka",
    group="data",
    runs="effect",
    repeat="keyed",
    title="Kafka",
    versions=(1, 2),
    examples=[
        Example(
            title="sends items, and says where they have gone",
            params={"topic": "orders", "brokers": "kafka-1:9092"},
            given=[{"id": 1}, {"id": 2}],
            then=[
                {
                    "success": True,
                    "topic": "orders",
                    "topicName": "orders",
                    "partition": 0,
                    "offset": at,
                    "errorCode": 0,
                }
                for at in (0, 1)
            ],
        ),
        Example(
            title="headers are an object",
            params={
                "topic": "orders",
                "brokers": "kafka-1:9092",
                "jsonParameters": True,
                "headerParametersJson": "[1]",
            },
            given=[{"id": 1}],
            fails="the headers are not a JSON object",
        ),
    ],
)
async def kafka(
    parameters: Parameters[Kafka], items: Items, run: Run, client: KafkaClient, credentials: Credentials
) -> Items:
    """Send records to a Kafka topic."""
    results: list[KafkaReceipt | MillraceError | None] = [None] * len(items)
    drafts: list[_Draft] = []
    way: _Way | None = None
    for index, item in enumerate(items):
        try:
            params = parameters(index)
            if way is None or way.params is not params:
                way = await _way(params, run, credentials)
            drafts.append(_draft(way, index, item, run.task))
        except MillraceError as bad:
            results[index] = bad
    described = [draft for draft in drafts if draft.way.registry is not None and draft.value is not None]
    for together in _groups(described, lambda way: (way.registry, way.topic, way.subject)):
        await _write(together, client, results)
    _refuse(results, run)  # before anything is sent
    ready = [draft for draft in drafts if results[draft.index] is None]
    for together in _groups(ready, lambda way: way.settings):
        outcomes = await client.send(together[0].way.settings, [draft.message for draft in together])
        for draft, outcome in zip(together, outcomes, strict=True):
            results[draft.index] = outcome
    _refuse(results, run)
    return [_item(result, index) for index, result in enumerate(results)]


@dataclass(slots=True)
class _Way:
    """What the parameters say of every record: the same for all items where no expression is in them."""

    params: Kafka
    topic: str
    settings: dict[str, Any]
    headers: list[tuple[str, bytes]]
    key: bytes | None
    registry: dict[str, str] | None
    subject: str


@dataclass(slots=True)
class _Draft:
    """A record to be sent; where a registry is named, its value is still to be written."""

    index: int
    way: _Way
    message: KafkaMessage
    value: Any


async def _way(params: Kafka, run: Run, credentials: Credentials) -> _Way:
    topic = params.topic.strip()
    if not topic:
        raise ParameterError("there is no topic to send to", field="topic", hint="write its name")
    settings = await cluster(credentials, params.brokers) | params.settings(run.version)
    key = _bytes(params.key) if params.use_key and params.key not in ("", None) else None
    where = await registry(credentials, params.schema_registry_url) if params.use_schema_registry else None
    return _Way(params, topic, settings, params.headers(), key, where, params.event_name.strip() or f"{topic}-value")


def _draft(way: _Way, index: int, item: Item, task: str) -> _Draft:
    value = way.params.value(item)
    data = None if value is None or way.registry is not None else _bytes(value)
    headers = [*way.headers, (TASK_HEADER, f"{task}/{index}".encode())]
    return _Draft(index, way, KafkaMessage(way.topic, data, way.key, headers), value)


async def _write(
    drafts: Sequence[_Draft], client: KafkaClient, results: list[KafkaReceipt | MillraceError | None]
) -> None:
    """Write the values of drafts that share a schema; those that do not fit have their result."""
    way = drafts[0].way
    values = [draft.value for draft in drafts]
    found = await client.encode(way.registry or {}, way.topic, way.subject, values)
    for draft, data in zip(drafts, found, strict=True):
        if isinstance(data, MillraceError):
            results[draft.index] = data
        else:
            draft.message = replace(draft.message, value=data)


def _groups(drafts: Sequence[_Draft], shared: Callable[[_Way], object]) -> Iterable[list[_Draft]]:
    """Give drafts that go the same way together."""
    found: dict[str, list[_Draft]] = {}
    names: dict[int, str] = {}
    for draft in drafts:
        if id(draft.way) not in names:
            names[id(draft.way)] = repr(shared(draft.way))
        found.setdefault(names[id(draft.way)], []).append(draft)
    return found.values()


def _refuse(results: Sequence[KafkaReceipt | MillraceError | None], run: Run) -> None:
    """Raise the first error, where it is the node's."""
    if not run.continue_on_fail:
        for result in results:
            if isinstance(result, MillraceError):
                raise result


def _item(result: KafkaReceipt | MillraceError | None, index: int) -> Item:
    if isinstance(result, MillraceError):
        return error_item(result, index)
    assert result is not None  # noqa: S101 - what was not refused was sent
    fields = {
        "success": True,
        "topic": result.topic,
        "topicName": result.topic,
        "partition": result.partition,
        "offset": result.offset,
        "errorCode": 0,
    }
    return Item(json=fields, paired=index)


def _bytes(value: Any) -> bytes:
    """Give a text as it is, anything else as JSON."""
    return value.encode() if isinstance(value, str) else _encode(value)
