"""Values: how a Kafka record becomes an item.

Flow: record → **values** → item of a kafkaTrigger.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from nodes.files.binary import size
from schemas.errors import UserError
from schemas.item import Item

Format = Literal["text", "json", "binary", "registry"]
Decode = Callable[[str, bytes, Sequence[tuple[str, bytes]]], Any]
"""Reads a value by its schema, of (topic, value, headers)."""


class Received(Protocol):
    """A record as it was read; ``at`` is epoch ms."""

    @property
    def topic(self) -> str:
        """The topic."""
        ...

    @property
    def partition(self) -> int:
        """The partition."""
        ...

    @property
    def offset(self) -> int:
        """The offset in it."""
        ...

    @property
    def key(self) -> bytes | None:
        """The key."""
        ...

    @property
    def value(self) -> bytes | None:
        """The value."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """The headers, in order."""
        ...

    @property
    def at(self) -> int:
        """The timestamp."""
        ...


class Values:
    """Makes items of records as a subscription's options say: ``format``, ``onlyMessage``, ``headers``."""

    def __init__(self, options: Mapping[str, Any], decode: Decode | None = None) -> None:
        self.format: Format = options.get("format", "text")
        self._only_message = bool(options.get("onlyMessage"))
        self._headers = bool(options.get("headers"))
        self._decode = decode

    def item(self, record: Received) -> Item:
        """Make the item of a record; raise UserError where it cannot be decoded."""
        message = self._message(record)
        binary = None
        if self.format == "binary" and record.value is not None:
            message, binary = None, {"data": _part(record.value)}
        if self._only_message:
            return Item(message if isinstance(message, dict) else {"message": message}, binary)
        fields: dict[str, Any] = {"message": message, "topic": record.topic}
        if self._headers:
            fields["headers"] = _fields(record.headers)
        if record.key is not None:
            fields["key"] = record.key.decode("utf-8", "replace")
        fields |= {"partition": record.partition, "offset": record.offset, "timestamp": record.at}
        return Item(fields, binary)

    def _message(self, record: Received) -> Any:
        value = record.value
        if value is None or self.format == "binary":
            return None
        if self.format == "registry":
            if self._decode is None:
                raise UserError("no schema registry is known", field="schemaRegistryUrl")
            return self._decode(record.topic, value, record.headers)
        try:
            return msgspec.json.decode(value) if self.format == "json" else value.decode()
        except UnicodeDecodeError:
            hint = 'choose the value format "binary", or the schema registry that the producer uses'
            raise UserError("the value is not UTF-8 text", field="options.valueFormat", hint=hint) from None
        except (msgspec.DecodeError, RecursionError) as bad:
            raise UserError(f"the value is not JSON: {bad}", field="options.jsonParseMessage") from None


def _fields(headers: Sequence[tuple[str, bytes]]) -> dict[str, Any]:
    """Give headers by name; one that occurs again is a list."""
    found: dict[str, Any] = {}
    for name, value in headers:
        text = value.decode("utf-8", "replace")
        if name not in found:
            found[name] = text
        elif isinstance(found[name], list):
            found[name].append(text)
        else:
            found[name] = [found[name], text]
    return found


def _part(value: bytes) -> dict[str, Any]:
    return {
        "data": base64.b64encode(value).decode(),
        "mimeType": "application/octet-stream",
        "fileSize": size(len(value)),
    }
