"""Schemas: values of Kafka records as a schema registry describes them: Avro, JSON Schema or Protobuf.

Flow: bytes with a schema's id ↔ **schemas** (registry asked once per schema) ↔ JSON.

Everything here blocks while the registry is asked: call it in a thread. JSON has no bytes, dates or decimals: bytes are
base64 here, and what Avro's logical types mark stays the number that it is on the wire, so that a value that was read
can be written again. Protobuf is its own JSON mapping, with the names of the schema.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, dual_schema_id_deserializer
from confluent_kafka.schema_registry._sync.protobuf import _resolve_named_schema
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.common.protobuf import _init_pool, _str_to_proto
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.schema_registry.serde import SchemaId
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message_factory import GetMessageClass

from nodes.data.avro_bytes import has_bytes, with_bytes
from schemas.errors import MillraceError, OperationalError, UserError

LATEST_SECONDS = 60
_LATER = frozenset({401, 403, 408, 429})
_CLIENT = {"timeout": 10, "max.retries": 1, "retries.wait.ms": 200, "cache.latest.ttl.sec": LATEST_SECONDS}
Headers = Sequence[tuple[str, bytes]]


class SchemaRegistry:
    """One registry. A value that does not fit its schema is a UserError; a registry that fails an OperationalError."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.url = str(settings["url"])
        self._client = SchemaRegistryClient({**_CLIENT, **settings})
        # its cache does not tell formats apart, and Protobuf's schemas are wanted in another one
        self._serialized = SchemaRegistryClient({**_CLIENT, **settings})
        self._codecs: dict[Any, Any] = {}
        self._lock = Lock()

    def decode(self, topic: str, value: bytes, headers: Headers = ()) -> Any:
        """Give a record's value as JSON, by the schema that it names."""
        context = SerializationContext(topic, MessageField.VALUE, list(headers))
        try:
            named = SchemaId("AVRO")
            dual_schema_id_deserializer(value, context, named)
            kind = self._named(named).schema_type or "AVRO"
            if kind == "PROTOBUF":
                return self._decode_protobuf(value, context)
            reader = self._codec(kind, lambda: self._reader(kind))
            return _jsonable(reader(value, context))
        except Exception as bad:
            raise self._error(bad, "the record does not fit its schema") from bad

    def encode(self, topic: str, subject: str, value: Any) -> bytes:
        """Give JSON as a record's value, by the latest schema of a subject."""
        context = SerializationContext(topic, MessageField.VALUE)
        try:
            schema = self._client.get_latest_version(subject).schema
            kind = schema.schema_type or "AVRO"
            if kind == "PROTOBUF":
                schema = self._serialized.get_latest_version(subject, "serialized").schema
                return self._encode_protobuf(subject, schema, value, context)
            text = schema.schema_str or ""
            if kind == "AVRO" and has_bytes(text):
                value = with_bytes(self._codec(text, lambda: json.loads(text)), value)
            writer = self._codec((kind, subject), lambda: self._writer(kind, subject))
            return bytes(writer(value, context))
        except Exception as bad:
            raise self._error(bad, f'the value does not fit the schema of "{subject}"') from bad

    def close(self) -> None:
        """Hang up."""
        self._client.close()
        self._serialized.close()

    def _named(self, named: SchemaId, client: SchemaRegistryClient | None = None, form: str | None = None) -> Schema:
        client = client or self._client
        if named.id is not None:
            return client.get_schema(named.id, fmt=form)
        return client.get_schema_by_guid(str(named.guid), fmt=form)

    def _reader(self, kind: str) -> Any:
        settings = {"subject.name.strategy": _no_subject}
        if kind == "JSON":
            return JSONDeserializer(None, schema_registry_client=self._client, conf=settings)
        if kind == "AVRO":
            return _AvroReader(self._client, conf=settings)
        raise UserError(f'schemas of type "{kind}" are not known')

    def _writer(self, kind: str, subject: str) -> Any:
        if kind == "JSON":
            return JSONSerializer(None, self._client, conf=_latest_of(subject))
        if kind == "AVRO":
            return _AvroWriter(self._client, conf=_latest_of(subject))
        raise UserError(f'schemas of type "{kind}" are not known')

    def _decode_protobuf(self, value: bytes, context: SerializationContext) -> Any:
        named = SchemaId("PROTOBUF")
        dual_schema_id_deserializer(value, context, named)
        indexes = tuple(named.message_indexes or (0,))

        def reader() -> Any:
            schema = self._named(named, self._serialized, "serialized")
            made: Any = GetMessageClass(self._message(schema, indexes))
            return ProtobufDeserializer(made, {"subject.name.strategy": _no_subject}, self._serialized)

        found: Any = self._codec((named.id, named.guid, indexes), reader)(value, context)
        return MessageToDict(found, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)

    def _encode_protobuf(self, subject: str, schema: Schema, value: Any, context: SerializationContext) -> bytes:
        def writer() -> tuple[Any, ProtobufSerializer]:
            made: Any = GetMessageClass(self._message(schema, (0,)))
            return made, ProtobufSerializer(made, self._serialized, _latest_of(subject))

        made, serialize = self._codec((subject, schema.schema_str), writer)
        return bytes(serialize(ParseDict(value, made()), context) or b"")

    def _message(self, schema: Schema, indexes: Sequence[int]) -> Descriptor:
        """Find a message of a schema by the places that lead to it."""
        pool = DescriptorPool()
        _init_pool(pool)
        _resolve_named_schema(schema, self._serialized, pool)
        file = _str_to_proto("default", schema.schema_str or "")
        pool.Add(file)
        first, *others = indexes
        names = [message.name for message in file.message_type]
        found: Descriptor = pool.FindFileByName(file.name).message_types_by_name[names[first]]
        for index in others:
            found = found.nested_types[index]
        return found

    def _codec(self, key: Any, make: Any) -> Any:
        with self._lock:
            if key not in self._codecs:
                self._codecs[key] = make()
            return self._codecs[key]

    def _error(self, bad: Exception, what: str) -> MillraceError:
        """Tell a value that is wrong from a registry that is."""
        if isinstance(bad, MillraceError):
            return bad
        if isinstance(bad, SchemaRegistryError):
            text = f'the schema registry at "{self.url}" says: {bad}'
            wrong = 400 <= bad.http_status_code < 500 and bad.http_status_code not in _LATER
            return UserError(text) if wrong else OperationalError(text)
        if isinstance(bad, OSError) or type(bad).__module__.startswith(("httpx", "httpcore", "authlib")):
            return OperationalError(f'the schema registry at "{self.url}" gives no answer: {bad}')
        return UserError(f"{what}: {bad or type(bad).__name__}")


class _AvroReader(AvroDeserializer):
    def _get_parsed_schema(self, schema: Schema) -> Any:
        return super()._get_parsed_schema(_bare(schema))


class _AvroWriter(AvroSerializer):
    def _get_parsed_schema(self, schema: Schema) -> Any:
        return super()._get_parsed_schema(_bare(schema))


def _bare(schema: Schema) -> Schema:
    """Give a schema whose values stay what they are on the wire: the names of logical types mean nothing in it."""
    text = (schema.schema_str or "").replace('"logicalType"', '"named"')
    return Schema(text, schema.schema_type, schema.references)


def _latest_of(subject: str) -> dict[str, Any]:
    return {
        "auto.register.schemas": False,
        "use.latest.version": True,
        "subject.name.strategy": lambda *_: subject,
    }


def _no_subject(*_: Any) -> None:
    """Say that a record's own schema counts, and no later one of its subject."""


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _jsonable(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(child) for child in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
